"""The synthesiser is asked once for each prompt, and its failures are said."""

import asyncio
import sys
from pathlib import Path

import pytest

from telephony.prompts import PromptError, Prompts

ESPEAK = "espeak-ng -v fr -s {wpm} --stdin --stdout"


async def test_a_prompt_is_rendered_once_and_kept(tmp_path: Path) -> None:
    prompts = Prompts(ESPEAK, tmp_path)
    three = await asyncio.gather(*(prompts.samples("Tapez un.") for _ in range(3)))
    assert prompts.rendered == 1
    assert len(set(three)) == 1
    later = Prompts(ESPEAK, tmp_path)
    assert await later.samples("Tapez un.") == three[0]
    assert later.rendered == 0
    assert later.path("Tapez un.").read_bytes() == three[0]


async def test_text_rate_and_command_make_a_prompt(tmp_path: Path) -> None:
    prompts = Prompts(ESPEAK, tmp_path)
    normal, slow = await prompts.samples("Bamako.", "normal"), await prompts.samples("Bamako.", "slow")
    assert len(slow) > 1.15 * len(normal)
    names = {
        prompts.name("Bamako.", "normal"),
        prompts.name("Bamako.", "slow"),
        prompts.name("Ségou.", "normal"),
        Prompts("other", tmp_path).name("Bamako.", "normal"),
    }
    assert len(names) == 4


async def test_the_name_of_a_prompt_on_the_disk_tells_nothing(tmp_path: Path) -> None:
    prompts = Prompts(ESPEAK, tmp_path)
    await prompts.samples("Bamako.")
    (kept,) = tmp_path.iterdir()
    assert set(kept.stem) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("no-such-synthesiser-here", "cannot be run"),
        ("false", "ended with status 1"),
        ("cat", "no WAV file"),
        ("'unbalanced", "cannot be run"),
    ],
)
async def test_a_synthesiser_that_fails_is_named(tmp_path: Path, command: str, said: str) -> None:
    prompts = Prompts(command, tmp_path)
    with pytest.raises(PromptError, match=said):
        await prompts.samples("Bonjour.")
    assert not list(tmp_path.iterdir())


async def test_another_try_is_made_after_a_failure(tmp_path: Path) -> None:
    switch = tmp_path / "switch"
    prompts = Prompts(f"sh -c 'test -e {switch} && exec espeak-ng --stdin --stdout'", tmp_path / "kept")
    with pytest.raises(PromptError):
        await prompts.samples("Bonjour.")
    switch.touch()
    assert await prompts.samples("Bonjour.")


async def test_a_caller_who_leaves_does_not_take_the_prompt_from_others(tmp_path: Path) -> None:
    prompts = Prompts(ESPEAK, tmp_path)
    leaving, staying = (asyncio.create_task(prompts.samples("Bonjour.")) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying


async def test_a_cache_that_cannot_be_written_is_no_reason_to_be_silent(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    assert await Prompts(ESPEAK, in_the_way / "folder").samples("Bonjour.")


async def test_the_words_of_the_rate_reach_the_synthesiser(tmp_path: Path) -> None:
    noted = tmp_path / "noted"
    program = "import pathlib,sys; pathlib.Path(sys.argv[1]).write_text(' '.join(sys.argv[2:]))"
    script = tmp_path / "synthesiser.py"
    script.write_text(program)
    prompts = Prompts(f"{sys.executable} {script} {noted} {{wpm}} {{rate}}", tmp_path / "kept")
    with pytest.raises(PromptError):
        await prompts.samples("Bonjour.", "slow")
    assert noted.read_text() == "110 slow"

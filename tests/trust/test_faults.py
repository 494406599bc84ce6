"""Faults of the running assistant: it goes on answering or says in a sentence that it cannot, and recovers by itself.

One assistant goes through all of them in turn, with one conversation that must remember at the end what it was told at
the beginning. Its state is on a small file system of its own where that may be made, to be filled.
"""

import os
import resource
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.trust.planted import unknown_word
from tests.trust.stack import Stack, custom, files, holders, is_sentence, stack, write_lock

# Said once, at the beginning; everything that is asked later depends on it.
TOLD = "je suis en Guadeloupe, pour mon forfait mobile"
ASKED = "à quelle adresse écrire pour effacer mes données ?"
ADDRESS = "caraibe.jarry"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the state is: 12 MB of memory where this user may mount it."""
    folder = tmp_path_factory.mktemp("faults")
    (folder / "run").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m,mode=0700", "none", str(folder / "run")]
    is_mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    yield folder
    if is_mounted:
        subprocess.run(["umount", str(folder / "run")], check=True)


@pytest.fixture(scope="module")
def here(folder: Path) -> Iterator[Stack]:
    """The assistant that goes through the faults."""
    with stack(folder) as started:
        yield started


@pytest.fixture(scope="module")
def told(here: Stack) -> str:
    """A conversation in which country and offer were said."""
    sender = here.open()
    here.reply(sender, TOLD)
    return sender


@pytest.fixture(autouse=True)
def _goes_on(here: Stack, told: str) -> Iterator[None]:
    """After every fault all is well again, and nothing that was acknowledged is lost."""
    yield
    here.until(here.is_well)
    reply = custom(here.reply(told, ASKED))
    assert [contact["id"] for contact in reply["contacts"]] == [ADDRESS]


@pytest.mark.parametrize("part", ["rasa", "actions", "gateway"])
def test_a_part_that_is_killed_is_started_again(here: Stack, told: str, part: str) -> None:
    before = here.process(part)
    others = set(here.processes()) - {before}
    os.kill(before, signal.SIGKILL)
    if part != "gateway":
        answer = here.say(told, ASKED)
        if part == "rasa":
            assert is_sentence(answer), answer.text
        else:  # which only those need who were not understood
            assert [contact["id"] for contact in custom(answer.json())["contacts"]] == [ADDRESS]
        assert here.health()["parts"][part] == "unavailable"
    here.until(here.is_well)
    assert here.process(part) != before
    assert others <= set(here.processes()), "another part was started again too"
    assert "ended (killed by SIGKILL), is started again" in here.log()


def test_a_message_that_failed_is_answered_when_it_is_sent_again(here: Stack) -> None:
    sender = here.open(country="mali")
    os.kill(here.process("rasa"), signal.SIGKILL)
    failed = here.say(sender, "comment exercer mes droits ?", message_id="un")
    assert is_sentence(failed), failed.text
    here.until(here.is_well)
    again = here.reply(sender, "comment exercer mes droits ?", message_id="un")
    assert [contact["id"] for contact in custom(again)["contacts"]] == ["mali.phone", "mali.bamako"]


@contextmanager
def _instead(path: Path, content: bytes | None) -> Iterator[None]:
    """Other content in the place of a file, or (None) no file, and the file itself again at the end."""
    kept = path.with_suffix(".kept")
    path.rename(kept)
    if content is not None:
        path.write_bytes(content)
    yield
    kept.replace(path)


@pytest.mark.parametrize("damage", ["missing", "empty", "no base", "cut off", "overwritten"])
def test_the_base_that_was_read_goes_on_when_its_file_does_not(here: Stack, told: str, damage: str) -> None:
    path = here.run_dir / "kb.sqlite"
    whole = path.read_bytes()
    overwritten = bytearray(whole)
    overwritten[8192 : len(whole) // 2] = os.urandom(len(whole) // 2 - 8192)
    content = {
        "missing": None,
        "empty": b"",
        "no base": b"Ceci n'est pas une base. " * 1000,
        "cut off": whole[: len(whole) // 2],
        "overwritten": bytes(overwritten),
    }[damage]
    question = "combien de temps gardez-vous mes données ?"
    before = here.reply(told, question)
    with _instead(path, content):
        report = here.health()
        assert report["status"] == "ok"
        assert any("base de connaissances" in warning for warning in report["warnings"])
        # From the server, from the action server, and from its search.
        assert here.reply(told, question) == before
        assert custom(here.reply(told, ASKED))["contacts"]
        assert custom(here.reply(told, f"xyz {unknown_word()} hors de l'Union européenne"))["status"]
    assert here.health()["warnings"] == []


def test_a_tracker_that_cannot_be_written_is_a_sentence_and_no_turn(here: Stack, told: str) -> None:
    sender = here.open()
    with write_lock(here.run_dir / "tracker.sqlite"):
        said = here.say(sender, "je suis au Mali")
        assert is_sentence(said), said.text
        assert is_sentence(here.say(told, "et au Mali ?"))
        assert here.erase(sender) == 503
        assert any("effac" in warning for warning in here.health()["warnings"])
    here.until(lambda: here.health()["warnings"] == [])
    assert here.erase(sender) == 404


def test_a_conversation_store_that_cannot_be_written_is_a_sentence(here: Stack, told: str) -> None:
    with write_lock(here.run_dir / "conversations.sqlite"):
        assert is_sentence(here.say(told, "quels sont mes droits ?"))
        assert is_sentence(here.client.post("/conversations", json={"channel": "web"}))
        report = here.health()
        assert report["parts"]["store"] == "unavailable"
        assert report["status"] == "unavailable"


def test_an_erasure_round_that_cannot_write_is_seen(here: Stack, told: str) -> None:
    word = unknown_word()
    sender = here.open()
    here.reply(sender, f"et {word} ?")
    with write_lock(here.run_dir / "tracker.sqlite"):
        assert here.erase(sender) == 503
        assert any("effac" in warning for warning in here.health()["warnings"])
        assert here.say(sender, "bonjour").status_code == 404
        assert holders({word.encode()}, here.run_dir)
    here.until(lambda: holders({word.encode()}, here.run_dir) == [])
    here.until(lambda: here.health()["warnings"] == [])


@contextmanager
def _full(here: Stack) -> Iterator[None]:
    """No room: the small file system is filled or, where there is none, no file may grow."""
    if os.path.ismount(here.run_dir):
        filler = here.run_dir / "filler"
        with filler.open("wb", buffering=0) as output:
            try:
                while True:
                    output.write(bytes(4096))
            except OSError:
                pass
        yield
        filler.unlink()
        return
    parts = [here.process(part) for part in ("gateway", "rasa")]
    before = [resource.prlimit(part, resource.RLIMIT_FSIZE) for part in parts]
    for part, (_, hard) in zip(parts, before, strict=True):
        resource.prlimit(part, resource.RLIMIT_FSIZE, (1, hard))
    yield
    for part, limits in zip(parts, before, strict=True):
        resource.prlimit(part, resource.RLIMIT_FSIZE, limits)


def test_a_full_disk_is_a_sentence_and_loses_nothing(here: Stack, told: str) -> None:
    with _full(here):
        answers = [here.say(told, "quels sont mes droits ?") for _ in range(40)]
        refused = [answer for answer in answers if answer.status_code != 200]
        assert refused, "the disk was never full"
        assert all(is_sentence(answer) for answer in refused), refused[0].text
        assert is_sentence(here.client.post("/conversations", json={"channel": "web"}))
        assert here.client.get("/").status_code == 200
    here.until(here.is_well)
    assert here.reply(told, "quels sont mes droits ?")


def test_a_rasa_that_does_not_answer_is_waited_for_and_then_said(here: Stack, told: str) -> None:
    rasa = here.process("rasa")
    waiting, erased = here.open(country="mali"), here.open(country="mali")
    word = unknown_word()
    os.kill(rasa, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor() as pool:
            late = pool.submit(here.say, waiting, f"{word} {word[::-1]}")
            assert here.client.get("/", timeout=10).status_code == 200
            assert here.health()["parts"]["rasa"] == "unavailable"
            assert is_sentence(late.result())
    finally:
        os.kill(rasa, signal.SIGCONT)
    # The turn that nobody waits for any more must not bring back what is erased meanwhile.
    here.until(lambda: here.erase(waiting) in (204, 404))
    here.until(here.is_well)
    assert here.reply(erased, "quels sont mes droits ?")
    assert holders({word.encode()}, here.run_dir) == []


def test_a_short_halt_of_rasa_is_only_a_longer_wait(here: Stack, told: str) -> None:
    rasa = here.process("rasa")
    with ThreadPoolExecutor() as pool:
        os.kill(rasa, signal.SIGSTOP)
        late = pool.submit(here.say, told, "quels sont mes droits ?")
        time.sleep(2)
        os.kill(rasa, signal.SIGCONT)
        assert late.result().status_code == 200


def test_what_was_answered_survives_the_power_of_kill_9(tmp_path: Path) -> None:
    """Everything is killed right after a reply, and started again on the same state: the conversation goes on."""
    with stack(tmp_path) as first:
        kept = first.open()
        first.reply(kept, TOLD)
        many = [first.open(country=country) for country in ("mali", "caraibe") for _ in range(10)]
        with ThreadPoolExecutor(4) as pool:
            answered = dict(zip(many, pool.map(lambda s: first.reply(s, "quels sont mes droits ?"), many), strict=True))
        last = first.reply(kept, "et pour mon forfait mobile ?", message_id="dernier")
        pids = list(first.processes())
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
    with stack(tmp_path) as second:
        assert second.reply(kept, "et pour mon forfait mobile ?", message_id="dernier") == last
        assert [contact["id"] for contact in custom(second.reply(kept, ASKED))["contacts"]] == [ADDRESS]
        for sender, reply in answered.items():
            assert custom(second.reply(sender, "répétez"))["topics"] == custom(reply)["topics"]
        assert second.erase(kept) == 204
    assert {path.name for path in files(tmp_path / "run")} >= {"tracker.sqlite", "conversations.sqlite"}

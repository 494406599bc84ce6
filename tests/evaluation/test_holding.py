"""Conversations held by the evaluation with the real assistant, and what it measures around them."""

import os
from pathlib import Path

import httpx

from evaluation.conversations import MADE_OF, hold
from evaluation.results import fingerprint, read, write
from evaluation.running import memory_mb
from evaluation.sets import DEVELOPMENT, read_set
from tests.conftest import Assistant
from tests.conversations.judging import Judge
from tests.conversations.judging import hold as hold_in_tests

FEW = 3


def test_a_conversation_is_held_and_judged_as_the_tests_do(assistant: Assistant) -> None:
    judge = Judge.from_contract()
    cases = [case for case in read_set(DEVELOPMENT) if case.file in ("plain", "routing", "refuse")]
    with httpx.Client(base_url=assistant.url, timeout=30, trust_env=False) as client:
        for case in (*cases[:FEW], *cases[-FEW:]):
            held = hold(case, client, assistant.keys, judge)
            assert held.is_right == (hold_in_tests(case.content, client, assistant.keys, judge) == [])
            assert [turn.said for turn in held.turns] == [turn["user"] for turn in case.content["turns"]]
            assert all(turn.status and turn.text for turn in held.turns)


def test_memory_is_that_of_a_process_and_of_those_that_it_started() -> None:
    found = memory_mb(os.getpid())
    assert found.pop("all") == sum(found.values()) > 1


def test_a_fingerprint_follows_names_and_contents_and_no_compiled_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.py").write_text("1", "utf-8")
    before = fingerprint("a", root=tmp_path)
    (tmp_path / "a" / "__pycache__").mkdir()
    (tmp_path / "a" / "__pycache__" / "one.pyc").write_text("compiled", "utf-8")
    assert fingerprint("a", root=tmp_path) == before
    (tmp_path / "a" / "one.py").rename(tmp_path / "a" / "two.py")
    renamed = fingerprint("a", root=tmp_path)
    (tmp_path / "a" / "two.py").write_text("2", "utf-8")
    assert len({before, renamed, fingerprint("a", root=tmp_path)}) == 3


def test_what_the_code_of_the_assistant_is_made_of_is_there() -> None:
    assert len(fingerprint(*MADE_OF)) == 64


def test_a_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    place = tmp_path / "new" / "result.json"
    assert read(place) is None
    write(place, {"é": [1, None]})
    assert read(place) == {"é": [1, None]}
    assert [path.name for path in place.parent.iterdir()] == ["result.json"]

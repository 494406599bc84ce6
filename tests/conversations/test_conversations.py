"""The conversations of this folder, held over HTTP with the whole running assistant."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import Assistant
from tests.conversations.judging import Judge, hold, read_cases

CASES = read_cases()
JUDGE = Judge.from_contract()


@pytest.fixture(scope="module")
def client(assistant: Assistant) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=assistant.url, timeout=30, trust_env=False) as client:
        yield client


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_conversation_goes_as_it_must(case: dict[str, Any], client: httpx.Client, assistant: Assistant) -> None:
    assert hold(case, client, assistant.keys, JUDGE) == []


def test_there_are_conversations_on_every_topic_in_both_countries_and_through_every_door() -> None:
    topics = Counter(
        (topic, turn["country"])
        for case in CASES
        for turn in case["turns"]
        if turn.get("country")
        for topic in turn.get("topic", ())
    )
    asked = {topic for topic, _ in topics}
    assert len(asked) == 28
    assert {(topic, country) for topic in asked for country in ("caraibe", "mali")} - set(topics) == set()
    assert {case.get("channel", "web") for case in CASES} == {"web", "agent", "ivr"}
    assert len({case["id"] for case in CASES}) == len(CASES) >= 150


def reply(**changes: Any) -> list[dict[str, Any]]:
    """A reply that breaks nothing, but for what is changed in its `custom`."""
    text = "Une réponse vous sera adressée dans un délai d'un mois à compter de la réception de votre demande."
    custom = {
        "status": "answered",
        "topics": ["exercise.deadline"],
        "country": "mali",
        "offer": None,
        "policy": None,
        "contacts": [],
        "sources": [{"policy": "orange-mali", "section": "Comment exercer vos droits?", "excerpt": text}],
    }
    return [{"text": text}, {"custom": custom | changes}]


def test_the_judge_finds_nothing_in_a_right_reply() -> None:
    turn = {
        "topic": ["exercise.deadline"],
        "status": ["answered"],
        "country": "mali",
        "contacts": [],
        "says": ["un mois"],
    }
    assert JUDGE.broken(turn, reply(), spoken=False) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "smalltalk"},
        {"topics": ["retention"]},
        {"country": "caraibe"},
        {"contacts": [{"id": "mali.phone", "kind": "phone", "text": "Service clients au 7400"}]},
        {"contacts": [{"id": "mali.phone", "kind": "phone", "text": "Service clients au 7401"}]},
        {"sources": []},
        {"sources": [{"policy": "orange-mali", "section": "", "excerpt": "sous deux mois"}]},
        {"sources": [{"policy": "orange-mali", "section": "", "excerpt": "hors du Mali"}]},
        {"offer": "satellite"},
    ],
)
def test_the_judge_finds_what_is_wrong(changes: dict[str, Any]) -> None:
    turn = {"topic": ["exercise.deadline"], "status": ["answered"], "country": "mali", "contacts": []}
    assert JUDGE.broken(turn, reply(**changes), spoken=False)


def test_the_judge_holds_the_text_against_what_must_and_must_not_be_said() -> None:
    assert JUDGE.broken({"says": ["deux mois"]}, reply(), spoken=False)
    assert JUDGE.broken({"never": ["délai"]}, reply(), spoken=False)
    assert JUDGE.broken({}, [{"text": "Bonjour."}], spoken=False)

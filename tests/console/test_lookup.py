"""Look-up: by words alone where Rasa is down, by the understanding of the chat where it is up; and who may look up."""

import dataclasses
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.audit_chain import verify
from gateway.audit_file import FileLog
from gateway.console.index import Index
from gateway.console.lines import Line, Part, read
from gateway.settings import Settings
from policies_kb.base import KnowledgeBase
from policies_kb.replies.conversation import Entity, UserTurn
from tests.conftest import free_port
from tests.console.at_assistant import agent
from tests.console.conftest import Visitor
from tests.console.test_cards import PLACES, TODAY
from tests.conversations.judging import read_cases
from tests.gateway.conftest import Gateway, assert_error

__all__ = ["agent"]

LOOK_UP = "/conseiller/api/lookup"


@pytest.fixture
def alone(start: Callable[..., Gateway], accounts: object, base: object) -> Visitor:
    """An agent at a console whose Rasa is down."""
    visitor = Visitor(start(rasa_port=free_port()).client)
    assert visitor.sign_in("agent").status_code == 200
    return visitor


def _look_up(visitor: Visitor, text: str, **line: Any) -> dict[str, Any]:
    answer = visitor.post(LOOK_UP, json={"text": text, **line})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("typed", "topic"),
    [
        ("suprimer donnees", "rights.erasure"),
        ("portabilte", "rights.portability"),
        ("suppr", "rights.erasure"),
        ("BLOCTEL", "bloctel"),
        ("delegue protection", "dpo"),
        ("piece identite", "exercise.identity_proof"),
        ("dece", "rights.post_mortem"),
    ],
)
def test_without_rasa_misspelled_and_shortened_words_still_find(alone: Visitor, typed: str, topic: str) -> None:
    found = _look_up(alone, typed)
    assert found["understood"] is False
    assert found["results"][0]["topic"] == topic
    assert found["results"][0]["why"] == "words"


def test_without_rasa_what_is_understood_is_refused_and_cards_still_open(alone: Visitor) -> None:
    refused = alone.post("/conseiller/api/question", json={"text": "je veux tout effacer"})
    assert_error(refused, 503, "assistant_unreachable")
    opened = alone.post("/conseiller/api/card", json={"topic": "rights.erasure", "country": "mali"})
    assert [contact["id"] for contact in opened.json()["contacts"]] == ["mali.phone", "mali.bamako"]


def test_a_contact_is_found_by_its_name_and_shown_when_it_is_decided(alone: Visitor) -> None:
    hidden = _look_up(alone, "jarry")
    assert [hit["place"] for hit in hidden["results"] if hit["kind"] == "contact"] == ["caraibe.jarry"]
    assert all(place not in json.dumps(hidden["results"], ensure_ascii=False) for place in PLACES.values())
    wrong = _look_up(alone, "jarry", country="caraibe", offers=["internet"])
    assert "Jarry" not in json.dumps(wrong, ensure_ascii=False)
    decided = _look_up(alone, "jarry", country="caraibe", offers=["open"])
    assert [hit["detail"] for hit in decided["results"] if hit["kind"] == "contact"] == [
        "Orange Caraïbe SA, service client, gestion des données personnelles, BP 2203, 97196 Jarry Cedex 9"
    ]


def test_a_department_is_not_the_beginning_of_a_postcode(alone: Visitor) -> None:
    assert [hit["kind"] for hit in _look_up(alone, "bloctel 971")["results"] if hit["place"] == "caraibe.jarry"] == []


def test_a_notice_is_found_and_a_country_leaves_out_the_other(alone: Visitor) -> None:
    assert any(hit["kind"] == "notice" for hit in _look_up(alone, "APDP autorité")["results"])
    for hit in _look_up(alone, "autorité de contrôle données", country="caraibe")["results"]:
        assert hit["countries"] == ["caraibe"]


def test_no_passage_that_holds_a_contact_is_found(built_base: Path) -> None:
    kb = KnowledgeBase.open(built_base)
    index = Index(kb, TODAY)
    for passage in kb.passages:
        for hit in index.search(passage.excerpt.text, None):
            if hit.entry.kind == "passage":
                found = next(
                    one for one in kb.passages if (one.id, one.country) == (hit.entry.place, hit.entry.countries[0])
                )
                assert not any(contact.text in " ".join(found.excerpt.text.split()) for contact in kb.contacts.values())


def test_at_most_eight_results_best_first(alone: Visitor) -> None:
    scores = [hit["score"] for hit in _look_up(alone, "droit données politique orange traitement durée")["results"]]
    assert 0 < len(scores) <= 8
    assert scores == sorted(scores, reverse=True)


def test_only_an_agent_with_the_token_looks_up(visit: Callable[..., Visitor]) -> None:
    for call in ("lookup", "card", "question"):
        path, body = f"/conseiller/api/{call}", {"text": "bloctel", "topic": "bloctel"}
        assert_error(visit().post(path, json=body), 401, "session_missing")
        assert_error(visit("auditor").post(path, json=body), 403, "role_missing")
        assert_error(visit("agent").send("POST", path, json=body), 403, "token_refused")
    assert_error(visit().get("/conseiller/api/start"), 401, "session_missing")


def test_an_empty_a_long_or_a_foreign_request_is_refused_in_the_one_shape(alone: Visitor) -> None:
    assert_error(alone.post(LOOK_UP, json={"text": "  "}), 422, "message_empty")
    assert_error(alone.post(LOOK_UP, json={"text": "x" * 1001}), 422, "message_too_long")
    assert_error(alone.post(LOOK_UP, json={"text": "x", "country": "france"}), 422, "country_invalid")
    assert_error(alone.post("/conseiller/api/card", json={"topic": "cookies"}), 422, "request_invalid")


def test_nothing_of_what_is_typed_is_logged_or_kept(
    alone: Visitor, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    _look_up(alone, "zzyzx suppression 0690112233")
    alone.post("/conseiller/api/question", json={"text": "zzyzx question"})
    assert "zzyzx" not in caplog.text
    for path in settings.run_dir.iterdir():
        assert b"zzyzx" not in path.read_bytes()


def test_opening_a_card_is_written_to_the_audit_log_and_a_look_up_is_not(alone: Visitor, settings: Settings) -> None:
    log = FileLog(settings.run_dir / "audit.sqlite")
    before = verify(log).last
    _look_up(alone, "bloctel")
    assert verify(log).last == before
    alone.post("/conseiller/api/card", json={"topic": "bloctel", "country": "caraibe"})
    assert verify(log).last == before + 1


MALI_BEFORE = Line(country="mali")
SAYS_971_BOX = UserTurn(
    "rights.erasure", 0.99, (Entity("country", "caraibe", "line"), Entity("offer", "internet")), (), "971 box"
)


def test_a_choice_and_a_text_that_disagree_decide_nothing_until_the_choice_is_made_again() -> None:
    undecided = read(SAYS_971_BOX, MALI_BEFORE, ())
    assert undecided.account.country is None
    assert undecided.disagreements == ("country",)
    chosen: list[Part] = ["country"]
    settled = read(SAYS_971_BOX, MALI_BEFORE, chosen)
    assert settled.account.country == "mali"
    assert settled.disagreements == ()
    offer = read(SAYS_971_BOX, Line(country="caraibe", offers=["mobile"]), ())
    assert (offer.account.offers, offer.disagreements) == ((), ("offer",))
    agreed = read(SAYS_971_BOX, Line(country="caraibe", offers=["internet"]), ())
    assert (agreed.account.offers, agreed.disagreements) == (("internet",), ())
    both = dataclasses.replace(SAYS_971_BOX, entities=(*SAYS_971_BOX.entities, Entity("customer", "also")))
    assert read(both, Line(country="caraibe", offers=["mobile"]), ()).account.offers == ("mobile", "internet")


AGENTS = [case for case in read_cases() if case["id"].startswith("agent-") and case["turns"][0].get("topic")]


@pytest.mark.parametrize("case", AGENTS, ids=[case["id"] for case in AGENTS])
def test_what_agents_type_finds_its_topic_first_and_its_line(agent: Visitor, case: dict[str, Any]) -> None:
    turn, context = case["turns"][0], case.get("context") or {}
    offers = [context["offer"]] if context.get("offer") else []
    found = _look_up(agent, turn["user"], country=context.get("country"), offers=offers)
    assert found["understood"]
    assert found["results"][0]["topic"] == turn["topic"][0]
    assert found["line"]["country"] == turn.get("country")


def test_a_question_that_is_none_of_ours_says_so_beside_the_results(agent: Visitor) -> None:
    told = _look_up(agent, "litige facture roaming client, geste commercial ?")["reply"]
    assert told["status"] == "out_of_scope"
    elsewhere = _look_up(agent, "client de La Réunion, demande d'effacement de ses données")
    assert elsewhere["line"]["country"] == "elsewhere"
    assert elsewhere["reply"]["status"] == "out_of_scope"

"""What editors see: the base as it is, what was not understood, and what a new version of a policy would touch."""

import json
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.console.editor import MOST_TEXT
from policies_kb import base as knowledge
from policies_kb.base_version import version_of
from policies_kb.content import load_content
from policies_kb.source import SOURCES, read_sources
from tests.console.conftest import Visitor
from tests.gateway.conftest import Gateway, assert_error
from tests.gateway.peer import Peer, custom, replying

Visit = Callable[..., Visitor]
MALI = next(SOURCES.glob("orange-mali*.md"))


@pytest.fixture
def editor(visit: Visit) -> Visitor:
    return visit("editor")


def _preview(editor: Visitor, text: str, country: str = "mali") -> Any:
    answer = editor.post("/conseiller/api/editor/preview", json={"country": country, "text": text})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_state_is_that_of_the_base(editor: Visitor, base: Path) -> None:
    found = editor.get("/conseiller/api/editor").json()
    now = knowledge.current(base)
    assert found["version"] == version_of(base)
    assert [policy["sha256"] for policy in found["policies"]] == [policy.sha256 for policy in now.policies.values()]
    assert [entry["topic"] for entry in found["topics"]] == list(now.topics)
    for entry in found["topics"]:
        for country in now.policies:
            assert entry["coverage"][country] == now.card(entry["topic"], country).coverage
    assert len(found["notices"]) == len(now.expired(date.max)) > 0


def test_notices_tell_whether_they_are_still_good(editor: Visitor, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expires = min(notice.expires_on for notice in knowledge.current(base).expired(date.max))
    for days, state in ((-31, "good"), (-30, "soon"), (0, "soon"), (1, "expired")):
        monkeypatch.setattr("gateway.console.editor.today", lambda days=days: expires + timedelta(days=days))
        assert editor.get("/conseiller/api/editor").json()["notices"][0]["state"] == state


def test_without_a_base_it_says_so(editor: Visitor, base: Path) -> None:
    base.unlink()
    assert_error(editor.get("/conseiller/api/editor"), 503, "base_unreadable")


def test_questions_not_understood_are_counted_by_the_topics_they_may_have_meant(
    editor: Visitor, gateway: Gateway, peer: Peer
) -> None:
    sender = gateway.open()
    gateway.say(sender, "une question claire")
    for topics in (["retention", "rights"], ["retention"], []):
        payload = custom(status="clarify", topics=topics, unsure=True)
        peer.reply = replying({"text": "?", "custom": payload})
        gateway.say(sender, "charabia")
    found = editor.get("/conseiller/api/editor").json()["unknown"]
    assert (found["days"], found["total"], found["without_candidate"]) == (30, 3, 1)
    assert [(one["value"], one["count"]) for one in found["candidates"]] == [("retention", 2), ("rights", 1)]
    assert all(one["label"] != one["value"] for one in found["candidates"])
    assert "charabia" not in json.dumps(found)


@pytest.mark.parametrize("days", ["0", "-1", "3651", "x"])
def test_a_period_that_makes_no_sense_is_refused(editor: Visitor, days: str) -> None:
    assert_error(editor.get("/conseiller/api/editor", params={"jours": days}), 422, "request_invalid")


def test_the_policy_in_force_changes_nothing(editor: Visitor) -> None:
    for text in (MALI.read_text("utf-8"), read_sources()["mali"].body):
        found = _preview(editor, text)
        assert (found["problem"], found["changes"]) == (None, [])


def test_a_changed_sentence_shows_with_the_cards_and_contacts_to_read_again(editor: Visitor) -> None:
    body = read_sources()["mali"].body
    passage = next(one for one in read_sources()["mali"].passages if "pour la durée nécessaire" in one.text)
    found = _preview(editor, body.replace(passage.text, passage.text.replace("la durée nécessaire", "dix ans"), 1))
    [change] = found["changes"]
    assert (change["kind"], change["old"]["text"]) == ("changed", passage.text)
    assert "dix ans" in change["new"]["text"]
    assert change["touches"]
    assert found["cards"] == sorted(name for name in change["touches"] if not name.startswith("contact "))


def test_a_contact_that_goes_is_named(editor: Visitor) -> None:
    contact = next(one for one in load_content().contacts if one.country == "mali")
    words = next(iter(contact.runs.values())).passages[0].text
    found = _preview(editor, read_sources()["mali"].body.replace(words, "Écrivez-nous.", 1))
    assert contact.id in found["contacts"]


def test_headings_that_are_missing_are_named(editor: Visitor) -> None:
    found = _preview(editor, read_sources()["mali"].body.replace("Quels sont vos droits?", "Vos droits"))
    assert (found["problem"], found["headings"]) == ("headings", ["Quels sont vos droits?"])


def test_a_new_version_may_bring_its_own_headings(editor: Visitor) -> None:
    found = _preview(editor, MALI.read_text("utf-8").replace("Quels sont vos droits?", "Vos droits"))
    assert found["problem"] is None
    assert found["changes"]


@pytest.mark.parametrize(
    "text", ["---\n", "---\nid: x\n---\nx", "---\n- 1\n---\nx", "---\nid: &a [*a]\n---\nx", "\ud800"]
)
def test_what_is_no_policy_is_refused(editor: Visitor, text: str) -> None:
    body = json.dumps({"country": "mali", "text": text}).encode()
    headers = {"Content-Type": "application/json"}
    answer = editor.post("/conseiller/api/editor/preview", content=body, headers=headers)
    assert answer.status_code == 422
    assert_error(answer, 422, answer.json()["error"]["code"])


def test_the_policy_of_another_country_is_refused(editor: Visitor) -> None:
    body = {"country": "caraibe", "text": MALI.read_text("utf-8")}
    assert_error(editor.post("/conseiller/api/editor/preview", json=body), 422, "version_invalid")


def test_a_text_that_is_too_long_is_refused(editor: Visitor, visit: Visit) -> None:
    def send(visitor: Visitor, length: int) -> Any:
        return visitor.post("/conseiller/api/editor/preview", json={"country": "mali", "text": "x" * length})

    assert_error(send(editor, MOST_TEXT + 1), 422, "request_invalid")
    assert_error(send(editor, 1_300_000), 413, "version_too_large")
    # Who may not preview may not send that much either.
    assert_error(send(visit("agent"), 20_000), 413, "body_too_large")
    assert_error(send(visit(), 20_000), 413, "body_too_large")


def test_a_text_made_to_take_long_is_given_up_and_the_gateway_goes_on(
    editor: Visitor, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.console.editor.MOST_SECONDS", 0.05)
    body = {"country": "mali", "text": read_sources()["mali"].body}
    assert_error(editor.post("/conseiller/api/editor/preview", json=body), 503, "version_slow")
    assert gateway.client.get("/openapi.json").status_code == 200


def test_nothing_of_a_preview_is_stored_or_published(editor: Visitor, gateway: Gateway) -> None:
    before = {path: path.stat().st_mtime_ns for path in SOURCES.parent.rglob("*") if path.is_file()}
    started = time.time_ns()
    mark = "Une phrase qui ne doit rester nulle part."
    _preview(editor, f"{read_sources()['mali'].body}\n\n{mark}\n")
    assert {path: path.stat().st_mtime_ns for path in before} == before
    for path in [*gateway.settings.run_dir.iterdir(), *Path("/tmp").glob("*.md")]:
        if path.is_file() and path.stat().st_mtime_ns > started:
            assert mark.encode() not in path.read_bytes()

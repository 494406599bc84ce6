"""The turns as JSON: who may have them, what is refused, what a repeated step gets, what outlives a restart."""

import json
import sqlite3
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.gateway.peer import wait_for
from tests.ivr.conftest import KEYS, Start


def _begin(line: TestClient) -> dict[str, Any]:
    answer = line.post("/ivr/calls", json={})
    assert answer.status_code == 201
    turn: dict[str, Any] = answer.json()
    return turn


def _step(line: TestClient, turn: dict[str, Any], **event: Any) -> dict[str, Any]:
    answer = line.post(f"/ivr/calls/{turn['call']}/steps/{turn['step']}", json=event)
    assert answer.status_code == 200, answer.text
    following: dict[str, Any] = answer.json()
    return following


def _press(line: TestClient, turn: dict[str, Any], keys: str) -> dict[str, Any]:
    for key in keys:
        turn = _step(line, turn, event="digits", digits=key)
    return turn


def _assert_refused(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error["code"] == code
    assert error["message"].endswith(".")


def _calls(line: TestClient, call: str) -> Any:
    """Call the calls of a gateway where it runs."""
    assert line.portal is not None
    return line.portal.call(getattr(cast(FastAPI, line.app).state.line.calls, call))


def test_a_turn_ends_with_what_the_renderer_does_next(line: TestClient) -> None:
    turn = _begin(line)
    assert turn["step"] == 1
    *says, collect = turn["actions"]
    assert {say["do"] for say in says} == {"say"}
    assert [say["barge_in"] for say in says] == [False, True, True, True]
    assert collect == {
        "do": "collect", "digits": "12340*#", "max": 1, "timeout_ms": 5000, "barge_in": True, "speech": False,
    }  # fmt: skip
    turn = _press(line, turn, "0")
    assert turn["step"] == 2
    assert turn["actions"][-1] == {"do": "transfer", "to": "adviser"}
    assert _step(line, turn, event="transferred")["actions"] == [{"do": "hangup"}]


def test_the_address_is_dictated_slowly_line_by_line(line: TestClient) -> None:
    turn = _press(line, _begin(line), "112")
    slow = [say["text"] for say in turn["actions"] if say.get("rate") == "slow"]
    assert slow[:3] == ["Immeuble Orange.", "Hamdallaye ACI deux mille.", "boîte postale E, trois neuf, neuf un."]


def test_an_answer_given_by_keys_is_in_the_audit_log_once(line: TestClient, tmp_path: Path) -> None:
    _press(line, _begin(line), "111#*")  # the answer, its detail, back to it, and once more
    with sqlite3.connect(tmp_path / "run" / "audit.sqlite") as log:
        bodies = [json.loads(body) for (body,) in log.execute("SELECT body FROM entries")]
    assert [(body["door"], body["country"], body["status"]) for body in bodies] == [("ivr", "mali", "answered")]
    assert bodies[0]["topics"][0].startswith("rights.")


@pytest.mark.parametrize("event", ["digits", "noinput", "nomatch", "maxtime", "speech"])
def test_a_step_sent_again_gets_the_same_turn(line: TestClient, event: str) -> None:
    first = _press(line, _begin(line), "1")
    sent = {"event": event, "digits": "1", "nbest": [{"text": "effacer", "confidence": 0.1}]}
    following = _step(line, first, **sent)
    assert following["step"] == first["step"] + 1
    assert _step(line, first, **sent) == following
    assert _step(line, {**first, "step": 1}, event="noinput") == following, "an older step"
    assert _step(line, {**first, "step": 99}, event="noinput") == following, "a step to come"


def test_a_call_outlives_a_restart_of_the_gateway(start: Start) -> None:
    before = _press(start(), _begin(start()), "11")
    after = start()
    assert _step(after, {**before, "step": 1}, event="noinput") == before
    assert "boîte postale" in str(_press(after, before, "2"))


def test_a_call_leaves_nothing_when_it_ends(line: TestClient, tmp_path: Path) -> None:
    turn = _press(line, _begin(line), "1")
    _step(line, turn, event="hangup")
    _assert_refused(line.post(f"/ivr/calls/{turn['call']}/steps/3", json={"event": "noinput"}), 404, "call_unknown")
    with sqlite3.connect(tmp_path / "run" / "calls.sqlite") as database:
        assert database.execute("SELECT count(*) FROM calls WHERE id IS NOT NULL").fetchone() == (0,)
        assert database.execute("SELECT count(*) FROM steps WHERE call IS NOT NULL").fetchone() == (0,)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "run").glob("calls.sqlite*"))
    assert b"Supprimer" not in kept


def test_a_call_over_its_time_goes_to_an_adviser_and_is_purged(start: Start, tmp_path: Path) -> None:
    line = start()
    turn = _press(line, _begin(line), "1")
    with sqlite3.connect(tmp_path / "run" / "calls.sqlite") as database:
        database.execute("UPDATE calls SET started_at = started_at - 301")
    over = _press(line, turn, "1")
    assert "durée maximale" in over["actions"][0]["text"]
    assert over["actions"][-1]["do"] == "transfer"
    with sqlite3.connect(tmp_path / "run" / "calls.sqlite") as database:
        database.execute("UPDATE calls SET started_at = started_at - 200")
    _calls(line, "purge")
    _assert_refused(line.post(f"/ivr/calls/{turn['call']}/steps/3", json={"event": "noinput"}), 404, "call_unknown")


@pytest.mark.parametrize("key", [None, "Bearer wrong", f"Bearer {KEYS.agent}", "Basic !", "Basic d3Jvbmc6d3Jvbmc="])
@pytest.mark.parametrize("path", ["/ivr/start", "/ivr/calls", "/ivr/x/1", "/ivr/calls/x/steps/1"])
def test_a_wrong_key_is_asked_for_basic(line: TestClient, path: str, key: str | None) -> None:
    del line.headers["Authorization"]
    answer = line.post(path, json={}, headers={"Authorization": key} if key else {})
    _assert_refused(answer, 401, "key_refused" if key else "key_missing")
    assert answer.headers["www-authenticate"].startswith("Basic ")


def test_the_key_is_taken_as_a_password_too(line: TestClient) -> None:
    del line.headers["Authorization"]
    assert line.get("/ivr/start", auth=("anybody", KEYS.ivr)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {}, {"event": "digits"}, {"event": "speech"}, {"event": "dance"}, {"event": ["digits"]},
        {"event": "digits", "digits": "1" * 33}, {"event": "digits", "digits": 1},
        {"event": "speech", "nbest": [{"text": "x", "confidence": 7}]}, {"event": "speech", "nbest": "x"},
    ],
)  # fmt: skip
def test_a_malformed_event_is_refused_and_changes_nothing(line: TestClient, body: Any) -> None:
    turn = _begin(line)
    address = f"/ivr/calls/{turn['call']}/steps/1"
    _assert_refused(line.post(address, json=body), 422, "event_invalid")
    assert _press(line, turn, "1")["step"] == 2


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", 422), (b"\xff\xfe", 422), (b"event=dance", 422), (b"event=digits&digits=" + b"1" * 99, 422),
     (b"digits=1", 422), (b"&".join([b"a=1"] * 99), 422), (b"event=noinput&x=" + b"y" * 17_000, 413)],
)  # fmt: skip
def test_a_malformed_submit_is_refused_and_changes_nothing(line: TestClient, content: bytes, status: int) -> None:
    turn = _begin(line)
    header = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = line.post(f"/ivr/{turn['call']}/1", content=content, headers=header)
    _assert_refused(answer, status, "event_invalid" if status == 422 else "body_too_large")
    assert _press(line, turn, "1")["step"] == 2


@pytest.mark.parametrize("step", ["0", "-1", "x", "1.5", "9" * 400])
def test_a_malformed_step_is_refused(line: TestClient, step: str) -> None:
    turn = _begin(line)
    answer = line.post(f"/ivr/calls/{turn['call']}/steps/{step}", json={"event": "noinput"})
    _assert_refused(answer, 422, "request_invalid")


@pytest.mark.parametrize("call", ["x", "%F0%9F%98%80", "'--", "a" * 64])
def test_an_unknown_call_is_not_found(line: TestClient, call: str) -> None:
    _assert_refused(line.post(f"/ivr/calls/{call}/steps/1", json={"event": "noinput"}), 404, "call_unknown")
    _assert_refused(line.get(f"/ivr/{call}/1?event=noinput"), 404, "call_unknown")


def test_without_a_knowledge_base_an_answer_is_refused_and_the_call_goes_on(
    start: Start, tmp_path: Path, base: Path
) -> None:
    line = start()
    turn = _press(line, _begin(line), "1")
    link = tmp_path / "run" / "kb.sqlite"
    link.unlink()
    answer = line.post(f"/ivr/calls/{turn['call']}/steps/2", json={"event": "digits", "digits": "1"})
    _assert_refused(answer, 503, "not_ready")
    link.symlink_to(base)
    assert "suppression" in str(_press(line, turn, "1"))


def test_a_purge_that_fails_shows_in_the_health_until_one_succeeds(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.health._FRESH_SECONDS", -1.0)
    monkeypatch.setattr("gateway.ivr.calls._ROUND_SECONDS", 0.05)
    monkeypatch.setattr("gateway.sqlite_file._BUSY_SECONDS", 0.05)
    line = start()
    turn = _begin(line)
    with sqlite3.connect(tmp_path / "run" / "calls.sqlite") as database:
        database.execute("UPDATE calls SET started_at = started_at - 1000")

    def report() -> Any:
        return line.get("/health").json()

    assert "appels" not in str(report())
    monkeypatch.setattr("gateway.ivr.calls.OVERDUE_SECONDS", -1.0)
    holding = sqlite3.connect(tmp_path / "run" / "calls.sqlite", isolation_level=None)
    holding.execute("BEGIN IMMEDIATE")
    wait_for(lambda: "appels" in str(report()["warnings"]))
    assert report()["parts"]["erasure"] == "unavailable"
    holding.close()
    wait_for(lambda: report()["parts"]["erasure"] == "ok")
    _assert_refused(line.post(f"/ivr/calls/{turn['call']}/steps/1", json={"event": "noinput"}), 404, "call_unknown")

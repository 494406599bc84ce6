"""/health says which part cannot answer, and what to look at."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.conftest import Gateway
from tests.gateway.peer import Peer

PARTS = {"rasa", "actions", "base", "store", "erasure"}


def _report(gateway: Gateway, status: int) -> Any:
    answer = gateway.client.get("/health")
    assert answer.status_code == status, answer.text
    return answer.json()


def test_all_parts_there_is_200(start: Callable[..., Gateway], base: Path) -> None:
    assert _report(start(), 200) == {"status": "ok", "parts": dict.fromkeys(PARTS, "ok"), "warnings": []}


def _no_model(peer: Peer) -> None:
    peer.status = (200, b'{"model_file": null}')


def _loading(peer: Peer) -> None:
    peer.status = (409, b'{"reason": "Conflict"}')


def _odd(peer: Peer) -> None:
    peer.status = (200, b"[]")


def _no_actions(peer: Peer) -> None:
    peer.actions_status = 500


@pytest.mark.parametrize(
    ("breaking", "part"), [(_no_model, "rasa"), (_loading, "rasa"), (_odd, "rasa"), (_no_actions, "actions")]
)
def test_a_part_that_cannot_answer_is_named(
    start: Callable[..., Gateway], peer: Peer, base: Path, breaking: Callable[[Peer], None], part: str
) -> None:
    breaking(peer)
    report = _report(start(), 503)
    assert report["parts"] == {**dict.fromkeys(PARTS, "ok"), part: "unavailable"}
    assert report["status"] == "unavailable"
    assert report["error"]["code"] == "not_ready"
    assert report["error"]["message"].endswith(".")


def test_without_a_base_nothing_can_be_said(gateway: Gateway) -> None:
    assert _report(gateway, 503)["parts"]["base"] == "unavailable"


def test_a_base_that_went_missing_warns_while_the_one_in_memory_goes_on(
    start: Callable[..., Gateway], base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.health._FRESH_SECONDS", -1.0)
    gateway = start()
    assert _report(gateway, 200)["warnings"] == []
    kept = base.rename(base.with_suffix(".kept"))
    (warning,) = _report(gateway, 200)["warnings"]
    assert "base de connaissances" in warning
    kept.rename(base)
    assert _report(gateway, 200)["warnings"] == []


def test_a_log_that_cannot_be_emptied_after_an_erasure_warns(
    start: Callable[..., Gateway], base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.health._FRESH_SECONDS", -1.0)
    gateway = start()
    sender = gateway.open()
    reader = sqlite3.connect(gateway.settings.run_dir / "conversations.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM conversations").fetchone()
    assert gateway.erase(sender).status_code == 503
    assert len(_report(gateway, 200)["warnings"]) == 1
    reader.close()


def test_with_nobody_behind_it_the_gateway_still_answers(gateway: Gateway, peer: Peer) -> None:
    peer.close()
    parts = _report(gateway, 503)["parts"]
    assert (parts["rasa"], parts["actions"], parts["store"]) == ("unavailable", "unavailable", "ok")


def test_an_expired_notice_warns_and_nothing_more(start: Callable[..., Gateway], base: Path) -> None:
    content = sqlite3.connect(base)
    content.execute("UPDATE notices SET expires_on = '2020-02-29' WHERE country = 'mali'")
    content.commit()
    content.close()
    (warning,) = _report(start(), 200)["warnings"]
    assert "2020-02-29" in warning


def test_an_erasure_that_waits_warns(start: Callable[..., Gateway], peer: Peer, base: Path) -> None:
    gateway = start()
    peer.erasure_status = 500
    sender = gateway.open()
    gateway.erase(sender)
    report = _report(gateway, 200)
    assert report["parts"]["erasure"] == "ok"
    assert len(report["warnings"]) == 1


def test_an_erasure_that_waits_too_long_fails(
    start: Callable[..., Gateway], peer: Peer, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.erasure.OVERDUE_SECONDS", -1.0)
    gateway = start()
    peer.erasure_status = 500
    gateway.erase(gateway.open())
    assert _report(gateway, 503)["parts"]["erasure"] == "unavailable"


def test_a_store_that_cannot_be_written_is_named(start: Callable[..., Gateway], base: Path) -> None:
    gateway = start()
    other = sqlite3.connect(gateway.settings.run_dir / "conversations.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert _report(gateway, 503)["parts"]["store"] == "unavailable"
    other.close()


def test_rasa_is_asked_with_its_token(start: Callable[..., Gateway], peer: Peer) -> None:
    start(rasa_token="t0ken").client.get("/health")
    assert peer.status_queries == ["token=t0ken"]


def test_a_burst_of_probes_costs_one_question(gateway: Gateway, peer: Peer) -> None:
    for _ in range(5):
        gateway.client.get("/health")
    assert len(peer.status_queries) == 1

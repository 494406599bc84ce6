"""The audit log: what is written, that tampering shows, and that purging does not pass for it."""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.audit import Audit, Given, hour_of
from gateway.audit_chain import Head, link, verify
from tests.conftest import ROOT
from tests.gateway.conftest import Gateway
from tests.gateway.peer import Peer, custom, replying

DAY = 86_400
DAYS = 30
GIVEN = Given("web", "mali", None, ("rights",), "answered", False, "0123456789abcdef", "a" * 64)


class Clock:
    """A time in seconds that a test moves."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def audit(tmp_path: Path, clock: Clock) -> Iterator[Audit]:
    audit = Audit(tmp_path / "audit.sqlite", DAYS, clock)
    yield audit
    audit.close()


def _fill(audit: Audit, count: int = 10) -> None:
    for _ in range(count):
        audit.record(GIVEN)


def _tamper(audit: Audit, *statements: str) -> None:
    database = sqlite3.connect(audit.path)
    for statement in statements:
        assert database.execute(statement).rowcount > 0
    database.commit()
    database.close()


def _rows(audit: Audit) -> list[tuple[int, dict[str, object], str]]:
    database = sqlite3.connect(audit.path)
    rows = database.execute("SELECT number, body, hash FROM entries ORDER BY number").fetchall()
    database.close()
    return [(number, json.loads(body), stated) for number, body, stated in rows]


def test_a_row_holds_what_was_given_to_the_hour_and_no_more(audit: Audit, clock: Clock) -> None:
    audit.record(GIVEN)
    [(number, body, _)] = _rows(audit)
    assert number == 1
    assert body == {
        "number": 1, "hour": hour_of(clock.now), "door": "web", "country": "mali", "offer": None, "topics": ["rights"],
        "status": "answered", "unsure": False, "version": "0123456789abcdef", "policy_sha256": "a" * 64,
    }  # fmt: skip
    assert hour_of(0) == "1970-01-01T00Z"
    assert hour_of(3599) == hour_of(0) != hour_of(3600)


def test_a_log_that_nobody_touched_fits(audit: Audit) -> None:
    assert verify(audit.path).problem is None
    _fill(audit)
    state = verify(audit.path)
    assert (state.problem, state.first, state.last, state.rows) == (None, 1, 10, 10)
    assert state.head == audit.head()


@pytest.mark.parametrize(
    "statements",
    [
        ("UPDATE entries SET body = replace(body, 'mali', 'caraibe') WHERE number = 5",),
        ("UPDATE entries SET hash = replace(hash, 'a', 'b') WHERE number = 5",),
        ("UPDATE entries SET body = body || ' ' WHERE number = 10",),
        ("DELETE FROM entries WHERE number = 5",),
        ("DELETE FROM entries WHERE number = 1",),
        ("DELETE FROM entries WHERE number = 5", "UPDATE entries SET number = number - 1 WHERE number > 5"),
        (
            "UPDATE entries SET number = 99 WHERE number = 4",
            "UPDATE entries SET number = 4 WHERE number = 5",
            "UPDATE entries SET number = 5 WHERE number = 99",
        ),
        ("INSERT INTO entries (number, body, hash) SELECT 11, body, hash FROM entries WHERE number = 10",),
    ],
)
def test_a_row_changed_removed_moved_or_put_in_shows(audit: Audit, statements: tuple[str, ...]) -> None:
    _fill(audit)
    _tamper(audit, *statements)
    assert verify(audit.path).problem == "altered"


def test_last_rows_removed_show_against_the_head_that_was_kept(audit: Audit) -> None:
    _fill(audit)
    head = audit.head()
    _tamper(audit, "DELETE FROM entries WHERE number > 8")
    assert verify(audit.path).problem is None
    assert verify(audit.path, head).problem == "truncated"


def test_a_chain_computed_anew_shows_against_the_head_that_was_kept(audit: Audit) -> None:
    _fill(audit)
    head = audit.head()
    rows = _rows(audit)
    previous = "0" * 64
    database = sqlite3.connect(audit.path)
    for number, body, _ in rows:
        text = json.dumps({**body, "country": "caraibe"}, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        previous = link(previous, text)
        database.execute("UPDATE entries SET body = ?, hash = ? WHERE number = ?", (text, previous, number))
    database.commit()
    database.close()
    assert verify(audit.path).problem is None
    assert verify(audit.path, head).problem == "replaced"


def test_a_kept_head_still_fits_after_more_answers(audit: Audit) -> None:
    _fill(audit)
    head = audit.head()
    _fill(audit)
    assert verify(audit.path, head).problem is None


def test_a_purge_removes_the_old_and_the_rest_still_fits(audit: Audit, clock: Clock) -> None:
    _fill(audit, 4)
    head = audit.head()
    clock.now += 20 * DAY
    _fill(audit, 3)
    clock.now += 11 * DAY
    assert audit.purge() == 4
    state = verify(audit.path, audit.head())
    assert (state.problem, state.first, state.rows) == (None, 5, 4)
    # The head that was kept is the anchor now.
    assert verify(audit.path, head).problem is None
    assert verify(audit.path, Head(head.number, "f" * 64)).problem == "replaced"
    assert _rows(audit)[-1][1]["purged"] == {"number": head.number, "hash": head.hash}


def test_purges_go_on_and_on(audit: Audit, clock: Clock) -> None:
    for _ in range(50):
        _fill(audit, 2)
        clock.now += 5 * DAY
        audit.purge()
        assert verify(audit.path, audit.head()).problem is None
    assert len(_rows(audit)) < 40


def test_nothing_is_purged_before_its_time(audit: Audit, clock: Clock) -> None:
    _fill(audit)
    clock.now += DAYS * DAY
    assert audit.purge() == 0
    assert len(_rows(audit)) == 10


def test_everything_old_can_be_purged(audit: Audit, clock: Clock) -> None:
    _fill(audit)
    clock.now += 100 * DAY
    assert audit.purge() == 10
    assert audit.purge() == 0
    assert verify(audit.path).problem is None
    audit.record(GIVEN)
    assert audit.head().number == 12


def test_a_beginning_removed_by_hand_does_not_pass_for_a_purge(audit: Audit) -> None:
    _fill(audit)
    _, _, stated = _rows(audit)[4]
    _tamper(audit, "DELETE FROM entries WHERE number <= 5", f"UPDATE anchor SET number = 5, hash = '{stated}'")
    assert verify(audit.path).problem == "beginning"


def test_a_failure_is_told_in_the_next_row(audit: Audit) -> None:
    audit.record(GIVEN)
    other = sqlite3.connect(audit.path)
    other.execute("BEGIN IMMEDIATE")
    audit.record(GIVEN)
    audit.record(GIVEN)
    assert audit.failing
    other.execute("ROLLBACK")
    other.close()
    audit.record(GIVEN)
    audit.record(GIVEN)
    assert [body.get("lost") for _, body, _ in _rows(audit)] == [None, 2, None]
    assert verify(audit.path).problem is None


def test_a_row_costs_less_than_what_a_person_notices(audit: Audit) -> None:
    started = time.process_time()
    _fill(audit, 500)
    assert (time.process_time() - started) / 500 < 0.001


def test_the_file_is_its_owners_alone(audit: Audit) -> None:
    assert audit.path.stat().st_mode & 0o077 == 0


def _command(audit: Audit, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "gateway.audit", *arguments], cwd=ROOT, env={"RUN_DIR": str(audit.path.parent)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_command_prints_the_head_and_verifies_against_it(audit: Audit) -> None:
    _fill(audit)
    head = _command(audit, "head").stdout.strip()
    assert head == f"10:{audit.head().hash}"
    fits = _command(audit, "verify", head)
    assert (fits.returncode, fits.stdout) == (0, f"10 rows fit, up to the head {head}\n")
    _tamper(audit, "DELETE FROM entries WHERE number = 10")
    assert _command(audit, "verify").returncode == 0
    refused = _command(audit, "verify", head)
    assert refused.returncode == 1
    assert "the last rows were removed" in refused.stderr
    assert _command(audit, "verify", "10").returncode == 2


def test_every_reply_is_written_down_once_without_what_was_said(
    gateway: Gateway, peer: Peer, base: Path, start: Callable[..., Gateway]
) -> None:
    sender = gateway.open(country="caraibe")
    for _ in range(2):
        assert gateway.say(sender, "Où va mon dossier secret ?", message_id="1").status_code == 200
    peer.reply = replying(
        {"text": "?", "custom": custom(status="clarify", topics=["retention"], unsure=True, policy=None)}
    )
    gateway.say(sender, "charabia secret")
    path = gateway.settings.run_dir / "audit.sqlite"
    found = [json.loads(body) for (body,) in sqlite3.connect(path).execute("SELECT body FROM entries ORDER BY number")]
    assert [(row["status"], row["topics"], row["unsure"]) for row in found] == [
        ("answered", ["recipients"], False), ("clarify", ["retention"], True),
    ]  # fmt: skip
    assert [row["policy_sha256"] for row in found] == ["0" * 64, None]
    assert all(len(row["version"]) == 16 for row in found)
    everything = b"".join(file.read_bytes() for file in path.parent.glob("audit.sqlite*"))
    for private in (b"secret", sender.encode()):
        assert private not in everything


def test_a_log_that_fails_loses_no_reply_and_shows_in_health(gateway: Gateway, base: Path) -> None:
    sender = gateway.open()
    other = sqlite3.connect(gateway.settings.run_dir / "audit.sqlite")
    other.execute("BEGIN IMMEDIATE")
    assert gateway.say(sender, "bonjour").status_code == 200
    report = gateway.client.get("/health").json()
    assert report["status"] == "ok"
    assert any("journal des réponses" in warning for warning in report["warnings"])
    other.close()

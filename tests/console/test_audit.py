"""The audit log, in a file and in PostgreSQL: what is written, that tampering shows, and that purging is not it."""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.audit_chain import Head, canonical, link
from gateway.audit_entry import hour_of
from tests.conftest import ROOT
from tests.console.audit_logs import DAY, DAYS, GIVEN, Clock, Kept, emptied, kept
from tests.gateway.conftest import Gateway
from tests.gateway.peer import Peer, custom, replying


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["file", "shared"])
def log(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Kept]:
    """The log of one machine, and that of a cluster."""
    where = str(tmp_path / "audit.sqlite")
    if request.param == "shared":
        where = request.getfixturevalue("database")
        emptied(where)
    with kept(request.param, where, clock) as running:
        # As the gateway does when it starts.
        running.run(running.audit.purge())
        yield running


@pytest.fixture
def file(tmp_path: Path, clock: Clock) -> Iterator[Kept]:
    with kept("file", str(tmp_path / "audit.sqlite"), clock) as running:
        yield running


def test_a_row_holds_what_was_given_to_the_hour_and_no_more(log: Kept, clock: Clock) -> None:
    log.fill(1)
    [(number, body, _)] = log.rows()
    assert number == 1
    assert body == {
        "number": 1, "hour": hour_of(clock.now), "door": "web", "country": "mali", "offer": None, "topics": ["rights"],
        "status": "answered", "unsure": False, "version": "0123456789abcdef", "policy_sha256": "a" * 64,
    }  # fmt: skip
    assert hour_of(0) == "1970-01-01T00Z"
    assert hour_of(3599) == hour_of(0) != hour_of(3600)


def test_a_log_that_nobody_touched_fits(log: Kept) -> None:
    assert log.verify().problem is None
    log.fill()
    state = log.verify()
    assert (state.problem, state.first, state.last, state.rows) == (None, 1, 10, 10)
    assert state.head == log.head()


@pytest.mark.parametrize(
    "statements",
    [
        ("UPDATE {rows} SET body = replace(body, 'mali', 'caraibe') WHERE number = 5",),
        ("UPDATE {rows} SET hash = replace(hash, 'a', 'b') WHERE number = 5",),
        ("UPDATE {rows} SET body = body || ' ' WHERE number = 10",),
        ("DELETE FROM {rows} WHERE number = 5",),
        ("DELETE FROM {rows} WHERE number = 1",),
        ("DELETE FROM {rows} WHERE number = 5", "UPDATE {rows} SET number = number - 1 WHERE number > 5"),
        (
            "UPDATE {rows} SET number = 99 WHERE number = 4",
            "UPDATE {rows} SET number = 4 WHERE number = 5",
            "UPDATE {rows} SET number = 5 WHERE number = 99",
        ),
        ("INSERT INTO {rows} (number, body, hash) SELECT 11, body, hash FROM {rows} WHERE number = 10",),
    ],
)
def test_a_row_changed_removed_moved_or_put_in_shows(log: Kept, statements: tuple[str, ...]) -> None:
    log.fill()
    log.tamper(*statements)
    assert log.verify().problem == "altered"


def test_last_rows_removed_show_against_the_head_that_was_kept(log: Kept) -> None:
    log.fill()
    head = log.head()
    log.tamper("DELETE FROM {rows} WHERE number > 8")
    assert log.verify().problem is None
    assert log.verify(head).problem == "truncated"


def test_a_chain_computed_anew_shows_against_the_head_that_was_kept(log: Kept) -> None:
    log.fill()
    head = log.head()
    previous = "0" * 64
    for number, body, _ in log.rows():
        text = canonical({**body, "country": "caraibe"})
        previous = link(previous, text)
        log.tamper(f"UPDATE {{rows}} SET body = '{text}', hash = '{previous}' WHERE number = {number}")
    assert log.verify().problem is None
    assert log.verify(head).problem == "replaced"


def test_a_kept_head_still_fits_after_more_answers(log: Kept) -> None:
    log.fill()
    head = log.head()
    log.fill()
    assert log.verify(head).problem is None


def test_a_purge_removes_the_old_and_the_rest_still_fits(log: Kept, clock: Clock) -> None:
    log.fill(4)
    head = log.head()
    clock.now += 20 * DAY
    log.fill(3)
    clock.now += 11 * DAY
    assert log.run(log.audit.purge()) == 4
    state = log.verify(log.head())
    assert (state.problem, state.first, state.rows) == (None, 5, 4)
    # The head that was kept is the anchor now.
    assert log.verify(head).problem is None
    assert log.verify(Head(head.number, "f" * 64)).problem == "replaced"
    assert log.rows()[-1][1]["purged"] == {"number": head.number, "hash": head.hash}


def test_purges_go_on_and_on(log: Kept, clock: Clock) -> None:
    for _ in range(50):
        log.fill(2)
        clock.now += 5 * DAY
        log.run(log.audit.purge())
        assert log.verify(log.head()).problem is None
    assert len(log.rows()) < 40


def test_nothing_is_purged_before_its_time(log: Kept, clock: Clock) -> None:
    log.fill()
    clock.now += DAYS * DAY
    assert log.run(log.audit.purge()) == 0
    assert len(log.rows()) == 10


def test_everything_old_can_be_purged(log: Kept, clock: Clock) -> None:
    log.fill()
    clock.now += 100 * DAY
    assert log.run(log.audit.purge()) == 10
    assert log.run(log.audit.purge()) == 0
    assert log.verify().problem is None
    log.fill(1)
    assert log.head().number == 12


def test_a_beginning_removed_by_hand_does_not_pass_for_a_purge(log: Kept) -> None:
    log.fill()
    _, _, stated = log.rows()[4]
    log.tamper("DELETE FROM {rows} WHERE number <= 5", f"UPDATE {{anchor}} SET number = 5, hash = '{stated}'")
    assert log.verify().problem == "beginning"


def test_a_failure_is_told_in_the_next_row(file: Kept) -> None:
    file.fill(1)
    other = sqlite3.connect(file.where)
    other.execute("BEGIN IMMEDIATE")
    file.audit.record(GIVEN)
    file.audit.record(GIVEN)
    assert file.audit.failing
    other.execute("ROLLBACK")
    other.close()
    file.fill(2)
    assert [body.get("lost") for _, body, _ in file.rows()] == [None, 2, None]
    assert file.verify().problem is None


def test_a_row_costs_less_than_what_a_person_notices(log: Kept) -> None:
    started = time.process_time()
    log.fill(500)
    assert (time.process_time() - started) / 500 < 0.001


def test_the_file_is_its_owners_alone(file: Kept) -> None:
    assert Path(file.where).stat().st_mode & 0o077 == 0


def _command(log: Kept, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "gateway.audit", *arguments], cwd=ROOT, env=log.environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_command_prints_the_head_and_verifies_against_it(log: Kept) -> None:
    log.fill()
    head = _command(log, "head").stdout.strip()
    assert head == f"10:{log.head().hash}"
    fits = _command(log, "verify", head)
    assert (fits.returncode, fits.stdout) == (0, f"10 rows fit, up to the head {head}\n")
    log.tamper("DELETE FROM {rows} WHERE number = 10")
    assert _command(log, "verify").returncode == 0
    refused = _command(log, "verify", head)
    assert refused.returncode == 1
    assert "the last rows were removed" in refused.stderr
    assert _command(log, "verify", "10").returncode == 2


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

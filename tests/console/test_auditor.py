"""What auditors see: figures by what is counted, the chain's state, and the export."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.audit_entry import Given
from gateway.console.figures import export
from tests.console.audit_logs import Clock, Kept, emptied, kept
from tests.console.conftest import Visitor
from tests.gateway.conftest import Gateway, assert_error

Visit = Callable[..., Visitor]
TODAY = datetime.now(UTC)


ANSWER = Given(
    door="web", country="mali", offer=None, topics=("rights", "rights.access"), status="answered", unsure=False,
    version="v1", policy_sha256="a" * 64,
)  # fmt: skip


def given(**changed: Any) -> Given:
    """An answer that was given."""
    return replace(ANSWER, **changed)


@dataclass(frozen=True)
class Where:
    """The log of a gateway: its kind, and its path or URL."""

    kind: str
    at: str

    def write(self, *answers: Given, days_ago: int = 0) -> None:
        """Write answers, as another process would."""
        clock = Clock()
        clock.now = (TODAY - timedelta(days=days_ago)).timestamp()
        with kept(self.kind, self.at, clock, days=400) as log:
            log.run(_recorded(log, answers))


async def _recorded(log: Kept, answers: tuple[Given, ...]) -> None:
    for answer in answers:
        log.audit.record(answer)
    await log.audit.flush()


@pytest.fixture(params=["file", "shared"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Where:
    """The log of one machine, and that of a cluster."""
    if request.param == "file":
        return Where("file", str(tmp_path / "run" / "audit.sqlite"))
    database: str = request.getfixturevalue("database")
    emptied(database)
    return Where("shared", database)


@pytest.fixture
def gateway(start: Callable[..., Gateway], log: Where) -> Gateway:
    """A gateway with the log."""
    return start(database_url=log.at if log.kind == "shared" else None)


@pytest.fixture
def auditor(visit: Visit) -> Visitor:
    return visit("auditor")


def _day(days_ago: int) -> str:
    return (TODAY - timedelta(days=days_ago)).date().isoformat()


def test_answers_are_counted_by_day_door_country_topic_status_and_version(auditor: Visitor, log: Where) -> None:
    log.write(given(), days_ago=40)
    log.write(given(version="v0"), given(door="ivr", country=None, topics=()), days_ago=2)
    log.write(given(), given(door="agent", status="clarify", unsure=True, topics=("dpo",)))
    found = auditor.get("/conseiller/api/audit").json()
    pairs = {
        name: {one["value"]: one["count"] for one in found[name]} for name in found if isinstance(found[name], list)
    }
    assert (found["from"], found["to"], found["total"]) == (_day(29), _day(0), 4)
    assert pairs["day"] == {_day(2): 2, _day(0): 2}
    assert pairs["door"] == {"web": 2, "ivr": 1, "agent": 1}
    assert pairs["country"] == {"mali": 3, None: 1}
    assert pairs["topic"] == {"rights": 2, "rights.access": 2}
    assert pairs["status"] == {"answered": 3, "clarify": 1}
    assert pairs["version"] == {"v1": 3, "v0": 1}
    assert pairs["policy_sha256"] == {"a" * 64: 4}


def test_a_period_counts_both_its_days(auditor: Visitor, log: Where) -> None:
    for days in (3, 2, 1):
        log.write(given(), days_ago=days)
    found = auditor.get("/conseiller/api/audit", params={"du": _day(2), "au": _day(1)}).json()
    assert found["total"] == 2


@pytest.mark.parametrize("period", [{"du": "x"}, {"au": "2026-13-01"}, {"du": "2026-02-02", "au": "2026-02-01"}])
@pytest.mark.parametrize("call", ["", "/export.csv"])
def test_dates_that_make_no_sense_are_refused(auditor: Visitor, call: str, period: dict[str, str]) -> None:
    assert_error(auditor.get(f"/conseiller/api/audit{call}", params=period), 422, "dates_invalid")


def test_the_chain_is_verified_and_its_head_shown(auditor: Visitor, log: Where) -> None:
    log.write(given(), given())
    found = auditor.get("/conseiller/api/audit/verification").json()
    assert (found["problem"], found["rows"], found["last"]) == (None, 2, 2)
    assert auditor.get("/conseiller/api/audit/verification", params={"tete": found["head"]}).json() == found
    with kept(log.kind, log.at, Clock()) as running:
        running.tamper("UPDATE {rows} SET body = replace(body, 'mali', 'caraibe') WHERE number = 1")
    assert auditor.get("/conseiller/api/audit/verification").json()["problem"] == "altered"


@pytest.mark.parametrize("head", ["x", "1:abc", "-1:" + "a" * 64, "1:" + "g" * 64])
def test_a_head_that_is_none_is_refused(auditor: Visitor, head: str) -> None:
    answer = auditor.get("/conseiller/api/audit/verification", params={"tete": head})
    assert_error(answer, 422, "request_invalid")


def test_the_export_is_a_file_that_a_spreadsheet_reads(auditor: Visitor, log: Where) -> None:
    log.write(given(), days_ago=1)
    log.write(*(given(unsure=True) for _ in range(1200)))
    answer = auditor.get("/conseiller/api/audit/export.csv", params={"du": _day(0), "au": _day(0)})
    assert answer.headers["content-disposition"] == f'attachment; filename="reponses_{_day(0)}_{_day(0)}.csv"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [row["numero"] for row in rows] == [str(number) for number in range(2, 1202)]
    assert rows[0]["sujets"] == "rights rights.access"
    assert (rows[0]["non_compris"], rows[0]["offre"], rows[0]["canal"]) == ("oui", "", "web")
    assert all(len(row["empreinte"]) == 64 for row in rows)


@pytest.mark.parametrize("begin", ["=1+1", "+1", "-1", "@a", "\ta", "\ra"])
def test_no_cell_of_the_export_is_a_formula(log: Where, begin: str) -> None:
    log.write(given(country=begin, topics=(begin,), version=begin))
    with kept(log.kind, log.at, Clock()) as running:
        text = "".join(export(running.audit.log, _day(0), _day(0)))
    [_, row] = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert [cell for cell in row if cell.startswith(begin[0])] == []
    assert row.count(f"'{begin}") == 3

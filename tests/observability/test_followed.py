"""One id follows a request through the log lines of the gateway, Rasa and the action server; nobody is in them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.observability.conftest import MARK, NEVER, PLANTED, UNSURE, lines
from tests.trust.stack import Stack, stack

FIELDS = {"time", "level", "logger", "message", "part"}


@pytest.fixture(scope="module")
def failed(folder: Path) -> Iterator[tuple[Stack, str, str]]:
    """An assistant whose base went away before its actions read it, after a turn that failed; its sender, its id."""
    with stack(folder, LOG_FORMAT="json") as running:
        sender = running.open(country="caraibe")
        running.reply(sender, PLANTED)
        (running.run_dir / "kb.sqlite").unlink()
        answer = running.say(sender, UNSURE, message_id=f"id-{MARK}")
        assert answer.status_code in (502, 503), answer.text
        yield running, sender, answer.headers["X-Request-ID"]


def test_a_failing_turn_is_found_in_all_three_by_its_id(failed: tuple[Stack, str, str]) -> None:
    running, _, request_id = failed

    def found() -> dict[str, str]:
        return {line["part"]: line["message"] for line in lines(running) if line.get("request_id") == request_id}

    # The lines come by way of the supervisor, the answer does not.
    running.until(lambda: set(found()) == {"gateway", "rasa", "actions"}, 10)
    assert "no reply from Rasa" in found()["gateway"]
    assert re.search(r"BaseError at \S*policies_kb/base\.py:\d+", found()["actions"])


def test_every_line_is_an_object_of_few_fields_and_holds_nobody(failed: tuple[Stack, str, str]) -> None:
    running, sender, request_id = failed
    for line in lines(running):
        assert set(line) - {"request_id"} == FIELDS
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00", line["time"])
        assert line["part"] in {"gateway", "rasa", "actions", "supervisor"}
    assert request_id in running.log()
    for trace in (sender, *NEVER):
        assert trace not in running.log()

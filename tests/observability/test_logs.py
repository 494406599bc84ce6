"""Log lines as JSON: few fields, whatever a library hangs on a record; also of what no logger printed."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from honcho.printer import Message

from observability import request_id
from observability.logs import DiscreetFormatter
from supervisor.terminal import Terminal

SECRET = "Je m'appelle Marie Rose"


@pytest.fixture(autouse=True)
def json_wanted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As with LOG_FORMAT=json, and without a request in hand."""
    monkeypatch.setenv("LOG_FORMAT", "json")
    yield
    request_id.hold(None)


def _formatted(serving: bool, name: str, message: str, *arguments: object, **extra: object) -> dict[str, Any]:
    formatter = DiscreetFormatter("rasa")
    formatter.serving = serving
    record = logging.LogRecord(name, logging.ERROR, __file__, 1, message, arguments, None)
    vars(record).update(extra)
    line = formatter.format(record)
    assert "\n" not in line
    fields: dict[str, Any] = json.loads(line)
    return fields


def test_a_line_says_when_what_and_in_which_part() -> None:
    line = _formatted(True, "server.rest", "fermé : %s", "été")
    assert datetime.fromisoformat(line.pop("time")).tzinfo is not None
    assert line == {"level": "ERROR", "logger": "server.rest", "message": "fermé : été", "part": "rasa"}


def test_what_a_library_adds_to_a_record_is_left_out() -> None:
    # As structlog does with an event's fields, and logging with `extra`.
    line = _formatted(True, "rasa.core", SECRET, sender_id=SECRET, text=SECRET, stack_info=SECRET, exc_text=SECRET)
    assert SECRET not in json.dumps(line, ensure_ascii=False)
    assert set(line) == {"level", "logger", "message", "part", "time"}


def test_the_request_in_hand_is_named() -> None:
    request_id.hold("0123456789abcdef")
    assert _formatted(True, "server.rest", "a turn failed")["request_id"] == "0123456789abcdef"
    assert _formatted(False, "rasa.core", "a model is loaded")["request_id"] == "0123456789abcdef"


def test_text_names_the_request_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_FORMAT", "text")
    request_id.hold("0123456789abcdef")
    formatter = DiscreetFormatter("rasa")
    record = logging.LogRecord("server.rest", logging.ERROR, __file__, 1, "a turn failed", (), None)
    assert formatter.format(record) == "ERROR server.rest: a turn failed [request 0123456789abcdef]"


def test_the_terminal_passes_objects_on_and_makes_objects_of_the_rest() -> None:
    output = io.StringIO()
    terminal = Terminal(output)
    terminal.say("Starting the\n  parts…")
    terminal.write(Message("line", b'{"level": "ERROR"}\nCould not load "x"\n\n', datetime.now(), "rasa", None))
    own, passed, other = (json.loads(line) for line in output.getvalue().splitlines())
    assert (own["part"], own["message"]) == ("supervisor", "Starting the parts…")
    assert passed == {"level": "ERROR"}
    assert (other["part"], other["message"], set(other)) == ("rasa", 'Could not load "x"', set(own))

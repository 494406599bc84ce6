"""Logs that cannot repeat what people wrote."""

import io
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest

from observability.logs import DiscreetFormatter
from tests.conftest import ROOT

SECRET = "Je m'appelle Marie Rose"


@pytest.fixture
def formatter() -> DiscreetFormatter:
    """A formatter of a server that takes requests."""
    formatter = DiscreetFormatter("rasa")
    formatter.serving = True
    return formatter


@pytest.fixture
def written(formatter: DiscreetFormatter) -> Iterator[io.StringIO]:
    """What is written through `formatter` by the loggers `rasa.core` and `actions.contacts`."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    loggers = [logging.getLogger(name) for name in ("rasa.core", "actions.contacts")]
    for logger in loggers:
        logger.addHandler(handler)
    yield stream
    for logger in loggers:
        logger.removeHandler(handler)


def fail_with(text: str) -> None:
    try:
        raise ValueError(text)
    except ValueError as error:
        raise RuntimeError(f"because of {text}") from error


def test_a_foreign_message_is_reduced_to_where_it_was_logged(written: io.StringIO) -> None:
    logging.getLogger("rasa.core").warning("cannot understand %s", SECRET)
    assert SECRET not in written.getvalue()
    assert "WARNING rasa.core: details held back, logged at " in written.getvalue()
    assert "test_discreet.py:" in written.getvalue()


def test_an_exception_is_reduced_to_its_classes_and_places(written: io.StringIO) -> None:
    for name in ("rasa.core", "actions.contacts"):
        try:
            fail_with(SECRET)
        except RuntimeError:
            logging.getLogger(name).exception("an action failed")
    assert SECRET not in written.getvalue()
    assert written.getvalue().count("[RuntimeError at ") == 2
    assert written.getvalue().count(" from ValueError at ") == 2


def test_what_the_project_itself_logs_is_kept(written: io.StringIO) -> None:
    logging.getLogger("actions.contacts").warning("no contact for %s", "obs")
    assert written.getvalue() == "WARNING actions.contacts: no contact for obs\n"


def test_before_the_first_request_everything_is_shown(formatter: DiscreetFormatter, written: io.StringIO) -> None:
    formatter.serving = False
    logging.getLogger("rasa.core").error("the model cannot be loaded")
    assert written.getvalue() == "ERROR rasa.core: the model cannot be loaded\n"


def test_a_logger_with_a_handler_of_its_own_loses_it_when_requests_are_served() -> None:
    script = (
        "import io, logging; from observability.logs import install\n"
        "leak = io.StringIO(); logger = logging.getLogger('sanic.error')\n"
        "logger.addHandler(logging.StreamHandler(leak)); logger.propagate = False\n"
        "formatter = install('rasa'); formatter.serve(); logger.error('SECRET')\n"
        "print(leak.getvalue())"
    )
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "SECRET" not in result.stdout + result.stderr
    assert "ERROR sanic.error: details held back" in result.stderr

"""Log lines of every process, as text or as JSON (LOG_FORMAT=json), that cannot repeat what people wrote.

Rasa logs the message with the failure when a channel fails, prints local variables in structured tracebacks, and
puts the action server's whole error body - the tracker - in an exception's message; asyncio quotes exceptions. So
once a process takes requests, a foreign record is reduced to where it comes from, and an exception to its classes and
places. What this project's own modules log is kept: it is written with this in mind. Before the first request there is
nobody's text to keep back, and everything helps.
"""

import logging
import os
import sys
import traceback
from pathlib import Path
from types import TracebackType

from observability import request_id

_TEXT = "%(levelname)s %(name)s: %(message)s%(of_request)s"
OWN = ("actions", "gateway", "nlu", "observability", "policies_kb", "server", "supervisor")


def are_json() -> bool:
    """Whether the environment asks for JSON; anything but `json` in LOG_FORMAT means text."""
    return os.environ.get("LOG_FORMAT", "").strip().lower() == "json"


def json_lines(part: str) -> logging.Formatter:
    """Objects of `level`, `logger`, `message`, `part`, `time` and, where there is one, `request_id`."""
    # Imported by those who want it.
    from pythonjsonlogger.json import JsonFormatter

    return JsonFormatter(
        "%(levelname)s %(name)s %(message)s",
        rename_fields={"levelname": "level", "name": "logger"},
        static_fields={"part": part},
        timestamp="time",
        reserved_attrs=[*vars(logging.makeLogRecord({})), "message", "of_request"],
        json_ensure_ascii=False,
    )


class DiscreetFormatter(logging.Formatter):
    """Formats everything until requests are served; from then on as the module says."""

    def __init__(self, part: str) -> None:
        """`part` is the process: gateway, rasa, actions or supervisor."""
        super().__init__()
        self._lines = json_lines(part) if are_json() else logging.Formatter(_TEXT)
        self.serving = False

    def serve(self) -> None:
        """From now on requests are served, and nothing is logged by another way than this formatter's."""
        self.serving = True
        # Sanic, for one, gives its loggers handlers of their own when an application is made.
        for name in list(logging.root.manager.loggerDict):
            logger = logging.getLogger(name)
            logger.handlers.clear()
            logger.propagate = True

    def format(self, record: logging.LogRecord) -> str:
        """One line for `record`: before requests are served, perhaps with the lines of a traceback."""
        # A record of its own: libraries' carry whatever they like in further attributes.
        bare = {"name": record.name, "levelname": record.levelname, "created": record.created}
        held = request_id.current()
        of_request = {"of_request": "" if held is None else f" [request {held}]"}
        if held is not None:
            of_request["request_id"] = held
        return self._lines.format(logging.makeLogRecord({**bare, "msg": self._said(record), **of_request}))

    def _said(self, record: logging.LogRecord) -> str:
        if not self.serving:
            trace = "" if not record.exc_info else f"\n{self.formatException(record.exc_info)}"
            return record.getMessage() + trace
        if record.name.split(".")[0] in OWN:
            said = record.getMessage()
        else:
            said = f"details held back, logged at {_place(record.pathname, record.lineno)}"
        if record.exc_info and record.exc_info[1] is not None:
            said += f" [{describe(record.exc_info[1])}]"
        return said


def describe(error: BaseException) -> str:
    """The classes of `error` and of what led to it, each with the innermost line of code, and no message."""
    links: list[str] = []
    link: BaseException | None = error
    while link is not None and len(links) < 5:
        frames = traceback.extract_tb(link.__traceback__)
        at = f" at {_place(frames[-1].filename, frames[-1].lineno)}" if frames else ""
        links.append(type(link).__name__ + at)
        link = link.__cause__ or link.__context__
    return " from ".join(links)


def _place(filename: str, line: int | None) -> str:
    """`filename` from its package on, and the line."""
    parts = Path(filename).parts
    if "site-packages" in parts:
        parts = parts[parts.index("site-packages") + 1 :]
    return f"{'/'.join(parts[-3:])}:{line}"


def install(part: str, level: int = logging.WARNING) -> DiscreetFormatter:
    """Send all logging, warnings and uncaught errors of this process to stderr through one DiscreetFormatter."""
    formatter = DiscreetFormatter(part)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Loggers that propagate nowhere (Sanic's, in Rasa's set-up) would fall back on a handler of their own.
    logging.lastResort = handler
    # Warnings of libraries about each other's future: nothing that the person at the terminal could act on.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    sys.excepthook = _report_end
    return formatter


def _report_end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The last words of a process; whoever let the error through has logged its traceback where that is allowed."""
    logging.getLogger("observability").critical("the process ends", exc_info=(kind, error, trace))

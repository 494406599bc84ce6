"""Logging that cannot repeat what people wrote. Runs in Rasa's environment (Python 3.10).

Rasa logs the message with the failure when a channel fails, prints local variables in structured tracebacks, and
puts the action server's whole error body - the tracker - in an exception's message. So once the server takes
requests, a foreign record is reduced to where it comes from, and an exception to its classes and places. What this
project's own modules log is kept: it is written with this in mind. Before the first request there is nobody's text
to keep back, and everything helps.
"""

import logging
import sys
import traceback
from pathlib import Path
from types import TracebackType

OWN = ("actions", "nlu", "policies_kb", "server", "supervisor")


class DiscreetFormatter(logging.Formatter):
    """Formats `level logger: message` until requests are served; from then on as the module says."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")
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
        """One line for `record`."""
        if not self.serving:
            return super().format(record)
        if record.name.split(".")[0] in OWN:
            line = f"{record.levelname} {record.name}: {record.getMessage()}"
        else:
            place = _place(record.pathname, record.lineno)
            line = f"{record.levelname} {record.name}: details held back, logged at {place}"
        if record.exc_info and record.exc_info[1] is not None:
            line += f" [{describe(record.exc_info[1])}]"
        return line


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


def install(level: int = logging.WARNING) -> DiscreetFormatter:
    """Send all logging, warnings and uncaught errors of this process to stderr through one DiscreetFormatter."""
    formatter = DiscreetFormatter()
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
    logging.getLogger("supervisor").critical("the process ends", exc_info=(kind, error, trace))

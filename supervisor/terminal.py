"""What the supervisor and the parts put on the terminal. Nothing of it goes to a file: parts talk with people.

With LOG_FORMAT=json every line is an object: the parts' own as they are, anything else as the message of one.
"""

import json
import logging
import sys
import threading
import time
from typing import TextIO

from honcho.printer import Message, Printer

from observability import logs

# The other end is gone, the stream is closed, or a signal arrived in the middle of a line: stopping matters more.
_UNPRINTABLE = (OSError, ValueError, RuntimeError)


class Terminal(Printer):
    """honcho's prefixed lines, and a terminal that may be closed at any moment without taking the processes with it."""

    def __init__(self, output: TextIO = sys.stdout) -> None:
        super().__init__(output)
        # The parts' lines and the watching thread's sentences must not mix. Reentrant, for signal handlers.
        self._lock = threading.RLock()
        self._is_json = logs.are_json()

    def write(self, message: Message) -> None:
        """Print the lines of `message` behind the time and the part's name."""
        try:
            with self._lock:
                if self._is_json:
                    self._write_json(message)
                else:
                    super().write(message)
        except _UNPRINTABLE:
            return

    def say(self, sentence: str) -> None:
        """Print the supervisor's own `sentence`, without a prefix."""
        try:
            with self._lock:
                if self._is_json:
                    self._print_json("supervisor", sentence)
                else:
                    print(sentence, file=self.output, flush=True)
        except _UNPRINTABLE:
            return

    def _write_json(self, message: Message) -> None:
        data = message.data
        for line in (data.decode("utf-8", "replace") if isinstance(data, bytes) else data).splitlines():
            if _is_object(line):
                print(line, file=self.output, flush=True)
            else:
                self._print_json(message.name or "supervisor", line)

    def _print_json(self, part: str, text: str) -> None:
        """What did not come from a logger: the supervisor's sentences, and what libraries print."""
        said = " ".join(text.split())
        if said:
            record = logging.makeLogRecord({"name": "supervisor", "levelname": "INFO", "msg": said})
            print(logs.json_lines(part).format(record), file=self.output, flush=True)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        """Elapsed time in seconds."""
        return time.monotonic() - self._start

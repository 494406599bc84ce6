"""What the supervisor and the parts put on the terminal. Nothing of it goes to a file: parts talk with people."""

import sys
import threading
import time
from typing import TextIO

from honcho.printer import Message, Printer

# The other end is gone, the stream is closed, or a signal arrived in the middle of a line: stopping matters more.
_UNPRINTABLE = (OSError, ValueError, RuntimeError)


class Terminal(Printer):
    """honcho's prefixed lines, and a terminal that may be closed at any moment without taking the processes with it."""

    def __init__(self, output: TextIO = sys.stdout) -> None:
        super().__init__(output)
        # The parts' lines and the watching thread's sentences must not mix. Reentrant, for signal handlers.
        self._lock = threading.RLock()

    def write(self, message: Message) -> None:
        """Print the lines of `message` behind the time and the part's name."""
        try:
            with self._lock:
                super().write(message)
        except _UNPRINTABLE:
            return

    def say(self, sentence: str) -> None:
        """Print the supervisor's own `sentence`, without a prefix."""
        try:
            with self._lock:
                print(sentence, file=self.output, flush=True)
        except _UNPRINTABLE:
            return


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        """Elapsed time in seconds."""
        return time.monotonic() - self._start

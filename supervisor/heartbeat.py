"""Notices a part that halts for ever without ending: stopped, in a dead loop or a dead lock.

Once all were ready each part is asked for an answer every few seconds. One that leaves several questions in a row
unanswered is ended, which starts it again as any other end does. Questions are counted, not seconds: when the whole
machine slept, or the supervisor itself was stopped, nobody has failed to answer meanwhile.

Any HTTP answer will do, also an error: what a part says of itself is for /health and for people.
"""

import http.client
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Protocol

# A part of this machine: no proxy of the environment may stand between.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_STOP_SEEN_WITHIN = 0.05  # seconds


@dataclass(frozen=True)
class Heartbeat:
    """A question `every` so many seconds, each with so many seconds' `patience`.

    A part is ended after `most` unanswered ones in a row or, from when it was started again to its first answer, after
    `most_starting`: a small machine loads TensorFlow slowly.
    """

    every: float = 5.0
    patience: float = 10.0
    most: int = 3
    most_starting: int = 60


class Attended(Protocol):
    """What a heartbeat knows of the supervisor."""

    stopping: bool

    def process_id(self, name: str) -> int:
        """The process that a part is now."""

    def end_halted(self, name: str) -> None:
        """End a part that does not answer."""


def attend(supervisor: Attended, name: str, url: str, heartbeat: Heartbeat) -> None:
    """Ask the part `name` at `url`, until the supervisor stops. A part that never answered is not judged."""
    answered: int | None = None
    asked, silent = supervisor.process_id(name), 0
    while not supervisor.stopping:
        began = time.monotonic()
        now = supervisor.process_id(name)
        if now != asked:
            asked, silent = now, 0
        if answers(url, heartbeat.patience):
            answered, silent = now, 0
        elif answered is not None:
            silent += 1
            if silent >= (heartbeat.most if now == answered else heartbeat.most_starting):
                supervisor.end_halted(name)
                # Until it is started again it is the same process, which has ended.
                answered, silent = 0, 0
        until = began + heartbeat.every
        while time.monotonic() < until and not supervisor.stopping:
            time.sleep(min(_STOP_SEEN_WITHIN, heartbeat.every))


def answers(url: str, seconds: float) -> bool:
    """Whether anything is answered at `url` within so many seconds."""
    try:
        with _DIRECT.open(url, timeout=seconds):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except (OSError, http.client.HTTPException):
        return False

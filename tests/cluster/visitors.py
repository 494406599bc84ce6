"""People who use a cluster at the same time: each has an address of their own, and sends again what failed."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

WEBHOOK = "/webhooks/rest/webhook"
# Each answer names what was asked: a reply to another message is seen to be one.
QUESTIONS = (
    ("Combien de temps gardez-vous mes données ?", "retention"),
    ("Qui reçoit mes données personnelles ?", "recipients"),
    ("Comment exercer mes droits ?", "exercise"),
    ("Puis-je faire effacer mes données ?", "rights.erasure"),
    ("Mes données sont-elles transférées hors de l’Union européenne ?", "transfers"),
    ("Comment vos données sont-elles protégées ?", "security"),
)
_SECONDS = 90.0
_addresses = itertools.count(1)


@dataclass
class Visitor:
    """One conversation through nginx. `tries` counts the requests that had to be sent again."""

    url: str
    country: str = "caraibe"
    tries: int = 0
    sender: str = ""
    said: int = 0
    topics: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        number = next(_addresses)
        self._client = httpx.Client(
            base_url=self.url,
            trust_env=False,
            timeout=_SECONDS,
            headers={"X-Forwarded-For": f"203.0.113.{number % 250}"},
        )

    def open(self) -> "Visitor":
        """Open the conversation."""
        answer = self.post("/conversations", {"channel": "web", "country": self.country})
        assert answer.status_code == 201, answer.text
        self.sender = answer.json()["sender"]
        return self

    def say(self, message: str) -> list[dict[str, Any]]:
        """Say something, once, however often that has to be sent; returns the reply."""
        self.said += 1
        answer = self.post(
            WEBHOOK, {"sender": self.sender, "message": message, "message_id": f"{self.sender[:8]}-{self.said}"}
        )
        assert answer.status_code == 200, answer.text
        reply: list[dict[str, Any]] = answer.json()
        (custom,) = [part["custom"] for part in reply if part.get("custom")]
        self.topics.append(custom["topics"])
        return reply

    def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """Send a request until it is answered by other than a fault that asks for it again."""
        until = time.monotonic() + _SECONDS
        while True:
            try:
                answer = self._client.post(path, json=body)
                if answer.status_code not in (429, 502, 503, 504) or time.monotonic() > until:
                    return answer
                pause = float(answer.headers.get("Retry-After", "0.2"))
                if answer.status_code == 429:
                    self.tries -= 1
            except httpx.TransportError:
                if time.monotonic() > until:
                    raise
                pause = 0.2
            self.tries += 1
            time.sleep(pause)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


class Crowd:
    """Visitors who ask all QUESTIONS again and again until told to stop."""

    def __init__(self, url: str, number: int) -> None:
        self.visitors = [Visitor(url, ("caraibe", "mali")[one % 2]) for one in range(number)]
        self._stopping = threading.Event()
        self._failures: list[BaseException] = []
        self._threads = [threading.Thread(target=self._visit, args=(visitor,)) for visitor in self.visitors]

    def _visit(self, visitor: Visitor) -> None:
        try:
            visitor.open()
            for message, topic in itertools.cycle(QUESTIONS):
                if self._stopping.is_set():
                    break
                visitor.say(message)
                assert any(one.startswith(topic) for one in visitor.topics[-1]), (message, visitor.topics[-1])
        except BaseException as error:
            self._failures.append(error)

    @property
    def turns(self) -> int:
        """The turns that were answered."""
        return sum(len(visitor.topics) for visitor in self.visitors)

    @property
    def tries(self) -> int:
        """The requests that had to be sent again."""
        return sum(visitor.tries for visitor in self.visitors)

    def await_turns(self, more: int, seconds: float = 120.0) -> None:
        """Wait until so many more turns were answered."""
        wanted, until = self.turns + more, time.monotonic() + seconds
        while self.turns < wanted and not self._failures:
            assert time.monotonic() < until, f"{self.turns} of {wanted} turns were answered"
            time.sleep(0.05)

    @contextmanager
    def visiting(self) -> Iterator["Crowd"]:
        """They come, and have gone at the end. Raises what went wrong for the first of them."""
        for thread in self._threads:
            thread.start()
        try:
            yield self
        finally:
            self._stopping.set()
            for thread in self._threads:
                thread.join()
            for visitor in self.visitors:
                visitor.close()
        if self._failures:
            raise self._failures[0]


def at_once(doing: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do all of it at the same moment; returns the results in order. Raises what the first of them raised."""
    results: list[Any] = [None] * len(doing)
    gate = threading.Barrier(len(doing))

    def one(number: int) -> None:
        gate.wait()
        try:
            results[number] = doing[number]()
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(doing))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results

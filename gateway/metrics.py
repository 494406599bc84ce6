"""What operators count (Prometheus), on a listener of its own: no text, no identifier of anybody.

Labels come from closed lists - doors, statuses, topics, kinds of identifiers, HTTP statuses - so they stay few.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.contract import Door
from gateway.privacy import Kind
from gateway.settings import SettingsError

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15)


class Metrics:
    """The counters of one gateway."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._opened = Counter(
            "assistant_conversations_opened", "Conversations opened", ["door"], registry=self.registry
        )
        self._replies = Counter("assistant_replies", "Replies given", ["door", "status"], registry=self.registry)
        self._topics = Counter(
            "assistant_reply_topics", "Topics of the replies given", ["door", "topic"], registry=self.registry
        )
        self._failures = Counter(
            "assistant_reply_failures", "Turns without a reply from Rasa", ["door"], registry=self.registry
        )
        self._seconds = Histogram(
            "assistant_reply_seconds", "Time of a turn", ["door"], buckets=_SECONDS, registry=self.registry
        )
        self._redactions = Counter(
            "assistant_redactions", "Identifiers replaced in messages", ["kind"], registry=self.registry
        )
        self._feedback = Counter(
            "assistant_feedback", "Answers to whether a reply helped", ["door", "helpful"], registry=self.registry
        )
        self._responses = Counter("assistant_http_responses", "HTTP responses", ["status"], registry=self.registry)

    def opened(self, door: Door) -> None:
        """A conversation was opened."""
        self._opened.labels(door).inc()

    def replied(self, door: Door, status: str, topics: Sequence[str]) -> None:
        """A reply was given."""
        self._replies.labels(door, status).inc()
        for topic in topics:
            self._topics.labels(door, topic).inc()

    def failed(self, door: Door) -> None:
        """Rasa gave no reply."""
        self._failures.labels(door).inc()

    def redacted(self, kinds: Mapping[Kind, int]) -> None:
        """Identifiers were replaced."""
        for kind, count in kinds.items():
            self._redactions.labels(kind).inc(count)

    def helped(self, door: Door, helpful: bool) -> None:
        """Somebody said whether a reply helped."""
        self._feedback.labels(door, "yes" if helpful else "no").inc()

    def responded(self, status: int) -> None:
        """An HTTP response was sent."""
        self._responses.labels(str(status)).inc()

    @contextmanager
    def timed(self, door: Door) -> Iterator[None]:
        """Measure a turn, also one that fails."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self._seconds.labels(door).observe(time.perf_counter() - start)

    def serve(self, host: str, port: int) -> WSGIServer:
        """Answer scrapes from a thread of its own. Raises SettingsError when the address cannot be bound."""
        try:
            server, _ = start_http_server(port, host, self.registry)
        except OSError as error:
            raise SettingsError(
                f"metrics cannot listen on {host}:{port} ({error.strerror}): free the port, set "
                "METRICS_BIND to another address, or METRICS_BIND=off to have none"
            ) from None
        return server


class ResponseCounter:
    """Counts responses by status."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def count(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._metrics.responded(message["status"])
            await send(message)

        await self._app(scope, receive, count)

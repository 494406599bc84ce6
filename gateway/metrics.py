"""What operators count (Prometheus), on a listener of its own: no text, no identifier of anybody.

Labels come from closed lists - doors, statuses, topics, kinds of identifiers, HTTP statuses - so they stay few.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import Any, Literal, get_args
from wsgiref.simple_server import WSGIServer

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    start_http_server,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.contract import Door
from gateway.privacy import Kind
from gateway.settings import SettingsError
from observability import traces

# A second series beside each, which tells when it began: nobody asks.
disable_created_metrics()  # type: ignore[no-untyped-call]  # published without types
_SECONDS = (0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.035, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 25)
_PART_SECONDS = (0.0001, 0.00025, 0.0005, *_SECONDS)
# What a turn's time goes to: the wait for the turns before it, the privacy filter, Rasa and what keeps the turn; and
# what Rasa says of its own time: understanding, choosing and composing the reply, keeping the conversation.
Part = Literal["queue", "redact", "rasa", "keep", "rasa_parse", "rasa_act", "rasa_keep"]


class Metrics:
    """The counters of one gateway."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        # Looking a metric's labels up costs more than counting does.
        self._of: Callable[..., Any] = cache(lambda metric, *labels: metric.labels(*labels))
        self._opened = Counter(
            "assistant_conversations_opened", "Conversations opened", ["door"], registry=self.registry
        )
        self._replies = Counter("assistant_replies", "Replies given", ["door", "status"], registry=self.registry)
        self._unsure = Counter(
            "assistant_replies_unsure", "Replies to messages that were not understood", ["door"], registry=self.registry
        )
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
        parts = Histogram(
            "assistant_part_seconds",
            "Time of each part of a turn",
            ["part"],
            buckets=_PART_SECONDS,
            registry=self.registry,
        )
        self._parts: dict[str, Histogram] = {part: parts.labels(part) for part in get_args(Part)}
        self._feedback = Counter(
            "assistant_feedback", "Answers to whether a reply helped", ["door", "helpful"], registry=self.registry
        )
        self._responses = Counter("assistant_http_responses", "HTTP responses", ["status"], registry=self.registry)
        self._in_hand = Gauge("assistant_requests_in_hand", "Requests being answered", registry=self.registry)
        self._waiting = Gauge(
            "assistant_erasures_waiting", "Conversations that wait to be erased", registry=self.registry
        )
        self._up = Gauge(
            "assistant_up",
            "1 when a part could answer as /health was last asked, else 0",
            ["part"],
            registry=self.registry,
        )
        self._memory = Gauge(
            "assistant_memory_bytes",
            "Resident memory of Rasa and the action server, as /health was last asked",
            ["part"],
            registry=self.registry,
        )
        # process_resident_memory_bytes, process_cpu_seconds_total, process_open_fds and more, of the gateway.
        ProcessCollector(registry=self.registry)

    def opened(self, door: Door) -> None:
        """A conversation was opened."""
        self._of(self._opened, door).inc()

    def replied(self, door: Door, status: str, topics: Sequence[str], unsure: bool) -> None:
        """A reply was given; `unsure`: to a message that was not understood."""
        self._of(self._replies, door, status).inc()
        if unsure:
            self._of(self._unsure, door).inc()
        for topic in topics:
            self._of(self._topics, door, topic).inc()

    def failed(self, door: Door) -> None:
        """Rasa gave no reply."""
        self._of(self._failures, door).inc()

    def redacted(self, kinds: Mapping[Kind, int]) -> None:
        """Identifiers were replaced."""
        for kind, count in kinds.items():
            self._of(self._redactions, kind).inc(count)

    def part(self, name: Part, seconds: float) -> None:
        """A part of a turn, which has just ended, took so many seconds; in a trace, it becomes a span."""
        self._parts[name].observe(seconds)
        if name != "rasa":  # whose span rasa_client.py begins, so that Rasa's own may be in it
            traces.past(name, seconds)

    def rasa_parts(self, server_timing: str | None) -> None:
        """What Rasa's Server-Timing header (W3C) says of a turn, `parse;dur=1.5, act;dur=0.3`, in milliseconds.

        Names that are not known and durations that are none count for nothing.
        """
        for entry in (server_timing or "").split(","):
            name, _, parameter = entry.strip().partition(";dur=")
            histogram = self._parts.get(f"rasa_{name}")
            try:
                milliseconds = float(parameter)
            except ValueError:
                continue
            if histogram is not None and 0 <= milliseconds < float("inf"):
                histogram.observe(milliseconds / 1000)

    def helped(self, door: Door, helpful: bool) -> None:
        """Somebody said whether a reply helped."""
        self._of(self._feedback, door, "yes" if helpful else "no").inc()

    def responded(self, status: int) -> None:
        """An HTTP response was sent."""
        self._of(self._responses, str(status)).inc()

    def in_hand(self) -> AbstractContextManager[None]:
        """A request is being answered, while this is entered."""
        return self._in_hand.track_inprogress()

    def erasures_waiting(self, count: int) -> None:
        """So many conversations wait to be erased."""
        self._waiting.set(count)

    def up(self, part: str, is_up: bool) -> None:
        """Whether a part can answer."""
        self._of(self._up, part).set(is_up)

    def memory(self, part: str, resident: str | None) -> None:
        """What a part says of its resident memory, in bytes; anything but a number counts for nothing."""
        if resident is not None and resident.isascii() and resident.isdigit():
            self._of(self._memory, part).set(int(resident))

    @contextmanager
    def timed(self, door: Door) -> Iterator[None]:
        """Measure a turn, also one that fails."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self._of(self._seconds, door).observe(time.perf_counter() - start)

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
    """Counts requests in hand, and responses by status."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def count(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._metrics.responded(message["status"])
            await send(message)

        with self._metrics.in_hand():
            await self._app(scope, receive, count)

"""Traces by OpenTelemetry, when OTEL_EXPORTER_OTLP_ENDPOINT says where to send them; nothing is imported otherwise.

A span holds a name from a closed list, numbers, and the request's id: no text, no sender, no path or query as it was
asked for. An exception would be written into its span with its message, so it is told by its class alone. Between the
processes goes the W3C `traceparent` header; `tracestate` and `baggage`, in which anybody may write, are not passed on.
"""

import atexit
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from observability import request_id

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
TRACEPARENT = "traceparent"
# A collector that is away must not keep a process from ending: what is left is then lost.
_STOP_SECONDS = 3.0
_end: Callable[[], None] | None = None
_tracer: "Tracer | None" = None


def start(part: str) -> None:
    """Send this process's spans from now on, as those of `assistant-PART`, if the environment says where.

    The SDK reads the OTEL_ variables of the specification (headers, timeouts, sampling, resource) by itself.
    """
    global _end, _tracer
    if not os.environ.get(ENDPOINT, "").strip():
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": f"assistant-{part}"}
    provider = TracerProvider(resource=Resource.create(named), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _tracer = provider.get_tracer("assistant")
    _end = provider.shutdown
    atexit.register(stop)


def stop() -> None:
    """Send what is left, and end; called at a process' regular end too."""
    global _end, _tracer
    if _end is not None:
        ending = threading.Thread(target=_end, daemon=True)
        ending.start()
        ending.join(_STOP_SECONDS)
    _end = _tracer = None


def are_on() -> bool:
    """Whether spans are sent."""
    return _tracer is not None


class Spanned:
    """A span under way, or nothing where there are no traces."""

    def __init__(self, span: "Span | None") -> None:
        self._span = span

    def name(self, name: str) -> None:
        """Call it otherwise."""
        if self._span is not None:
            self._span.update_name(name)

    def note(self, key: str, value: str | int) -> None:
        """Say something of it: never what came from outside, unless it is one of a closed list."""
        if self._span is not None:
            self._span.set_attribute(key, value)

    def answered(self, status: int) -> None:
        """It was answered with an HTTP status: from 500 on, it failed."""
        self.note("http.response.status_code", status)
        if status >= 500:
            self.failed(str(status))

    def failed(self, kind: str) -> None:
        """Mark it as failed; `kind` is a class of errors or a status."""
        if self._span is not None:
            from opentelemetry.trace import StatusCode

            self._span.set_attribute("error.type", kind)
            self._span.set_status(StatusCode.ERROR)


@contextmanager
def span(name: str, parent: str | None = None, serves: bool = False, asks: bool = False) -> Iterator[Spanned]:
    """A span around what is done inside; what is begun there is part of it.

    `parent` is the `traceparent` that came with a request that this process `serves`; `asks`: another process.
    """
    if _tracer is None:
        yield Spanned(None)
        return
    from opentelemetry.trace import SpanKind

    kind = SpanKind.SERVER if serves else SpanKind.CLIENT if asks else SpanKind.INTERNAL
    with _tracer.start_as_current_span(
        name,
        context=_context(parent) if serves else None,
        kind=kind,
        attributes=_attributes(),
        record_exception=False,
        set_status_on_exception=False,
    ) as begun:
        spanned = Spanned(begun)
        try:
            yield spanned
        except BaseException as error:
            spanned.failed(type(error).__name__)
            raise


def past(name: str, seconds: float) -> None:
    """A span that has just ended, after so many seconds."""
    if _tracer is not None:
        end = time.time_ns()
        _tracer.start_span(name, start_time=end - int(seconds * 1e9), attributes=_attributes()).end(end)


def outgoing() -> dict[str, str]:
    """The headers that join another process's log lines and spans to the request in hand."""
    headers: dict[str, str] = {}
    if (held := request_id.current()) is not None:
        headers[request_id.HEADER] = held
    if _tracer is not None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        carried: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(carried)
        if TRACEPARENT in carried:
            headers[TRACEPARENT] = carried[TRACEPARENT]
    return headers


def _context(traceparent: str | None) -> Any:
    """The context that a `traceparent` names, or an empty one: never that of a request before."""
    from opentelemetry.context import Context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carried = {} if traceparent is None else {TRACEPARENT: traceparent}
    return TraceContextTextMapPropagator().extract(carried, context=Context())


def _attributes() -> Mapping[str, str]:
    held = request_id.current()
    return {} if held is None else {"request.id": held}

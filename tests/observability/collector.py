"""A collector of traces: takes OTLP over HTTP (the protobuf form) and keeps what it was sent."""

import gzip
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass(frozen=True)
class Seen:
    """A span, and the service that sent it."""

    service: str
    span: Span

    @property
    def name(self) -> str:
        """The span's name."""
        return str(self.span.name)

    @property
    def attributes(self) -> dict[str, str | int]:
        """The span's attributes, texts and whole numbers."""
        return {
            entry.key: entry.value.string_value if entry.value.HasField("string_value") else entry.value.int_value
            for entry in self.span.attributes
        }


class Collector:
    """The running collector: `sent` holds every body as it came, `spans` what they said."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.paths: set[str] = set()
        self.spans: list[Seen] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def trace(self, request_id: str) -> list[Seen]:
        """The spans of the trace in which a request with this id is, the earliest first."""
        traces = {seen.span.trace_id for seen in self.spans if seen.attributes.get("request.id") == request_id}
        found = [seen for seen in self.spans if seen.span.trace_id in traces]
        return sorted(found, key=lambda seen: seen.span.start_time_unix_nano)

    def _take(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            named = {entry.key: entry.value.string_value for entry in resource.resource.attributes}
            self.spans += [Seen(named["service.name"], span) for scope in resource.scope_spans for span in scope.spans]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                collector.sent.append(body)
                collector.paths.add(self.path)
                collector._take(body)
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        return Handler

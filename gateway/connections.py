"""Connections of clients that are slow, on purpose or not: none of them holds anybody else up.

uvicorn bounds how long a connection may idle after an answer, and nothing else. Here a connection also ends

- when its request's head is not whole after HEAD_SECONDS, however steadily it trickles (bodies: body.py);
- when it went on sending a body that was answered already for as long;
- when nothing of an answer was taken for STALLED_SECONDS;
- when MOST are open and another comes: the one that has been sending its request for longest makes room.

What cannot be read as HTTP is answered in the one shape of errors, and leaves nothing in the log.
"""

import asyncio
import time

import h11
from starlette.datastructures import MutableHeaders
from uvicorn.protocols.http.h11_impl import H11Protocol

from gateway.errors import Fault, answer
from gateway.headers import secure
from observability.request_id import HEADER, draw

HEAD_SECONDS = 10.0
STALLED_SECONDS = 30.0
# Well below the 1,024 files that a process may open by default, the databases and Rasa's connections among them.
MOST = 800


class Connection(H11Protocol):
    """One client's connection; uvicorn makes it."""

    head_seconds = HEAD_SECONDS
    stalled_seconds = STALLED_SECONDS
    most = MOST

    _head_timer: asyncio.TimerHandle | None = None
    _stall_timer: asyncio.TimerHandle | None = None
    _sending_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to count, and make room when there is none."""
        super().connection_made(transport)
        self._sending_since = time.monotonic()
        self._watch_head()
        if len(self.connections) > self.most:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop counting."""
        self._stop_head_timer()
        self._stop_stall_timer()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Handle what was received, then see whether a request is awaited."""
        super().handle_events()
        if not self.transport.is_closing():
            self._watch_head()

    def on_response_complete(self) -> None:
        """The answer is sent: what comes next counts from now."""
        self._sending_since = time.monotonic()
        super().on_response_complete()
        if not self.transport.is_closing():
            self._watch_head()

    def pause_writing(self) -> None:
        """The client takes nothing of what it asked for."""
        super().pause_writing()
        if self._stall_timer is None:
            self._stall_timer = self.loop.call_later(self.stalled_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It takes something again."""
        self._stop_stall_timer()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP in the one shape of errors; `msg` is uvicorn's, and is not sent."""
        self._refuse(Fault.REQUEST_REFUSED)

    @property
    def is_sending(self) -> bool:
        """Whether the client has yet to send the request, or the rest of it."""
        if self.conn.their_state is h11.SEND_BODY:
            return self.cycle is None or self.cycle.more_body
        return self.conn.their_state is h11.IDLE

    def _watch_head(self) -> None:
        """Count down while a request's head, or the rest of a body that was answered already, is awaited."""
        answered = self.conn.our_state in (h11.DONE, h11.MUST_CLOSE) and self.conn.their_state is h11.SEND_BODY
        if self.conn.their_state is not h11.IDLE and not answered:
            self._stop_head_timer()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(self.head_seconds, self._too_slow)

    def _too_slow(self) -> None:
        self._head_timer = None
        self._refuse(Fault.BODY_SLOW)

    def _make_room(self) -> None:
        sending = [other for other in self.connections if isinstance(other, Connection) and other.is_sending]
        longest = min(sending, key=lambda other: other._sending_since)
        if longest is self:
            # All others wait for their answers.
            self._refuse(Fault.BUSY, {"Retry-After": "1"})
            return
        self.connections.discard(longest)
        longest.transport.abort()

    def _refuse(self, fault: Fault, headers: dict[str, str] | None = None) -> None:
        """Answer if nothing was answered yet, and close."""
        if self.transport.is_closing():
            return
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            if self.cycle is not None:
                # Whatever was to answer does not any more.
                self.cycle.disconnected = True
            response = answer(fault, {"Connection": "close", **(headers or {})})
            headers_sent = MutableHeaders(raw=response.raw_headers)
            secure(headers_sent)
            headers_sent[HEADER] = draw()
            # HEAD gets no body, and h11 refuses one; before a request could be read there is no method.
            is_head = self.conn.our_state is h11.SEND_RESPONSE and self.scope["method"] == "HEAD"
            head = h11.Response(status_code=fault.status, headers=response.raw_headers)
            for event in (head, h11.Data(data=b"" if is_head else bytes(response.body)), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _stop_stall_timer(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None

"""SIP transactions over UDP (RFC 3261, 17): answers repeated when asked again, requests repeated until answered."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable

from aiosipua import SipRequest, SipResponse, parse_via

from telephony.wire import Peer, Wire, answer_to

T1, T2 = 0.5, 4.0  # seconds
PATIENCE = 64 * T1
_MOST_ANSWERS = 4096

Key = tuple[str, str, str]


def _key(request: SipRequest | SipResponse, method: str) -> Key:
    return parse_via(request.headers.get("via")[0]).branch or "", request.call_id or "", method


class Answers:
    """The last response to each request of the last half minute, so that a repeated request does nothing twice."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._sent: OrderedDict[Key, tuple[float, SipResponse | None]] = OrderedDict()

    def repeats(self, request: SipRequest) -> bool:
        """Whether `request` was seen before; if it was, its response is sent again."""
        key = _key(request, request.method)
        if key in self._sent:
            _, response = self._sent[key]
            if response is not None:
                self._wire.send(response, answer_to(request))
            return True
        now = time.monotonic()
        self._sent[key] = (now, None)
        while self._sent:
            oldest, (since, _) = next(iter(self._sent.items()))
            if now - since < PATIENCE and len(self._sent) <= _MOST_ANSWERS:
                break
            del self._sent[oldest]
        return False

    def send(self, request: SipRequest, response: SipResponse) -> None:
        """Answer `request`, now and whenever it comes again."""
        key = _key(request, request.method)
        since = self._sent[key][0] if key in self._sent else time.monotonic()
        self._sent[key] = (since, response)
        self._wire.send(response, answer_to(request))


class Requests:
    """Requests that were sent and wait for their final response."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._waiting: dict[Key, asyncio.Future[SipResponse]] = {}

    async def ask(self, request: SipRequest, peer: Peer) -> int:
        """Send `request` until a final response comes; returns its status, 408 when none came in time."""
        key = _key(request, request.method)
        answered: asyncio.Future[SipResponse] = asyncio.get_running_loop().create_future()
        self._waiting[key] = answered
        try:
            await repeat(lambda: self._wire.send(request, peer), answered)
            return answered.result().status_code if answered.done() else 408
        finally:
            del self._waiting[key]

    def receive(self, response: SipResponse) -> None:
        """Give a final response to whom waits for it."""
        cseq = response.cseq
        if cseq is None or not response.headers.get("via") or response.status_code < 200:
            return
        answered = self._waiting.get(_key(response, cseq.method))
        if answered is not None and not answered.done():
            answered.set_result(response)


async def repeat(send: Callable[[], None], until: "asyncio.Future[SipResponse] | asyncio.Future[None]") -> None:
    """Call `send` now and at growing intervals until `until` is done or PATIENCE seconds have passed."""
    deadline = time.monotonic() + PATIENCE
    interval = T1
    while time.monotonic() < deadline:
        send()
        done, _ = await asyncio.wait((until,), timeout=interval)
        if done:
            return
        interval = min(2 * interval, T2)

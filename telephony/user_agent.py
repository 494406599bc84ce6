"""Which request belongs to which call, who is let in, and what everybody else is told."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiosipua import SipRequest, SipResponse

from telephony.leg import ALLOW, USER_AGENT, Leg
from telephony.session_description import NoCommonMedia, agree, read_description
from telephony.settings import LineSettings
from telephony.transactions import Answers, Requests
from telephony.wire import Peer, Wire, plain_response

log = logging.getLogger("telephony")

_RETRY_AFTER = "30"  # seconds that a caller who met a full line is asked to wait
Talk = Callable[[Leg], Awaitable[None]]


class UserAgent:
    """A SIP user agent server: holds the calls, and runs `talk` for each of them."""

    def __init__(self, settings: LineSettings, talk: Talk) -> None:
        self._settings = settings
        self._talk = talk
        self._wire = Wire(self._receive, settings.peers)
        self._answers = Answers(self._wire)
        self._requests = Requests(self._wire)
        self._legs: dict[tuple[str, str], Leg] = {}
        self._calls: set[asyncio.Task[None]] = set()
        self._closing = False

    async def open(self) -> None:
        """Listen. Raises OSError when the port cannot be used."""
        await self._wire.open(self._settings.bind, self._settings.port)

    async def close(self, patience: float = 3.0) -> None:
        """Let nobody in, end the calls, and stop listening after `patience` seconds at most."""
        self._closing = True
        endings = [asyncio.create_task(leg.hang_up()) for leg in self._legs.values()]
        if waiting := {*endings, *self._calls}:
            await asyncio.wait(waiting, timeout=patience)
        for task in (*endings, *self._calls):
            task.cancel()
        self._wire.close()

    @property
    def calls(self) -> int:
        """How many calls are held now."""
        return len(self._calls)

    def _receive(self, message: SipRequest | SipResponse, peer: Peer) -> None:
        if isinstance(message, SipResponse):
            self._requests.receive(message)
        elif message.method == "ACK":
            leg = self._leg_of(message)
            if leg is not None:
                leg.acknowledge(message)
        elif not self._answers.repeats(message):
            self._handle(message, peer)

    def _leg_of(self, request: SipRequest) -> Leg | None:
        address = request.from_addr
        return self._legs.get((request.call_id or "", (address.tag if address else None) or ""))

    def _handle(self, request: SipRequest, peer: Peer) -> None:
        leg = self._leg_of(request)
        to = request.to_addr
        in_dialog = bool(to and to.tag)
        if request.method == "CANCEL":
            self._refuse(request, 200 if leg else 481, "OK" if leg else "Call/Transaction Does Not Exist")
            if leg is not None:
                leg.cancel()
        elif request.method == "INVITE" and not in_dialog:
            self._admit(request, peer, leg)
        elif request.method == "OPTIONS":
            busy = self._closing or self.calls >= self._settings.max_calls
            self._refuse(request, 503 if busy else 200, "Service Unavailable" if busy else "OK")
        elif request.method not in ALLOW.split(", "):
            declined = request.method == "REFER" and leg is not None
            self._refuse(request, 603 if declined else 405, "Decline" if declined else "Method Not Allowed")
        elif leg is None or not leg.owns(request):
            self._refuse(request, 481, "Call/Transaction Does Not Exist")
        elif not leg.accept_sequence(request):
            self._refuse(request, 500, "Out Of Order")
        else:
            {"INVITE": leg.renew, "BYE": leg.closed, "NOTIFY": leg.notified, "INFO": leg.informed}[request.method](
                request
            )

    def _admit(self, invite: SipRequest, peer: Peer, known: Leg | None) -> None:
        if required := invite.headers.get("require"):
            self._refuse(invite, 420, "Bad Extension", Unsupported=", ".join(required))
            return
        if known is not None:
            # The same call by another way (RFC 3261, 8.2.2.2).
            self._refuse(invite, 482, "Loop Detected")
            return
        if self._closing:
            self._refuse(invite, 503, "Service Unavailable", Retry_After=_RETRY_AFTER)
            return
        if self.calls >= self._settings.max_calls:
            log.info("a call was refused: %s are held", self.calls)
            self._refuse(invite, 486, "Busy Here", Retry_After=_RETRY_AFTER)
            return
        try:
            description = read_description(invite)
            if description is not None:
                agree(description)
        except NoCommonMedia:
            self._refuse(invite, 488, "Not Acceptable Here")
            return
        self._answers.send(invite, plain_response(invite, 100, "Trying"))
        contact = (self._settings.advertise, self._settings.port)
        leg = Leg(invite, peer, contact, self._wire, self._answers, self._requests)
        key = (leg.dialog.call_id, leg.dialog.remote_tag)
        self._legs[key] = leg
        task = asyncio.create_task(self._hold(leg, key))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def _hold(self, leg: Leg, key: tuple[str, str]) -> None:
        try:
            await self._talk(leg)
        except Exception as error:
            # Its text may quote what the peer sent: class and place are enough to find it.
            log.error("%s: the call failed (%s)", leg.name, place_of(error))
        finally:
            if not leg.ended.done():
                await leg.hang_up()
            del self._legs[key]

    def _refuse(self, request: SipRequest, status: int, reason: str, **headers: str) -> None:
        self._answers.send(
            request, plain_response(request, status, reason, User_Agent=USER_AGENT, Allow=ALLOW, **headers)
        )


def place_of(error: BaseException) -> str:
    """The class of `error` and the line of code that raised it, without its text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f", {trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""
    return type(error).__name__ + where

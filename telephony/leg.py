"""One call as SIP sees it: its dialog, its media, and how it is answered, put on hold, transferred and ended."""

import asyncio
import logging
import secrets

from aiosipua import SipRequest, SipResponse, create_dialog_from_request

from telephony.media import Media
from telephony.session_description import NoCommonMedia, agree, answer, own_offer, read_description
from telephony.transactions import Answers, Requests, repeat
from telephony.wire import Peer, Wire, plain_response

log = logging.getLogger("telephony.leg")

ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, NOTIFY"
USER_AGENT = "assistant-7400"
TRANSFER_PATIENCE = 60.0  # seconds for the adviser's telephone to ring and be answered


class Leg:
    """A call that was let in. `ended` is done when it is over, whoever ended it."""

    def __init__(
        self, invite: SipRequest, peer: Peer, contact: Peer, wire: Wire, answers: Answers, requests: Requests
    ) -> None:
        loop = asyncio.get_running_loop()
        # The only name of the call in the logs: it follows from nothing that the peer sent.
        self.name = secrets.token_hex(4)
        self.dialog = create_dialog_from_request(invite)
        self.media: Media | None = None
        self.ended: asyncio.Future[None] = loop.create_future()
        self.established: asyncio.Future[None] = loop.create_future()
        self._invite = invite
        self._peer = peer
        self._contact = contact
        self._wire = wire
        self._answers = answers
        self._requests = requests
        self._session = str(secrets.randbits(32))
        self._version = 0
        self._final: asyncio.Task[None] | None = None
        self._acknowledged: asyncio.Future[None] = loop.create_future()
        self._answered = False
        self._offered = False
        self._transfer: asyncio.Future[bool] | None = None

    def owns(self, request: SipRequest) -> bool:
        """Whether `request` carries this dialog's tags."""
        local = request.to_addr
        return local is not None and local.tag == self.dialog.local_tag

    def ring(self) -> None:
        """180: the caller hears that it rings."""
        self._respond(self._invite, 180, "Ringing")

    def answer(self, media: Media) -> None:
        """200, with `media`. Raises NoCommonMedia, and nothing was sent then."""
        self.media = media
        description = read_description(self._invite)
        if description is None:
            self._offered = True
            body = own_offer(self._contact[0], media.port, self._session)
        else:
            body, agreed = answer(description, self._contact[0], media.port, self._session, self._version)
            media.agree(agreed, self._peer[0])
        self._answered = True
        self.dialog.confirm()
        self._finish(200, "OK", body)

    def refuse(self, status: int, reason: str, **headers: str) -> None:
        """End the call before it was answered."""
        if not self._answered:
            self._finish(status, reason, "", **headers)
        self._end()

    def _finish(self, status: int, reason: str, body: str, **headers: str) -> None:
        """A final response to the INVITE, repeated until its ACK (RFC 3261, 13.3.1.4 and 17.2.1)."""
        response = self._response(self._invite, status, reason, body, **headers)
        self._answers.send(self._invite, response)
        self._final = asyncio.create_task(self._until_acknowledged(response))

    async def _until_acknowledged(self, response: SipResponse) -> None:
        invite, acknowledged = self._invite, self._acknowledged
        await repeat(lambda: self._answers.send(invite, response), acknowledged)
        if not acknowledged.done() and response.status_code == 200:
            log.info("%s: the answer was never acknowledged", self.name)
            await self.hang_up()

    def acknowledge(self, ack: SipRequest) -> None:
        """The peer's ACK arrived: media may begin. With an answer in it when the offer was the line's."""
        if not self._acknowledged.done():
            self._acknowledged.set_result(None)
        if not self._answered or self.established.done() or self.media is None:
            return
        if self._offered:
            try:
                description = read_description(ack)
                if description is None:
                    raise NoCommonMedia
                self.media.agree(agree(description), self._peer[0])
            except NoCommonMedia:
                log.info("%s: no common media in the acknowledgement", self.name)
                asyncio.get_running_loop().create_task(self.hang_up())
                return
        self.media.start()
        self.established.set_result(None)

    def renew(self, invite: SipRequest) -> None:
        """A re-INVITE: hold, resume, another address. What it asks for is done, or 488 and nothing changes."""
        if not self._acknowledged.done():
            self._respond(invite, 491, "Request Pending")
            return
        try:
            description = read_description(invite)
            self._version += 1
            if description is None or self.media is None:
                raise NoCommonMedia
            body, agreed = answer(description, self._contact[0], self.media.port, self._session, self._version)
        except NoCommonMedia:
            self._respond(invite, 488, "Not Acceptable Here")
            return
        self.media.agree(agreed, self._peer[0])
        self._invite = invite
        self._acknowledged = asyncio.get_running_loop().create_future()
        self._finish(200, "OK", body)

    def cancel(self) -> None:
        """The caller hung up while it rang."""
        self.refuse(487, "Request Terminated")

    def closed(self, bye: SipRequest) -> None:
        """The peer's BYE."""
        self._respond(bye, 200, "OK")
        self.dialog.terminate()
        if self._transfer is not None and not self._transfer.done():
            # A peer that has accepted the transfer may leave without telling how it went.
            self._transfer.set_result(True)
        self._end()

    async def hang_up(self) -> None:
        """BYE, until it is answered. Nothing when the call is over already."""
        if self.ended.done():
            return
        self._end()
        if self._answered:
            await self._requests.ask(self._request("BYE"), self._peer)
            self.dialog.terminate()

    async def transfer(self, target: str) -> bool:
        """Ask the peer to call `target` (REFER, RFC 3515); returns whether the call was answered there."""
        self._transfer = asyncio.get_running_loop().create_future()
        request = self._request("REFER")
        request.headers.set_single("Refer-To", f"<{target}>")
        request.headers.set_single("Referred-By", f"<sip:7400@{self._contact[0]}>")
        status = await self._requests.ask(request, self._peer)
        if not 200 <= status < 300:
            log.info("%s: the transfer was refused with %s", self.name, status)
            return False
        try:
            return await asyncio.wait_for(self._transfer, TRANSFER_PATIENCE)
        except asyncio.TimeoutError:
            log.info("%s: nothing was heard of the transfer", self.name)
            return False

    @property
    def transferred(self) -> bool:
        """Whether the caller speaks with somebody else now."""
        return self._transfer is not None and self._transfer.done() and self._transfer.result()

    def notified(self, notify: SipRequest) -> None:
        """A NOTIFY: how the transfer goes, as the status line of the peer's own call (message/sipfrag)."""
        if (notify.get_header("event") or "").split(";")[0].strip().lower() != "refer":
            self._respond(notify, 489, "Bad Event")
            return
        self._respond(notify, 200, "OK")
        words = notify.text.split()
        status = int(words[1]) if len(words) > 1 and words[0].upper() == "SIP/2.0" and words[1].isdecimal() else 0
        if status >= 200 and self._transfer is not None and not self._transfer.done():
            self._transfer.set_result(status < 300)

    def informed(self, info: SipRequest) -> None:
        """An INFO: keys of telephones that send them so (application/dtmf-relay or application/dtmf)."""
        kind = (info.content_type or "").split(";")[0].strip().lower()
        key = ""
        if kind == "application/dtmf-relay":
            for line in info.text.splitlines():
                name, _, value = line.partition("=")
                if name.strip().lower() == "signal":
                    key = value.strip()
        elif kind == "application/dtmf":
            key = info.text.strip()
        key = {"10": "*", "11": "#"}.get(key, key)
        if len(key) == 1 and key in "0123456789*#" and self.media is not None:
            self.media.press(key)
        self._respond(info, 200, "OK")

    def accept_sequence(self, request: SipRequest) -> bool:
        """Whether `request` is newer than those before it in the dialog (RFC 3261, 12.2.2); it is the newest then."""
        cseq = request.cseq
        if cseq is None or cseq.seq <= self.dialog.remote_cseq:
            return False
        self.dialog.remote_cseq = cseq.seq
        return True

    def _end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    def _respond(self, request: SipRequest, status: int, reason: str) -> None:
        self._answers.send(request, self._response(request, status, reason, ""))

    def _response(self, request: SipRequest, status: int, reason: str, body: str, **headers: str) -> SipResponse:
        response = plain_response(request, status, reason, User_Agent=USER_AGENT, Allow=ALLOW, **headers)
        to = request.get_header("To") or ""
        response.headers.set_single("To", to if "tag=" in to.lower() else f"{to};tag={self.dialog.local_tag}")
        response.headers.set_single("Contact", f"<sip:7400@{self._contact[0]}:{self._contact[1]}>")
        for route in request.headers.get("record-route"):
            response.headers.append("Record-Route", route)
        if body:
            response.text = body
            response.headers.set_single("Content-Type", "application/sdp")
        return response

    def _request(self, method: str) -> SipRequest:
        request = self.dialog.create_request(method, via_host=self._contact[0], via_port=self._contact[1])
        request.headers.set_single("Contact", f"<sip:7400@{self._contact[0]}:{self._contact[1]}>")
        request.headers.set_single("User-Agent", USER_AGENT)
        return request

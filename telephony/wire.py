"""The UDP socket of SIP: what comes in is parsed or dropped, and nothing that is sent can break the socket."""

import asyncio
import ipaddress
import logging
from collections.abc import Callable, Sequence

from aiosipua import SipMessage, SipRequest, SipResponse, parse_via, stringify_via

from gateway.settings import Network

log = logging.getLogger("telephony.wire")

Peer = tuple[str, int]
Receiver = Callable[[SipRequest | SipResponse, Peer], None]
# Larger than any request a telephone sends; an INVITE with video and ICE candidates is about 5 kB.
MOST_BYTES = 16_384
_REQUIRED = ("via", "from", "to", "call-id", "cseq")


class Wire(asyncio.DatagramProtocol):
    """One UDP socket. Datagrams from `peers` (networks; none: everybody) that are SIP go to `receive`."""

    def __init__(self, receive: Receiver, peers: Sequence[Network] = ()) -> None:
        self._receive = receive
        self._peers = peers
        self._transport: asyncio.DatagramTransport | None = None
        # Counted, never quoted: a datagram may hold a telephone number.
        self.refused = 0

    async def open(self, host: str, port: int) -> None:
        """Listen on `host`:`port`. Raises OSError when that is impossible."""
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, local_addr=(host, port))

    def close(self) -> None:
        """Stop listening."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio's word that the socket is there."""
        assert isinstance(transport, asyncio.DatagramTransport)
        self._transport = transport

    def error_received(self, exc: Exception) -> None:
        """A peer's port is closed: its transaction times out by itself."""

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Hand on what is SIP; answer 400 to a request that only lacks something; drop the rest."""
        peer = (addr[0], addr[1])
        if self._peers and not any(ipaddress.ip_address(peer[0]) in network for network in self._peers):
            self.refused += 1
            return
        if len(data) > MOST_BYTES or not data.strip(b"\r\n\0 "):  # keep-alives among them
            return
        try:
            message = SipMessage.parse(data)
            if isinstance(message, SipRequest) and not self._acceptable(message, peer):
                self.refused += 1
                return
            self._receive(message, peer)
        except Exception as error:
            # aiosipua raises what its parsers meet: ValueError mostly, but not only. One datagram, one loss.
            self.refused += 1
            log.debug("a datagram was dropped: %s", type(error).__name__)

    def _acceptable(self, request: SipRequest, peer: Peer) -> bool:
        vias = request.headers.get("via")
        if not vias:
            return False
        via = parse_via(vias[0])
        # Whatever the sender wrote there, answers go back to where the request came from (RFC 3581).
        via.params["received"] = peer[0]
        if "rport" in via.params or not _is_port(via.port or 5060):
            via.params["rport"] = str(peer[1])
        vias[0] = stringify_via(via)
        cseq = request.cseq if all(request.headers.get(name) for name in _REQUIRED) else None
        if cseq is not None and cseq.method == request.method and 0 <= cseq.seq < 2**31 and via.branch:
            return True
        if request.method != "ACK":
            self.send(plain_response(request, 400, "Bad Request"), answer_to(request))
        return False

    def send(self, message: SipRequest | SipResponse, peer: Peer | None) -> None:
        """Send `message` to `peer`; nothing is sent to what is no IPv4 address and port."""
        if self._transport is None or self._transport.is_closing() or peer is None or not _is_port(peer[1]):
            return
        try:
            ipaddress.IPv4Address(peer[0])
        except ValueError:
            return
        self._transport.sendto(bytes(message), peer)


def answer_to(request: SipRequest) -> Peer | None:
    """Where the response to a request goes, by its topmost Via as `Wire` completed it."""
    via = parse_via(request.headers.get("via")[0])
    host, port = via.received, via.rport or via.port or 5060
    return (host, int(port)) if host else None


def plain_response(request: SipRequest, status: int, reason: str, **headers: str) -> SipResponse:
    """A response outside any dialog, with `headers` (underscores for hyphens)."""
    response = SipResponse(status_code=status, reason_phrase=reason)
    for value in request.headers.get("via"):
        response.headers.append("Via", value)
    for name in ("From", "To", "Call-ID", "CSeq"):
        if copied := request.get_header(name):
            response.headers.set_single(name, copied)
    to = response.get_header("To")
    if to and "tag=" not in to.lower():
        response.headers.set_single("To", f"{to};tag=none")
    for name, value in headers.items():
        response.headers.set_single(name.replace("_", "-"), value)
    return response


def _is_port(port: int) -> bool:
    return 0 < port <= 65535

"""A bare SIP and RTP peer for tests: sends any bytes, reads what comes back."""

import asyncio
import secrets
import socket

from aiosipua import SipMessage, SipRequest, SipResponse

OFFER = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 0 101\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na={direction}\r\n"
)


class Peer:
    """One UDP socket for SIP; `call_id`, tags and branches are its own. Close it with `close`."""

    def __init__(self, target: tuple[str, int], number: str = "22370000002") -> None:
        self.target = target
        self.number = number
        self.call_id = secrets.token_hex(6)
        self.tag = secrets.token_hex(4)
        self.to_tag = ""
        self.sequence = 0
        self.socket = udp()
        self.port = self.socket.getsockname()[1]

    def close(self) -> None:
        """Free the port."""
        self.socket.close()

    def request(self, method: str, body: str = "", kind: str = "application/sdp", **headers: str) -> bytes:
        """The next request of this call, as bytes."""
        if method not in ("ACK", "CANCEL"):
            self.sequence += 1
        to = f"<sip:7400@127.0.0.1>{f';tag={self.to_tag}' if self.to_tag else ''}"
        lines = [
            f"{method} sip:7400@{self.target[0]}:{self.target[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{secrets.token_hex(6)};rport",
            f'From: "Awa" <sip:{self.number}@127.0.0.1>;tag={self.tag}',
            f"To: {to}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {self.sequence} {method}",
            f"Contact: <sip:{self.number}@127.0.0.1:{self.port}>",
            f"P-Asserted-Identity: <tel:+{self.number}>",
            "Max-Forwards: 70",
            *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
            *((f"Content-Type: {kind}",) if body else ()),
            f"Content-Length: {len(body.encode())}",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    def send(self, data: bytes) -> None:
        """Send `data` as it is."""
        self.socket.sendto(data, self.target)

    async def receive(self, seconds: float = 5.0) -> SipRequest | SipResponse:
        """The next message. Raises TimeoutError when none comes."""
        loop = asyncio.get_running_loop()
        return SipMessage.parse(await asyncio.wait_for(loop.sock_recv(self.socket, 65535), seconds))

    async def final(self, seconds: float = 5.0) -> SipResponse:
        """The next final response; its tag becomes the dialog's."""
        while True:
            message = await self.receive(seconds)
            if isinstance(message, SipResponse) and message.status_code >= 200:
                address = message.to_addr
                self.to_tag = (address.tag if address else None) or ""
                return message

    async def ask(self, method: str, body: str = "", **headers: str) -> SipResponse:
        """Send a request and return its final response."""
        self.send(self.request(method, body, **headers))
        return await self.final()

    async def establish(self, media_port: int) -> SipResponse:
        """Call and acknowledge; returns the 200, or whatever else was the answer."""
        response = await self.ask("INVITE", OFFER.format(port=media_port, direction="sendrecv"))
        self.send(self.request("ACK"))
        return response


def udp() -> socket.socket:
    """A loopback UDP socket that asyncio can read."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    made.setblocking(False)
    return made


def free_udp_port() -> int:
    """A loopback UDP port that nothing listens on now."""
    with udp() as probe:
        return int(probe.getsockname()[1])

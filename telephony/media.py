"""The media of one call: G.711 out in packets of 20 ms without a gap, keys in.

Time is counted in packets: a prompt, a pause for an answer and a hold are all so many packets sent or not sent. What is
silent is sent too: gateways and firewalls on the way take a stream that stops for a call that ended.
"""

import asyncio
import random
import time
from collections import deque
from typing import cast

from aiortp import DtmfEvent, MediaClock, RtpPacket, is_rtcp

from telephony.g711 import SILENCE, encode
from telephony.session_description import Agreed

PACKET_MS = 20
SAMPLES = 160
_MOST_KEYS = 32


class Media(asyncio.DatagramProtocol):
    """One RTP socket, its packets out and its keys in. Made by `open_media`."""

    def __init__(self) -> None:
        self.port = 0
        self.keys: deque[str] = deque(maxlen=_MOST_KEYS)
        # When the peer was last heard, in seconds of time.monotonic().
        self.heard = time.monotonic()
        # Of the whole call, for the one line that is logged at its end.
        self.packets_sent = self.packets_received = 0
        self._transport: asyncio.DatagramTransport | None = None
        self._clock: MediaClock | None = None
        self._agreed: Agreed | None = None
        self._remote: tuple[str, int] | None = None
        self._hosts: frozenset[str] = frozenset()
        self._queue: deque[bytes] = deque()
        self._changed = asyncio.Event()
        self._silence = b""
        self._sequence = random.getrandbits(16)
        self._timestamp = random.getrandbits(32)
        self._source = random.getrandbits(32)
        self._talking = False
        self._event: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio's word that the socket is there."""
        self._transport = cast("asyncio.DatagramTransport", transport)
        self.port = self._transport.get_extra_info("sockname")[1]

    def error_received(self, exc: Exception) -> None:
        """The peer's port is closed: its BYE, or the time-out of `heard`, ends the call."""

    def agree(self, agreed: Agreed, signalling_host: str) -> None:
        """Send and receive as agreed, from now on; media may come from the agreed host or the one that signals."""
        self._agreed = agreed
        self._remote = agreed.remote
        self._hosts = frozenset((agreed.remote[0], signalling_host))
        self._silence = SAMPLES * SILENCE[agreed.payload_type]
        self.heard = time.monotonic()

    def start(self) -> None:
        """Send from now on: silence, until something is played."""
        if self._clock is None:
            self._clock = MediaClock(PACKET_MS / 1000, self._tick)
            self._clock.start()

    async def close(self) -> None:
        """Stop, and free the port."""
        if self._clock is not None:
            await self._clock.stop()
        if self._transport is not None:
            self._transport.close()

    @property
    def on_hold(self) -> bool:
        """Whether the peer asked not to be sent anything."""
        return self._agreed is not None and not self._agreed.sends

    async def play(self, samples: bytes, until_key: bool) -> bool:
        """Send `samples` (16 bits, 8 kHz, mono, little-endian); returns when the last packet is out.

        With `until_key`, a key ends it at once: what was not sent yet is dropped. Returns whether it was played whole.
        """
        assert self._agreed is not None
        coded = encode(samples, self._agreed.payload_type)
        coded += self._silence[: -len(coded) % SAMPLES]
        return await self._send([coded[i : i + SAMPLES] for i in range(0, len(coded), SAMPLES)], until_key)

    async def wait_for_key(self, milliseconds: int) -> bool:
        """Send silence until a key is pressed or the time is over; returns whether there is a key."""
        return not await self._send([self._silence] * (milliseconds // PACKET_MS), until_key=True)

    async def _send(self, packets: list[bytes], until_key: bool) -> bool:
        self._queue.extend(packets)
        try:
            while self._queue and not (until_key and self.keys):
                self._changed.clear()
                await self._changed.wait()
            return not self._queue
        finally:
            self._queue.clear()

    def press(self, key: str) -> None:
        """A key was pressed: an RTP event's, or a SIP INFO's."""
        self.keys.append(key)
        self._changed.set()

    def _tick(self) -> None:
        if self._agreed is None or self._transport is None or self._transport.is_closing() or self._remote is None:
            return
        if not self._agreed.sends:
            self._talking = False
            self._timestamp = (self._timestamp + SAMPLES) & 0xFFFFFFFF
            return
        payload = self._queue.popleft() if self._queue else self._silence
        packet = RtpPacket(
            payload_type=self._agreed.payload_type,
            # Set where the stream begins, and where it goes on after a hold (RFC 3551, 4.1).
            marker=int(not self._talking),
            sequence_number=self._sequence,
            timestamp=self._timestamp,
            ssrc=self._source,
            payload=payload,
        )
        self._talking = True
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._timestamp = (self._timestamp + SAMPLES) & 0xFFFFFFFF
        self._transport.sendto(packet.serialize(), self._remote)
        self.packets_sent += 1
        if not self._queue:
            self._changed.set()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Take the keys out of what the peer sends; its voice is not listened to."""
        if self._agreed is None or addr[0] not in self._hosts or is_rtcp(data):
            return
        try:
            packet = RtpPacket.parse(data)
        except (ValueError, IndexError):
            return
        self.heard = time.monotonic()
        self.packets_received += 1
        # Behind a NAT the port is another than the one described (RFC 4961).
        if packet.payload_type == self._agreed.payload_type and addr[1] > 0:
            self._remote = addr
        if packet.payload_type == self._agreed.events_type and packet.timestamp != self._event:
            try:
                event = DtmfEvent.parse(packet.payload)
            except ValueError:
                return
            # A key counts from its first packet that arrives: waiting for its end would let the prompt run on.
            self._event = packet.timestamp
            if event.digit in "0123456789*#":
                self.press(event.digit)


async def open_media(host: str, ports: tuple[int, int]) -> Media:
    """Media on a free even port of `ports` (first, last). Raises OSError when there is none."""
    first = ports[0] + ports[0] % 2
    candidates = range(first, ports[1] + 1, 2)
    # From a random one on, so that a late packet of the call before does not meet the next.
    start = random.randrange(len(candidates))
    loop = asyncio.get_running_loop()
    for port in [*candidates[start:], *candidates[:start]]:
        try:
            _, media = await loop.create_datagram_endpoint(Media, local_addr=(host, port))
        except OSError:
            continue
        return media
    raise OSError("no free media port")

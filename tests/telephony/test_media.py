"""The stream of a call, packet by packet, against a bare RTP socket."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from aiortp import DtmfEvent, RtpPacket

from telephony.media import SAMPLES, Media, open_media
from telephony.session_description import PCMA, PCMU, Agreed
from tests.telephony.peers import udp

TONE = b"\x00\x20\x00\xe0" * (SAMPLES // 2)  # one packet that is not silent
SILENT = b"\xd5" * SAMPLES


@pytest.fixture
async def remote() -> AsyncIterator[socket.socket]:
    """Where the media is sent to."""
    with udp() as made:
        yield made


@pytest.fixture
async def media(remote: socket.socket) -> AsyncIterator[Media]:
    """Media under way to `remote`."""
    made = await open_media("127.0.0.1", (41000, 41999))
    made.agree(_agreed(remote), "127.0.0.1")
    made.start()
    yield made
    await made.close()


def _agreed(remote: socket.socket, sends: bool = True, payload_type: int = PCMA) -> Agreed:
    return Agreed(remote.getsockname(), payload_type, 101, sends=sends, receives=True)


async def _packets(remote: socket.socket, count: int) -> list[RtpPacket]:
    loop = asyncio.get_running_loop()
    return [RtpPacket.parse(await asyncio.wait_for(loop.sock_recv(remote, 2048), 5)) for _ in range(count)]


def _key(remote: socket.socket, media: Media, event: int, timestamp: int, end: bool = False) -> None:
    payload = DtmfEvent(event=event, end=end, volume=10, duration=160).serialize()
    packet = RtpPacket(payload_type=101, sequence_number=1, timestamp=timestamp, ssrc=7, payload=payload)
    remote.sendto(packet.serialize(), ("127.0.0.1", media.port))


async def test_the_stream_has_no_gap_and_is_marked_where_it_begins(media: Media, remote: socket.socket) -> None:
    playing = asyncio.create_task(media.play(3 * TONE, until_key=False))
    packets = await _packets(remote, 12)
    assert await playing
    first = packets[0]
    for number, packet in enumerate(packets):
        assert packet.sequence_number == (first.sequence_number + number) % 2**16
        assert packet.timestamp == (first.timestamp + number * SAMPLES) % 2**32
        assert (packet.ssrc, packet.payload_type, len(packet.payload)) == (first.ssrc, PCMA, SAMPLES)
    assert [packet.marker for packet in packets] == [1] + 11 * [0]
    assert sum(packet.payload != SILENT for packet in packets) == 3


async def test_a_key_stops_a_prompt_at_once(media: Media, remote: socket.socket) -> None:
    playing = asyncio.create_task(media.play(500 * TONE, until_key=True))
    packets = await _packets(remote, 10)
    # One packet is enough: its end is not waited for.
    _key(remote, media, event=5, timestamp=800)
    assert not await playing
    stopped = media.packets_sent
    packets += await _packets(remote, stopped + 10 - len(packets))
    assert stopped < 500
    assert [packet.payload for packet in packets[stopped:]] == [SILENT] * 10
    assert list(media.keys) == ["5"]


async def test_a_key_counts_once_however_often_its_packets_come(media: Media, remote: socket.socket) -> None:
    for timestamp, event in ((800, 1), (1600, 1), (2400, 11)):
        for end in (False, False, True, True, True):
            _key(remote, media, event, timestamp, end)
    await _packets(remote, 3)
    assert list(media.keys) == ["1", "1", "#"]


async def test_a_key_does_not_stop_what_may_not_be_interrupted(media: Media, remote: socket.socket) -> None:
    playing = asyncio.create_task(media.play(5 * TONE, until_key=False))
    _key(remote, media, event=5, timestamp=800)
    assert await playing
    packets = await _packets(remote, 8)
    assert sum(packet.payload != SILENT for packet in packets) == 5


async def test_a_hold_stops_the_stream_and_the_prompt_goes_on_after_it(media: Media, remote: socket.socket) -> None:
    playing = asyncio.create_task(media.play(20 * TONE, until_key=False))
    before = await _packets(remote, 5)
    media.agree(_agreed(remote, sends=False), "127.0.0.1")
    before += await _packets(remote, media.packets_sent - len(before))
    await asyncio.sleep(0.1)
    with pytest.raises(BlockingIOError):
        remote.recv(2048)
    assert not playing.done()
    media.agree(_agreed(remote), "127.0.0.1")
    after = await _packets(remote, 25)
    assert await playing
    assert after[0].marker == 1
    assert sum(packet.payload != SILENT for packet in (*before, *after)) == 20
    # Time went on while nothing was sent.
    assert after[0].timestamp - before[-1].timestamp > SAMPLES
    assert after[0].sequence_number == (before[-1].sequence_number + 1) % 2**16


async def test_waiting_for_a_key_ends_with_the_key_or_the_time(media: Media, remote: socket.socket) -> None:
    assert not await media.wait_for_key(100)
    waiting = asyncio.create_task(media.wait_for_key(60_000))
    await _packets(remote, 2)
    _key(remote, media, event=10, timestamp=4000)
    assert await waiting
    assert media.keys.popleft() == "*"


async def test_what_is_no_packet_and_what_comes_from_elsewhere_is_ignored(media: Media, remote: socket.socket) -> None:
    for data in (
        b"",
        b"\x80",
        b"x" * 5,
        b"\x80\x65" + 10 * b"\0",
        b"\x80\x65" + 12 * b"\0",
        b"\xff" * 40,
        b"\x80\xc8" + 30 * b"\0",
    ):
        remote.sendto(data, ("127.0.0.1", media.port))
    media.agree(Agreed(("127.0.0.9", 4000), PCMA, 101, sends=True, receives=True), "127.0.0.9")
    _key(remote, media, event=5, timestamp=800)
    await asyncio.sleep(0.1)
    assert not media.keys


async def test_mu_law_is_spoken_too(media: Media, remote: socket.socket) -> None:
    media.agree(_agreed(remote, payload_type=PCMU), "127.0.0.1")
    await _packets(remote, 2)
    packets = await _packets(remote, 2)
    assert {(packet.payload_type, packet.payload) for packet in packets} == {(PCMU, b"\xff" * SAMPLES)}


async def test_a_port_range_that_is_used_up_is_said() -> None:
    first = await open_media("127.0.0.1", (43210, 43211))
    try:
        with pytest.raises(OSError, match="no free media port"):
            await open_media("127.0.0.1", (43210, 43211))
    finally:
        await first.close()

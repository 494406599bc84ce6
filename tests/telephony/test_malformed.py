"""Datagrams that are no good SIP: dropped, or refused, and the next good call is held as if nothing had been."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosipua import SipMessage, SipResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Assistant
from tests.telephony.conftest import RunningLine, running_line
from tests.telephony.peers import OFFER, Peer, udp

OFFERED = OFFER.format(port=4000, direction="sendrecv")


def _good(**changes: str) -> bytes:
    peer = Peer(("127.0.0.1", 5070))
    try:
        return peer.request("INVITE", OFFERED, **changes)
    finally:
        peer.close()


def _without(header: str) -> bytes:
    return b"\r\n".join(line for line in _good().split(b"\r\n") if not line.lower().startswith(header.encode()))


def _with(header: str, value: str) -> bytes:
    lines = [
        f"{header}: {value}".encode() if line.lower().startswith(header.lower().encode() + b":") else line
        for line in _good().split(b"\r\n")
    ]
    return b"\r\n".join(lines)


def _start(line: str) -> bytes:
    return line.encode() + b"\r\n" + _good().split(b"\r\n", 1)[1]


CORPUS: dict[str, bytes] = {
    "nothing": b"",
    "keep-alive": b"\r\n\r\n",
    "zeros": b"\0" * 200,
    "noise": random.Random(1).randbytes(1200),
    "text": "Bonjour, êtes-vous là ?".encode(),
    "http": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "stun": b"\x00\x01\x00\x00\x21\x12\xa4\x42" + 12 * b"\x01",
    "huge": _good() + b"x" * 60_000,
    "many headers": _good().replace(b"Max-Forwards: 70", b"\r\n".join(b"X-%d: 1" % n for n in range(900))),
    "long header": _with("Max-Forwards", "7" * 12_000),
    "no end": _good().split(b"\r\n\r\n")[0],
    "half": _good()[:150],
    "line feeds": _good().replace(b"\r\n", b"\n"),
    "carriage returns": _good().replace(b"\r\n", b"\r"),
    "folded": _with("Max-Forwards", "70\r\n and\r\n\tmore"),
    "not utf-8": _good().replace(b"Awa", b"\xff\xfe\xc3"),
    "nul in header": _good().replace(b"Awa", b"A\0a"),
    **{f"no {name}": _without(name) for name in ("via", "from", "to", "call-id", "cseq", "contact", "max-forwards")},
    "method of lower case": _start("invite sip:7400@127.0.0.1 SIP/2.0"),
    "unknown method": _start("DANCE sip:7400@127.0.0.1 SIP/2.0"),
    "no version": _start("INVITE sip:7400@127.0.0.1"),
    "old version": _start("INVITE sip:7400@127.0.0.1 SIP/1.0"),
    "no uri": _start("INVITE  SIP/2.0"),
    "strange uri": _start("INVITE ;;;@@@:::: SIP/2.0"),
    "response of nobody": _start("SIP/2.0 200 OK"),
    "response without number": _start("SIP/2.0 abc OK"),
    "response without anything": b"SIP/2.0\r\n\r\n",
    "via with port 99999": _with("Via", "SIP/2.0/UDP 127.0.0.1:99999;branch=z9hG4bKa"),
    "via with port 0": _with("Via", "SIP/2.0/UDP 127.0.0.1:0;branch=z9hG4bKb"),
    "via with port -1": _with("Via", "SIP/2.0/UDP 127.0.0.1:-1;branch=z9hG4bKc"),
    "via to elsewhere": _with("Via", "SIP/2.0/UDP example.invalid:5060;branch=z9hG4bKd;received=192.0.2.1;rport=9"),
    "via with rport x": _with("Via", "SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKe;rport=x"),
    "via without branch": _with("Via", "SIP/2.0/UDP 127.0.0.1:5060"),
    "via of nothing": _with("Via", ""),
    "via of IPv6": _with("Via", "SIP/2.0/UDP [::1]:5060;branch=z9hG4bKf"),
    "via of commas": _with("Via", ",,,,"),
    "cseq of words": _with("CSeq", "one INVITE"),
    "cseq of another method": _with("CSeq", "1 BYE"),
    "cseq too large": _with("CSeq", "99999999999999999999 INVITE"),
    "cseq below zero": _with("CSeq", "-1 INVITE"),
    "cseq alone": _with("CSeq", "1"),
    "from without tag": _with("From", "<sip:a@b>"),
    "from unclosed": _with("From", '"Awa <sip:a@b;tag=1'),
    "to with tag": _with("To", "<sip:7400@b>;tag=unknown"),
    "contact of nothing": _with("Contact", "<>"),
    "contact star": _with("Contact", "*"),
    "required extension": _good(Require="100rel, levitation"),
    "length too large": _with("Content-Length", "99999"),
    "length below zero": _with("Content-Length", "-5"),
    "length of words": _with("Content-Length", "many"),
    "body of another kind": _with("Content-Type", "text/plain"),
    "body of many parts": _with("Content-Type", "multipart/mixed;boundary=x"),
    "body of noise": _good().replace(OFFERED.encode(), random.Random(2).randbytes(len(OFFERED))),
    "media without port": _good().replace(b"m=audio 4000", b"m=audio xxxx"),
    "media of nobody": _good().replace(b"c=IN IP4 127.0.0.1", b"c=IN IP4 999.0.0.1"),
    "media by name": _good().replace(b"c=IN IP4 127.0.0.1", b"c=IN IP4 e.invalid"),
    "media of secrets": _good().replace(b"RTP/AVP ", b"RTP/SAVP"),
    "no codec": _good().replace(b"RTP/AVP 8 0 101", b"RTP/AVP 9 3 121"),
    "bye of nobody": _start("BYE sip:7400@127.0.0.1 SIP/2.0").replace(b" INVITE\r\n", b" BYE\r\n"),
    "cancel of nobody": _start("CANCEL sip:7400@127.0.0.1 SIP/2.0").replace(b" INVITE\r\n", b" CANCEL\r\n"),
    "ack of nobody": _start("ACK sip:7400@127.0.0.1 SIP/2.0").replace(b" INVITE\r\n", b" ACK\r\n"),
    "refer of nobody": _start("REFER sip:7400@127.0.0.1 SIP/2.0").replace(b" INVITE\r\n", b" REFER\r\n"),
    "notify of nobody": _start("NOTIFY sip:7400@127.0.0.1 SIP/2.0").replace(b" INVITE\r\n", b" NOTIFY\r\n"),
    "info of nobody": _start("INFO sip:7400@127.0.0.1 SIP/2.0").replace(b" INVITE\r\n", b" INFO\r\n"),
    "register": _start("REGISTER sip:127.0.0.1 SIP/2.0").replace(b" INVITE\r\n", b" REGISTER\r\n"),
}


@pytest.fixture(scope="module")
def line(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory, prompt_dir: Path) -> Iterator[RunningLine]:
    """A line with room for the odd calls of the corpus, which nobody acknowledges: each holds its place for 32 s."""
    folder = tmp_path_factory.mktemp("malformed")
    with running_line(assistant.url, assistant.keys["ivr"], folder, prompt_dir, SIP_MAX_CALLS="500") as running:
        yield running


@pytest.fixture
def peer(line: RunningLine) -> Iterator[Peer]:
    """A bare peer of the line."""
    made = Peer((line.host, line.port))
    yield made
    made.close()


async def _a_good_call(line: RunningLine) -> None:
    """A call that is answered, speaks and ends."""
    peer = Peer((line.host, line.port))
    with udp() as media:
        assert (await peer.establish(media.getsockname()[1])).status_code == 200
        packet = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(media, 2048), 5)
        assert len(packet) == 172
        assert (await peer.ask("BYE")).status_code == 200
    peer.close()


def test_the_corpus_is_large() -> None:
    assert len(CORPUS) >= 50
    assert len(set(CORPUS.values())) == len(CORPUS)


async def test_a_good_call_is_held_after_every_datagram_of_the_corpus(line: RunningLine, peer: Peer) -> None:
    for name, data in CORPUS.items():
        peer.send(data[:60_000])
        await asyncio.sleep(0)
        assert line.process.poll() is None, name
    await asyncio.sleep(0.3)
    while True:
        try:
            answer = peer.socket.recv(65535)
        except BlockingIOError:
            break
        assert isinstance(SipMessage.parse(answer), SipResponse)
    await _a_good_call(line)
    assert "Traceback" not in line.logged()


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("no cseq", 400),
        ("no call-id", 400),
        ("cseq of another method", 400),
        ("via without branch", 400),
        ("required extension", 420),
        ("body of another kind", 488),
        ("no codec", 488),
        ("media by name", 488),
        ("to with tag", 481),
        ("bye of nobody", 481),
        ("cancel of nobody", 481),
        ("unknown method", 400),
        ("register", 405),
    ],
)
async def test_a_peer_is_told_what_was_wrong(peer: Peer, name: str, status: int) -> None:
    data = CORPUS[name]
    if b";rport" not in data:
        data = data.replace(b"127.0.0.1:5060", f"127.0.0.1:{peer.port}".encode())
    peer.send(data)
    assert (await peer.final()).status_code == status


async def test_a_repeated_invite_makes_one_call_and_gets_the_same_answer(line: RunningLine, peer: Peer) -> None:
    with udp() as media:
        invite = peer.request("INVITE", OFFER.format(port=media.getsockname()[1], direction="sendrecv"))
        before = line.logged().count("answered after")
        for _ in range(3):
            peer.send(invite)
        first, second = await peer.final(), await peer.final()
        assert bytes(first) == bytes(second)
        peer.send(peer.request("ACK"))
        assert (await peer.ask("BYE")).status_code == 200
        assert line.logged().count("answered after") == before + 1


async def test_without_an_offer_the_line_makes_one(peer: Peer) -> None:
    with udp() as media:
        answered = await peer.ask("INVITE")
        assert "m=audio" in answered.text
        peer.send(peer.request("ACK", OFFER.format(port=media.getsockname()[1], direction="sendrecv")))
        assert await asyncio.wait_for(asyncio.get_running_loop().sock_recv(media, 2048), 5)
        assert (await peer.ask("BYE")).status_code == 200


async def test_who_hangs_up_while_it_rings_is_let_go(peer: Peer) -> None:
    invite = peer.request("INVITE", OFFERED)
    peer.send(invite)
    peer.send(invite.replace(b"INVITE sip", b"CANCEL sip", 1).replace(b"1 INVITE", b"1 CANCEL"))
    statuses = {(await peer.final()).status_code for _ in range(2)}
    assert statuses in ({200, 487}, {200})


async def test_the_line_says_what_it_can_do(peer: Peer) -> None:
    answered = await peer.ask("OPTIONS")
    assert answered.status_code == 200
    assert "INVITE" in answered.headers.get("allow")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(0, 600),
            st.one_of(st.binary(max_size=6), st.sampled_from([b"\r\n", b":", b";", b"<", b",", b"%"])),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_a_good_request_with_bytes_changed_anywhere_breaks_nothing(
    line: RunningLine, peer: Peer, changes: list[tuple[int, bytes]]
) -> None:
    data = bytearray(peer.request("INVITE", OFFERED).replace(b"INVITE", b"OPTIONS"))
    for place, inserted in changes:
        data[place : place + len(inserted)] = inserted
    peer.send(bytes(data))
    assert line.process.poll() is None


async def test_after_all_that_a_good_call_is_held(line: RunningLine) -> None:
    await _a_good_call(line)
    assert "Traceback" not in line.logged()

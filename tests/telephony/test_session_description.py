"""What is agreed on with the descriptions that telephones, PBX and trunks send."""

import pytest
from aiosipua import SipRequest, parse_sdp
from hypothesis import given
from hypothesis import strategies as st

from telephony.session_description import NoCommonMedia, agree, answer, own_offer, read_description

HEAD = "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n"


@pytest.mark.parametrize(
    ("media", "payload_type", "events_type"),
    [
        ("m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n", 0, 101),
        ("m=audio 4000 RTP/AVP 8 0 96\r\na=rtpmap:96 telephone-event/8000\r\na=ptime:30\r\n", 8, 96),
        ("m=audio 4000 RTP/AVP 9 18 8\r\n", 8, None),
        (
            "m=audio 4000 RTP/AVP 111 8 110 126\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:110 telephone-event/48000\r\n"
            "a=rtpmap:126 telephone-event/8000\r\n",
            8,
            126,
        ),
        ("m=audio 4000 RTP/AVP 8\r\nm=video 4002 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n", 8, None),
    ],
)
def test_the_callers_first_common_codec_is_taken(media: str, payload_type: int, events_type: int | None) -> None:
    text, agreed = answer(parse_sdp(HEAD + media), "192.0.2.5", 40000, "1", 0)
    assert (agreed.payload_type, agreed.events_type, agreed.remote) == (payload_type, events_type, ("192.0.2.7", 4000))
    answered = parse_sdp(text)
    assert answered.rtp_address == ("192.0.2.5", 40000)
    assert answered.audio is not None
    # The caller's own number for telephone events: many expect it although RFC 3264 lets each side choose.
    assert answered.audio.formats == [str(payload_type)] + ([str(events_type)] if events_type else [])
    assert answered.audio.attributes["ptime"] == ["20"]
    # One m-line for each of the offer's, in order; those refused with port 0.
    assert [media.port for media in answered.media] == [40000] + [0] * (len(answered.media) - 1)


@pytest.mark.parametrize(
    ("direction", "address", "sends"),
    [
        ("sendrecv", "192.0.2.7", True),
        ("recvonly", "192.0.2.7", True),
        ("sendonly", "192.0.2.7", False),
        ("inactive", "192.0.2.7", False),
        ("sendrecv", "0.0.0.0", False),
    ],
)
def test_both_forms_of_hold_are_understood(direction: str, address: str, sends: bool) -> None:
    offer = parse_sdp(
        HEAD.replace("c=IN IP4 192.0.2.7", f"c=IN IP4 {address}") + f"m=audio 4000 RTP/AVP 8\r\na={direction}\r\n"
    )
    _, agreed = answer(offer, "192.0.2.5", 40000, "1", 1)
    assert agreed.sends is sends


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        HEAD + "m=video 4000 RTP/AVP 96\r\n",
        HEAD + "m=audio 4000 RTP/AVP 9 18\r\n",
        HEAD + "m=audio 4000 RTP/SAVP 8\r\n",
        HEAD + "m=audio 0 RTP/AVP 8\r\n",
        HEAD + "m=audio 99999 RTP/AVP 8\r\n",
        HEAD.replace("c=IN IP4 192.0.2.7", "c=IN IP4 media.example.org") + "m=audio 4000 RTP/AVP 8\r\n",
        HEAD.replace("c=IN IP4 192.0.2.7", "c=IN IP6 2001:db8::7") + "m=audio 4000 RTP/AVP 8\r\n",
    ],
)
def test_without_common_media_there_is_no_call(text: str) -> None:
    with pytest.raises(NoCommonMedia):
        agree(parse_sdp(text))


def test_a_peer_without_an_offer_gets_one() -> None:
    agreed = agree(parse_sdp(own_offer("192.0.2.5", 40000, "1")))
    assert (agreed.payload_type, agreed.events_type, agreed.remote) == (8, 101, ("192.0.2.5", 40000))


@given(st.text(max_size=300), st.sampled_from(["", HEAD, HEAD + "m=audio 4000 RTP/AVP 8 101\r\n"]))
def test_no_text_raises_anything_else(text: str, before: str) -> None:
    request = SipRequest(method="INVITE", uri="sip:7400@127.0.0.1", body=(before + text).encode("utf-8", "replace"))
    request.headers.set_single("Content-Type", "application/sdp")
    try:
        description = read_description(request)
        if description is not None:
            answer(description, "192.0.2.5", 40000, "1", 0)
    except NoCommonMedia:
        pass

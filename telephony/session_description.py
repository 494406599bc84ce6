"""The SDP of a call: what a peer offers, what the line answers, and what of it decides the media."""

import ipaddress
from dataclasses import dataclass

from aiosipua import SdpMessage, SdpNegotiationError, SipMessage, build_sdp, negotiate_sdp, parse_sdp, serialize_sdp

PCMU, PCMA = 0, 8
_EVENTS = 101  # payload type of telephone events in an offer of our own


class NoCommonMedia(ValueError):
    """The peer's description leaves nothing that both sides can do: 488."""


@dataclass(frozen=True)
class Agreed:
    """What both sides agreed on: where to send, payload types (None for no telephone events), who may send."""

    remote: tuple[str, int]
    payload_type: int
    events_type: int | None
    sends: bool
    receives: bool


def read_description(message: SipMessage) -> SdpMessage | None:
    """The SDP in `message`, None when it has none. Raises NoCommonMedia when it cannot be read."""
    if not message.body:
        return None
    if (message.content_type or "").split(";")[0].strip().lower() != "application/sdp":
        raise NoCommonMedia
    try:
        return parse_sdp(message.text)
    except (ValueError, IndexError) as error:
        raise NoCommonMedia from error


def answer(offer: SdpMessage, address: str, port: int, session: str, version: int) -> tuple[str, Agreed]:
    """The SDP that answers `offer` with media at `address`:`port`. Raises NoCommonMedia."""
    agreed = agree(offer)
    try:
        description, _ = negotiate_sdp(
            offer, address, port, [agreed.payload_type], dtmf_payload_type=agreed.events_type or 0, session_id=session
        )
    except SdpNegotiationError as error:
        raise NoCommonMedia from error
    description.origin.session_version = str(version)
    if description.audio is not None:
        description.audio.attributes["ptime"] = ["20"]
        if "fmtp" in description.audio.attributes:
            description.audio.attributes["fmtp"] = [f"{agreed.events_type} 0-15"]
    return serialize_sdp(description), agreed


def own_offer(address: str, port: int, session: str) -> str:
    """The SDP offered to a peer whose INVITE had none."""
    return serialize_sdp(build_sdp(address, port, PCMA, "PCMA", dtmf_payload_type=_EVENTS, session_id=session))


def agree(description: SdpMessage) -> Agreed:
    """What `description` and the line have in common. Raises NoCommonMedia."""
    audio, remote = description.audio, description.rtp_address
    if (
        audio is None
        or remote is None
        or not 0 < remote[1] <= 65535
        or audio.proto.upper() not in ("RTP/AVP", "RTP/AVPF")
    ):
        raise NoCommonMedia
    try:
        on_hold = ipaddress.IPv4Address(remote[0]).is_unspecified
    except ValueError:
        raise NoCommonMedia from None
    # The peer's order is its preference.
    payload_type = next((codec.payload_type for codec in audio.codecs if codec.payload_type in (PCMA, PCMU)), None)
    if payload_type is None:
        raise NoCommonMedia
    events = next(
        (
            codec.payload_type
            for codec in audio.codecs
            if codec.encoding_name.lower() == "telephone-event"
            and codec.clock_rate == 8000
            and codec.payload_type >= 96
        ),
        None,
    )
    return Agreed(
        remote=remote,
        payload_type=payload_type,
        events_type=events,
        sends=audio.direction in ("sendrecv", "recvonly") and not on_hold,
        receives=audio.direction in ("sendrecv", "sendonly"),
    )

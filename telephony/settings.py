"""What the environment decides for the telephone line, read once and checked before a socket is opened."""

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.settings import Network, Settings, SettingsError
from supervisor.parts import url_of

DEFAULT_TTS = "espeak-ng -v fr -s {wpm} --stdin --stdout"


@dataclass(frozen=True)
class LineSettings:
    """Where the line answers, whom, how many at once, and what it needs from the gateway.

    `rtp_ports` are the first and last UDP port of the media, `rtp_timeout` is seconds (0: never), `gateway_url` has no
    final slash, `transfer_to` is the SIP URI of the adviser or None, `peers` the networks whose SIP is listened to
    (empty: all), `advertise` the address written in SIP and SDP when it is not `bind`.
    """

    gateway_url: str
    key: str
    bind: str = "127.0.0.1"
    port: int = 5070
    advertise: str = "127.0.0.1"
    peers: tuple[Network, ...] = ()
    rtp_ports: tuple[int, int] = (40000, 40999)
    rtp_timeout: int = 60
    max_calls: int = 20
    transfer_to: str | None = None
    tts_command: str = DEFAULT_TTS
    prompt_dir: Path = Path(".cache/prompts")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], needs_key: bool = True) -> "LineSettings":
        """Read the settings. Raises SettingsError, with a sentence, for a value that cannot be used.

        Without `needs_key`, a key that the gateway has not drawn yet is no trouble, and is empty.
        """

        def text(name: str, default: str = "") -> str:
            return environ.get(name, "").strip() or default

        gateway = Settings.from_environment(environ)
        bind = _address("SIP_BIND", text("SIP_BIND", "127.0.0.1"))
        advertise = _address("SIP_ADVERTISE", text("SIP_ADVERTISE", bind))
        if ipaddress.ip_address(advertise).is_unspecified:
            raise SettingsError(
                f"SIP_BIND={bind} names no address that a peer could send to: give the address itself, "
                "or set SIP_ADVERTISE"
            )
        peers = tuple(_network(item.strip()) for item in text("SIP_PEERS").split(",") if item.strip())
        if not ipaddress.ip_address(bind).is_loopback and not peers:
            raise SettingsError(
                f"SIP_BIND={bind} can be reached from outside: name the trunk's or PBX's networks in SIP_PEERS, "
                "such as SIP_PEERS=192.0.2.10/32"
            )
        transfer_to = text("SIP_TRANSFER_TO") or None
        if transfer_to and (not transfer_to.startswith(("sip:", "sips:", "tel:")) or not _plain(transfer_to)):
            raise SettingsError(f"SIP_TRANSFER_TO is {transfer_to!r}: give a URI such as sip:conseiller@192.0.2.10")
        return cls(
            gateway_url=cls.url_from_environment(environ),
            key=gateway.ivr_key or (_drawn_key(gateway.run_dir) if needs_key else ""),
            bind=bind,
            port=_number("SIP_PORT", text("SIP_PORT", "5070"), 1, 65535),
            advertise=advertise,
            peers=peers,
            rtp_ports=_range("RTP_PORTS", text("RTP_PORTS", "40000-40999")),
            rtp_timeout=_number("RTP_TIMEOUT", text("RTP_TIMEOUT", "60"), 0, 3600),
            max_calls=_number("SIP_MAX_CALLS", text("SIP_MAX_CALLS", "20"), 1, 1000),
            transfer_to=transfer_to,
            tts_command=text("TTS_COMMAND", DEFAULT_TTS),
            prompt_dir=Path(text("PROMPT_DIR", ".cache/prompts")),
        )

    @staticmethod
    def url_from_environment(environ: Mapping[str, str]) -> str:
        """Where the assistant answers: GATEWAY_URL, or PORT of this machine. Raises SettingsError."""
        own = url_of(Settings.from_environment(environ))
        return (environ.get("GATEWAY_URL", "").strip() or own).rstrip("/")


def _plain(value: str) -> bool:
    """Whether `value` may stand in a header: visible ASCII, no brackets."""
    return all("!" <= character <= "~" and character not in "<>" for character in value)


def _drawn_key(run_dir: Path) -> str:
    """The ivr key that the gateway drew, from keys.json under `run_dir`."""
    path = run_dir / "keys.json"
    try:
        key = json.loads(path.read_text("utf-8"))["ivr"]
    except (OSError, ValueError, KeyError) as error:
        raise SettingsError(
            f"The key of the ivr door is not in {path}: start the assistant (`make run`) with the same RUN_DIR, "
            "or set IVR_KEY"
        ) from error
    return str(key)


def _number(name: str, value: str, lowest: int, highest: int) -> int:
    if not (value.isascii() and value.isdigit() and lowest <= int(value) <= highest):
        raise SettingsError(f"{name} is {value!r}: give a whole number from {lowest} to {highest}")
    return int(value)


def _range(name: str, value: str) -> tuple[int, int]:
    first, _, last = value.partition("-")
    ports = _number(name, first, 1024, 65534), _number(name, last, 1024, 65535)
    if ports[1] <= ports[0]:
        raise SettingsError(f"{name} is {value!r}: give two ports, the lower first, such as 40000-40999")
    return ports


def _address(name: str, value: str) -> str:
    try:
        return str(ipaddress.IPv4Address(value))
    except ValueError:
        raise SettingsError(f"{name} is {value!r}: give an IPv4 address such as 127.0.0.1") from None


def _network(value: str) -> Network:
    try:
        return ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise SettingsError(f"SIP_PEERS holds {value!r}: give addresses or networks such as 192.0.2.10/32") from None

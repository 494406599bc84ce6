"""What the environment decides, read once and checked before anything is opened."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from gateway.console.settings import ConsoleSettings, ConsoleSettingsError, console_settings

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Half an hour without a message: long enough to fetch a contract number, short enough to leave nothing behind.
DEFAULT_IDLE_SECONDS = 1800
_ORIGIN = re.compile(r"https?://[a-z0-9.\-]+(:[0-9]{1,5})?")
_KEY = re.compile(r"[!-~]+")
# Long enough for an answer with its detail and the address; beyond it a person serves better.
DEFAULT_CALL_SECONDS = 300
_DIALLED = re.compile(r"(?:tel:\+?[0-9().\-]+|sips?:[!-~]+)")
_URI = re.compile(r"[a-z][a-z0-9+.\-]*:[!-~]+")
# Paths are added to these; the others go to the library of their server as they are.
_HTTP = re.compile(r"https?://[A-Za-z0-9.\-_]+(:[0-9]{1,5})?|https?://\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
_REDIS = re.compile(r"(?:rediss?|unix)://[!-~]+")
_POSTGRESQL = re.compile(r"postgres(?:ql)?://[!-~]+")


class SettingsError(ValueError):
    """A setting cannot be used; the message names it and says what to do."""


@dataclass(frozen=True)
class Settings:
    """Addresses, keys and limits; ports are TCP ports, `idle_seconds` is whole seconds.

    None for a key: it is drawn, for a former one: there is none; for `metrics_bind`: no metrics; for `rasa_token`:
    Rasa's API asks for none; for `ivr_transfer_to`: the voice platform transfers by itself; for `ivr_speech_grammar`:
    the line listens to keys alone; for `controller_file`: the page /confidentialite has blanks where the operator is to
    be named; for `redis_url` and `database_url`: what they would hold is in files under `run_dir`, of this gateway
    alone; for `rasa_url` and `actions_url`: on loopback, at `rasa_port` and `actions_port`.
    """

    run_dir: Path = Path(".run")
    bind: str = "127.0.0.1"
    port: int = 8080
    rasa_port: int = 5005
    actions_port: int = 5055
    rasa_url: str | None = None
    actions_url: str | None = None
    rasa_token: str | None = None
    agent_key: str | None = None
    agent_key_former: str | None = None
    ivr_key: str | None = None
    ivr_key_former: str | None = None
    rate_limits: bool = True
    trusted_proxies: tuple[Network, ...] = ()
    metrics_bind: tuple[str, int] | None = ("127.0.0.1", 9464)
    cors_origins: tuple[str, ...] = ()
    idle_seconds: int = DEFAULT_IDLE_SECONDS
    ivr_call_seconds: int = DEFAULT_CALL_SECONDS
    ivr_transfer_to: str | None = None
    ivr_speech_grammar: str | None = None
    controller_file: Path | None = None
    redis_url: str | None = field(default=None, repr=False)
    database_url: str | None = field(default=None, repr=False)
    console: ConsoleSettings = field(default_factory=ConsoleSettings)

    @property
    def base_path(self) -> Path:
        """Where the knowledge base is."""
        return self.run_dir / "kb.sqlite"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings. Raises SettingsError for a value that cannot be used."""
        read = _Reader(environ)
        agent_key, agent_key_former = read.keys("AGENT_KEY")
        ivr_key, ivr_key_former = read.keys("IVR_KEY")
        settings = cls(
            run_dir=Path(read.text("RUN_DIR", ".run")),
            bind=read.text("BIND", "127.0.0.1"),
            port=read.number("PORT", 8080, highest=65535),
            rasa_port=read.number("RASA_PORT", 5005, highest=65535),
            actions_port=read.number("ACTIONS_PORT", 5055, highest=65535),
            rasa_url=read.server("RASA_URL", _HTTP, "http://rasa:8081"),
            actions_url=read.server("ACTIONS_URL", _HTTP, "http://actions:5055"),
            rasa_token=read.key("RASA_TOKEN"),
            agent_key=agent_key,
            agent_key_former=agent_key_former,
            ivr_key=ivr_key,
            ivr_key_former=ivr_key_former,
            rate_limits=read.choice("RATE_LIMITS", {"on": True, "off": False}, "on"),
            trusted_proxies=tuple(read.network("TRUSTED_PROXIES", item) for item in read.items("TRUSTED_PROXIES")),
            metrics_bind=read.listener("METRICS_BIND", "127.0.0.1:9464"),
            cors_origins=tuple(read.origin("CORS_ORIGINS", item) for item in read.items("CORS_ORIGINS")),
            idle_seconds=read.number("IDLE_SECONDS", DEFAULT_IDLE_SECONDS, highest=86400),
            ivr_call_seconds=read.number("IVR_CALL_SECONDS", DEFAULT_CALL_SECONDS, highest=3600),
            ivr_transfer_to=read.uri("IVR_TRANSFER_TO", _DIALLED, "tel:+22370000000 or sip:conseillers@192.0.2.1"),
            ivr_speech_grammar=read.uri("IVR_SPEECH_GRAMMAR", _URI, "builtin:grammar/text"),
            controller_file=Path(controller) if (controller := read.text("CONTROLLER_FILE", "")) else None,
            redis_url=read.server("REDIS_URL", _REDIS, "redis://:password@redis:6379/0"),
            database_url=read.server("DATABASE_URL", _POSTGRESQL, "postgresql://user:password@db:5432/assistant"),
            console=read.console(),
        )
        if {agent_key, agent_key_former} & {ivr_key, ivr_key_former} - {None}:
            raise SettingsError("AGENT_KEY and IVR_KEY are the same: a key opens one door, give each its own")
        if not settings.rate_limits and (settings.trusted_proxies or not _is_loopback(settings.bind)):
            raise SettingsError(
                "RATE_LIMITS=off is for evaluation on this machine only: bind to a loopback address "
                "(BIND=127.0.0.1) and leave TRUSTED_PROXIES empty, or leave RATE_LIMITS on"
            )
        return settings


class _Reader:
    """Values of the environment by name; an empty value counts as unset, as in a Compose file."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str, default: str) -> str:
        return self._environ.get(name, "").strip() or default

    def items(self, name: str) -> list[str]:
        return [item.strip() for item in self.text(name, "").split(",") if item.strip()]

    def number(self, name: str, default: int, highest: int) -> int:
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdigit() and 1 <= int(value) <= highest):
            raise SettingsError(f"{name} is {value!r}: give a whole number from 1 to {highest}")
        return int(value)

    def choice(self, name: str, choices: Mapping[str, bool], default: str) -> bool:
        value = self.text(name, default).lower()
        if value not in choices:
            raise SettingsError(f"{name} is {value!r}: give one of {', '.join(choices)}")
        return choices[value]

    def console(self) -> ConsoleSettings:
        try:
            return console_settings(self)
        except ConsoleSettingsError as error:
            raise SettingsError(str(error)) from None

    def key(self, name: str) -> str | None:
        value = self.text(name, "")
        # The value stays out of the message: messages are logged.
        if value and not _KEY.fullmatch(value):
            raise SettingsError(f"{name} holds a space or a character outside ASCII: a header cannot carry it")
        return value or None

    def keys(self, name: str) -> tuple[str | None, str | None]:
        """The key of a door, and the one before it."""
        keys = (self.key(name) or "").split(",")
        if len(keys) > 2 or (len(keys) == 2 and not all(keys)):
            raise SettingsError(f"{name} holds commas that part no two keys: give one key, or the new one,the former")
        return keys[0] or None, keys[1] if len(keys) == 2 else None

    def uri(self, name: str, form: re.Pattern[str], example: str) -> str | None:
        value = self.text(name, "")
        if value and not form.fullmatch(value):
            raise SettingsError(f"{name} is {value!r}: give an address such as {example}")
        return value or None

    def server(self, name: str, form: re.Pattern[str], example: str) -> str | None:
        value = self.text(name, "").rstrip("/")
        # The value stays out of the message: it may hold a password, and messages are logged.
        if value and not (form.fullmatch(value) and _has_port_or_none(value)):
            raise SettingsError(f"{name} is no address of such a server: give one such as {example}")
        return value or None

    def network(self, name: str, value: str) -> Network:
        try:
            return ipaddress.ip_network(value, strict=False)
        except ValueError:
            raise SettingsError(f"{name} holds {value!r}: give addresses or networks such as 10.0.0.0/8") from None

    def listener(self, name: str, default: str) -> tuple[str, int] | None:
        value = self.text(name, default)
        if value.lower() == "off":
            return None
        host, separator, port = value.rpartition(":")
        if not (separator and host and port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
            raise SettingsError(f"{name} is {value!r}: give an address and a port such as {default}, or off")
        return host.strip("[]"), int(port)

    def origin(self, name: str, value: str) -> str:
        if not _ORIGIN.fullmatch(value):
            raise SettingsError(f"{name} holds {value!r}: give exact origins such as https://www.example.fr")
        return value


def _has_port_or_none(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

"""The page /confidentialite: what the assistant itself does with what people write or say.

Its figures come from the settings in use and from the code that keeps to them; the words for what the filter replaces
and what the audit log keeps stand in `web/site/confidentialite.yml`, by kind and by field. Who is responsible is the
operator's to say, in the file that CONTROLLER_FILE names; what is not said there shows as a blank.
"""

import html
from collections.abc import Container
from dataclasses import fields
from pathlib import Path

import yaml

from gateway.audit_entry import Given
from gateway.console.oidc import COOKIE as SIGN_IN_COOKIE
from gateway.console.sessions import COOKIE as SESSION_COOKIE
from gateway.console.started import KEPT_SECONDS
from gateway.contract import MESSAGE_LIMIT
from gateway.limits import CONVERSATION
from gateway.privacy import PLACEHOLDERS
from gateway.settings import Settings, SettingsError

PATH = "/confidentialite"
_WORDS = Path(__file__).parent.parent / "web" / "site" / "confidentialite.yml"
WORDS: dict[str, dict[str, str]] = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
# What a row of the audit log holds: the hour, and what was given.
AUDITED = ("hour", *(field.name for field in fields(Given)))
_NO_BREAK = "\u00a0"
_UNITS = ((86_400, "jour"), (3600, "heure"), (60, "minute"), (1, "seconde"))


def duration(seconds: int) -> str:
    """A time in French, in the largest unit that says it exactly: « 30 minutes », « 1 heure », « 90 secondes »."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return f"{_number(seconds // size)}{_NO_BREAK}{unit}{'s' if seconds // size > 1 else ''}"


def read_controller(path: Path | None) -> dict[str, str]:
    """What the operator says of itself, by the names of `blanks`; nothing without a file.

    Raises SettingsError for a file that cannot be read, a name that the page does not have, or what is no text.
    """
    if path is None:
        return {}
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, ValueError, yaml.YAMLError):
        raise SettingsError(f"CONTROLLER_FILE names {path}, which cannot be read as YAML: repair or unset it") from None
    known = WORDS["blanks"]
    if not isinstance(said, dict) or not all(name in known and isinstance(text, str) for name, text in said.items()):
        raise SettingsError(f"{path} holds something else than texts for {', '.join(known)}: keep to these names")
    return {name: text.strip() for name, text in said.items() if text.strip()}


def values(settings: Settings) -> dict[str, str]:
    """What the page's placeholders stand for, as HTML. Raises SettingsError, as `read_controller`."""
    said = read_controller(settings.controller_file)
    blanks = {
        name: html.escape(said[name], quote=False) if name in said else f"<strong>[à compléter\u202f: {what}]</strong>"
        for name, what in WORDS["blanks"].items()
    }
    console = settings.console
    return blanks | {
        "idle": duration(settings.idle_seconds),
        "call": duration(settings.ivr_call_seconds),
        "console_idle": duration(console.idle_seconds),
        "console_longest": duration(console.longest_seconds),
        "signin": duration(KEPT_SECONDS),
        "audit_days": _number(console.audit_days),
        "message_limit": _number(MESSAGE_LIMIT),
        "burst": _number(int(CONVERSATION.burst)),
        "rate": f"{CONVERSATION.per_second:g}".replace(".", ","),
        "session_cookie": SESSION_COOKIE,
        "signin_cookie": SIGN_IN_COOKIE,
        "masked": _list("masked", PLACEHOLDERS),
        "audited": _list("audited", AUDITED),
    }


def _list(group: str, names: Container[str]) -> str:
    """A line for each name that has words; the tests see to it that all have."""
    chosen = [text for name, text in WORDS[group].items() if name in names]
    ends = [*("\u202f;" for _ in chosen[1:]), "."]
    return "\n".join(f"            <li>{text}{end}</li>" for text, end in zip(chosen, ends, strict=True))


def _number(number: int) -> str:
    return f"{number:,}".replace(",", _NO_BREAK)

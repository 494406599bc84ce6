"""The id of the request in hand: it joins the log lines and spans that the gateway, Rasa and the action server leave.

It is drawn for the request and says nothing of anybody: no sender, no call, no conversation.
"""

import re
import secrets
from contextvars import ContextVar

HEADER = "X-Request-ID"
# As nginx's $request_id, a UUID, or what is drawn here; long enough not to meet another, short enough for every line.
_FORM = re.compile(r"[A-Za-z0-9-]{8,64}")
_in_hand: ContextVar[str | None] = ContextVar("request_id", default=None)


def current() -> str | None:
    """The id of the request that this code runs for; None where it runs for none, as in the rounds of erasures."""
    return _in_hand.get()


def hold(request_id: str | None) -> None:
    """From here on this task, and those it starts, run for this request."""
    _in_hand.set(request_id)


def well_formed(value: str | None) -> str | None:
    """`value` when it may serve as an id: 8 to 64 letters, digits or hyphens of ASCII; else None."""
    return value if value is not None and _FORM.fullmatch(value) else None


def draw() -> str:
    """A new id: 32 hexadecimal digits, as nginx draws them."""
    return secrets.token_hex(16)

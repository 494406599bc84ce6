"""What a person typed, made fit to be read: one normal form, nothing invisible, one kind of space."""

import re
import unicodedata

from gateway.contract import MESSAGE_LIMIT
from gateway.errors import Fault, GatewayError

# Invisible or meaningless: controls, format characters (bidirectional overrides, zero-width, tags), lone surrogates
# (JSON can carry them, UTF-8 cannot) and private use. https://www.unicode.org/reports/tr44/#General_Category_Values
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co"})
_SPACES = re.compile(r"\s+")
_OUTER = re.compile(r"^[\W_]+|[\W_]+$")
_COMMAND = re.compile(r"^[/\s]+")


def clean(text: str) -> str:
    """The text in NFC without unseen characters, every run of white space a single space, none at the ends."""
    spaced = _SPACES.sub(" ", text)
    seen = "".join(character for character in spaced if unicodedata.category(character) not in _UNSEEN)
    return _SPACES.sub(" ", unicodedata.normalize("NFC", seen)).strip()


def clean_message(text: str) -> str:
    """The cleaned message. Raises GatewayError (422) when nothing is left or more than 1,000 characters are."""
    message = clean(text)
    if not message:
        raise GatewayError(Fault.MESSAGE_EMPTY)
    if len(message) > MESSAGE_LIMIT:
        raise GatewayError(Fault.MESSAGE_TOO_LONG)
    return message


def fold(text: str) -> str:
    """For comparison only: without case, accents, outer punctuation and spaces."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return _OUTER.sub("", _SPACES.sub(" ", plain.replace("’", "'")))


def without_command(text: str) -> str:
    """The text without leading slashes: Rasa takes "/intent" for a command. Raises GatewayError (422) if no more is."""
    plain = _COMMAND.sub("", text)
    if not plain:
        raise GatewayError(Fault.MESSAGE_EMPTY)
    return plain

"""Addresses of machines: IPv4, IPv6, MAC."""

import ipaddress
import re
from collections.abc import Iterator

from gateway.privacy.kinds import Found
from gateway.privacy.reading import Reading

_FOUR = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
_PAIRS_BY_TWO = re.compile(r"(?<![\d.])\d\d(?:\.\d\d){3}")  # also how a Malian phone number is written
_MAC = re.compile(r"(?<![\w:\-])[0-9a-f]{2}(?:[:\-][0-9a-f]{2}){5}(?![\w:\-])")
_SIX = re.compile(r"(?<![\w:])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,8}(?![\w:])")
_IP = re.compile(r"\bip\b")


def find_network_addresses(reading: Reading) -> Iterator[Found]:
    """Addresses of machines."""
    folded = reading.folded
    if not reading.has_digits:
        return
    if folded.count(".") >= 3:
        said = _IP.search(folded) is not None
        for match in _FOUR.finditer(folded):
            if _is_ip(match.group()) and (said or not _PAIRS_BY_TWO.fullmatch(match.group())):
                yield Found(*match.span(), "device")
    if ":" in folded or "-" in folded:
        yield from (Found(*match.span(), "device") for match in _MAC.finditer(folded))
    if folded.count(":") >= 2:
        for match in _SIX.finditer(folded):
            if _is_ip(match.group()):
                yield Found(*match.span(), "device")


def _is_ip(written: str) -> bool:
    try:
        ipaddress.ip_address(written)
    except ValueError:
        return False
    return any(character not in ":." for character in written)

"""Dates of birth: a date that is said to be one."""

import re
from collections.abc import Iterator

from gateway.privacy.kinds import Found
from gateway.privacy.reading import Reading

_MONTH = (
    r"(?:janvier|janv|fevrier|fevr?|mars|avril|avr|mai|juin|juillet|juil|aout|septembre|sept|octobre|oct|novembre|nov"
    r"|decembre|dec)"
)
_DAY_IN_WORDS = (
    r"(?:premier|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente"
    r"|et|un)"
)
_YEAR_IN_WORDS = (
    r"(?:mille?|neuf|cents?|soixante|quatre|vingts?|dix|onze|douze|treize|quatorze|quinze|seize|et|un|une|deux|trois"
    r"|cinq|six|sept|huit|trente|quarante|cinquante)"
)
_DATE = (
    r"(?:\d{1,2}\s?[./\- ]\s?\d{1,2}\s?[./\- ]\s?(?:\d{4}|\d\d)|\d{4}-\d\d-\d\d"
    rf"|\d{{1,2}}(?:er)?\s{_MONTH}\.?(?:\s(?:\d{{4}}|\d\d))?"
    rf"|{_DAY_IN_WORDS}(?:[\s\-]{_DAY_IN_WORDS}){{0,3}}\s{_MONTH}(?:[\s\-]{_YEAR_IN_WORDS}){{0,9}}"
    r"|(?:19|20)\d\d)(?!\d)"
)
_LINK = r"(?:\s|:|=|,|\b(?:le|la|en|est|c'est|du|de)\b){1,6}"
_SAID = re.compile(
    rf"(?:\bnee?s?(?:\s(?:a|au|aux|en)\s[\w'\-]{{2,30}}){{0,1}}|\bdate de naissance|\bddn|\bd\.d\.n\.?"
    rf"|\b(?:naissance|anniversaire)){_LINK}(?P<date>{_DATE})"
)


def find_births(reading: Reading) -> Iterator[Found]:
    """Dates of birth, and a year after « né en »."""
    yield from (Found(*match.span("date"), "birth") for match in _SAID.finditer(reading.folded))

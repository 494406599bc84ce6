"""Postal addresses: « 12 rue Victor Hugo », « Rue 123 Porte 45 », « BP 418 », never the town or the postcode.

A town decides the country of an answer and tells little of a person; a street with a number tells where they live.
"""

import re
from collections.abc import Iterator

from gateway.privacy.kinds import Found
from gateway.privacy.lexicon import COMMON_WORDS
from gateway.privacy.numbers import OURS
from gateway.privacy.reading import Reading, Word

_STREET = (
    r"rue|r\.|avenue|aven?\.?|av\.?|boulevard|bou?lv?d\.?|bd\.?|allees?|impasse|imp\.?|chemin|chem\.?|ch\.|route|rte\.?"
    r"|ruelle|sentier|traverse|montee|faubourg|hameau|cite|quai|square|place|pl\.|cours|passage|voie|lotissement|lot\.?"
    r"|residence|res\.|esplanade|lieu-dit|villa|domaine|section|morne|quartier|zac|za|zi|immeuble"
)
_NUMBERED = re.compile(
    rf"(?<![\w°.,/])(?<!\d\s)(?P<number>\d{{1,4}})\s?(?:(?:bis|ter|quater|[abcd])\b)?\s?,?\s?(?P<type>{_STREET})(?=[\s,'])"
)
# Types that are also common words want a name with a capital, or « de la … ».
_DOUBTFUL = frozenset(
    {"place", "cours", "passage", "voie", "villa", "section", "morne", "cite", "quartier", "domaine", "r.", "lot"}
)
_PARTICLES = frozenset(["de", "du", "des", "d", "la", "le", "les", "l", "et", "a"])
_MOST_WORDS = 8

_NUMBER = r"(?:n[°o]?\.?\s?)?\d{1,5}(?:\s?(?:bis|ter))?\b"
_NAME = r"(?:\s(?:de|du|des|la|le|les))?(?:\s[a-z'\-]{2,20}){1,3}?"
_PIECES = (
    rf"(?:rue|ruelle|avenue|lot|ilot|parcelle|villa|appartement|appt?\.?|logement|chambre|porte|pte|numero|etage|escalier"
    rf"|esc\.?|maison|concession|entree)\s?{_NUMBER}",
    r"(?:batiment|bat\.?|escalier|esc\.?|entree|bloc|tour|immeuble)\s(?:[a-h]|\d{1,3})\b",
    rf"(?:lotissement|residence|immeuble|cite|quartier){_NAME}",
)
_PIECE = "(?:" + "|".join(_PIECES) + ")"
_CHAIN = re.compile(rf"(?<![\w\-]){_PIECE}(?:\s?[,\-]?\s?{_PIECE}){{1,4}}")
_STREET_BY_NUMBER = re.compile(r"(?<![\w\-])rue\s?(?:n[°o]?\.?\s?)?\d{1,4}\b")
_BOX = re.compile(r"(?<![\w.])(?:b\.?\s?p\.?|boite postale)\s?(?:n[°o]\s?)?:?\s?(?:e\s?)?(?P<number>\d{1,5})\b")


def find_addresses(reading: Reading) -> Iterator[Found]:
    """Streets with a number, numbered streets and doors, post-office boxes that are not ours."""
    if not (reading.has_digits or "bat" in reading.folded):
        return
    folded = reading.folded
    for match in _NUMBERED.finditer(folded):
        end = _end_of_name(reading, match)
        if end is not None:
            yield Found(match.start(), end, "address")
    for match in _CHAIN.finditer(folded):
        yield Found(*match.span(), "address")
    yield from (Found(*match.span(), "address") for match in _STREET_BY_NUMBER.finditer(folded))
    for match in _BOX.finditer(folded):
        if match["number"] not in OURS:
            yield Found(*match.span(), "address")


def _end_of_name(reading: Reading, match: re.Match[str]) -> int | None:
    """Where the name of the street ends, None when there is none or it is our own."""
    number = next((n for n, word in enumerate(reading.words) if word.start >= match.end()), None)
    if number is None:
        return None
    words = reading.words[number : number + _MOST_WORDS]
    end: int | None = None
    before = match.end()
    told = False
    for place, word in enumerate(words):
        if reading.text[before : word.start].strip(" '’-") or (
            place and any(map(str.isdigit, reading.text[before : word.start]))
        ):
            break
        particle = word.folded in _PARTICLES
        if not particle:
            if end is not None and not _goes_on(word):
                break
            told |= word.capital or word.folded not in COMMON_WORDS
            end = word.end
        elif end is not None and not _names_follow(words[place + 1 :]):
            break
        before = word.end
    if end is None or (match["type"] in _DOUBTFUL and not told):
        return None
    ours = reading.folded[match.end() : end].strip(" ,") == "nicolas siret"
    return None if ours else end


def _goes_on(word: Word) -> bool:
    """Whether a word after the first belongs to the street's name: a town does not."""
    return not word.place and (word.capital or word.folded not in COMMON_WORDS)


def _names_follow(words: list[Word]) -> bool:
    for word in words:
        if word.folded not in _PARTICLES:
            return word.capital and not word.place
    return False

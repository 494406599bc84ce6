"""Numbers that a word before them gives away: papers, files, contracts, devices, vehicles.

Short ones are only known by that word: « dossier 45812 », « passeport 12AB34567 ».
"""

import re
from collections.abc import Iterator

from gateway.privacy.kinds import Found, Kind
from gateway.privacy.lexicon import COMMON_WORDS
from gateway.privacy.numbers import OURS
from gateway.privacy.reading import Reading

# What may stand between the word and its number.
_LINK = (
    r"(?:\s|:|=|#|,|\(|\bn[°ºo]?\.?(?=[\s\d:])|n°|\bnum(?:ero)?s?\b|\b(?:est|c'est|c|le|la|de|du|d'|ligne|mon|ma|porte|client|dossier"
    r"|contrat|compte|serie|malien|malienne|francais|francaise|actuel|ref|reference)\b){1,8}"
)
# A number that may begin or end with letters, without a space.
_CODE = r"[a-z]{0,6}(?:[\-./][a-z]{0,2})?\d[a-z0-9]{0,20}(?:[\-./][a-z0-9]{1,12}){0,4}"
_SPACED_DIGITS = r"\d(?:[ .\-]?\d){5,19}[a-z]?"
_UNIT = (
    r"(?!\s?(?:€|%|h\b|euros?\b|f\b|fcfa\b|cfa\b|francs?\b|mois\b|ans?\b|jours?\b|go\b|mo\b|gigas?\b"
    r"|fois\b|janv|fevr|mars\b|avril\b|mai\b|juin\b|juil|aout\b|sept|oct|nov|dec))"
)

# Kind, words before, number, least count of digits in it.
_WORDS: tuple[tuple[Kind, str, str, int], ...] = (
    ("nina", r"nina", rf"\d(?:[ .\-]?\d){{9,14}}(?:\s?[a-z]\b)?|{_CODE}", 6),
    (
        "paper",
        r"passeports?|carte (?:nationale )?d'identite|cnib?|piece d'identite|titre de sejour|carte de sejour"
        r"|carte consulaire|carte d'electeur|permis(?: de conduire)?|recepisse",
        rf"{_CODE}|{_SPACED_DIGITS}",
        2,
    ),
    ("company", r"siren|siret|rccm|nif|n° ?tva|kbis", rf"{_SPACED_DIGITS}|[a-z]{{2}}[\w.\-]{{4,24}}\d", 4),
    ("social", r"secu(?:rite sociale)?|nir|nss|inps|amo", r"\d(?:[ .\-]?[\dab]){6,16}", 7),
    (
        "device",
        r"imei|imsi|iccid|eid|(?:adresse )?mac|numeros? de serie|n° ?de serie|n° ?serie|s/n|sim|puce",
        rf"{_SPACED_DIGITS}|{_CODE}",
        6,
    ),
    ("client", r"(?:code )?rio", r"\d\d\s?[a-z]\s?[a-z0-9]{6}\s?[a-z0-9]{3}\b", 4),
    (
        "client",
        r"(?:code|reference|ref\.?|numero|num|n°|id|identifiant)s? ?(?:du |de |d'|d )?(?:client|cliente|clt|cl|abonnee?"
        r"|contrat|dossier|compte|ligne|commande|facture)|cliente?|clt|cl|contrat|dossier|compte|abonnee?|commande|factures?"
        r"|reclamation|ticket|incident|reference|ref\.?|matricule|identifiant|ligne|demande|colis|suivi",
        rf"{_CODE}|{_SPACED_DIGITS}",
        4,
    ),
    ("card", r"(?:carte|cb)(?: \w+){0,3} (?:se )?(?:terminant|finissant|finit|termine)(?: par)?", r"\d{4}", 4),
    (
        "plate",
        r"plaque|immatricul\w{1,8}|voiture|vehicule",
        r"[a-z]{2}[\s\-]?\d{3}[\s\-]?[a-z]{2}|\d{1,4}[\s\-]?[a-z]{2,3}[\s\-]?97\d|[a-z]{1,2}[\s\-]?\d{4}[\s\-]?[a-z0-9]{1,3}",
        3,
    ),
)  # fmt: skip
_SAID = tuple(
    (kind, re.compile(rf"(?<![a-z0-9])(?:{words}){_LINK}(?P<value>{value})(?![a-z0-9]){_UNIT}"), least)
    for kind, words, value, least in _WORDS
)
# « mon identifiant est mdupuis97 », « login rosa.bel97 ».
_LOGIN = re.compile(
    r"\b(?:identifiant|login|nom d'utilisateur)(?P<link>(?:\s|:|=|\b(?:est|c'est|mon|le)\b){1,5})"
    r"(?P<value>[a-z][\w.\-]{3,40}(?<![.\-]))"
)
# By their form alone: NINA, French passport, social security of somebody born in Corsica, number plate.
_BARE: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("nina", re.compile(r"(?<![^\W_])[12]\s?\d{2}\s?\d{5}\s?\d{3}\s?\d{3}\s?[a-z](?![^\W_])")),
    ("nina", re.compile(r"(?<![^\W_])[12]\d{13}[a-z](?![^\W_])")),
    ("paper", re.compile(r"(?<![^\W_])\d{2}\s?[a-z]{2}\s?\d{5}(?![^\W_])")),
    ("social", re.compile(r"(?<![^\W_])[12]\s?\d{2}\s?\d{2}\s?2[ab]\s?\d{3}\s?\d{3}(?:\s?\d{2})?(?![^\W_])")),
    ("plate", re.compile(r"(?<![^\W_])(?<!-)[a-z]{2}-\d{3}-[a-z]{2}(?![^\W_]|-)")),
)
_YEAR_CODE_OR_DATE = re.compile(
    r"0\d{3}|(?:19|20)\d\d|97[1-8]\d\d|\d{1,2}[./\-]\d{1,2}[./\-](?:\d\d|\d{4})|(?:19|20)\d\d-\d\d-\d\d"
)


def find_identifiers(reading: Reading) -> Iterator[Found]:
    """Numbers of papers, files, contracts, devices and vehicles."""
    folded = reading.folded
    if "login" in folded or "identifiant" in folded or "utilisateur" in folded:
        for match in _LOGIN.finditer(folded):
            if _is_login(match["value"], match["link"]):
                yield Found(*match.span("value"), "client")
    if not reading.has_digits:
        return
    for kind, pattern in _BARE:
        yield from (Found(*match.span(), kind) for match in pattern.finditer(folded))
    for kind, pattern, least in _SAID:
        for match in pattern.finditer(folded):
            value = match["value"]
            if sum(map(str.isdigit, value)) >= least and len(value) >= 4 and not _is_ours(value):
                yield Found(*match.span("value"), kind)


def _is_login(value: str, link: str) -> bool:
    """Whether a word is a login: no word of questions, and said to be one or of a form that words do not have."""
    if value in COMMON_WORDS or "-" in value:
        return False
    return bool(link.strip()) or any(not character.isalpha() for character in value)


def _is_ours(value: str) -> bool:
    return value in OURS or _YEAR_CODE_OR_DATE.fullmatch(value) is not None

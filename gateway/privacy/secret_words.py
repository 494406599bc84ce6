"""Passwords and codes that somebody gives away."""

import re
from collections.abc import Iterator

from gateway.privacy.folding import fold
from gateway.privacy.kinds import Found
from gateway.privacy.lexicon import COMMON_WORDS
from gateway.privacy.reading import Reading

_LINK = r"(?:\s|:|=|,|-|\b(?:est|c'est|c|le|la|du|de|mon|recu|par|sms|orange|money|maintenant|bien|etait)\b){1,8}"
# A value with a digit; a postcode is no secret, nor the number of an article.
_CODE = re.compile(
    r"\b(?:(?:mon|ton|le|son|notre) code|code (?:pin|puk ?\d?|secret|confidentiel|de confirmation|confirmation"
    r"|de validation|d'acces|de securite|de verification|wi-?fi|sms|recu|parental|de deverrouillage"
    r"|orange money)|pin|puk ?\d?"
    r"|cryptogramme|cvv|cvc|(?:cle|clef) (?:wi-?fi|wep|wpa2?|de securite)|otp)"
    rf"{_LINK}(?P<value>(?=[\w!@#$%&*+?\-]*\d)[\w!@#$%&*+\-]{{3,40}})"
)
_NOT_A_SECRET = re.compile(r"97[1-8]\d\d|(?:19|20)\d\d")
_PASSWORD = re.compile(
    r"\b(?:mots? de passe|mdp|password|passwd)\b"
    r"(?P<link>(?:\s|:|=|\b(?:est|c'est|c|le|wi-?fi|actuel|etait)\b){1,6})(?P<value>[^\s\ue000]{3,40})"
)
_ENDS = ".,;?!»)\"'"
_IS = re.compile(r"\best\b")


def find_secrets(reading: Reading) -> Iterator[Found]:
    """Passwords, codes and keys."""
    folded = reading.folded
    if reading.has_digits:
        for match in _CODE.finditer(folded):
            if not _NOT_A_SECRET.fullmatch(match["value"]):
                yield Found(*match.span("value"), "secret")
    for match in _PASSWORD.finditer(folded):
        start, end = match.span("value")
        written = reading.text[start:end]
        value = written.rstrip(_ENDS)
        if len(value) >= 3 and _is_password(value, match["link"]):
            # A sign that ends the sentence may be part of the password: hidden with it unless it is a comma.
            yield Found(start, start + len(written.rstrip(",;?")) if value != written else end, "secret")


def _is_password(value: str, link: str) -> bool:
    if any(map(str.isdigit, value)) or re.search(r"[!@#$%&*+_=]", value):
        return True
    if not value.isalpha() or fold(value) in COMMON_WORDS:
        return False
    return ":" in link or "=" in link or _IS.search(link) is not None

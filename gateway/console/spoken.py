"""How an agent reads a contact aloud: postcodes, boxes and numbers in groups of digits."""

import re

# « BP 2203 », « TSA 70007 », « boîte postale E 3991 », « au 7400 », and a postcode alone. « ACI 2000 » is a name.
_NUMBER = re.compile(
    r"(?P<before>\b(?:BP|TSA|boîte postale(?: [A-Z])?|au) )(?P<number>\d{4,5})\b|\b(?P<postcode>\d{5})\b"
)
_LETTERS = re.compile(r"\b(BP|TSA|OBS)\b")
_FIRST_GROUP = 2


def grouped(contact: str) -> str:
    """The voice form of a contact with its numbers in groups: « B P 22 03, 97 196 Jarry »."""
    apart = _NUMBER.sub(
        lambda match: (match["before"] or "") + _in_groups(match["number"] or match["postcode"]), contact
    )
    return _LETTERS.sub(lambda match: " ".join(match.group()), apart)


def _in_groups(digits: str) -> str:
    return f"{digits[:_FIRST_GROUP]} {digits[_FIRST_GROUP:]}"

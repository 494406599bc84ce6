"""The kinds of personal data that are looked for, and what stands in their place."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "phone", "email", "iban", "card", "number", "company", "social", "nina", "paper", "client",
    "device", "birth", "plate", "address", "name", "profile", "secret",
]  # fmt: skip

# The understanding was trained with five of these words (nlu/variation.yml); a kind without its own says « [numero] ».
PLACEHOLDERS: dict[Kind, str] = {
    "phone": "[telephone]",
    "email": "[email]",
    "iban": "[iban]",
    "card": "[carte]",
    "number": "[numero]",
    "company": "[numero]",
    "social": "[numero]",
    "nina": "[numero]",
    "paper": "[numero]",
    "client": "[numero]",
    "device": "[numero]",
    "birth": "[numero]",
    "plate": "[numero]",
    "address": "[adresse]",
    "name": "[nom]",
    "profile": "[email]",
    "secret": "[numero]",
}


@dataclass(frozen=True)
class Found:
    """Personal data: from `start` to `end` of a text (characters), of a kind."""

    start: int
    end: int
    kind: Kind

"""Personal data to plant, drawn by kind and right in form; and words that no filter can know."""

import json
import random
import string
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

# What all unknown words of a run begin with, so that one search finds any of them.
MARK = "".join(random.SystemRandom().choices("bcdfghjklmnpqrstvwxz", k=7))
_FIRST = ["Rosalie", "Aminata", "Moussa", "Jean-Claude", "Kadiatou", "Wilfrid", "Édith", "Bakary", "Ghislaine", "Oumar"]
_LAST = [
    "Bellerose",
    "Diakité",
    "Alcindor",
    "Traoré",
    "Belrose",
    "Coulibaly",
    "Sissoko",
    "Cabrera",
    "Sangaré",
    "Nestor",
]
_STREETS = ["rue des Flamboyants", "avenue des Caraïbes", "impasse des Hibiscus", "rue Schoelcher", "chemin du Morne"]


@dataclass(frozen=True)
class Planted:
    """A piece of personal data, and a sentence that a person would give it away in."""

    kind: str
    value: str
    sentence: str

    def forms(self) -> set[bytes]:
        """The bytes that would give it away: as written, without its spaces, in JSON, in an address."""
        written = {self.value, self.value.replace(" ", "").replace("-", "")}
        return {
            form
            for text in written
            for form in (text.encode(), json.dumps(text)[1:-1].encode(), quote(text).encode(), text.encode("utf-16-le"))
        }


def _digits(draw: random.Random, count: int) -> str:
    return "".join(draw.choices(string.digits, k=count))


def _pairs(number: str) -> str:
    return " ".join(number[at : at + 2] for at in range(0, len(number), 2))


def _phone(draw: random.Random) -> str:
    return _pairs(draw.choice(["069030", "069645", "069421", "059082", "059656"]) + _digits(draw, 4))


def _malian_phone(draw: random.Random) -> str:
    return "+223 " + _pairs(draw.choice(["76", "66", "79"]) + _digits(draw, 6))


def _mail(draw: random.Random) -> str:
    return f"{draw.choice(['rosalie', 'awa', 'teddy'])}.{_digits(draw, 6)}@example.{draw.choice(['fr', 'ml', 'com'])}"


def _iban(draw: random.Random) -> str:
    account = _digits(draw, 23)
    check = 98 - int(account + "152700") % 97
    whole = f"FR{check:02d}{account}"
    return " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))


def _card(draw: random.Random) -> str:
    known = "4970" + _digits(draw, 11)
    doubled = [int(digit) * (2 if at % 2 == 0 else 1) for at, digit in enumerate(known)]
    last = -sum(number - 9 if number > 9 else number for number in doubled) % 10
    whole = known + str(last)
    return " ".join(whole[at : at + 4] for at in range(0, 16, 4))


def _social(draw: random.Random) -> str:
    body = f"{draw.choice('12')}{draw.randint(40, 99)}{draw.randint(1, 12):02d}{draw.randint(10, 95)}{_digits(draw, 6)}"
    return f"{body} {97 - int(body) % 97:02d}"


def _name(draw: random.Random) -> str:
    return f"{draw.choice(_FIRST)} {draw.choice(_LAST)}"


def _address(draw: random.Random) -> str:
    return f"{draw.randint(100, 999)} {draw.choice(_STREETS)}"


def _client(draw: random.Random) -> str:
    return f"1.{_digits(draw, 8)}"


_KINDS: list[tuple[str, int, Callable[[random.Random], str], str]] = [
    ("phone", 40, _phone, "je veux effacer mes données, mon numéro est le {}"),
    ("phone", 20, _malian_phone, "combien de temps gardez-vous mes appels ? joignez-moi au {}"),
    ("email", 25, _mail, "à qui donnez-vous mes données ? mon adresse : {}"),
    ("iban", 20, _iban, "je m'oppose au prélèvement, mon IBAN : {}"),
    ("card", 20, _card, "gardez-vous ma carte {} ?"),
    ("social", 20, _social, "mon numéro de sécurité sociale {} est-il dans vos fichiers ?"),
    ("name", 20, _name, "je m'appelle {} et je veux accéder à mes données"),
    ("address", 20, _address, "j'habite {}, quelles données avez-vous sur moi ?"),
    ("client", 20, _client, "mon code client est {}, je veux rectifier mes données"),
]


def pieces() -> list[Planted]:
    """More than two hundred different pieces of all kinds, mixed."""
    draw = random.Random(7)
    found: dict[str, Planted] = {}
    for kind, count, drawn, sentence in _KINDS:
        wanted = len(found) + count
        while len(found) < wanted:
            value = drawn(draw)
            found.setdefault(value, Planted(kind, value, sentence.format(value)))
    mixed = list(found.values())
    draw.shuffle(mixed)
    return mixed


def unknown_word() -> str:
    """A word that means nothing to any filter, different each time."""
    return MARK + "".join(random.SystemRandom().choices(string.ascii_lowercase, k=8))

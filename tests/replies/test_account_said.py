"""What people say of country and offer (`said.yml`), from their words to the address that they are shown."""

import pathlib
from random import Random
from typing import Any

import pytest
import yaml

from nlu.gazetteer import Gazetteer
from nlu.mentions import interpret, is_only_information
from nlu.text import fold
from policies_kb.base import KnowledgeBase
from policies_kb.replies.account import CARAIBE, Need
from policies_kb.replies.conversation import Entity, UserTurn
from tests.replies.conversing import Talk, contacts

GAZETTEER = Gazetteer.load()
# Every scalar is a word: to other loaders « no » is false and 0696 a number.
SAID: dict[str, Any] = yaml.load(
    pathlib.Path(__file__).with_name("said.yml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader
)
RIGHT = "rights.erasure"
ASKS_A_RIGHT = UserTurn(RIGHT, text="supprimer mes données")
NOT_SAID = "?"


def heard(text: str, intent: str | None = None) -> UserTurn:
    """A message as understood; without an intent, as the classifier leaves it that knows none of its words."""
    folded = fold(text)
    said = interpret(folded, GAZETTEER)
    if intent is None:
        intent = "inform" if is_only_information(folded, said, GAZETTEER) else "nlu_fallback"
    return UserTurn(intent, 1.0, tuple(Entity(item.kind, item.value, item.role) for item in said), (), text)


def country_of(talk: Talk) -> str:
    return talk.account.country or NOT_SAID


def offer_of(talk: Talk) -> str:
    """The offers that decide an address (« former » before them), or what stands between them and one."""
    account = talk.account
    if account.need is Need.NOTHING:
        state = "+".join(sorted(account.addressed))
    elif account.need in (Need.NO_ADDRESS, Need.UNKNOWN_OFFER):
        return str(account.need.value)
    else:
        state = f"{NOT_SAID}{account.need.value}"
    return f"former {state}" if account.relation == "former" else state


def due(base: KnowledgeBase, country: str, offer: str | None) -> set[str]:
    """The contacts that somebody of this country with these offers is to be shown."""
    if country == CARAIBE:
        offers = (offer or NOT_SAID).removeprefix("former ")
        if offers.startswith(NOT_SAID) or offers in (Need.NO_ADDRESS.value, Need.UNKNOWN_OFFER.value):
            return set()
        return {contact.id for of in offers.split("+") for contact in base.contact_for(country, of)}
    return {contact.id for contact in base.contact_for(country, None)} if country in base.policies else set()


def expected_of(part: str) -> list[tuple[str, str]]:
    return [(text, expected) for expected, texts in SAID[part].items() for text in texts]


@pytest.mark.parametrize(
    ("part", "asked", "known"),
    [
        ("country_asked", True, None),
        ("country_in_question", False, None),
        ("on_caraibe_page", False, CARAIBE),
    ],
)
def test_the_country_is_understood(base: KnowledgeBase, part: str, asked: bool, known: str | None) -> None:
    wrong = {}
    for text, expected in expected_of(part):
        talk = Talk(base, country=known)
        reply = talk.say(ASKS_A_RIGHT, heard(text)) if asked else talk.say(heard(text, RIGHT))
        shown = contacts(reply) if expected != CARAIBE else set()  # the offer is for other tests
        if (country_of(talk), shown) != (expected, due(base, expected, None)):
            wrong[text] = (expected, country_of(talk), shown)
    assert wrong == {}


@pytest.mark.parametrize(("part", "asked"), [("offer_asked", True), ("offer_in_question", False)])
def test_the_offer_is_understood_and_its_address_shown(base: KnowledgeBase, part: str, asked: bool) -> None:
    wrong = {}
    for text, expected in expected_of(part):
        talk = Talk(base, country=CARAIBE)
        reply = talk.say(ASKS_A_RIGHT, heard(text)) if asked else talk.say(heard(text, RIGHT))
        if (offer_of(talk), contacts(reply)) != (expected, due(base, CARAIBE, expected)):
            wrong[text] = (expected, offer_of(talk), contacts(reply))
    assert wrong == {}


def test_what_is_said_turn_by_turn_is_understood(base: KnowledgeBase) -> None:
    wrong = {}
    for case in SAID["conversations"]:
        talk = Talk(base, **case.get("known", {}))
        for turn in case["turns"]:
            intent, text = next(iter(turn.items())) if isinstance(turn, dict) else (None, turn)
            reply = talk.say(heard(text, intent))
        expected = (case["country"], case.get("offer"))
        found = (country_of(talk), offer_of(talk) if "offer" in case else None)
        if (found, contacts(reply)) != (expected, due(base, *expected)):
            wrong[str(case)] = (found, contacts(reply))
    assert wrong == {}


# Wordings of which every long word gets a slip: whatever becomes of them, no other line's address may be shown.
COUNTRIES = {
    CARAIBE: ("guadeloupe", "en martinique", "guyane", "à saint-martin", "fort de france", "cayenne", "orange caraïbe"),
    "mali": ("mali", "au mali", "bamako", "à sikasso", "tombouctou", "koulikoro", "orange mali", "à ségou"),
}
OFFERS = {
    "mobile": ("mobile", "mon forfait mobile", "le portable", "ligne mobile", "carte prépayée", "smartphone"),
    "internet": ("internet", "la livebox", "fibre", "box internet", "abonnement internet", "adsl"),
    "fixe": ("téléphone fixe", "ligne fixe", "le fixe"),
    "tv": ("télévision", "décodeur tv", "la télé"),
    "open": ("offre open", "open", "pack open"),
    "mobile_entreprise": ("mobile entreprise", "mobile professionnel", "portable de mon entreprise"),
    "obs": ("orange business services", "orange business", "client obs"),
    "?pro_home": (
        "livebox professionnelle",
        "fibre de mon entreprise",
        "internet entreprise",
        "téléphone fixe professionnel",
        "livebox de notre société",
    ),
}
FRAMES = (
    "{}",
    "c'est pour {}",
    "pas la tondeuse, {}",
    "je suis client {} svp",
    "euh {} voilà",
    "ma ligne c'est {}",
    "non, {}",
)
NEAR = {"a": "zq", "e": "rz", "i": "uo", "o": "ip", "n": "b", "r": "te", "s": "dz", "t": "ry", "l": "km", "u": "yi"}
FEWEST_LETTERS = 5


def slipped(word: str, random: Random) -> str:
    """A word with two letters exchanged, or one left out, doubled or replaced by its neighbour on the keyboard."""
    place = random.randrange(1, len(word) - 1)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    return random.choice(
        (
            before + after[0] + letter + after[1:],
            before + after,
            before + letter + letter + after,
            before + random.choice(NEAR.get(letter, letter)) + after,
        )
    )


def typed(wording: str, random: Random) -> str:
    return " ".join(
        slipped(word, random) if len(word) >= FEWEST_LETTERS and random.random() < 0.7 else word
        for word in wording.split()
    )


@pytest.mark.parametrize("seed", range(4))
def test_no_slip_of_the_keyboard_leads_to_another_line_s_address(base: KnowledgeBase, seed: int) -> None:
    random = Random(seed)
    wrong = []
    for _ in range(120):
        country = random.choice(list(COUNTRIES))
        offer = random.choice(list(OFFERS))
        texts = (
            random.choice(FRAMES).format(typed(random.choice(COUNTRIES[country]), random)),
            random.choice(FRAMES).format(typed(random.choice(OFFERS[offer]), random)),
        )
        talk = Talk(base)
        reply = talk.say(ASKS_A_RIGHT, *(heard(text) for text in texts))
        if not contacts(reply) <= due(base, country, offer):
            wrong.append((texts, contacts(reply)))
    assert wrong == []

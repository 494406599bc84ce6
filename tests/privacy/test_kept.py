"""What the filter must leave alone: places, offers, our own messages, and what they say of country and offer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.privacy import redact
from nlu.gazetteer import Gazetteer
from nlu.mentions import interpret
from nlu.text import fold

ROOT = Path(__file__).resolve().parents[2]
GAZETTEER = Gazetteer.load()
CONTENT: dict[str, Any] = yaml.safe_load((ROOT / "nlu" / "gazetteer.yml").read_text("utf-8"))
PLACES = [(country, str(place)) for country, places in CONTENT["countries"].items() for place in places]
OFFERS = [str(offer) for offers in CONTENT["offers"].values() for offer in offers]
FRAMES = [
    "{}",
    "je suis à {}, livebox",
    "moi c'est {}",
    "c'est {}, mobile",
    "ici {}",
    "Je suis de {}.",
    "j'appelle de {} pour mes données",
    "ma mère habite à {}",
    "Merci, {}",
    "client {}",
]
# What somebody says of themselves before or after a question.
INTRODUCTIONS = ["Je m'appelle Rosalie Bellerose, {}", "Mme Alcindor : {}", "{} Cordialement, Moussa Diakité"]


def said(text: str) -> list[tuple[str, str]]:
    return [(item.kind, item.value) for item in interpret(fold(text), GAZETTEER)]


def conversations(folder: str) -> Iterator[tuple[list[str], str]]:
    """The tags of a case and each of its messages."""
    for path in sorted((ROOT / folder).glob("*.yml")):
        for case in yaml.safe_load(path.read_text("utf-8")):
            for turn in case.get("turns", []):
                if isinstance(turn.get("user"), str):
                    yield case["tags"], turn["user"]


@pytest.mark.parametrize("frame", FRAMES)
def test_a_place_that_decides_the_country_stays(frame: str) -> None:
    said_so = [frame.format(form) for _, place in PLACES for form in (place, place.title())]
    assert len(said_so) > 600
    assert [text for text in said_so if redact(text).text != text] == []


@pytest.mark.parametrize("frame", FRAMES)
def test_an_offer_stays(frame: str) -> None:
    said_so = [frame.format(form) for offer in OFFERS for form in (offer, offer.title())]
    assert [text for text in said_so if redact(text).text != text] == []


def test_of_our_conversations_only_those_about_privacy_are_changed() -> None:
    changed = [(tags, text) for tags, text in conversations("tests/conversations") if redact(text).text != text]
    assert [text for tags, text in changed if "privacy" not in tags] == []
    assert len(changed) >= 5


def test_of_the_development_messages_only_those_with_a_number_or_an_address_are_changed() -> None:
    texts = [text for _, text in conversations("evaluation/development")]
    changed = [text for text in texts if redact(text).text != text]
    assert len(texts) > 700
    assert [text for text in changed if not any(map(str.isdigit, text)) and "@" not in text] == []
    assert len(changed) < 0.01 * len(texts)


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
def test_country_and_offer_are_read_alike_when_somebody_introduces_themselves(introduction: str) -> None:
    texts = {text for folder in ("tests/conversations", "evaluation/development") for _, text in conversations(folder)}
    routing = sorted(text for text in texts if said(text) and redact(text).text == text)[:300]
    assert len(routing) == 300
    for text in routing:
        introduced = introduction.format(text)
        hidden = redact(introduced).text
        assert "Bellerose" not in hidden
        assert "Alcindor" not in hidden
        assert "Diakité" not in hidden
        assert said(hidden) == said(introduced), introduced

"""A message is refused for its language only when it surely is not French, and is told which language it is in."""

import pathlib
from itertools import pairwise
from typing import Any

import pytest
import yaml
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.loading import load_data

from nlu.language import CONTENT, LanguageGate
from nlu.text import fold
from tests.conftest import ROOT

GATE = LanguageGate()
CREOLES = {"gcf", "gcr", "ht"}
LOCAL = CREOLES | {"bm"}
ENOUGH_OF_A_LANGUAGE = 25
ENOUGH_FRENCH = 150
# Sentences in Creole or Bambara may be among those taught for a topic: one in a thousand, no more.
MOST_FLAGGED = 0.001

CASES: dict[str, Any] = yaml.load(
    pathlib.Path(__file__).with_name("languages.yml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader
)
FOREIGN: dict[str, list[str]] = CASES["foreign"]
FRENCH: list[str] = CASES["french"]


def foreign(text: str) -> str | None:
    return GATE.foreign_language(fold(text))


@pytest.mark.parametrize("text", FRENCH)
def test_a_short_hurried_or_mixed_french_message_is_french(text: str) -> None:
    assert foreign(text) is None


@pytest.mark.parametrize(("language", "text"), [(language, text) for language in FOREIGN for text in FOREIGN[language]])
def test_a_message_in_another_language_is_told(language: str, text: str) -> None:
    assert foreign(text) == language


@pytest.mark.parametrize("text", CASES["any_creole"])
def test_a_message_that_may_be_in_any_creole_is_told_as_one(text: str) -> None:
    assert foreign(text) in CREOLES


def test_every_language_and_french_are_tried_on_many_messages() -> None:
    content = yaml.load(CONTENT.read_text("utf-8"), Loader=yaml.BaseLoader)
    assert set(FOREIGN) == set(content["foreign"]) | {"ar"}
    assert all(len(set(texts)) >= ENOUGH_OF_A_LANGUAGE for texts in FOREIGN.values())
    assert len(set(FRENCH)) >= ENOUGH_FRENCH


@pytest.mark.parametrize("language", FOREIGN)
def test_two_words_are_too_few_to_refuse_a_message(language: str) -> None:
    words = [word for text in FOREIGN[language] for word in text.split() if word.isalpha() and fold(word) < "\u0250"]
    assert [pair for pair in pairwise(words) if foreign(" ".join(pair))] == []


@pytest.mark.parametrize(
    ("official", "typed"),
    [
        ("Aw ye ne ka kunnafoniw di jɔn ma?", "Aw yé né ka kounafoniw di djon ma"),
        ("Jɔn bɛ ne tɔgɔ dɔn?", "jon be ne togo don"),
        ("N bɛ sɛbɛnni ci cogo di?", "n bè sèbènni tchi cogo di"),
    ],
)
def test_bambara_is_told_however_it_is_spelt(official: str, typed: str) -> None:
    assert (foreign(official), foreign(typed)) == ("bm", "bm")


def test_accents_typed_apart_from_their_letters_change_nothing() -> None:
    assert foreign("Me\u0300si, mwen vle\u0301 e\u0301fase\u0301 non an mwen") == "gcf"
    assert foreign("Je veux e\u0301tre efface\u0301 de vos donne\u0301es") is None


def test_a_face_drawn_with_a_letter_of_another_script_is_no_language() -> None:
    assert foreign("(ツ)") is None
    assert foreign("merci \U0001f600 (ツ) (ツ)") is None


def test_the_same_message_always_gets_the_same_answer() -> None:
    texts = ["Apagar conta dos dados agora mesmo", "delete account", "uno due tre quattro cinque sei sette otto nove"]
    for text in texts:
        assert len({LanguageGate().foreign_language(fold(text)) for _ in range(3)}) == 1


def test_french_training_sentences_are_taken_for_french() -> None:
    sentences = [
        example.get(TEXT)
        for example in load_data(str(ROOT / "data" / "nlu")).intent_examples
        if example.get(INTENT) != "unsupported_language"
    ]
    told = {sentence: foreign(sentence) for sentence in sentences}
    assert {sentence: language for sentence, language in told.items() if language and language not in LOCAL} == {}
    flagged = [sentence for sentence, language in told.items() if language]
    assert len(flagged) <= MOST_FLAGGED * len(sentences), flagged


def test_most_training_sentences_in_another_language_are_told() -> None:
    sentences = [
        example.get(TEXT)
        for example in load_data(str(ROOT / "data" / "nlu")).intent_examples
        if example.get(INTENT) == "unsupported_language"
    ]
    assert sum(foreign(sentence) is not None for sentence in sentences) >= 0.9 * len(sentences)

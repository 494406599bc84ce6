"""A message is refused for its language only when it surely is not French."""

import pytest
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.loading import load_data

from nlu.language import LanguageGate
from nlu.text import fold
from tests.conftest import ROOT

GATE = LanguageGate()
# Code pasted from elsewhere may be flagged, one sentence in five hundred: no more.
MOST_FLAGGED = 0.002


def foreign(text: str) -> str | None:
    return GATE.foreign_language(fold(text))


@pytest.mark.parametrize(
    "text",
    [
        "CNIL",
        "ok merci",
        "données ?",
        "Open",
        "RGPD DPO",
        "box internet",
        "ok",
        "Mali",
        "?",
        "",
        "0690 00 00 00",
        "on supprime",
        "j veu suprimé mn compt",
        "mon email pro",
        "Do you speak français ? Je ne comprends pas vos e-mails",
    ],
)
def test_a_short_or_mixed_french_message_is_french(text: str) -> None:
    assert foreign(text) is None


@pytest.mark.parametrize("text", ["data", "hello", "datos", "meu", "bitte", "ciao"])
def test_a_single_word_is_too_few_to_refuse_a_message(text: str) -> None:
    assert foreign(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How long do you keep my personal data?", "en"),
        ("Please delete my account", "en"),
        ("¿Cuánto tiempo guardan mis datos personales?", "es"),
        ("Quiero borrar mis datos", "es"),
        ("Quanto tempo guardam os meus dados pessoais?", "pt"),
        ("Wie lange speichern Sie meine Daten?", "de"),
        ("Per quanto tempo conservate i miei dati personali?", "it"),
        ("كم من الوقت تحتفظون ببياناتي؟", "ar"),
    ],
)
def test_a_sentence_in_another_language_is_told(text: str, language: str) -> None:
    assert foreign(text) == language


def test_a_language_without_a_notice_is_told_as_another_one() -> None:
    assert foreign("Chciałbym wiedzieć, komu przekazujecie moje dane osobowe oraz jak długo trwa okres") == "other"


def test_the_same_message_always_gets_the_same_answer() -> None:
    texts = ["Apagar conta dos dados agora mesmo", "delete account", "uno due tre quattro cinque sei sette otto nove"]
    for text in texts:
        assert len({LanguageGate().foreign_language(fold(text)) for _ in range(10)}) == 1


def test_french_training_sentences_are_taken_for_french() -> None:
    sentences = [
        example.get(TEXT)
        for example in load_data(str(ROOT / "data" / "nlu")).intent_examples
        if example.get(INTENT) != "unsupported_language"
    ]
    flagged = [sentence for sentence in sentences if foreign(sentence)]
    assert len(flagged) <= MOST_FLAGGED * len(sentences), flagged

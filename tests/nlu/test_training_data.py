"""What data/nlu/ must keep to: every topic well covered, every sentence once and plain text, its register visible."""

import re
import unicodedata
import warnings
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.shared.nlu.constants import ENTITIES, INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.loading import load_data

from tests.conftest import ROOT

NLU = ROOT / "data" / "nlu"
CONTRASTS = NLU / "contrasts"
REGISTERS = {"formal", "plain", "casual", "sms", "voice", "agent", "indirect"}
ENOUGH_FOR_A_TOPIC = 400
ENOUGH_IN_A_REGISTER = 25
ENOUGH_IN_A_CONTRAST = 30
ENOUGH_TO_REFUSE_OR_CHAT = 3000
# Two words, « et au Mali », anybody writes.
WORDS_OF_ITS_OWN = 3


@dataclass(frozen=True)
class Sentence:
    """A training sentence as Rasa reads it, with what its block says of it (`register` or `theme`)."""

    text: str
    intent: str
    metadata: dict[str, str]
    entities: list[dict[str, Any]]


def fold(text: str) -> str:
    """Text without case, accents, punctuation and doubled spaces; the text itself when nothing else is in it."""
    letters = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe"))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[a-z0-9+]+", plain)) or text.strip()


def topics() -> list[str]:
    content = yaml.safe_load((ROOT / "policies_kb" / "contract" / "topics.yml").read_text("utf-8"))
    return [topic["id"] for topic in content["topics"]]


@pytest.fixture(scope="module")
def sentences() -> list[Sentence]:
    with warnings.catch_warnings():
        # What Rasa cannot use it skips with a warning: here that is a failure.
        warnings.simplefilter("error", UserWarning)
        examples = load_data(str(NLU)).training_examples
    return [
        Sentence(
            text=example.get(TEXT),
            intent=example.get(INTENT),
            metadata=(example.get(METADATA) or {}).get(INTENT) or {},
            entities=example.get(ENTITIES) or [],
        )
        for example in examples
    ]


def test_rasa_reads_every_sentence_that_is_written(sentences: list[Sentence]) -> None:
    written = sum(
        line.startswith("    - ") for path in NLU.rglob("*.yml") for line in path.read_text("utf-8").splitlines()
    )
    assert len(sentences) == written


def test_no_sentence_is_empty(sentences: list[Sentence]) -> None:
    assert [sentence for sentence in sentences if not sentence.text.strip()] == []


def test_no_sentence_stands_twice_or_under_two_intents(sentences: list[Sentence]) -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for sentence in sentences:
        places[fold(sentence.text)].append(sentence.intent)
    assert {text: intents for text, intents in places.items() if len(intents) > 1} == {}


@pytest.mark.parametrize("name", ["development", "opened", "sealed"])
def test_no_sentence_is_one_that_the_assistant_is_measured_with(name: str, sentences: list[Sentence]) -> None:
    cases = [case for path in (ROOT / "evaluation" / name).glob("*.yml") for case in yaml.safe_load(path.read_text())]
    measured = {fold(turn["user"]) for case in cases for turn in case["turns"]}
    assert measured
    learned = {fold(sentence.text) for sentence in sentences}
    assert sorted(text for text in measured & learned if len(text.split()) >= WORDS_OF_ITS_OWN) == []


@pytest.mark.parametrize("topic", topics())
def test_a_topic_has_enough_sentences_in_every_register(topic: str, sentences: list[Sentence]) -> None:
    registers = Counter(sentence.metadata["register"] for sentence in sentences if sentence.intent == topic)
    assert registers.total() >= ENOUGH_FOR_A_TOPIC
    assert {name: registers[name] for name in REGISTERS if registers[name] < ENOUGH_IN_A_REGISTER} == {}


def test_every_block_names_its_register_and_out_of_scope_its_theme(sentences: list[Sentence]) -> None:
    unnamed = [
        sentence
        for sentence in sentences
        if ("theme" not in sentence.metadata)
        if sentence.intent == "out_of_scope" or sentence.metadata.get("register") not in REGISTERS
    ]
    assert unnamed == []


def test_no_sentence_holds_what_rasa_would_read_as_an_entity(sentences: list[Sentence]) -> None:
    assert [sentence for sentence in sentences if sentence.entities] == []
    assert [sentence for sentence in sentences if re.search(r"\][({]", sentence.text)] == []


def test_no_sentence_starts_as_a_button_payload(sentences: list[Sentence]) -> None:
    # « /intent » bypasses the classifier: such a sentence would teach nothing.
    assert [sentence for sentence in sentences if sentence.text.startswith("/")] == []


def test_the_intents_are_the_domain_s(sentences: list[Sentence]) -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    # « not sure enough » has no sentence: the last component of the pipeline sets it.
    assert {sentence.intent for sentence in sentences} == set(domain["intents"]) - {"nlu_fallback"}


@pytest.mark.parametrize("path", sorted(NLU.glob("*.yml")), ids=lambda path: path.stem)
def test_a_file_holds_one_intent_and_bears_its_name(path: Path) -> None:
    intents = {block["intent"] for block in yaml.safe_load(path.read_text("utf-8"))["nlu"]}
    # out_of_scope alone is large enough to be cut by theme.
    named = "out_of_scope" if path.stem.startswith("out_of_scope.") else path.stem
    assert intents == {named}


def test_follow_ups_are_as_many_as_a_follow_up_has_wordings(sentences: list[Sentence]) -> None:
    counts = Counter(sentence.intent for sentence in sentences)
    assert counts["follow_up.where"] >= 80
    assert counts["follow_up.duration"] >= 80
    assert counts["policy_silent"] >= 300


def test_what_must_be_refused_or_is_small_talk_is_as_wide_as_a_topic_is(sentences: list[Sentence]) -> None:
    asking = {*topics(), "inform"}
    assert sum(sentence.intent not in asking for sentence in sentences) >= ENOUGH_TO_REFUSE_OR_CHAT


@pytest.mark.parametrize("path", sorted(CONTRASTS.glob("*.yml")), ids=lambda path: path.stem)
def test_a_contrast_sets_the_sentences_of_the_intents_in_its_name_against_one_another(path: Path) -> None:
    counts: Counter[str] = Counter()
    registers: dict[str, list[str]] = defaultdict(list)
    for block in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
        counts[block["intent"]] += block["examples"].count("- ")
        registers[block["intent"]].append(block["metadata"]["register"])
    assert sorted(counts) == sorted(path.stem.split("--"))
    assert min(counts.values()) >= ENOUGH_IN_A_CONTRAST
    assert len({tuple(sorted(names)) for names in registers.values()}) == 1

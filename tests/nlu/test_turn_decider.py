"""The decider as Rasa creates it from config.yml: the intent to act on, and what the message as a whole stands for."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.clauses import Questions
from nlu.entity_extractor import CountryOfferExtractor
from nlu.gazetteer import Gazetteer
from nlu.intent_classifier import INTENT_RANKING, QUESTIONS, LinearIntentClassifier
from nlu.turn_decider import TurnDecider
from tests.conftest import ROOT

# What the message names is read before it is decided, as in config.yml.
EXTRACTOR = CountryOfferExtractor(Gazetteer.load())


def create(folder: Path, **settings: float) -> TurnDecider:
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))["pipeline"]
    config = next(dict(part) for part in pipeline if part.pop("name") == "nlu.turn_decider.TurnDecider")
    return TurnDecider.create(
        TurnDecider.get_default_config() | config | settings,
        LocalModelStorage.create(folder),
        Resource("decider"),
        ExecutionContext(GraphSchema({})),
    )


@pytest.fixture(scope="module")
def decider(tmp_path_factory: pytest.TempPathFactory) -> TurnDecider:
    return create(tmp_path_factory.mktemp("model"))


def ranking(**shares: float) -> list[dict[str, Any]]:
    return [{"name": name.replace("__", "."), "confidence": share} for name, share in shares.items()]


def decided(decider: TurnDecider, text: str, *asked: str, **shares: float) -> Message:
    ranked = ranking(**shares)
    message = Message({TEXT: text, INTENT: ranked[0], INTENT_RANKING: ranked, QUESTIONS: Questions(asked)})
    (done,) = decider.process(EXTRACTOR.process([message]))
    return done


def test_an_intent_that_is_sure_enough_stays(decider: TurnDecider) -> None:
    message = decided(decider, "Vous les gardez longtemps ?", retention=0.9, transfers=0.1)
    assert message.get(INTENT) == {"name": "retention", "confidence": 0.9}
    assert INTENT in message.as_dict(only_output_properties=True)


def test_an_intent_that_is_not_sure_enough_gives_way(decider: TurnDecider) -> None:
    message = decided(decider, "Vous les gardez ?", retention=0.2, transfers=0.1)
    assert message.get(INTENT) == {"name": "nlu_fallback", "confidence": 0.2}


def test_the_thresholds_are_those_of_the_configuration(tmp_path: Path) -> None:
    message = decided(create(tmp_path, topic_threshold=0.95), "Vous les gardez longtemps ?", retention=0.9)
    assert message.get(INTENT)["name"] == "nlu_fallback"


def test_a_message_in_another_language_bears_its_language_alone(decider: TurnDecider) -> None:
    text = "How long do you keep my data in Mali?"
    message = decided(decider, text, retention=0.9)
    assert message.get(INTENT) == {"name": "unsupported_language", "confidence": 1.0}
    (entity,) = message.get(ENTITIES)
    assert (entity["entity"], entity["value"], entity["start"], entity["end"]) == ("language", "en", 0, len(text))


def test_a_language_that_only_the_classifier_suspects_is_not_named(decider: TurnDecider) -> None:
    message = decided(decider, "kont mwen bloké", unsupported_language=0.9)
    assert message.get(INTENT) == {"name": "unsupported_language", "confidence": 0.9}
    assert message.get(ENTITIES, []) == []


@pytest.mark.parametrize("text", ["thank you", "my orange", "do you speak français, je ne comprends pas vos e-mails"])
def test_what_is_short_or_partly_french_is_not_refused_for_its_language(decider: TurnDecider, text: str) -> None:
    message = decided(decider, text, unsupported_language=0.9, thanks=0.1)
    assert message.get(INTENT) == {"name": "nlu_fallback", "confidence": 0.1}


def test_two_questions_become_two_topics_in_their_order(decider: TurnDecider) -> None:
    message = decided(
        decider,
        "Où partent mes données, et combien de temps les gardez-vous ?",
        "transfers",
        "retention",
        retention=0.6,
        transfers=0.3,
    )
    assert message.get(INTENT)["name"] == "transfers"
    entities = [(entity["entity"], entity["value"]) for entity in message.get(ENTITIES)]
    assert entities == [("topic", "transfers"), ("topic", "retention")]


def test_a_message_without_text_is_left_alone(decider: TurnDecider) -> None:
    assert decided(decider, "", retention=0.9).get(INTENT) == {"name": "retention", "confidence": 0.9}


def test_the_classifier_and_the_extractor_have_to_come_first() -> None:
    assert TurnDecider.required_components() == [LinearIntentClassifier, CountryOfferExtractor]


def test_a_threshold_that_is_no_probability_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigException, match="TurnDecider: thresholds lie between 0 and 1"):
        create(tmp_path, topic_threshold=1.5)

"""The classifier as Rasa creates, trains, keeps and loads it."""

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.intent_classifier import INTENT_RANKING, QUESTIONS, LinearIntentClassifier
from tests.conftest import ROOT

CONTEXT = ExecutionContext(GraphSchema({}))
RESOURCE = Resource("classifier")
INTENTS = ("retention", "transfers", "greet", "affirm")


def config(**settings: float) -> dict[str, Any]:
    return LinearIntentClassifier.get_default_config() | settings


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> ModelStorage:
    """A model storage in which a trained classifier was kept."""
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("model"))
    data = TrainingData()
    for intent in INTENTS:
        data = data.merge(load_data(str(ROOT / "data" / "nlu" / f"{intent}.yml")))
    assert LinearIntentClassifier.create(config(), storage, RESOURCE, CONTEXT).train(data) == RESOURCE
    return storage


def classified(storage: ModelStorage, text: str, **settings: float) -> Message:
    component = LinearIntentClassifier.load(config(**settings), storage, RESOURCE, CONTEXT)
    (message,) = component.process([Message({TEXT: text})])
    return message


def test_a_loaded_classifier_finds_the_intent(storage: ModelStorage) -> None:
    message = classified(storage, "Combien d'années gardez-vous ça ?")
    assert message.get(INTENT)["name"] == "retention"
    assert 0.5 < message.get(INTENT)["confidence"] <= 1


def test_the_ranking_is_ordered_and_begins_with_the_intent(storage: ModelStorage) -> None:
    message = classified(storage, "Combien d'années gardez-vous ça ?")
    ranking = message.get(INTENT_RANKING)
    assert ranking[0] == message.get(INTENT)
    assert {entry["name"] for entry in ranking} == set(INTENTS)
    shares = [entry["confidence"] for entry in ranking]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1)


def test_intent_and_ranking_are_part_of_the_output(storage: ModelStorage) -> None:
    message = classified(storage, "Bonjour")
    assert {INTENT, INTENT_RANKING} <= message.as_dict(only_output_properties=True).keys()


def test_the_ranking_is_cut_at_its_length(storage: ModelStorage) -> None:
    assert len(classified(storage, "Bonjour", ranking_length=2).get(INTENT_RANKING)) == 2


def test_both_questions_of_a_message_are_told_apart(storage: ModelStorage) -> None:
    text = "Combien de temps gardez-vous mes données, et les transférez-vous à l'étranger ?"
    assert classified(storage, text).get(QUESTIONS).asked == ("retention", "transfers")


def test_a_message_without_text_is_left_alone(storage: ModelStorage) -> None:
    assert classified(storage, "").get(INTENT) is None


def test_a_classifier_that_was_not_trained_classifies_nothing(tmp_path: Path) -> None:
    storage = LocalModelStorage.create(tmp_path)
    (message,) = LinearIntentClassifier.create(config(), storage, RESOURCE, CONTEXT).process([Message({TEXT: "Oui"})])
    assert message.get(INTENT) is None


def test_a_classifier_that_was_not_kept_is_not_loaded(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="classifier"):
        LinearIntentClassifier.load(config(), LocalModelStorage.create(tmp_path), RESOURCE, CONTEXT)


@pytest.mark.parametrize("setting", [{"regularisation": 0}, {"sharpness": 0}, {"ranking_length": 0}])
def test_a_setting_out_of_its_range_is_refused(setting: dict[str, float], tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigException, match="must be > 0, ranking_length >= 1"):
        LinearIntentClassifier.create(config(**setting), LocalModelStorage.create(tmp_path), RESOURCE, CONTEXT)

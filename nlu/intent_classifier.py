"""Rasa component: the intent of a message, by a linear model over TF-IDF features."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.names import with_names
from nlu.reading import read
from nlu.spelling import spelling
from nlu.text import fold
from nlu.topic_model import TopicModel
from policies_kb.agreed import CONTRACT, read_contract

INTENT_RANKING = "intent_ranking"
QUESTIONS = "questions"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(IntentClassifier, GraphComponent):
    """Sets `intent` and `intent_ranking` on every message that has a text."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings: `regularisation` (C) and `sharpness`, both > 0, and `ranking_length`, >= 1."""
        return {"regularisation": 2.0, "sharpness": 5.0, "ranking_length": 6}

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: TopicModel | None = None
    ) -> None:
        """Raise InvalidConfigException when a setting is out of its range."""
        if config["regularisation"] <= 0 or config["sharpness"] <= 0 or config["ranking_length"] < 1:
            raise InvalidConfigException(
                "LinearIntentClassifier: regularisation and sharpness must be > 0, ranking_length >= 1"
            )
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model
        self._topics = frozenset(read_contract(CONTRACT).coverage)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntentClassifier:
        """Create an untrained component (see parent class)."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntentClassifier:
        """Load the component with its trained model (see parent class)."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, TopicModel.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the model on the intent examples and store it."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        self._model = TopicModel.train(
            [with_names(spelling().read(fold(example.get(TEXT)))) for example in examples],
            [example.get(INTENT) for example in examples],
            regularisation=self._config["regularisation"],
            sharpness=self._config["sharpness"],
        )
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the intent, the ranking and the questions of each message (see parent class)."""
        for message in messages:
            text = message.get(TEXT)
            if text and self._model:
                reading = read(fold(text), self._rank, self._topics)
                ranking = [
                    {INTENT_NAME_KEY: intent, PREDICTED_CONFIDENCE_KEY: share}
                    for intent, share in reading.ranking[: self._config["ranking_length"]]
                ]
                message.set(INTENT, ranking[0], add_to_output=True)
                message.set(INTENT_RANKING, ranking, add_to_output=True)
                message.set(QUESTIONS, reading.questions)
        return messages

    def _rank(self, text: str) -> list[tuple[str, float]]:
        assert self._model
        return self._model.rank(with_names(text))

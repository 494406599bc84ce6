"""Rasa component: the intent of a message, by a linear model over TF-IDF features."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.clauses import clauses
from nlu.spelling import spelling
from nlu.text import fold
from nlu.topic_model import TopicModel

INTENT_RANKING = "intent_ranking"
CLAUSE_RANKINGS = "clause_rankings"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(IntentClassifier, GraphComponent):
    """Sets `intent` and `intent_ranking` on every message that has a text."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings: `regularisation` (C, > 0), `iterations` and `ranking_length` (both >= 1)."""
        return {"regularisation": 30.0, "iterations": 80, "ranking_length": 6}

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: TopicModel | None = None
    ) -> None:
        """Raise InvalidConfigException when a setting is out of its range."""
        if config["regularisation"] <= 0 or config["iterations"] < 1 or config["ranking_length"] < 1:
            raise InvalidConfigException(
                "LinearIntentClassifier: regularisation must be > 0, iterations and ranking_length >= 1"
            )
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model

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
            [spelling().read(fold(example.get(TEXT))) for example in examples],
            [example.get(INTENT) for example in examples],
            regularisation=self._config["regularisation"],
            iterations=self._config["iterations"],
        )
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the intent and the ranking of each message (see parent class)."""
        for message in messages:
            text = message.get(TEXT)
            if text and self._model:
                folded = spelling().read(fold(text))
                ranking = self._rank(self._model, folded)
                message.set(INTENT, ranking[0], add_to_output=True)
                message.set(INTENT_RANKING, ranking, add_to_output=True)
                message.set(CLAUSE_RANKINGS, [self._rank(self._model, clause) for clause in clauses(folded)])
        return messages

    def _rank(self, model: TopicModel, folded: str) -> list[dict[str, Any]]:
        probabilities = model.probabilities(folded)
        best = np.argsort(-probabilities)[: self._config["ranking_length"]]
        return [
            {INTENT_NAME_KEY: model.classes[column], PREDICTED_CONFIDENCE_KEY: float(probabilities[column])}
            for column in best
        ]

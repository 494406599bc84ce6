"""Rasa component: the last word on a message's intent, after classifier, entities and language."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.clauses import Questions
from nlu.decision import FOREIGN, decide, thresholds_from
from nlu.entity_extractor import CountryOfferExtractor
from nlu.gazetteer import Gazetteer
from nlu.intent_classifier import INTENT_RANKING, QUESTIONS, LinearIntentClassifier
from nlu.language import LanguageGate
from nlu.mentions import Said
from nlu.text import fold
from nlu.whose import Whose
from policies_kb.agreed import CONTRACT, read_contract


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class TurnDecider(IntentClassifier, GraphComponent):
    """Replaces `intent` by the intent to act on; adds a `language` entity to a message that is not in French."""

    @classmethod
    def required_components(cls) -> list[type]:
        """The classifier whose ranking is decided on, and the extractor that says what is named."""
        return [LinearIntentClassifier, CountryOfferExtractor]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the thresholds, probabilities between 0 and 1."""
        return {"topic_threshold": 0.4, "refusal_threshold": 0.4, "dialogue_threshold": 0.4, "person_threshold": 0.3}

    def __init__(self, config: dict[str, Any]) -> None:
        """Raise InvalidConfigException when a threshold is not between 0 and 1."""
        try:
            self._thresholds = thresholds_from(config)
        except ValueError as error:
            raise InvalidConfigException(f"TurnDecider: {error}") from error
        self._gazetteer = Gazetteer.load()
        self._languages = LanguageGate()
        self._whose = Whose()
        self._topics = frozenset(read_contract(CONTRACT).coverage)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TurnDecider:
        """Create the component (see parent class)."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Decide the intent of each message (see parent class)."""
        for message in messages:
            if message.get(TEXT):
                self._decide(message, fold(message.get(TEXT)))
        return messages

    def _decide(self, message: Message, folded: str) -> None:
        ranking = _ranking(message.get(INTENT_RANKING, []))
        if not self._languages.may_be_foreign(folded):
            ranking = [(intent, share) for intent, share in ranking if intent != FOREIGN]
        questions = message.get(QUESTIONS, Questions())
        foreign = self._languages.foreign_language(folded)
        said = [_said(entity) for entity in message.get(ENTITIES, [])]
        asked = questions.asked
        intent, share = decide(
            folded,
            ranking,
            questions,
            said,
            foreign,
            self._whose.holder(folded),
            self._gazetteer,
            self._thresholds,
            self._topics,
        )
        message.set(INTENT, {INTENT_NAME_KEY: intent, PREDICTED_CONFIDENCE_KEY: share}, add_to_output=True)
        # The classifier too may find that a message is not in French: it does not say which language it is in.
        if foreign:
            message.set(ENTITIES, [_entity("language", foreign, folded)], add_to_output=True)
        elif asked and intent in self._topics:
            topics = [_entity("topic", topic, folded) for topic in asked]
            message.set(ENTITIES, message.get(ENTITIES, []) + topics, add_to_output=True)


def _ranking(entries: list[dict[str, Any]]) -> list[tuple[str, float]]:
    return [(entry[INTENT_NAME_KEY], entry[PREDICTED_CONFIDENCE_KEY]) for entry in entries]


def _said(entity: dict[str, Any]) -> Said:
    """What the extractor before this component read: it is not read a second time."""
    return Said(entity["entity"], entity["value"], entity["start"], entity["end"], entity.get("role"))


def _entity(kind: str, value: Any, folded: str) -> dict[str, Any]:
    """An entity that the message as a whole stands for."""
    return {"entity": kind, "value": value, "start": 0, "end": len(folded), "extractor": TurnDecider.__name__}

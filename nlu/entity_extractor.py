"""Rasa component: the country, the offers and the situation that a message names, as entities."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_ROLE,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from nlu.gazetteer import Gazetteer
from nlu.mentions import Said, interpret
from nlu.text import fold


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class CountryOfferExtractor(GraphComponent, EntityExtractorMixin):
    """Adds `country`, `offer` and `customer` entities, read with the gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CountryOfferExtractor:
        """Create the component (see parent class)."""
        return cls(Gazetteer.load())

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities of each message (see parent class)."""
        for message in messages:
            text = message.get(TEXT)
            if text:
                said = interpret(fold(text), self._gazetteer)
                message.set(ENTITIES, message.get(ENTITIES, []) + [_entity(item) for item in said], add_to_output=True)
        return messages


def _entity(said: Said) -> dict[str, Any]:
    entity: dict[str, Any] = {
        ENTITY_ATTRIBUTE_TYPE: said.kind,
        ENTITY_ATTRIBUTE_VALUE: said.value,
        ENTITY_ATTRIBUTE_START: said.start,
        ENTITY_ATTRIBUTE_END: said.end,
        "extractor": CountryOfferExtractor.__name__,
    }
    if said.role:
        entity[ENTITY_ATTRIBUTE_ROLE] = said.role
    return entity

"""The extractor as Rasa creates it: what a message says becomes entities at their place."""

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.entity_extractor import CountryOfferExtractor
from nlu.gazetteer import Gazetteer
from tests.conftest import ROOT


@pytest.fixture
def extractor(tmp_path: Path) -> CountryOfferExtractor:
    return CountryOfferExtractor.create(
        {}, LocalModelStorage.create(tmp_path), Resource("extractor"), ExecutionContext(GraphSchema({}))
    )


def entities(extractor: CountryOfferExtractor, text: str) -> list[dict[str, Any]]:
    (message,) = extractor.process([Message({TEXT: text})])
    found: list[dict[str, Any]] = message.get(ENTITIES, [])
    return found


def test_an_entity_has_its_value_its_role_and_its_place(extractor: CountryOfferExtractor) -> None:
    text = "J'habite à Paris mais ma ligne mobile est en Guadeloupe"
    country, offer = entities(extractor, text)
    assert (country["entity"], country["value"], country["role"]) == ("country", "caraibe", "line")
    assert text[country["start"] : country["end"]] == "Guadeloupe"
    assert (offer["entity"], offer["value"]) == ("offer", "mobile")
    assert text[offer["start"] : offer["end"]] == "ligne mobile"
    assert "role" not in offer


def test_entities_of_another_component_are_kept(extractor: CountryOfferExtractor) -> None:
    earlier = {"entity": "language", "value": "en"}
    (message,) = extractor.process([Message({TEXT: "Mali", ENTITIES: [earlier]})])
    assert message.get(ENTITIES)[0] == earlier
    assert message.get(ENTITIES)[1]["value"] == "mali"


def test_entities_are_part_of_the_output(extractor: CountryOfferExtractor) -> None:
    (message,) = extractor.process([Message({TEXT: "Mali"})])
    assert ENTITIES in message.as_dict(only_output_properties=True)


def test_a_message_without_text_is_left_alone(extractor: CountryOfferExtractor) -> None:
    assert entities(extractor, "") == []


def test_the_domain_knows_every_entity_and_role(extractor: CountryOfferExtractor) -> None:
    text = "Ma ligne est au Mali, mon mobile est Sosh et pas Digicel"
    domain = Domain.load(str(ROOT / "domain.yml"))
    found = entities(extractor, text)
    assert {entity["entity"] for entity in found} == {"country", "offer", "customer", "company"}
    assert {entity["entity"] for entity in found} <= set(domain.entities)
    assert {entity["role"] for entity in found if "role" in entity} <= set(domain.entity_properties.roles["country"])


def test_an_extractor_may_be_given_names_of_its_own() -> None:
    assert entities(CountryOfferExtractor(Gazetteer.load()), "Bamako")[0]["value"] == "mali"

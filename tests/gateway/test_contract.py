"""The types say what the contract's files say."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from jsonschema import Draft202012Validator

from gateway.contract import Country, Custom, Offer, Status
from gateway.rasa_client import RasaReplyError, checked_reply
from tests.gateway.peer import custom

CONTRACT = Path(__file__).resolve().parents[2] / "policies_kb" / "contract"
SCHEMA: dict[str, Any] = json.loads((CONTRACT / "reply.schema.json").read_text(encoding="utf-8"))


def test_the_words_are_those_of_the_contract() -> None:
    topics = yaml.safe_load((CONTRACT / "topics.yml").read_text(encoding="utf-8"))
    properties = SCHEMA["properties"]
    assert set(get_args(Status)) == set(topics["statuses"]) == set(properties["status"]["enum"])
    assert set(get_args(Country)) == {word for word in properties["country"]["enum"] if word}
    assert set(get_args(Offer)) == {word for word in properties["offer"]["enum"] if word}
    required = {name for name, field in Custom.model_fields.items() if field.is_required()}
    assert required == set(SCHEMA["required"])


CHANGES: list[dict[str, Any]] = [
    {},
    {"policy": None, "country": None},
    {"confidence": 0.5, "notices": []},
    {"offer": "obs"},
    {"offer": "sosh"},
    {"status": "done"},
    {"topics": "rights"},
    {"topics": [1]},
    {"topics": ["a", "b", "c", "d"]},
    {"policy": {"id": "orange-mali"}},
    {"policy": {"id": "orange-france", "title": "T", "updated": "2021-05-06", "sha256": "0" * 64}},
    {"policy": {"id": "orange-mali", "title": "T", "updated": "2021-05-06", "sha256": "0"}},
    {"contacts": [{"id": "mali.phone", "kind": "phone", "text": "Service clients au 7400"}]},
    {"contacts": [{"id": "mali.phone", "kind": "fax", "text": "Service clients au 7400"}]},
    {"contacts": None},
    {"sources": [{"policy": "orange-mali", "section": "S"}]},
    {"sources": [{"policy": "orange-mali", "section": "S", "excerpt": ""}]},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_reply_is_taken_when_the_schema_takes_it(change: dict[str, Any]) -> None:
    payload = custom(**change)
    content = json.dumps([{"text": "t", "custom": payload}]).encode()
    if Draft202012Validator(SCHEMA).is_valid(payload):
        assert checked_reply(content)[0].custom == payload
    else:
        with pytest.raises(RasaReplyError):
            checked_reply(content)


@pytest.mark.parametrize("name", SCHEMA["required"])
def test_a_reply_without_a_required_key_is_no_reply(name: str) -> None:
    payload = custom()
    del payload[name]
    with pytest.raises(RasaReplyError):
        checked_reply(json.dumps([{"text": "t", "custom": payload}]).encode())


def test_a_failure_says_nothing_of_the_reply() -> None:
    with pytest.raises(RasaReplyError) as failed:
        checked_reply(json.dumps([{"text": "t", "custom": custom(status="0612345678")}]).encode())
    assert "0612345678" not in str(failed.value)

"""`action_follow_up` composes what ends with contacts, and leaves the rest to the server."""

from typing import Any

import pytest

from actions.contacts import ActionContacts
from actions.follow_up import ActionFollowUp
from tests.actions.action_test_helper import bot, run, user

ACTION = ActionFollowUp()
BY_THE_SERVER: dict[str, Any] = {"text": None, "response": "utter_reply", "custom": {}}


def test_the_domain_knows_the_action_by_its_name() -> None:
    assert ACTION.name() == "action_follow_up"


@pytest.mark.parametrize(
    ("intent", "entities", "expected"),
    [
        ("inform", [("offer", "internet")], ["caraibe.bordeaux"]),
        ("inform", [("country", "mali")], ["mali.phone", "mali.bamako"]),
        ("inform", [("customer", "pro")], []),
        ("follow_up.where", [("offer", "tv")], ["caraibe.bordeaux"]),
    ],
)
def test_what_follows_on_a_right_is_answered_with_its_contacts(
    intent: str, entities: list[tuple[str, str]], expected: list[str]
) -> None:
    right = user("rights.erasure", entities=[("country", "caraibe")])
    message = run(ACTION, right, bot(run(ActionContacts(), right)), user(intent, entities=entities))
    assert [contact["id"] for contact in message["custom"]["contacts"]] == expected
    assert message["custom"]["topics"] == ["rights.erasure"]


@pytest.mark.parametrize(("intent", "country"), [("follow_up.duration", "caraibe"), ("inform", None)])
def test_what_ends_without_contacts_is_composed_by_the_server(intent: str, country: str | None) -> None:
    message = run(ACTION, user(intent, country=country))
    assert {key: message[key] for key in BY_THE_SERVER} == BY_THE_SERVER

"""`action_contacts` sends one whole reply, with exactly the contacts of the country and the offer."""

import pytest

from actions.contacts import ActionContacts
from tests.actions.action_test_helper import bot, run, user

ACTION = ActionContacts()


def _ids(message: dict[str, dict[str, list[dict[str, str]]]]) -> list[str]:
    return [contact["id"] for contact in message["custom"]["contacts"]]


def test_the_domain_knows_the_action_by_its_name() -> None:
    assert ACTION.name() == "action_contacts"


@pytest.mark.parametrize(
    ("country", "offer", "expected"),
    [
        ("caraibe", "mobile", ["caraibe.jarry"]),
        ("caraibe", "tv", ["caraibe.bordeaux"]),
        ("caraibe", "obs", ["caraibe.montauban"]),
        ("caraibe", None, []),
        ("mali", None, ["mali.phone", "mali.bamako"]),
        (None, "mobile", []),
    ],
)
def test_what_the_page_knows_decides_the_contact(country: str | None, offer: str | None, expected: list[str]) -> None:
    assert _ids(run(ACTION, user("rights.access", country=country, offer=offer))) == expected


def test_text_buttons_and_payload_come_in_one_message() -> None:
    message = run(ACTION, user("exercise", country="caraibe"))
    assert message["text"].endswith("Quelle est la vôtre\u00a0?")
    assert message["buttons"][0]["title"] == "Mobile"
    assert message["custom"]["status"] == "answered"


def test_what_was_said_before_counts() -> None:
    asked = user("rights.erasure", entities=[("country", "caraibe"), ("offer", "internet")])
    first = run(ACTION, asked)
    assert _ids(first) == ["caraibe.bordeaux"]
    assert _ids(run(ACTION, asked, bot(first), user("rights.access"))) == ["caraibe.bordeaux"]


def test_a_caller_hears_the_spoken_form() -> None:
    message = run(ACTION, user("rights", country="mali", door="ivr"))
    assert "7400" not in message["text"]
    assert _ids(message) == ["mali.phone", "mali.bamako"]

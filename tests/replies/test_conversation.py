"""A tracker's events read as a conversation."""

from typing import Any

import pytest

from policies_kb.replies.conversation import BotTurn, Conversation, Entity, UserTurn, from_events


def _user(text: str = "bonjour", **event: Any) -> dict[str, Any]:
    return {"event": "user", "text": text, "parse_data": {"intent": {"name": "greet", "confidence": 0.9}}, **event}


BOT = {"event": "bot", "text": "Bonjour.", "data": {"custom": {"status": "smalltalk"}, "buttons": [{"title": "Aide"}]}}


def test_a_message_is_read_with_its_intent_entities_and_ranking() -> None:
    parsed = {
        "intent": {"name": "inform", "confidence": 0.8},
        "entities": [{"entity": "country", "value": "mali", "role": "line"}, {"entity": "offer", "value": "tv"}],
        "intent_ranking": [{"name": "inform", "confidence": 0.8}, {"name": "greet", "confidence": 0.1}],
    }
    (turn,) = from_events([_user("au Mali", parse_data=parsed)]).turns
    assert turn == UserTurn(
        "inform",
        0.8,
        (Entity("country", "mali", "line"), Entity("offer", "tv")),
        (("inform", 0.8), ("greet", 0.1)),
        "au Mali",
    )


@pytest.mark.parametrize("parse_data", [None, {}, {"intent": None, "entities": None, "intent_ranking": None}])
def test_a_message_that_nothing_was_understood_of_is_a_turn_all_the_same(parse_data: Any) -> None:
    assert from_events([_user("???", parse_data=parse_data)]).turns == (UserTurn("", 0.0, text="???"),)


def test_a_reply_is_read_with_its_payload_and_its_choices() -> None:
    conversation = from_events([_user(), BOT])
    assert conversation.replies == (BotTurn("Bonjour.", ({"title": "Aide"},), {"status": "smalltalk"}),)


def test_events_that_nobody_said_are_no_turns() -> None:
    unsaid: list[dict[str, Any]] = [
        {"event": "action", "name": "action_listen"},
        {"event": "bot", "text": "x", "data": {}},
        {"event": "slot"},
    ]
    assert from_events([*unsaid, _user(), {"event": "bot", "text": "y"}]).turns == from_events([_user()]).turns


def test_what_the_gateway_knows_is_read_from_the_latest_message_that_says_it() -> None:
    first = _user(metadata={"door": "ivr", "country": "mali", "offer": None})
    conversation = from_events(
        [first, BOT, _user(metadata={"door": "ivr", "country": "caraibe", "offer": "tv"}), _user()]
    )
    assert (conversation.door, conversation.country, conversation.offer) == ("ivr", "caraibe", "tv")
    assert from_events([_user()]).door == "web"


def test_the_last_message_and_the_latest_reply_come_first() -> None:
    conversation = Conversation((UserTurn("greet"), BotTurn("a", (), {}), UserTurn("help"), BotTurn("b", (), {})))
    assert conversation.last_user == UserTurn("help")
    assert [reply.text for reply in conversation.replies] == ["b", "a"]
    assert Conversation(()).last_user is None

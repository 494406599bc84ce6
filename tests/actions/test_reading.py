"""What every action does with its tracker and the base."""

import datetime
from pathlib import Path

import pytest
from rasa_sdk import Tracker

from actions.contacts import ActionContacts
from actions.reading import base, read
from policies_kb.base import BaseError
from tests.actions.action_test_helper import run, user


def test_the_tracker_is_read_whole_with_what_the_gateway_knows() -> None:
    events = [user("greet"), user("dpo", door="agent", country="caraibe", offer="tv")]
    conversation = read(Tracker("a-sender", {}, {}, events, False, None, {}, "action_listen"))
    assert [turn.intent for turn in conversation.turns if hasattr(turn, "intent")] == ["greet", "dpo"]
    assert (conversation.door, conversation.country, conversation.offer) == ("agent", "caraibe", "tv")


def test_notices_are_those_of_the_day() -> None:
    (notice,) = base().notices("bloctel", "caraibe", datetime.date.min)
    message = run(ActionContacts(), user("bloctel", country="caraibe"))
    still_good = notice.expires_on >= datetime.date.today()
    assert bool(message["custom"]["notices"]) == still_good


def test_without_a_base_the_action_fails_with_a_sentence_that_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("policies_kb.base._opened", {})
    with pytest.raises(BaseError, match="policies_kb build"):
        run(ActionContacts(), user("rights", country="mali"))

"""With a patch, Rasa does what it does without."""

import random
from typing import Any

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    BotUttered,
    Event,
    FollowupAction,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.slots import TextSlot
from rasa.shared.core.trackers import DialogueStateTracker

from server.fast import history, install, schema
from server.fast.patch import Patch
from tests.server.fast.conftest import Said, Talk, applied

# From the policy, with contacts, going on, repeated, not understood, in another language, a button, small talk.
CONVERSATIONS = (
    ["bonjour", "combien de temps gardez-vous mes données ?", "et au Mali ?", "répétez", "merci"],
    ["je veux effacer mes données", "livebox", "à quelle adresse ?", "non, pour mon mobile", "la chose du dossier"],
    ["what do you know about me?", "/rights.access", '/inform{"offer": "mobile"}', "le sujet de mon affaire", "oui"],
    ["combien de temps gardez-vous mes données ?", "je veux effacer mes données", "mobile", "quels sont mes droits"]
    * 5,
)


@pytest.fixture(scope="module")
def without(talk: Talk) -> list[Said]:
    """What Rasa itself makes of the conversations."""
    return [talk.hold(messages) for messages in CONVERSATIONS]


# Actions that run here look for the base where the action server does.
@pytest.mark.usefixtures("_in_built")
@pytest.mark.parametrize(
    "patches",
    [*((patch,) for patch in install.PATCHES), install.PATCHES],
    ids=[*(p.name for p in install.PATCHES), "all"],
)
def test_conversations_go_as_they_go_without(talk: Talk, without: list[Said], patches: tuple[Patch, ...]) -> None:
    with applied(*patches):
        assert [talk.hold(messages) for messages in CONVERSATIONS] == without


def test_the_conversations_have_answers_with_and_without_contacts(without: list[Said]) -> None:
    customs = [part["custom"] for said, _ in without for part in said if "custom" in part]
    assert len(customs) == sum(map(len, CONVERSATIONS))
    assert {bool(custom["contacts"]) for custom in customs} == {True, False}


KINDS = (
    lambda draw: UserUttered(f"message {draw.random()}", {"name": "retention"}),
    lambda draw: ActionExecuted(draw.choice(["action_listen", "utter_reply", "form"])),
    lambda draw: BotUttered("réponse"),
    lambda draw: SlotSet("said", str(draw.random())),
    lambda draw: SessionStarted(),
    lambda draw: Restarted(),
    lambda draw: ActionReverted(),
    lambda draw: UserUtteranceReverted(),
    lambda draw: FollowupAction("utter_reply"),
    lambda draw: ActiveLoop(draw.choice(["form", None])),
)


def state_of(tracker: DialogueStateTracker) -> dict[str, Any]:
    """All that a tracker knows."""
    return {
        **{name: value for name, value in vars(tracker).items() if not name.startswith("_events_applied")},
        "slots": tracker.current_slot_values(),
        "events": list(tracker.events),
        "latest_bot_utterance": tracker.latest_bot_utterance and tracker.latest_bot_utterance.as_dict(),
        "latest_message": tracker.latest_message and tracker.latest_message.as_dict(),
    }


def without_times(state: dict[str, Any]) -> dict[str, Any]:
    """A state; an empty message is made when it is asked for, and has that time."""
    for name in ("latest_message", "latest_bot_utterance"):
        if state[name] and not state[name]["text"]:
            state[name].pop("timestamp")
    return state


@pytest.mark.parametrize("usual", [True, False], ids=["what usually comes", "anything"])
@pytest.mark.parametrize("seed", range(25))
def test_copies_and_applied_events_are_those_of_a_replay(seed: int, usual: bool) -> None:
    draw = random.Random(seed)
    tracker = DialogueStateTracker("sender", [TextSlot("said", [], influence_conversation=False)])
    for _ in range(60):
        make = draw.choice(KINDS[:5] if usual else KINDS)
        event: Event = make(draw)
        tracker.update(event)
        replayed, applying = without_times(state_of(tracker.copy())), tracker.applied_events()
        with applied(history.PATCH):
            assert tracker.applied_events() == applying
            duplicate = tracker.copy()
            assert without_times(state_of(duplicate)) == replayed
            duplicate.update(UserUttered("sur la copie"))
            assert tracker.applied_events() == applying
            assert duplicate.slots["said"] is not tracker.slots["said"]


def test_events_that_a_caller_takes_away_from_its_list_still_apply() -> None:
    tracker = DialogueStateTracker.from_events("sender", [ActionExecuted("action_listen"), UserUttered("un")])
    with applied(history.PATCH):
        tracker.applied_events().clear()
        assert len(tracker.applied_events()) == 2


def test_a_long_conversation_is_not_read_from_its_beginning(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    original = RulePolicy._find_action_from_rules

    def states_of(
        self: RulePolicy, tracker: DialogueStateTracker, domain: Any, use_text_for_last_user_input: bool
    ) -> Any:
        seen.append(len(self._prediction_states(tracker, domain, use_text_for_last_user_input)))
        return original(self, tracker, domain, use_text_for_last_user_input)

    with applied(history.PATCH):
        monkeypatch.setattr(RulePolicy, "_find_action_from_rules", states_of)
        talk.hold(["quels sont mes droits"] * 20)
    assert max(seen) < 20, "forty actions were executed"


@pytest.mark.parametrize(
    "answer",
    [
        {"events": [], "responses": []},
        {"events": [{"event": "slot", "name": "a", "value": 1}]},
        {"events": 3},
        {"events": [{}]},
    ],
)
def test_the_action_servers_answer_is_checked(answer: dict[str, Any]) -> None:
    def verdict() -> str:
        try:
            return str(RemoteAction("action_contacts", None)._validate_action_result(answer))
        except ValidationError as error:
            return error.message

    before = verdict()
    with applied(schema.PATCH):
        assert verdict() == before

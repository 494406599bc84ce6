"""`history`: a turn costs the same however long the conversation is.

Three things in Rasa begin at a conversation's first event, several times a turn: the copy of the tracker that an action
is given replays every event; the events that apply are found by going through all; the rules are matched against the
states of the whole conversation, although none reaches back further than the longest rule.
"""

import copy
from itertools import islice
from typing import Any

from server.fast.patch import Patch, Replacement

_TRACKER = "rasa.shared.core.trackers:DialogueStateTracker"
_APPLIED = "_events_applied"


def _copied(original: Any) -> Any:
    """A copy of the state instead of a replay: the state is what a replay ends in (Rasa: « MUST be re-creatable »)."""
    from rasa.shared.constants import DEFAULT_SENDER_ID
    from rasa.shared.core.events import ActionExecuted, FollowupAction, Restarted, SessionStarted, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    settled = (ActionExecuted, UserUttered)
    open_end = (FollowupAction, Restarted, SessionStarted)

    def duplicate(self: Any) -> Any:
        # A follow-up action that was taken without an event comes back in a replay; loops have a state of their own.
        latest = next((event for event in reversed(self.events) if isinstance(event, (*settled, *open_end))), None)
        if (
            not isinstance(latest, settled)
            or type(self) is not DialogueStateTracker
            or type(self.slots) is not dict
            or self.active_loop is not None
        ):
            return original(self)
        other = object.__new__(DialogueStateTracker)
        other.__dict__.update(self.__dict__)
        other.events = self.events.copy()
        other.slots = {name: copy.copy(slot) for name, slot in self.slots.items()}
        other.sender_id = self.sender_id or DEFAULT_SENDER_ID
        other.sender_source = other.model_id = other.assistant_id = None
        found = self.__dict__.get(_APPLIED)
        if found is not None:
            other.__dict__[_APPLIED] = (found[0], found[1], found[2].copy())
        return other

    return duplicate


def _applied(original: Any) -> Any:
    """The events that apply, found before, and those since: unless one of them takes back what came before."""
    from rasa.shared.core.events import ActionReverted, ActiveLoop, Restarted, SessionStarted, UserUtteranceReverted

    taken_back = (ActionReverted, ActiveLoop, UserUtteranceReverted)
    begins = (Restarted, SessionStarted)

    def applied_events(self: Any) -> list[Any]:
        events = self.events
        count = len(events)
        seen, last, applied = self.__dict__.get(_APPLIED, (0, None, []))
        # Events are only ever added, but for a store that keeps the latest few.
        if events.maxlen is not None or seen > count or (seen and events[seen - 1] is not last):
            return list(original(self))
        for event in reversed(list(islice(reversed(events), count - seen))):
            if isinstance(event, taken_back):
                self.__dict__.pop(_APPLIED, None)
                return list(original(self))
            if isinstance(event, begins):
                applied.clear()
            else:
                applied.append(event)
        if count:
            self.__dict__[_APPLIED] = (count, events[-1], applied)
        return list(applied)

    return applied_events


def _recent(original: Any) -> Any:
    """The states that the longest rule can see, of a conversation whose state is all in its latest turns."""
    from rasa.shared.core.events import ActionExecuted, UserUttered

    def longest_rule(self: Any) -> int:
        lookup = self.lookup
        kept = self.__dict__.get("_longest_rule")
        if kept is None or kept[0] is not lookup:
            keys = (key for rules in lookup.values() if isinstance(rules, dict) for key in rules)
            longest = max((len(self._rule_key_to_state(key)) for key in keys), default=0)
            kept = self.__dict__["_longest_rule"] = (lookup, longest)
        return int(kept[1])

    def prediction_states(self: Any, tracker: Any, domain: Any, *args: Any, **kwargs: Any) -> Any:
        # A slot or a loop may have been set long ago.
        if not tracker.active_loop and not domain.form_names and not any(slot.has_features() for slot in domain.slots):
            events = tracker.applied_events()
            enough = longest_rule(self) + 1
            for place in range(len(events) - 1, 0, -1):
                if isinstance(events[place], ActionExecuted):
                    enough -= 1
                elif enough <= 0 and isinstance(events[place], UserUttered):
                    recent = tracker.init_copy()
                    for event in events[place:]:
                        recent.update(event)
                    # The first state does not know the action before it.
                    return original(self, recent, domain, *args, **kwargs)[1:]
        return original(self, tracker, domain, *args, **kwargs)

    return prediction_states


PATCH = Patch(
    "history",
    (
        Replacement(_TRACKER, "copy", "7d155a6c870a737b", _copied),
        Replacement(_TRACKER, "applied_events", "e00ddaefc15915be", _applied),
        Replacement("rasa.core.policies.rule_policy:RulePolicy", "_prediction_states", "0a0eaef18cd28a4e", _recent),
    ),
    (
        (_TRACKER, "__init__", "8d424aecbb063228"),
        (_TRACKER, "init_copy", "5be2ef789ecc7ecf"),
        (_TRACKER, "travel_back_in_time", "52569ebd74b77328"),
        (_TRACKER, "update", "76dd9da6c83ca4d3"),
        (_TRACKER, "_reset", "a5fdb9694fd2d41e"),
        (_TRACKER, "generate_all_prior_trackers", "91e311ce1bff035e"),
        ("rasa.core.policies.rule_policy:RulePolicy", "_find_action_from_rules", "a77245b5aae28ec3"),
        ("rasa.core.policies.rule_policy:RulePolicy", "_get_possible_keys", "2e1f2503cec2370d"),
        ("rasa.core.policies.rule_policy:RulePolicy", "_is_rule_applicable", "bcfd1178fabc6875"),
        ("rasa.shared.core.domain:Domain", "states_for_tracker_history", "5ec51a0ab4399653"),
        ("rasa.shared.core.domain:Domain", "get_active_state", "fe6a23404779af61"),
    ),
)

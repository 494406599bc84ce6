"""`rules`: a rule about another intent than the message's is not looked at.

Rasa tries every rule against every state of the conversation. Which can apply is known from the action before and the
intent in their latest state; those are then tried as Rasa does, as far back as they reach.
"""

from typing import Any

from server.fast.patch import Patch, Replacement

_POLICY = "rasa.core.policies.rule_policy:RulePolicy"


def _indexed(original: Any) -> Any:
    from rasa.shared.core.constants import PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
    from rasa.shared.nlu.constants import INTENT

    def index(self: Any, lookup: dict[str, str]) -> tuple[list[str], dict[str, list[str]], int]:
        """The rules that any message may go by, those by intent, and how far back the longest reaches."""
        always: list[str] = []
        by_intent: dict[str, list[str]] = {}
        longest = 0
        for key in lookup:
            states = self._rule_key_to_state(key)
            longest = max(longest, len(states))
            intent = states[-1].get(USER, {}).get(INTENT) if states and states[-1].get(PREVIOUS_ACTION) else None
            chosen = by_intent.setdefault(intent, []) if intent and intent != SHOULD_NOT_BE_SET else always
            chosen.append(key)
        return always, by_intent, longest

    def possible_keys(self: Any, lookup: dict[str, str], states: list[dict[str, Any]]) -> set[str]:
        latest = states[-1] if states else {}
        # While the model is trained, rules are taken out of the table.
        kept = self.__dict__.setdefault("_indexes", {}).get(id(lookup))
        if kept is None or kept[0] is not lookup or kept[1] != len(lookup):
            kept = self._indexes[id(lookup)] = (lookup, len(lookup), index(self, lookup))
        always, by_intent, longest = kept[2]
        if not latest.get(PREVIOUS_ACTION):  # the first rules of a conversation
            found: set[str] = original(self, lookup, states)
            return found
        keys = {*always, *by_intent.get(latest.get(USER, {}).get(INTENT), ())}
        for turn, state in enumerate(reversed(states[-longest:] if longest else [])):
            keys = {key for key in keys if self._is_rule_applicable(key, turn, state)}
        return keys

    return possible_keys


PATCH = Patch(
    "rules",
    (Replacement(_POLICY, "_get_possible_keys", "2e1f2503cec2370d", _indexed),),
    (
        (_POLICY, "_is_rule_applicable", "bcfd1178fabc6875"),
        (_POLICY, "_does_rule_match_state", "8bfe3abe04f783df"),
        (_POLICY, "_rule_key_to_state", "4950ac7976fc7b7c"),
    ),
)

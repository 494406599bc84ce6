"""What conversations held with the assistant amount to. Runs under every Python of the project."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.figures import share

# What says « I will not answer that »; a reply with one of these to a question that has an answer is wrongly refused.
REFUSING = frozenset({"out_of_scope", "not_in_policy", "unsupported_language"})
_SHOWN = 300  # characters of a reply in the list of what failed


@dataclass(frozen=True)
class Turn:
    """One turn as it went: what was said, what the case expects, what came back, and what that breaks.

    `broken` is everything that the reply breaks, `ungrounded` the part of it that no case has to ask for: what is cited
    stands in the policy, contacts are verbatim, the reply fits its schema.
    """

    said: str
    expected: Mapping[str, Any]
    status: str | None
    contacts: frozenset[str]
    text: str
    broken: Sequence[str]
    ungrounded: Sequence[str]

    @property
    def wrong_contacts(self) -> frozenset[str]:
        """The contacts shown that are not expected; none where the case expects nothing about contacts."""
        return self.contacts - set(self.expected["contacts"]) if "contacts" in self.expected else frozenset()

    @property
    def is_to_refuse(self) -> bool:
        """Is nothing but a refusal right?"""
        return bool(self.expected.get("status")) and set(self.expected["status"]) <= REFUSING

    @property
    def is_wrongly_refused(self) -> bool:
        """Was something refused that the case does not let be refused?"""
        return "status" in self.expected and self.status in REFUSING and self.status not in self.expected["status"]


@dataclass(frozen=True)
class Held:
    """One conversation as it went."""

    id: str
    file: str
    tags: tuple[str, ...]
    turns: Sequence[Turn]

    @property
    def is_right(self) -> bool:
        """Does no reply break anything?"""
        return not any(turn.broken for turn in self.turns)


def summary(held: Sequence[Held]) -> dict[str, Any]:
    """The figures of a set."""
    turns = [turn for one in held for turn in one.turns]
    to_refuse = [turn for turn in turns if turn.is_to_refuse]
    not_to_refuse = [turn for turn in turns if not turn.is_to_refuse]
    wrongly = [turn for turn in not_to_refuse if turn.is_wrongly_refused]
    return {
        "conversations": _share(held),
        "turns": share(sum(not turn.broken for turn in turns), len(turns)),
        "files": _by(held, lambda one: [one.file]),
        "tags": _by(held, lambda one: one.tags),
        "topics": _by_topic(turns),
        "refused": {
            "right": share(sum(turn.status in turn.expected["status"] for turn in to_refuse), len(to_refuse)),
            # Answered as if it were a question about the policy: the reply may be mistaken for an answer.
            "answered": sum(turn.status == "answered" for turn in to_refuse),
            "wrongly": share(len(wrongly), len(not_to_refuse)),
        },
        "wrong_contacts": sum(bool(turn.wrong_contacts) for turn in turns),
        "not_grounded": sum(bool(turn.ungrounded) for turn in turns),
        "failed": [one.id for one in held if not one.is_right],
    }


def failures(held: Iterable[Held]) -> str:
    """Every conversation that did not go as it must, with what was said and what came back."""
    lines: list[str] = []
    for one in held:
        if one.is_right:
            continue
        lines.append(f"{one.id}  [{', '.join(one.tags)}]")
        for turn in one.turns:
            lines.append(f"  {'✗' if turn.broken else '✓'} {turn.said}")
            if turn.broken:
                lines += [f"      {broken}" for broken in turn.broken]
                if turn.wrong_contacts:
                    lines.append(f"      WRONG CONTACT: {', '.join(sorted(turn.wrong_contacts))}")
                lines.append(f"      reply ({turn.status}): {turn.text[:_SHOWN]!r}")
        lines.append("")
    return "\n".join(lines)


def _share(held: Sequence[Held]) -> dict[str, Any]:
    return share(sum(one.is_right for one in held), len(held))


def _by(held: Iterable[Held], keys: Callable[[Held], Iterable[str]]) -> dict[str, dict[str, Any]]:
    found: dict[str, list[Held]] = defaultdict(list)
    for one in held:
        for key in keys(one):
            found[key].append(one)
    return {key: _share(found[key]) for key in sorted(found)}


def _by_topic(turns: Iterable[Turn]) -> dict[str, dict[str, Any]]:
    """The turns by the topic that they ask about; where several would be right, by the first that the case names."""
    found: dict[str, list[Turn]] = defaultdict(list)
    for turn in turns:
        if turn.expected.get("topic"):
            found[turn.expected["topic"][0]].append(turn)
    return {topic: share(sum(not turn.broken for turn in found[topic]), len(found[topic])) for topic in sorted(found)}

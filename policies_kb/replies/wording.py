"""Sentences of `phrases.yml`, filled in, for the door that they are said through."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from policies_kb.base import KnowledgeBase, Policy
from policies_kb.replies.conversation import IVR


class Wording:
    """The phrases of a base as one door says them: on the telephone the `voice` of a phrase replaces its `text`."""

    def __init__(self, base: KnowledgeBase, door: str) -> None:
        self.base = base
        self.spoken = door == IVR

    def say(self, key: str, **values: str) -> str:
        """Return a phrase filled in. Raises KeyError for an unknown phrase or a value that is missing."""
        phrase = self.base.phrases[key]
        sentence: str = phrase["voice"] if self.spoken and "voice" in phrase else phrase["text"]
        return sentence.format(**values) if values else sentence

    def buttons(self, key: str) -> list[dict[str, str]]:
        """Return the choices that a phrase offers."""
        return [dict(button) for button in self.base.phrases[key]["buttons"]]

    def button(self, key: str) -> dict[str, str]:
        """Return a phrase that is a choice in itself."""
        phrase = self.base.phrases[key]
        return {"title": phrase["title"], "payload": phrase["payload"]}

    def topic_button(self, topic: str) -> dict[str, str]:
        """Return the choice of a topic."""
        return {"title": self.base.labels[topic].label, "payload": f"/{topic}"}

    def topics(self, topics: tuple[str, ...], last: str = "and") -> str:
        """Name topics inside a sentence: « vos droits et la durée de conservation », or « ... ou ... »."""
        return self._listed([self.base.labels[topic].phrase for topic in topics], last)

    def offers(self, offers: Sequence[str]) -> dict[str, str]:
        """The values that name offers, as `labels` and, inside a sentence, as `phrases`."""
        named = [self.base.labels[f"offer.{offer}"] for offer in offers]
        return {
            "labels": ", ".join(name.label for name in named),
            "phrases": self._listed([name.phrase for name in named], "or"),
        }

    def operators(self, country: str | None) -> dict[str, str]:
        """The value that names whom the assistant answers for: a country's operator, or all when it is not known."""
        countries = [country] if country in self.base.policies else list(self.base.policies)
        return {"operators": self._listed([self.base.labels[f"country.{of}"].phrase for of in countries], "and")}

    def _listed(self, names: Sequence[str], last: str) -> str:
        joint: str = self.base.phrases["lists"][last]
        return joint.join(name for name in (", ".join(names[:-1]), names[-1]) if name)

    def policy(self, country: str) -> str:
        """Name the policy of a country."""
        name: str = self.base.phrases[f"policy.{country}"]["name"]
        return name

    def date(self, day: datetime.date) -> str:
        """Write a date in full, as French does (« 1er mai 2021 »)."""
        month = self.base.phrases["months"]["names"][day.month - 1]
        return f"{'1er' if day.day == 1 else day.day} {month} {day.year}"

    def dated(self, policy: Policy) -> dict[str, str]:
        """The values that name a policy with its date."""
        return {"policy": self.policy(policy.country), "date": self.date(policy.updated)}


def policy_payload(policy: Policy | None) -> Mapping[str, Any] | None:
    """The `policy` of a reply's `custom`."""
    if policy is None:
        return None
    return {"id": policy.id, "title": policy.title, "updated": policy.updated.isoformat(), "sha256": policy.sha256}

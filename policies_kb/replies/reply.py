"""A reply under construction, and the payload that it ends in (`contract/reply.schema.json`)."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from policies_kb.base import Contact, Excerpt, Letter, Notice, Policy
from policies_kb.replies.account import BOTH, ELSEWHERE, Account
from policies_kb.replies.wording import policy_payload

MOST_TOPICS = 3


class Status(enum.Enum):
    """What a reply is, by the contract's names."""

    ANSWERED = "answered"
    NOT_IN_POLICY = "not_in_policy"
    CLARIFY = "clarify"
    EXCERPT = "excerpt"
    OUT_OF_SCOPE = "out_of_scope"
    HANDOFF = "handoff"
    UNSUPPORTED_LANGUAGE = "unsupported_language"
    SMALLTALK = "smalltalk"


@dataclass
class Reply:
    """What is said (`parts`, a paragraph each), offered (`buttons`) and cited in reply to one message.

    `asks` names the question that the reply ends with, `unsure` says that the message was not understood: both are
    read back from the conversation when the next message comes. `pending` are the topics that a missing country or
    offer keeps waiting.
    """

    status: Status
    parts: list[str] = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)
    topics: tuple[str, ...] = ()
    policy: Policy | None = None
    excerpts: list[Excerpt] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    asks: str | None = None
    unsure: bool = False
    pending: tuple[str, ...] = ()
    confidence: float | None = None

    def cite(self, excerpts: Iterable[Excerpt]) -> list[Excerpt]:
        """Add excerpts that are not yet cited, nor part of one that is; return those added."""
        added = []
        for excerpt in excerpts:
            if not any(_covers(cited, excerpt) for cited in self.excerpts):
                self.excerpts.append(excerpt)
                added.append(excerpt)
        return added

    def text(self, spoken: bool) -> str:
        """The whole reply as one text: paragraphs to read, or sentences to hear."""
        return (" " if spoken else "\n\n").join(part.strip() for part in self.parts if part.strip())

    def custom(self, account: Account) -> dict[str, Any]:
        """The `custom` payload."""
        return {
            "status": self.status.value,
            "topics": list(self.topics[:MOST_TOPICS]),
            "country": None if account.country in (BOTH, ELSEWHERE) else account.country,
            "offer": account.offers[0] if len(account.offers) == 1 else None,
            "offers": list(account.offers),
            "policy": policy_payload(self.policy),
            "contacts": [{"id": contact.id, "kind": contact.kind, "text": contact.text} for contact in self.contacts],
            "sources": [
                {"policy": excerpt.policy, "section": excerpt.section, "excerpt": excerpt.text}
                for excerpt in self.excerpts
            ],
            "notices": [
                {
                    "id": notice.id,
                    "text": notice.text,
                    "source": notice.source,
                    "checked_on": notice.checked_on.isoformat(),
                }
                for notice in self.notices
            ],
            "letters": [
                {
                    "right": letter.right,
                    "title": letter.title,
                    "pdf": f"{letter.path}.pdf",
                    "text": f"{letter.path}.txt",
                }
                for letter in self.letters
            ],
            "confidence": self.confidence,
            "asks": self.asks,
            "unsure": self.unsure,
            "pending": list(self.pending or self.topics)[:MOST_TOPICS],
        }


def _covers(cited: Excerpt, excerpt: Excerpt) -> bool:
    return cited.policy == excerpt.policy and cited.start <= excerpt.start and excerpt.end <= cited.end

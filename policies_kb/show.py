"""A card, its excerpts and its contacts as a person reads them in a terminal."""

from collections.abc import Iterator
from datetime import date

from policies_kb.base import ANY_OFFER, Excerpt, KnowledgeBase

_INDENT = "    "


def show(base: KnowledgeBase, topic: str, country: str, on: date) -> str:
    """The card of a topic in a country with all that goes with it. Raises KeyError when there is none."""
    return "\n".join(_lines(base, topic, country, on))


def _lines(base: KnowledgeBase, topic: str, country: str, on: date) -> Iterator[str]:
    card, policy = base.card(topic, country), base.policies[country]
    yield f"{topic} ({country}, {card.coverage}) - {policy.title}, {policy.updated}"
    yield f"lead:     {card.lead}"
    if card.not_said is not None:
        yield f"not said: {card.not_said}"
    yield f"voice:    {card.voice}"
    for excerpt in card.excerpts:
        yield from _excerpt(excerpt)
    for contact in base.contacts.values():
        if contact.country == country and topic in contact.topics:
            offers = ", ".join(contact.excerpts)
            yield f"contact {contact.id}{'' if offers == ANY_OFFER else f' ({offers})'}: {contact.text}"
    for notice in base.notices(topic, country, on):
        yield f"notice {notice.id}, checked {notice.checked_on}, good until {notice.expires_on}: {notice.text}"
    yield f"next:     {', '.join(card.next)}"


def _excerpt(excerpt: Excerpt) -> Iterator[str]:
    yield f"{excerpt.section} [{excerpt.start}:{excerpt.end}]"
    yield from (_INDENT + line for line in excerpt.text.splitlines())

"""Checks on cards: is there one for every topic and policy, does it cite what it may, is it written as it must be?"""

import re
from collections.abc import Iterator

from policies_kb.agreed import FULL
from policies_kb.check_contacts import shows_contacts
from policies_kb.content import CardText, Content
from policies_kb.findings import Finding, shown
from policies_kb.quantities import MONTHS

_SENTENCE_END = re.compile(r"[.?!…](?:\s*»)?\s+(?=[A-ZÀÂÇÉÈÊÎÔÛŒ«])")
# Contract, rule 2: a policy's silence is never told as the absence of a right.
_NO_RIGHT = re.compile(r"\bn'(?:avez|as|a)\s+(?:pas\s+(?:le\s+|de\s+)?|aucun\s+)droit\b", re.IGNORECASE)
_NEGATION = re.compile(r"\b(?:ne\b|n['’])", re.IGNORECASE)
LEAD_SENTENCES, VOICE_SENTENCES = 2, 3
_FOLLOW_UPS = range(2, 4)


def sentences(text: str) -> int:
    """How many sentences a text has."""
    return len(_SENTENCE_END.split(text.strip()))


def in_words(content: Content, country: str) -> str:
    """The date of a policy as French text has it: « 6 mai 2021 »."""
    day = content.sources[country].updated
    # French months as printed; the list for recognising them has no accents.
    month = {"fevrier": "février", "aout": "août", "decembre": "décembre"}.get(MONTHS[day.month - 1])
    return f"{'1er' if day.day == 1 else day.day} {month or MONTHS[day.month - 1]} {day.year}"


def check_complete(content: Content) -> Iterator[Finding]:
    """One card a topic and policy, under its own name."""
    written = {(card.topic, card.country) for card in content.cards}
    for topic in content.contract.coverage:
        for country in content.sources:
            if (topic, country) not in written:
                yield Finding(
                    f"cards/{country}/{topic}.yml",
                    "there is no card",
                    "write it, or say that the policy does not speak of it (not_said)",
                )
    for card in content.cards:
        name = f"cards/{card.country}/{card.topic}.yml"
        if card.topic not in content.contract.coverage:
            yield Finding(card.file, f"{card.topic} is no topic", "use the ids of contract/topics.yml")
        elif card.file != name:
            yield Finding(card.file, f"it is the card of {card.topic}", f"name the file {name}")
        if card.policy != content.sources[card.country].id:
            yield Finding(
                card.file,
                f"policy {card.policy} is not that of {card.country}",
                f"write {content.sources[card.country].id}",
            )


def check_citations(content: Content) -> Iterator[Finding]:
    """A card cites only passages mapped to its topic, and no passage that would show a contact by another way."""
    for card in content.cards:
        mapped = content.coverage[card.country]
        cited = [passage.id for run in card.runs for passage in run.passages]
        for name in sorted({name for name in cited if cited.count(name) > 1}):
            yield Finding(card.file, f"passages: {name} is cited twice", "cite it once")
        for run in card.runs:
            for passage in run.passages:
                topics = mapped[passage.id].topics if passage.id in mapped else ()
                if card.topic not in topics:
                    yield Finding(
                        card.file,
                        f"passages: {passage.id} {shown(passage.text)} is not mapped to {card.topic}",
                        f"map it in coverage/{card.country}.yml or do not cite it",
                    )
                if not _may_show(content, card, passage.text):
                    yield Finding(
                        card.file,
                        f"passages: {passage.id} holds a contact that {card.topic} does not show",
                        "leave the passage to the contact",
                    )


def _may_show(content: Content, card: CardText, text: str) -> bool:
    """Whether a card may cite a text: a contact in it must be one that the topic shows whatever the offer is."""
    held = [
        contact
        for contact in content.contract.contacts.values()
        if contact.country == card.country and contact.text in text
    ]
    return all(
        not contact.offers
        and (card.topic == "bloctel" if contact.id.startswith("bloctel.") else shows_contacts(card.topic))
        for contact in held
    )


def check_form(content: Content) -> Iterator[Finding]:
    """Length, the statement of silence, what comes next, and the lead that an outside notice corrects."""
    for card in content.cards:
        coverage = content.contract.coverage.get(card.topic, {}).get(card.country)
        if sentences(card.lead) > LEAD_SENTENCES:
            yield Finding(card.file, f"lead has {sentences(card.lead)} sentences", f"keep {LEAD_SENTENCES}")
        if coverage == FULL and card.not_said is not None:
            yield Finding(
                card.file, "not_said, though the contract says that the policy answers the topic in full", "take it out"
            )
        if coverage not in (None, FULL) and card.not_said is None:
            yield Finding(
                card.file, f"no not_said, though the contract says {coverage}", "say what the policy does not say"
            )
        if card.not_said is not None and not _NEGATION.search(card.not_said):
            yield Finding(card.file, "not_said denies nothing", "write « La politique n'indique pas ... »")
        for name, text in (("lead", card.lead), ("not_said", card.not_said or ""), ("voice", card.voice)):
            if _NO_RIGHT.search(text):
                yield Finding(card.file, f"{name} denies a right", "say that the policy does not speak of it")
        if len(card.next) not in _FOLLOW_UPS:
            yield Finding(card.file, f"next offers {len(card.next)} topics", "offer 2 or 3")
        for topic in card.next:
            if topic == card.topic or topic not in content.contract.coverage:
                yield Finding(card.file, f"next: {topic} is no other topic", "use the ids of contract/topics.yml")
        if any(
            notice.before_contacts and (notice.topic, notice.country) == (card.topic, card.country)
            for notice in content.notices
        ):
            opening = f"Selon la politique du {in_words(content, card.country)}"
            if not card.lead.startswith(opening):
                yield Finding(
                    card.file, "lead states as current what a notice says is superseded", f"begin with « {opening} »"
                )

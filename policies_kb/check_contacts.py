"""Checks on contacts: a wrong address is the worst fault there is, so each is held against two texts."""

import re
from collections.abc import Iterator

from policies_kb.agreed import SILENT, AgreedContact
from policies_kb.base import ANY_OFFER
from policies_kb.content import ContactText, Content
from policies_kb.findings import Finding, shown

# The contract's rule 3: on these topics a reply shows the contacts of the country and offer, bloctel its own two.
_BLOCTEL = "bloctel"


def shows_contacts(topic: str) -> bool:
    """Whether the contract has the contacts for rights requests shown on a topic."""
    return topic in ("exercise", "rights", "dpo") or topic.startswith("rights.")


def check_contacts(content: Content) -> Iterator[Finding]:
    """Every contact of the contract is there, as the contract and its passage have it, for its offers and topics."""
    written = {contact.id: contact for contact in content.contacts}
    for name, agreed in content.contract.contacts.items():
        if name not in written:
            yield Finding("contacts.yml", f"{name} is missing", "add it as contract/topics.yml has it")
            continue
        file = f"contacts.yml, {name}"
        for wrong, remedy in (
            *_differences(written[name], agreed),
            *_passages(written[name]),
            *_topics(content, written[name]),
        ):
            yield Finding(file, wrong, remedy)
    for contact in content.contacts:
        if contact.id not in content.contract.contacts:
            yield Finding(f"contacts.yml, {contact.id}", "the contract has no such contact", "take it out")
    for name in sorted(
        {contact.id for contact in content.contacts if [other.id for other in content.contacts].count(contact.id) > 1}
    ):
        yield Finding("contacts.yml", f"{name} stands twice", "keep one")


def _differences(contact: ContactText, agreed: AgreedContact) -> Iterator[tuple[str, str]]:
    for field in ("kind", "country", "text"):
        if getattr(contact, field) != getattr(agreed, field):
            yield (
                f"{field} {shown(getattr(contact, field), 120)} is not the contract's",
                f"write {shown(getattr(agreed, field), 120)}",
            )
    offers = agreed.offers or {ANY_OFFER}
    if set(contact.runs) != offers:
        yield f"is given for {', '.join(sorted(contact.runs))}", f"give it for {', '.join(sorted(offers))}"


def _passages(contact: ContactText) -> Iterator[tuple[str, str]]:
    for offer, run in contact.runs.items():
        if contact.text not in run.text:
            yield (
                f"text {shown(contact.text, 120)} is not verbatim in {run.reference}, given for {offer}",
                f"the passage says {shown(run.text, 200)}",
            )
    if re.sub(r"\D", "", contact.voice) != re.sub(r"\D", "", contact.text):
        yield "voice has not the digits of text", "keep every digit, in its order"


def _topics(content: Content, contact: ContactText) -> Iterator[tuple[str, str]]:
    coverage = content.contract.coverage
    if contact.id.startswith(f"{_BLOCTEL}."):
        allowed = wanted = {_BLOCTEL}
    else:
        allowed = {topic for topic in coverage if shows_contacts(topic)}
        # A reply that says « la politique n'en parle pas » shows no contact, so there the list decides nothing.
        wanted = {topic for topic in allowed if coverage[topic].get(contact.country) != SILENT}
    for topic in sorted(set(contact.topics) - allowed):
        yield f"topic {topic} shows no such contact", "take it out of topics (contract, rule 3)"
    for topic in sorted(wanted - set(contact.topics)):
        yield f"topic {topic} is missing", "add it to topics (contract, rule 3)"

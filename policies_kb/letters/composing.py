"""From the content to the letters: one for each country, offer (where it decides the address) and right.

No letter where the policy is silent on the right, and none to a contact that is no postal address.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from policies_kb.agreed import SILENT
from policies_kb.base import ANY_OFFER
from policies_kb.check_cards import in_words
from policies_kb.content import ContactText, Content
from policies_kb.letters.written import ADDRESS, DELAY, DOCUMENT, Blank, LettersText, PolicyText, RightText
from policies_kb.references import Run
from policies_kb.source import Source

FOLDER = "/courriers"
_COMMA = ", "


@dataclass(frozen=True)
class Step:
    """One piece of advice with the policy's words that go with it, and the labels of what is noted in it.

    `only` is pdf or text for a step that stands in that form of the letter alone.
    """

    text: str
    quotation: str | None
    blanks: tuple[str, ...]
    only: str | None


@dataclass(frozen=True)
class Advice:
    """The page for the person; `not_said` is what the policy leaves open about the right."""

    title: str
    opening: str
    steps: tuple[Step, ...]
    not_said: str | None
    source: str


@dataclass(frozen=True)
class Letter:
    """A letter, ready to be set. `offer` is None where it decides nothing; `updated` is the policy's year, month, day.

    `path` is where it is served, without an extension. `passage`, `delay_passage` and the address are the policy's
    words, character by character.
    """

    country: str
    offer: str | None
    right: str
    contact: str
    path: str
    title: str
    updated: tuple[int, int, int]
    sender: tuple[Blank, ...]
    address: tuple[str, ...]
    place: str
    date: str
    subject: str
    offer_line: str | None
    greeting: str
    basis: str
    passage: str
    body: tuple[str | Blank, ...]
    delay: str
    delay_passage: str
    thanks: str
    closing: str
    signature: str
    enclosure: str
    advice: Advice


def address_lines(text: str) -> tuple[str, ...]:
    """An address as the policy writes it, broken at its commas: joined again by them it is the same text."""
    return tuple(text.split(_COMMA))


def letters(content: Content) -> Iterator[Letter]:
    """Every letter of the content, by country, offer and right in their written order."""
    written = content.letters
    if written is None:
        return
    for contact in content.contacts:
        if contact.kind != "postal" or contact.country not in written.policies:
            continue
        for offer in contact.runs:
            for (right, country), text in written.rights.items():
                covered = content.contract.coverage.get(right, {}).get(country, SILENT) != SILENT
                known = offer == ANY_OFFER or offer in written.offers
                if country == contact.country and right in contact.topics and covered and known:
                    yield _letter(content, written, contact, offer, right, text)


def _letter(
    content: Content, written: LettersText, contact: ContactText, offer: str, right: str, text: RightText
) -> Letter:
    source, policy, texts = content.sources[contact.country], written.policies[contact.country], written.texts
    named = {"title": source.title, "date": in_words(content, source.country)}
    of = None if offer == ANY_OFFER else written.offers[offer]
    operator = _phrase(content, f"country.{source.country}")
    return Letter(
        country=source.country,
        offer=None if of is None else offer,
        right=right,
        contact=contact.id,
        path="/".join((FOLDER, source.country, *(() if of is None else (of.slug,)), text.slug)),
        title=texts["title"].format(
            right=_phrase(content, right), where=operator if of is None else f"{operator}, {of.named}"
        ),
        updated=(source.updated.year, source.updated.month, source.updated.day),
        sender=written.sender,
        address=address_lines(contact.text),
        place=texts["place"],
        date=texts["date"],
        subject=texts["subject"].format(right=text.subject),
        offer_line=None if of is None else texts["offer"].format(offer=of.named),
        greeting=texts["greeting"],
        basis=policy.named.format(**named),
        passage=text.run.text,
        body=text.body,
        delay=texts["delay"],
        delay_passage=policy.delay.text,
        thanks=texts["thanks"],
        closing=texts["closing"],
        signature=texts["signature"],
        enclosure=texts["enclosure"].format(document=document(policy)),
        advice=_advice(content, written, contact, offer, right, source),
    )


def document(policy: PolicyText) -> str:
    """The document to enclose, in the policy's words: its passage from the document's name to the full stop."""
    return _from(policy.enclosed, policy.document.text).rstrip(".")


def assignment(policy: PolicyText, run: Run) -> str:
    """The words of a passage by which the policy assigns an address: Mali's begins with its telephone number."""
    return _from(policy.assigned, run.text)


def _from(first: str, text: str) -> str:
    """A text from its first words named on; the whole of it when it does not hold them, which `check` reports."""
    return text[max(0, text.find(first)) :]


def _advice(
    content: Content, written: LettersText, contact: ContactText, offer: str, right: str, source: Source
) -> Advice:
    policy, advice = written.policies[source.country], written.advice
    quotable = {
        DOCUMENT: policy.document.text,
        ADDRESS: assignment(policy, contact.runs[offer]),
        DELAY: policy.delay.text,
        None: None,
    }
    card = next((card for card in content.cards if (card.topic, card.country) == (right, source.country)), None)
    return Advice(
        title=advice.title,
        opening=advice.opening,
        steps=tuple(Step(step.text, quotable.get(step.quotes), step.blanks, step.only) for step in advice.steps),
        not_said=card.not_said if card else None,
        source=advice.source.format(title=source.title, date=in_words(content, source.country)),
    )


def _phrase(content: Content, key: str) -> str:
    """How a topic or country is named inside a sentence; its id where it has no label, which `check` reports."""
    return content.labels.get(key, (key, key))[1]

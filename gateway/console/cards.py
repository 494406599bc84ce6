"""A card: what the policy says on a topic for this line, what to read aloud, whom to write to, and the other country.

Which contact, question, notice or formality goes with it is what the chat's reply to the same topic and line holds. A
passage that holds a contact which is not decided for this line is not in the card at all.
"""

import datetime
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from gateway.console.lines import Line, account_for, known
from gateway.console.sides import Spans, compare
from gateway.console.spoken import grouped
from policies_kb.base import Card, Contact, Excerpt, KnowledgeBase, Letter
from policies_kb.replies.account import CARAIBE, Account
from policies_kb.replies.answer import answer, ask_country
from policies_kb.replies.contact_block import add_contacts
from policies_kb.replies.conversation import AGENT, IVR
from policies_kb.replies.reply import Reply, Status
from policies_kb.replies.wording import Wording, policy_payload

_FORMALITIES = ("exercise.identity_proof", "exercise.deadline")
_BLOCTEL = "bloctel"
_SILENT = "silent"
_SHORT_DIGEST = 12  # hexadecimal digits: enough to tell the versions of a card apart


def card(base: KnowledgeBase, topic: str, line: Line, today: datetime.date) -> dict[str, Any]:
    """The card of a topic for a line. Raises KeyError for a topic that the base does not hold.

    Without a country it holds both sides, the question that decides, and no contact.
    """
    account = account_for(line)
    wording = Wording(base, AGENT)
    countries = sorted(base.policies, key=lambda country: country != account.country)
    if account.country not in base.policies:
        reply = ask_country((topic,), account, wording)
        decided: list[Contact] = []
    else:
        reply = answer((topic,), account, wording, today)
        decided = _decided(base, account)
    cards = [base.card(topic, country) for country in countries]
    return {
        "topic": topic,
        "title": base.labels[topic].label,
        "status": reply.status.value,
        "line": known(account).model_dump(),
        "sides": _sides(base, cards, decided),
        "script": _script(base, topic, account, today) if reply.status is not Status.CLARIFY else None,
        "contacts": [_contact(contact, account, wording) for contact in reply.contacts],
        "remarks": _remarks(reply, (topic,), account, wording),
        "formalities": _formalities(reply, topic, account, base),
        "notices": [
            {
                "id": notice.id,
                "text": notice.text,
                "source": notice.source,
                "checked_on": notice.checked_on.isoformat(),
                "before_contacts": notice.before_contacts,
            }
            for notice in reply.notices
        ],
        "letters": [
            {"title": letter.title, "pdf": f"{letter.path}.pdf", "text": f"{letter.path}.txt"}
            for letter in _letters(base, topic, account, reply.contacts)
        ],
        "question": _question(reply),
        "next": [{"topic": following, "title": base.labels[following].label} for following in cards[0].next],
    }


def decided_contacts(base: KnowledgeBase, account: Account) -> list[Contact]:
    """Every contact of the base that country and offer of this account decide."""
    return _decided(base, account) if account.country in base.policies else []


def holds_any(excerpt: Excerpt, contacts: Iterable[Contact]) -> bool:
    """Whether a passage holds one of the contacts."""
    words = " ".join(excerpt.text.split())
    return any(contact.text in words for contact in contacts)


def version(held: Card) -> str:
    """A short digest of what a card says: another text, another version."""
    said = [held.lead, held.not_said, held.voice, [excerpt.text for excerpt in held.excerpts]]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:_SHORT_DIGEST]


def _decided(base: KnowledgeBase, account: Account) -> list[Contact]:
    wording = Wording(base, AGENT)
    reply = Reply(Status.ANSWERED)
    add_contacts(reply, ("exercise",), account, wording)
    # The contacts of Bloctel hang on the country alone.
    of_country = [found for found in base.contacts.values() if found.country == account.country]
    return reply.contacts + [found for found in of_country if _BLOCTEL in found.topics]


def _sides(base: KnowledgeBase, cards: list[Card], decided: list[Contact]) -> list[dict[str, Any]]:
    """Both countries' words, marked against each other; a passage that is withheld has no words."""
    withheld = [contact for contact in base.contacts.values() if contact not in decided]
    shown = [[None if holds_any(excerpt, withheld) else excerpt for excerpt in held.excerpts] for held in cards]
    texts = [tuple(excerpt.text for excerpt in side if excerpt) for side in shown]
    marked = compare(*texts)
    return [_side(base, held, side, iter(spans)) for held, side, spans in zip(cards, shown, marked, strict=True)]


def _side(base: KnowledgeBase, held: Card, shown: list[Excerpt | None], spans: Iterator[Spans]) -> dict[str, Any]:
    policy = base.policies[held.country]
    passages = []
    for excerpt, visible in zip(held.excerpts, shown, strict=True):
        pieces = next(spans) if visible else ()
        passages.append(
            {
                "section": excerpt.section,
                "excerpt": visible.text if visible else None,
                "spans": [{"text": piece.text, "same": piece.same} for piece in pieces],
            }
        )
    return {
        "country": held.country,
        "name": base.labels[f"country.{held.country}"].phrase,
        "coverage": held.coverage,
        "lead": held.lead,
        "not_said": held.not_said,
        "passages": passages,
        "policy": policy_payload(policy),
        "version": version(held),
    }


def _script(base: KnowledgeBase, topic: str, account: Account, today: datetime.date) -> str:
    spoken = Wording(base, IVR)
    reply = answer((topic,), account, spoken, today)
    said = reply.text(spoken.spoken)
    for contact in reply.contacts:
        said = said.replace(contact.voice, grouped(contact.voice))
    return said


def _contact(contact: Contact, account: Account, wording: Wording) -> dict[str, Any]:
    offers = [offer for offer in account.addressed if offer in contact.excerpts]
    passages = {excerpt.text: excerpt for excerpt in (contact.excerpts[offer] for offer in offers)}
    return {
        "id": contact.id,
        "kind": contact.kind,
        "text": contact.text,
        "spoken": grouped(contact.voice),
        "offers": wording.offers(offers)["labels"] if offers else "",
        "passages": [{"section": found.section, "excerpt": found.text} for found in passages.values()],
    }


def _remarks(reply: Reply, topics: tuple[str, ...], account: Account, wording: Wording) -> list[str]:
    """What the reply says about its contacts: why there is none, or what they do not cover."""
    if account.country != CARAIBE or reply.status is not Status.ANSWERED:
        return []
    alone = Reply(Status.ANSWERED)
    add_contacts(alone, topics, account, wording)
    quoted = {wording.say("excerpt", excerpt=found.text, section=found.section) for found in alone.excerpts}
    about = alone.parts[1:] if alone.contacts else alone.parts
    return [part for part in about if part not in quoted and part in reply.parts]


def _formalities(reply: Reply, topic: str, account: Account, base: KnowledgeBase) -> list[dict[str, Any]]:
    """What goes with a request, where the reply says it."""
    if not reply.contacts:
        return []
    country = account.country or ""
    cards = [base.card(formality, country) for formality in _FORMALITIES if formality != topic]
    return [
        {
            "topic": held.topic,
            "title": base.labels[held.topic].label,
            "lead": held.lead,
            "passages": [{"section": found.section, "excerpt": found.text} for found in held.excerpts],
        }
        for held in cards
        if all(_is_cited(excerpt, reply.excerpts) for excerpt in held.excerpts)
    ]


def _is_cited(excerpt: Excerpt, among: Collection[Excerpt]) -> bool:
    return any(
        (cited.policy == excerpt.policy) and cited.start <= excerpt.start and excerpt.end <= cited.end
        for cited in among
    )


def _letters(base: KnowledgeBase, topic: str, account: Account, contacts: list[Contact]) -> Iterable[Letter]:
    """The letters on this right to the addresses that are decided."""
    country = account.country or ""
    sent_to = {contact.id for contact in contacts}
    offers = account.addressed if country == CARAIBE else (None,)
    found = dict.fromkeys(base.letter(topic, country, offer) for offer in offers)
    return [letter for letter in found if letter is not None and letter.contact in sent_to]


def _question(reply: Reply) -> dict[str, Any] | None:
    """The question that decides the address, as the last part of the reply, with what each answer says."""
    if reply.asks is None:
        return None
    return {
        "asks": reply.asks,
        "text": reply.parts[-1],
        "choices": [{"title": button["title"], "says": _says(button["payload"])} for button in reply.buttons],
    }


def _says(payload: str) -> dict[str, list[str]]:
    """What a button's payload (« /inform{...} ») says: values by kind of entity."""
    said: dict[str, str | list[str]] = json.loads(payload[payload.index("{") :])
    return {kind: [values] if isinstance(values, str) else values for kind, values in said.items()}

"""Whom to write to or call: the part of a reply where a fault would send identity papers to the wrong place.

A contact is shown only when country and offer decide it. Everything here is a look-up in the base; nothing guesses.
"""

from collections.abc import Sequence

from policies_kb.base import Contact
from policies_kb.replies.account import CARAIBE, Account, Need
from policies_kb.replies.reply import Reply
from policies_kb.replies.wording import Wording

_DPO = "dpo"
_RIGHTS = "rights"
_EXERCISE = "exercise"
_BLOCTEL_CONTACTS = ("bloctel.web", "bloctel.post")
_REFUSALS = {Need.NO_ADDRESS: "no_address", Need.UNKNOWN_OFFER: "unknown_offer"}


def shows_contacts(topic: str) -> bool:
    """Say whether answers on a topic end with the contacts for exercising rights (contract, rule 3)."""
    return topic in (_EXERCISE, _RIGHTS, _DPO) or topic.startswith(f"{_RIGHTS}.")


def add_bloctel_contacts(reply: Reply, wording: Wording) -> None:
    """Add the site and the address that the policy of Orange Caraïbe gives for Bloctel."""
    contacts = [wording.base.contacts[contact] for contact in _BLOCTEL_CONTACTS]
    _add(
        reply,
        contacts,
        wording.say("contact.bloctel"),
        [_spoken_or_written(contact, wording) for contact in contacts],
        wording,
    )


def add_contacts(reply: Reply, topics: tuple[str, ...], account: Account, wording: Wording) -> None:
    """Add the contacts for exercising rights or reaching the data protection officer, where they are decided.

    Where no answer could decide them the reply says so; where an answer could, it is asked for elsewhere.
    """
    if account.country != CARAIBE:
        contacts = list(wording.base.contact_for(account.country or "", None))
        lines = [_spoken_or_written(contact, wording) for contact in contacts]
        if wording.spoken:  # the caller is on the phone channel already
            lines = [contact.voice for contact in contacts if contact.kind != "phone"]
        _add(reply, contacts, wording.say("contact.exercise.choice"), lines, wording)
        _add_letters(reply, topics, account.country or "", [None], wording)
        return
    if account.need in _REFUSALS:
        reply.parts.append(wording.say(_REFUSALS[account.need]))
        return
    if account.need is not Need.NOTHING:
        return
    by_offer = {offer: wording.base.contact_for(CARAIBE, offer)[0] for offer in account.addressed}
    offers_of: dict[str, list[str]] = {}
    for offer, contact in by_offer.items():
        offers_of.setdefault(contact.id, []).append(offer)
    contacts = [wording.base.contacts[contact] for contact in offers_of]
    if len(contacts) == 1:
        lines = [_spoken_or_written(contacts[0], wording)]
    else:
        lines = [
            wording.say(
                "contact.for_offer",
                contact=_spoken_or_written(contact, wording),
                **wording.offers(offers_of[contact.id]),
            )
            for contact in contacts
        ]
    opening = "contact.dpo" if topics == (_DPO,) else "contact.exercise"
    _add(reply, contacts, wording.say(opening if len(contacts) == 1 else f"{opening}.by_offer"), lines, wording)
    _cite_assignments(reply, by_offer, wording)
    _add_remarks(reply, account, wording)
    _add_letters(reply, topics, CARAIBE, [of[0] for of in offers_of.values()], wording)


def _add_remarks(reply: Reply, account: Account, wording: Wording) -> None:
    """Say what the addresses above do not cover."""
    if {"internet", "mobile"} <= set(account.offers):
        reply.parts.append(wording.say("contact.open_alone"))
    if account.addressed != account.offers:
        reply.parts.append(wording.say("contact.only_mobile"))
    if account.relation == "former":
        reply.parts.append(wording.say("contact.former"))


def _add_letters(
    reply: Reply, topics: tuple[str, ...], country: str, offers: Sequence[str | None], wording: Wording
) -> None:
    """Offer the letters on these rights, one for each address: the offers are the first asked about of each.

    A letter has no place on the telephone.
    """
    if wording.spoken:
        return
    found = [wording.base.letter(topic, country, offer) for topic in topics for offer in offers]
    reply.letters += [letter for letter in found if letter is not None]


def _cite_assignments(reply: Reply, by_offer: dict[str, Contact], wording: Wording) -> None:
    """Cite, and to be read write out, the sentences by which the policy assigns an address to an offer."""
    added = reply.cite(contact.excerpts[offer] for offer, contact in by_offer.items())
    if not wording.spoken:
        reply.parts += [wording.say("excerpt", excerpt=excerpt.text, section=excerpt.section) for excerpt in added]


def _spoken_or_written(contact: Contact, wording: Wording) -> str:
    return contact.voice if wording.spoken else contact.text


def _add(reply: Reply, contacts: list[Contact], opening: str, lines: list[str], wording: Wording) -> None:
    reply.contacts += contacts
    if wording.spoken:
        reply.parts.append(f"{opening} {wording.say('contact.or').join(lines)}.")
    else:
        reply.parts.append("\n".join([opening, *(f"- {line}" for line in lines)]))

"""The answer to topics in a country whose policy is known."""

import datetime
from collections.abc import Iterable

from policies_kb.base import Card, Excerpt, Notice, Policy
from policies_kb.replies.account import BOTH, CARAIBE, Account, Need
from policies_kb.replies.contact_block import add_bloctel_contacts, add_contacts, shows_contacts
from policies_kb.replies.reply import MOST_TOPICS, Reply, Status
from policies_kb.replies.wording import Wording

_BLOCTEL = "bloctel"
_SILENT = "silent"
_NAME = "Orange"


def answer(topics: tuple[str, ...], account: Account, wording: Wording, today: datetime.date) -> Reply:
    """Answer topics from the policy of the account's country, or from both when both were asked about.

    `today` decides which notices still hold. A topic on which the policy is silent is answered by saying so.
    """
    topics = topics[:MOST_TOPICS]
    base = wording.base
    countries = tuple(base.policies) if account.country == BOTH else (account.country or "",)
    cards = [(country, base.card(topic, country)) for topic in topics for country in countries]
    answered = any(card.coverage != _SILENT for _, card in cards)
    reply = Reply(
        Status.ANSWERED if answered else Status.NOT_IN_POLICY,
        topics=topics,
        policy=base.policies[countries[0]] if len(countries) == 1 else None,
    )
    for country in countries:
        of_country = [card for of, card in cards if of == country]
        _add_country(reply, country, of_country, wording, len(countries) > 1)
        if len(countries) == 1:
            _add_due(reply, of_country, account, wording, today)
        else:
            _add_notices(reply, _notices(of_country, wording, today), wording)
    if not reply.asks:
        following = dict.fromkeys(topic for _, card in cards for topic in card.next if topic not in topics)
        reply.buttons = [wording.topic_button(topic) for topic in list(following)[:MOST_TOPICS]]
    return reply


def _add_country(reply: Reply, country: str, cards: list[Card], wording: Wording, named: bool) -> None:
    policy = wording.base.policies[country]
    heading = wording.say("country_heading", country=wording.base.labels[f"country.{country}"].phrase)
    if wording.spoken:  # the policy is named with its date, once
        reply.cite(excerpt for card in cards for excerpt in card.excerpts)
        first = _dated(cards[0], policy, wording)
        heard = [first, *(card.voice for card in cards[1:])]
        reply.parts += [heading, *heard] if named and wording.policy(country) not in first else heard
        return
    if named:
        reply.parts.append(heading)
    for card in cards:
        reply.parts.append(" ".join(part for part in (card.lead, card.not_said) if part))
    add_excerpts(reply, (excerpt for card in cards for excerpt in card.excerpts), country, wording)


def _dated(card: Card, policy: Policy, wording: Wording) -> str:
    """A card's voice form, with the policy's date."""
    if wording.date(policy.updated) in card.voice:
        return card.voice
    voice = card.voice if card.voice.startswith(_NAME) else card.voice[0].lower() + card.voice[1:]
    # The voice of a silent card begins with « La politique... ».
    opening = "cited.silent" if card.coverage == _SILENT else "cited"
    return f"{wording.say(opening, **wording.dated(policy))} {voice}"


def add_excerpts(reply: Reply, excerpts: Iterable[Excerpt], country: str, wording: Wording) -> None:
    """Cite excerpts of a country's policy; to be read, they are also written out, with section and, once, date."""
    policy = wording.base.policies[country]
    introduced = any(excerpt.policy == policy.id for excerpt in reply.excerpts)
    added = reply.cite(excerpts)
    if added and not wording.spoken:
        if not introduced:
            reply.parts.append(wording.say("cited", **wording.dated(policy)))
        reply.parts += [wording.say("excerpt", excerpt=excerpt.text, section=excerpt.section) for excerpt in added]


def _add_due(reply: Reply, cards: list[Card], account: Account, wording: Wording, today: datetime.date) -> None:
    """Add what stands beside the policy's words: contacts, notices, and the question that decides an address."""
    spoken_of = [card for card in cards if card.coverage != _SILENT]
    notices = _notices(cards, wording, today)
    _add_notices(reply, [notice for notice in notices if notice.before_contacts], wording)
    if any(card.topic == _BLOCTEL for card in spoken_of):
        add_bloctel_contacts(reply, wording)
    due = tuple(card.topic for card in spoken_of if shows_contacts(card.topic))
    if due:
        add_contacts(reply, due, account, wording)
        if reply.contacts and any(topic != "dpo" for topic in due):
            _add_formalities(reply, cards[0].country, wording)
    _add_notices(reply, [notice for notice in notices if not notice.before_contacts], wording)
    if due and account.country == CARAIBE and account.need in QUESTIONS:
        ask_offer(reply, account, wording)


def _notices(cards: list[Card], wording: Wording, today: datetime.date) -> list[Notice]:
    return [notice for card in cards for notice in wording.base.notices(card.topic, card.country, today)]


def _add_notices(reply: Reply, notices: list[Notice], wording: Wording) -> None:
    for notice in notices:
        reply.notices.append(notice)
        reply.parts.append(
            wording.say(
                "notice",
                text=notice.voice if wording.spoken else notice.text,
                source=notice.source,
                date=wording.date(notice.checked_on),
            )
        )


def _add_formalities(reply: Reply, country: str, wording: Wording) -> None:
    """The identity document and the delay, which go with every request to exercise a right."""
    cards = [wording.base.card(topic, country) for topic in ("exercise.identity_proof", "exercise.deadline")]
    if wording.spoken:
        reply.cite(excerpt for card in cards for excerpt in card.excerpts)
        if "exercise" not in reply.topics:  # whose voice says both
            reply.parts += [card.voice for card in cards if card.topic not in reply.topics]
        return
    add_excerpts(reply, (excerpt for card in cards for excerpt in card.excerpts), country, wording)


QUESTIONS = {Need.OFFER: "ask.offer", Need.SOSH: "ask.sosh", Need.PRO: "ask.pro", Need.PRO_HOME: "ask.pro_home"}


def ask_country(topics: tuple[str, ...], account: Account, wording: Wording) -> Reply:
    """Ask for the country of the line, or for one of the two where contacts differ."""
    question = "ask.country" if account.country is None else "ask.one_country"
    return Reply(
        Status.CLARIFY,
        [wording.say(question, topics=wording.topics(topics))],
        wording.buttons(question),
        topics,
        asks="country",
    )


def ask_offer(reply: Reply, account: Account, wording: Wording) -> None:
    """End a reply with the question that decides the address."""
    held = account.relation == "former" and account.need is Need.OFFER
    reply.parts.append(wording.say("ask.offer.former" if held else QUESTIONS[account.need]))
    reply.buttons = wording.buttons(QUESTIONS[account.need])
    reply.asks = account.need.value

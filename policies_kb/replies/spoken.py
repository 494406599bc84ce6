"""A reply in the parts in which it is heard: a short answer, its detail on request, and the address line by line.

`custom.spoken` of the ivr door: {"answer": [prompt], "detail": [prompt], "address": [line]}. A prompt takes twenty
seconds at the most and needs no more work before it goes to a synthesiser.
"""

from collections.abc import Iterator

from policies_kb.base import Card
from policies_kb.replies.contact_block import shows_contacts
from policies_kb.replies.reply import Reply, Status
from policies_kb.replies.wording import Wording
from policies_kb.speech import Speech, in_parts, sentences, unspeakable

Spoken = dict[str, list[str]]

_EXERCISE = "exercise"
_POSTAL = "postal"
_OF_TOPICS = frozenset({Status.ANSWERED, Status.NOT_IN_POLICY})


def spoken(reply: Reply, wording: Wording) -> Spoken:
    """The parts of a reply of the ivr door. One that is not about topics, or ends with a question, has no detail."""
    speech = Speech(wording.base.phrases)
    if reply.status not in _OF_TOPICS or not reply.topics or reply.policy is None or reply.asks:
        return {"answer": in_parts(speech.said(reply.text(spoken=True))), "detail": [], "address": []}
    cards = [wording.base.card(topic, reply.policy.country) for topic in reply.topics]
    return {
        "answer": [part for text in _answer(reply, cards, wording) for part in in_parts(speech.said(text))],
        "detail": in_parts(" ".join(_detail(reply, cards, wording, speech))),
        "address": _address(reply, speech),
    }


def _answer(reply: Reply, cards: list[Card], wording: Wording) -> Iterator[str]:
    """The voice forms as the reply has them, what stands beside the policy and, for a request, what goes with it."""
    yield from reply.parts[: len(cards)]
    for notice in reply.notices:
        yield wording.say("notice", text=notice.voice, source=notice.source, date=wording.date(notice.checked_on))
    if any(shows_contacts(topic) and topic != "dpo" for topic in reply.topics) and reply.contacts:
        yield " ".join([wording.say("spoken.request"), *_formalities(cards[0].country, reply.topics, wording)])


def _formalities(country: str, said: tuple[str, ...], wording: Wording) -> Iterator[str]:
    """The identity document and the delay, a sentence each."""
    if _EXERCISE not in said:  # whose voice says both
        for topic in ("exercise.identity_proof", "exercise.deadline"):
            if topic not in said:
                yield sentences(wording.base.card(topic, country).voice)[0]


def _detail(reply: Reply, cards: list[Card], wording: Wording, speech: Speech) -> Iterator[str]:
    """What the policy does not say, then its own words, as far as they can be heard and are not in the answer."""
    heard = speech.said(" ".join(card.voice for card in cards))
    for card in cards:
        if card.not_said and speech.said(card.not_said) not in heard:
            yield speech.said(card.not_said)
    extracts: dict[str, None] = {}
    for excerpt in (excerpt for card in cards for excerpt in card.excerpts):
        for sentence in sentences(speech.said(excerpt.text)):
            if sentence not in heard and not any(unspeakable(sentence)):
                extracts[sentence] = None
    if extracts:
        yield wording.say("spoken.extracts")
        yield from extracts


def _address(reply: Reply, speech: Speech) -> list[str]:
    return [
        f"{speech.said(line)}."
        for contact in reply.contacts
        if contact.kind == _POSTAL
        for line in contact.voice.split(", ")
    ]

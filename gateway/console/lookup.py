"""Look-up as the agent types: what is understood and what the words resemble, in one list, best first.

A contact is found by its offer or its name, but its words are given only when country and offer decide it.
"""

from collections.abc import Iterator
from typing import Any

from gateway.console.cards import decided_contacts
from gateway.console.index import Found, Index
from gateway.console.lines import Line, Part, Reading, known, read
from gateway.console.questions import Understood
from policies_kb.base import KnowledgeBase
from policies_kb.replies.account import ELSEWHERE, Account
from policies_kb.replies.conversation import AGENT
from policies_kb.replies.reply import Status
from policies_kb.replies.wording import Wording

MOST_RESULTS = 8
_MOST_OF_A_KIND = {"topic": 5, "passage": 3, "contact": 2, "notice": 1}
# What the classifier is sure of stands before what only looks alike.
_LIKE = {"topic": 0.85, "passage": 0.6, "contact": 0.65, "notice": 0.6}
_ASKED_ABOUT = 0.9
_LEAST_LIKELY = 0.03
_LEAST_ALIKE = 0.45
_SHORTEST = 2  # characters; one letter is no look-up
# Courtesies and questions back are no result.
_TOLD = frozenset(
    status.value for status in (Status.OUT_OF_SCOPE, Status.NOT_IN_POLICY, Status.HANDOFF, Status.UNSUPPORTED_LANGUAGE)
)
_EXCERPT = 160  # characters of a passage in the list


def look_up(
    text: str,
    understood: Understood | None,
    line: Line,
    settled: list[Part],
    base: KnowledgeBase,
    index: Index,
) -> dict[str, Any]:
    """The results for a cleaned text; `understood` is None when nothing understands it (the words alone count)."""
    reading = read(understood.turn if understood else None, line, settled)
    found = sorted(_found(text, understood, reading, index, base), key=lambda hit: -hit["score"])
    kinds: dict[str, int] = dict.fromkeys(_MOST_OF_A_KIND, 0)
    results: list[dict[str, Any]] = []
    for hit in found if len(text) >= _SHORTEST else ():
        kinds[hit["kind"]] += 1
        if kinds[hit["kind"]] <= _MOST_OF_A_KIND[hit["kind"]] and len(results) < MOST_RESULTS:
            results.append(hit)
    return {
        "results": results,
        "line": known(reading.account).model_dump(),
        "disagreements": list(reading.disagreements),
        "understood": understood is not None,
        "reply": _reply(understood, reading.account, base),
    }


def _reply(understood: Understood | None, account: Account, base: KnowledgeBase) -> dict[str, str] | None:
    """What is to be said where no card answers: another operator's line, or a question that is none of ours."""
    if account.country == ELSEWHERE:
        text = Wording(base, AGENT).say("out_of_scope.elsewhere")
        return {"status": Status.OUT_OF_SCOPE.value, "text": text}
    said = understood.said if understood else None
    return said if said and said["status"] in _TOLD else None


def _found(
    text: str, understood: Understood | None, reading: Reading, index: Index, base: KnowledgeBase
) -> Iterator[dict[str, Any]]:
    account = reading.account
    country = account.country if account.country in base.policies else None
    alike = index.search(text, country)
    words = {hit.entry.topic: hit.score for hit in alike if hit.entry.kind == "topic"}
    for topic in base.topics:
        looks = words.get(topic, 0.0) * _LIKE["topic"] if words.get(topic, 0.0) >= _LEAST_ALIKE else 0.0
        likely = understood.share(topic) if understood else 0.0
        if understood and topic in understood.topics:  # in the order asked
            likely = max(likely, _ASKED_ABOUT - understood.topics.index(topic) / 100)
        if max(looks, likely) >= _LEAST_LIKELY:
            yield _topic(topic, max(looks, likely), "understood" if likely >= looks else "words", country, base)
    decided = {contact.id for contact in decided_contacts(base, account)}
    for hit in alike:
        if hit.entry.kind != "topic" and hit.score >= _LEAST_ALIKE:
            yield _other(hit, account, decided, base)


def _topic(topic: str, score: float, why: str, country: str | None, base: KnowledgeBase) -> dict[str, Any]:
    held = base.card(topic, country) if country else None
    return {
        "kind": "topic",
        "place": topic,
        "topic": topic,
        "title": base.labels[topic].label,
        "detail": _cut(held.lead) if held else "",
        "coverage": held.coverage if held else None,
        "countries": [country] if country else list(base.policies),
        "score": round(score, 3),
        "why": why,
    }


def _other(hit: Found, account: Account, decided: set[str], base: KnowledgeBase) -> dict[str, Any]:
    entry = hit.entry
    title, detail = base.labels[entry.topic].label, ""
    if entry.kind == "passage":
        passage = next(held for held in base.passages if (held.id, held.country) == (entry.place, entry.countries[0]))
        title, detail = passage.excerpt.section, _cut(passage.excerpt.text)
    elif entry.kind == "contact":
        contact = base.contacts[entry.place]
        offers = [base.labels[f"offer.{offer}"].label for offer in contact.excerpts if f"offer.{offer}" in base.labels]
        title = ", ".join(offers) or base.labels[f"country.{contact.country}"].phrase
        detail = contact.text if entry.place in decided else ""
    return {
        "kind": entry.kind,
        "place": entry.place,
        "topic": entry.topic,
        "title": title,
        "detail": detail,
        "coverage": None,
        "countries": list(entry.countries),
        "score": round(hit.score * _LIKE[entry.kind], 3),
        "why": "words",
    }


def _cut(text: str) -> str:
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT].rsplit(' ', 1)[0]}…"

"""Checks on what leads, statements of silence and voice forms say, against the passages of their card."""

from collections.abc import Iterator

from policies_kb.check_cards import in_words
from policies_kb.content import CardText, Content
from policies_kb.findings import Finding, shown
from policies_kb.grounding import (
    Ground,
    ReviewedWords,
    accepting_negation,
    accepting_word,
    altered_quotations,
    ground,
    reviewed,
    unborne_negations,
    unborne_quantities,
    unborne_words,
)

# How many words of a negation a finding quotes.
_SHOWN = 3


def check_grounding(content: Content) -> Iterator[Finding]:
    """No word, negation, quotation, number, date or duration of ours that the cited passages do not bear."""
    accepted = reviewed(content.reviewed.words, content.reviewed.negations)
    used: set[str] = set()
    for card in content.cards:
        passages = _passages(content, card)
        named = [*passages, *content.labels.get(card.topic, ())]
        facts, words = ground(passages), ground(named)
        # A voice form repeats in one breath what lead and not_said say, so they bear it too: each is checked itself.
        spoken = ground([*named, card.lead, card.not_said or ""])
        yield from _wording(card, "lead", card.lead, words, accepted, used)
        yield from _wording(card, "voice", card.voice, spoken, accepted, used)
        for name, text in (("lead", card.lead), ("not_said", card.not_said or ""), ("voice", card.voice)):
            yield from _facts(card, name, text, facts)
    for entry in (*accepted.words, *accepted.negations):
        if entry not in used:
            yield Finding("words.yml", f"« {entry} » is needed by no card", "take it out: what stands there is allowed")


def _passages(content: Content, card: CardText) -> list[str]:
    """The words a card rests on: its passages, their titles, and the policy's title and date."""
    source = content.sources[card.country]
    return [
        *(run.text for run in card.runs),
        *dict.fromkeys(run.section for run in card.runs),
        source.title,
        f"politique du {in_words(content, card.country)}",
    ]


def _wording(
    card: CardText, name: str, text: str, borne: Ground, accepted: ReviewedWords, used: set[str]
) -> Iterator[Finding]:
    """The words and negations that neither the passages nor the reviewed lists bear; notes which entries were used."""
    for token in unborne_words(text, borne):
        entry = accepting_word(token, accepted)
        if entry is None:
            yield Finding(
                card.file,
                f"{name}: « {token.text} » stands in none of its passages",
                "cite a passage that bears it, use the policy's word, or review it in words.yml",
            )
        else:
            used.add(entry)
    for token in unborne_negations(text, borne):
        entry = accepting_negation(token, accepted)
        if entry is None:
            denial = token.doc[token.i : token.i + _SHOWN].text
            yield Finding(
                card.file,
                f"{name}: the negation « {denial} » is made by none of its passages",
                "say what the passages say, or review it in words.yml",
            )
        else:
            used.add(entry)


def _facts(card: CardText, name: str, text: str, facts: Ground) -> Iterator[Finding]:
    for found in unborne_quantities(text, facts):
        yield Finding(
            card.file,
            f"{name}: {found} stands in none of its passages",
            "cite the passage that gives it, or take it out",
        )
    for quoted in altered_quotations(text, facts):
        yield Finding(card.file, f"{name}: the quotation {shown(quoted)} is not verbatim", "quote the passage as it is")

"""Which of the names in a message still stand: not those denied, taken back, left open, or another company's.

A name that does not stand decides nothing. Where that leaves an offer open it is asked for, and no address is shown.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlu.gazetteer import Gazetteer, Mention

_REACH = 6  # words before a name that may deny it
_TOKEN = re.compile(r"\w+|[.,;:!?()]")
_OR = re.compile(r"\b(?:ou|soit)\b")
OFFERS = "offers"


@dataclass(frozen=True)
class Standing:
    """The names that still stand; the offers that are `denied`, and those between which the person has not chosen."""

    kept: list[Mention]
    denied: list[Mention]
    left_open: list[Mention]


def standing(folded: str, mentions: Sequence[Mention], gazetteer: Gazetteer) -> Standing:
    """Return which mentions of a folded message still stand, in order."""
    denied = [mention for mention in mentions if is_denied(folded, mention, gazetteer)]
    theirs = _companies_offers(folded, mentions, gazetteer)
    kept = [mention for mention in mentions if mention not in denied and mention not in theirs]
    left_open: list[Mention] = []
    for group in ("countries", OFFERS):
        members = [mention for mention in kept if mention.group == group]
        fallen = _taken_back(folded, members, gazetteer)
        if group == OFFERS:
            after = [mention for mention in members if mention not in fallen]
            undecided = _left_open(folded, after)
            undecided |= {mention for mention in after if gazetteer.is_doubted(folded, mention)}
            left_open = [mention for mention in after if mention in undecided]
            fallen |= undecided
            staying = [mention for mention in members if mention not in fallen]
            ends = [0, *(mention.end for mention in staying)]
            past = {
                mention
                for mention, since in zip(staying, ends, strict=False)
                if _is_past_or_not_theirs(folded, mention, since, gazetteer)
            }
            fallen |= past if len(past) < len(staying) else set()
        kept = [mention for mention in kept if mention not in fallen]
    return Standing(kept, [mention for mention in denied if mention not in theirs], left_open)


def words_before(folded: str, start: int) -> list[str]:
    """Return the last words of the same clause before a character offset, nearest first."""
    words: list[str] = []
    for token in reversed(_TOKEN.findall(folded[:start])[-_REACH:]):
        if not token[0].isalnum():
            break
        words.append(token)
    return words


def is_denied(folded: str, mention: Mention, gazetteer: Gazetteer) -> bool:
    """« pas la box », « sauf le fixe », « jamais eu de box »: a negator before the name, small words between."""
    words = words_before(folded, mention.start)
    for place, word in enumerate(words):
        if word == "plus":  # « je n'ai plus la box », « plus de box », but « mobile plus box »
            if mention.group == OFFERS and place + 1 == len(words) and words[place - 1 : place] in (["de"], ["d"]):
                return True
            return bool({"n", "ne", "ai", "suis", "est", "avons"} & set(words[place + 1 : place + 4]))
        if word == "non":  # « le mobile et non la box »; alone it takes back what came before
            return words[place + 1 : place + 2] == ["et"]
        if word == "que" and "plutot" in folded[: mention.start]:  # « plutôt la box que le mobile »
            return True
        if word in gazetteer.negators or (word in gazetteer.leaving and words[place - 1] in ("d", "de")):
            return True
        if word not in gazetteer.small_words:
            return False
    return False


def _taken_back(folded: str, members: Sequence[Mention], gazetteer: Gazetteer) -> set[Mention]:
    """« mobile, enfin non, fixe »: what was said before the correction, when something else is said after it."""
    last = 0
    for place in range(1, len(members)):
        between = re.findall(r"\w+", folded[members[place - 1].end : members[place].start])
        if gazetteer.corrections & set(between) or gazetteer.is_corrected_before(folded, members[place].start):
            last = place
    return set(members[:last])


def _left_open(folded: str, members: Sequence[Mention]) -> set[Mention]:
    """« Open ou Internet, je ne sais plus »: two offers between which the person has not chosen."""
    undecided: set[Mention] = set()
    for one, other in pairwise(members):
        if one.value != other.value and _OR.search(folded[one.end : other.start]):
            undecided |= {one, other}
    return undecided


def _is_past_or_not_theirs(folded: str, mention: Mention, since: int, gazetteer: Gazetteer) -> bool:
    """« j'ai résilié ma box », « la box est au nom de mon mari »: it falls if another offer stands beside it."""
    clause_before = words_before(folded[since : mention.start], mention.start - since)
    after = re.split(r"[.,;:!?()]|\bmais\b|\bet\b", folded[mention.end :])[0]
    return bool(gazetteer.past_words & {*clause_before, *re.findall(r"\w+", after)})


def _companies_offers(folded: str, mentions: Sequence[Mention], gazetteer: Gazetteer) -> set[Mention]:
    """« mon mobile Digicel », « ma box chez SFR », « Digicel mobile »: no offers of Orange.

    A company takes the offer before it; only where there is none, the one right after it.
    """
    offers = [mention for mention in mentions if mention.group == OFFERS]
    taken: set[Mention] = set()
    for company in (mention for mention in mentions if mention.group == "companies"):
        before = next((offer for offer in reversed(offers) if offer.end <= company.start), None)
        after = next((offer for offer in offers if offer.start >= company.end), None)
        if before and _is_close(folded[before.end : company.start], gazetteer):
            taken.add(before)
        elif after and _is_close(folded[company.end : after.start], gazetteer):
            taken.add(after)
    return taken


def _is_close(between: str, gazetteer: Gazetteer) -> bool:
    words = re.findall(r"\w+", between)
    return len(words) <= 2 and all(word in gazetteer.small_words for word in words)

"""Which of the names in a message still stand: not those denied, taken back, left open, or another company's.

A name that does not stand decides nothing. Where that leaves an offer open it is asked for, and no address is shown.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from nlu.gazetteer import Gazetteer, Mention

_REACH = 6  # words before a name that may deny it
_TOKEN = re.compile(r"\w+|[.,;:!?()]")
_OR = re.compile(r"\bou\b")
OFFERS = "offers"


def standing(folded: str, mentions: Sequence[Mention], gazetteer: Gazetteer) -> list[Mention]:
    """Return the mentions of a folded message that still stand, in order."""
    kept = [
        mention
        for mention in mentions
        if not is_denied(folded, mention, gazetteer) and not _is_a_company_s(folded, mention, mentions, gazetteer)
    ]
    for group in ("countries", OFFERS):
        members = [mention for mention in kept if mention.group == group]
        fallen = _taken_back(folded, members, gazetteer)
        if group == OFFERS:
            fallen |= _left_open(folded, [mention for mention in members if mention not in fallen])
            staying = [mention for mention in members if mention not in fallen]
            ends = [0, *(mention.end for mention in staying)]
            past = {
                mention
                for mention, since in zip(staying, ends, strict=False)
                if _is_past_or_not_theirs(folded, mention, since, gazetteer)
            }
            fallen |= past if len(past) < len(staying) else set()
        kept = [mention for mention in kept if mention not in fallen]
    return kept


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
        if word == "plus":  # « je n'ai plus la box », but « mobile plus box »
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
        if gazetteer.corrections & set(between):
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


def _is_a_company_s(folded: str, mention: Mention, mentions: Sequence[Mention], gazetteer: Gazetteer) -> bool:
    """« mon mobile Digicel », « ma box chez SFR »: no offer of Orange."""
    if mention.group != OFFERS:
        return False
    for other in mentions:
        if other.group != "companies":
            continue
        first, second = (mention, other) if mention.start < other.start else (other, mention)
        between = re.findall(r"\w+", folded[first.end : second.start])
        if len(between) <= 2 and all(word in gazetteer.small_words for word in between):
            return True
    return False

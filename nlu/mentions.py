"""What the names found in a message say together: which country, which offers, which situation.

The country is that of the Orange line or of the policy asked about, not where the person is; what is negated is not
said; « box et mobile » are two offers and « Open (box et mobile) » is one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlu.gazetteer import Gazetteer, Mention
from nlu.standing import OFFERS, is_denied, standing, words_before

BOTH = "both"
ELSEWHERE = "elsewhere"
LINE = "line"
PLACE = "place"
VISIT = "visit"


@dataclass(frozen=True)
class Said:
    """One thing said: `kind` is an entity of the domain (country, offer, customer, company), offsets in characters."""

    kind: str
    value: str
    start: int
    end: int
    role: str | None = None


def interpret(folded: str, gazetteer: Gazetteer) -> list[Said]:
    """Return what a folded message says of country, offers and situation; at most one country."""
    mentions = gazetteer.find(folded)
    asks = gazetteer.asks_about(folded)
    kept = [] if asks else standing(folded, mentions, gazetteer)
    said = _country(folded, [mention for mention in kept if mention.group == "countries"], gazetteer)
    said += _offers(folded, [mention for mention in kept if mention.group == OFFERS], gazetteer)
    said += [
        Said("customer", mention.value, mention.start, mention.end)
        for mention in mentions
        if mention.group == "customers"
        and not asks
        and (mention in kept or _negates_itself(mention))
        and not _denies_an_offer(folded, mention, mentions, gazetteer)
    ]
    said += [
        Said("company", mention.value, mention.start, mention.end)
        for mention in mentions
        if mention.group == "companies"
    ]
    # « je ne suis pas du tout chez OBS » says something of the offer all the same.
    said += [
        Said("customer", "not_obs", mention.start, mention.end)
        for mention in mentions
        if mention.value == "obs" and is_denied(folded, mention, gazetteer)
    ]
    return said


def is_only_information(folded: str, said: Sequence[Said], gazetteer: Gazetteer) -> bool:
    """Say whether a message holds nothing beside what `said` reports and words that carry nothing."""
    if not any(item.kind != "company" and item.value != "also" for item in said):
        return False
    spans = [(mention.start, mention.end) for mention in gazetteer.find(folded)]
    rest = "".join(
        " " if any(start <= place < end for start, end in spans) else character
        for place, character in enumerate(folded)
    )
    return all(word in gazetteer.fillers for word in re.findall(r"[a-z0-9]+", rest))


def _words_after(folded: str, end: int) -> list[str]:
    """The words that follow a name in its clause."""
    return re.findall(r"\w+", re.split(r"[.,;:!?()]|\bmais\b", folded[end:])[0])


def _denies_an_offer(folded: str, mention: Mention, mentions: Sequence[Mention], gazetteer: Gazetteer) -> bool:
    """« pas client mobile »: not a client of that offer, which is not to be no client at all."""
    if mention.value not in ("none", "former"):
        return False
    return any(
        other.group in (OFFERS, "customers")
        and other.value not in ("none", "former", "also")
        and other.start >= mention.end
        and all(word in gazetteer.small_words for word in re.findall(r"\w+", folded[mention.end : other.start]))
        and not re.search(r"[.,;:!?]", folded[mention.end : other.start])
        for other in mentions
    )


def _negates_itself(mention: Mention) -> bool:
    """Situations whose own name holds the negation (« pas client », « pas OBS »)."""
    return mention.value in {"none", "not_obs", "former", "offer_unknown"}


def _country(folded: str, mentions: Sequence[Mention], gazetteer: Gazetteer) -> list[Said]:
    if not mentions:
        return []
    roles = {mention: _role(folded, mention, gazetteer) for mention in mentions}
    ours = [mention for mention in mentions if mention.value != ELSEWHERE]
    if not ours:
        first = mentions[0]
        return [Said("country", ELSEWHERE, first.start, first.end, roles[first])]
    if len({mention.value for mention in ours}) > 1:
        between = set(re.findall(r"\w+", folded[ours[0].end : ours[-1].start]))
        joined = "et" in between and between <= gazetteer.small_words | {"et"}
        # « une ligne en Guadeloupe et une autre au Mali » are two; otherwise the line's country goes before a place.
        if not joined and not gazetteer.another & between:
            ours = next(
                (
                    [mention for mention in ours if roles[mention] == role]
                    for role in (LINE, "", PLACE)
                    if role in {roles[mention] for mention in ours}
                ),
                ours,
            )
    values = {mention.value for mention in ours}
    last = ours[-1]
    value = values.pop() if len(values) == 1 else BOTH
    return [Said("country", value, last.start, last.end, roles[last])]


def _role(folded: str, mention: Mention, gazetteer: Gazetteer) -> str:
    """What a name is the name of: the line's country, the place where the person is, or one only passed through."""
    if folded[mention.start : mention.end].startswith("orange"):
        return LINE
    role = ""
    for word in words_before(folded, mention.start):
        if word in gazetteer.line_words:
            return LINE
        if word in gazetteer.visit_words:
            return VISIT
        if word in gazetteer.place_words:
            role = PLACE
    return VISIT if any(word in gazetteer.visit_words for word in _words_after(folded, mention.end)) else role


def _offers(folded: str, mentions: Sequence[Mention], gazetteer: Gazetteer) -> list[Said]:
    first: dict[str, Mention] = {}
    for mention in mentions:
        first.setdefault(mention.value, mention)
    beside = gazetteer.another & set(re.findall(r"\w+", folded))
    if "open" in first and not beside:  # Open is a box and a mobile in one: naming them beside it adds nothing
        first = {value: mention for value, mention in first.items() if value not in {"internet", "mobile"}}
    if "mobile_entreprise" in first:
        first.pop("mobile", None)
    return [Said("offer", value, mention.start, mention.end) for value, mention in first.items()]

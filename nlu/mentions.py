"""What the names found in a message say together: which country, which offers, which situation.

The country is that of the Orange line or of the policy asked about, not where the person is; what is negated is not
said; « box et mobile » are two offers and « Open (box et mobile) » is one.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nlu.gazetteer import Gazetteer, Mention

BOTH = "both"
ELSEWHERE = "elsewhere"
LINE = "line"
PLACE = "place"
VISIT = "visit"

_REACH = 4  # words before a name that may say whether it is negated, a place or a line's country
_TOKEN = re.compile(r"[\w+]+|[.,;:!?()]")


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
    kept = [mention for mention in mentions if not _is_negated(folded, mention, gazetteer)]
    said = _country(folded, [mention for mention in kept if mention.group == "countries"], gazetteer)
    said += _offers([mention for mention in kept if mention.group == "offers"])
    said += [
        Said("customer", mention.value, mention.start, mention.end)
        for mention in mentions
        if mention.group == "customers" and (mention in kept or _negates_itself(mention))
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
        if mention.value == "obs" and mention not in kept
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


def _words_before(folded: str, start: int) -> list[str]:
    """The last words of the same clause before `start`, nearest first."""
    words: list[str] = []
    for token in reversed(_TOKEN.findall(folded[:start])[-_REACH:]):
        if not token[0].isalnum() and token != "+":
            break
        words.append(token)
    return words


def _words_after(folded: str, end: int) -> list[str]:
    """The words that follow a name in its clause."""
    return re.findall(r"\w+", re.split(r"[.,;:!?()]|\bmais\b", folded[end:])[0])


def _is_negated(folded: str, mention: Mention, gazetteer: Gazetteer) -> bool:
    """« pas la box », « non pas au Mali »: a negator stands before the name, with nothing but small words between."""
    for word in _words_before(folded, mention.start):
        if word in gazetteer.negators:
            return True
        if word not in {
            "la",
            "le",
            "les",
            "l",
            "du",
            "de",
            "d",
            "des",
            "au",
            "aux",
            "en",
            "une",
            "un",
            "ma",
            "mon",
            "a",
            "chez",
            "pour",
            "mes",
            "client",
            "cliente",
            "sur",
            "orange",
        }:
            return False
    return False


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
        lines = [mention for mention in ours if roles[mention] == LINE]
        if len({mention.value for mention in lines}) == 1:
            ours = lines
        else:
            not_places = [mention for mention in ours if roles[mention] not in (PLACE, VISIT)]
            if len({mention.value for mention in not_places}) == 1:
                ours = not_places
    values = {mention.value for mention in ours}
    last = ours[-1]
    value = values.pop() if len(values) == 1 else BOTH
    return [Said("country", value, last.start, last.end, roles[last])]


def _role(folded: str, mention: Mention, gazetteer: Gazetteer) -> str:
    """What a name is the name of: the line's country, the place where the person is, or one only passed through."""
    if folded[mention.start : mention.end].startswith("orange"):
        return LINE
    role = ""
    for word in _words_before(folded, mention.start):
        if word in gazetteer.line_words:
            return LINE
        if word in gazetteer.visit_words:
            return VISIT
        if word in gazetteer.place_words:
            role = PLACE
    return VISIT if any(word in gazetteer.visit_words for word in _words_after(folded, mention.end)) else role


def _offers(mentions: Iterable[Mention]) -> list[Said]:
    first: dict[str, Mention] = {}
    for mention in mentions:
        first.setdefault(mention.value, mention)
    if "open" in first:  # an Open offer is a box and a mobile in one: naming them beside it adds nothing
        first = {value: mention for value, mention in first.items() if value not in {"internet", "mobile"}}
    if "mobile_entreprise" in first:
        first.pop("mobile", None)
    return [Said("offer", value, mention.start, mention.end) for value, mention in first.items()]

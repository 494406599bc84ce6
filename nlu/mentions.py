"""What the names found in a message say together: which country, which offers, which situation.

The country is that of the Orange line or of the policy asked about, not where the person is; what is negated is not
said; « box et mobile » are two offers and « Open (box et mobile) » is one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlu.gazetteer import Gazetteer, Mention
from nlu.standing import OFFERS, Standing, is_denied, standing, words_before

BOTH = "both"
ELSEWHERE = "elsewhere"
LINE = "line"
PLACE = "place"
VISIT = "visit"
# Values of `customer` for an offer that is only possible, or denied, and for an answer that points at a choice.
MAYBE = "maybe_"
NOT = "not_"
CHOICE = "choice_"
_REACH_AFTER = 8  # words after a country that may say that somebody is only passing through
# Beside a question these say nothing of the line.
_SAYS_NOTHING = ("also", CHOICE)


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
    stand = Standing([], [], []) if gazetteer.asks_about(folded) else standing(folded, mentions, gazetteer)
    said = _country(folded, [mention for mention in stand.kept if mention.group == "countries"], mentions, gazetteer)
    offers = _offers(folded, [mention for mention in stand.kept if mention.group == OFFERS], gazetteer)
    said += offers
    said += _customers(folded, mentions, stand, gazetteer)
    if not offers:
        said += _undecided(stand)
    if not any(item.kind in ("country", "offer") for item in said):
        said += [_as("customer", mention) for mention in _choices(folded, mentions, gazetteer)]
    said += [_as("company", mention) for mention in mentions if mention.group == "companies"]
    # « je ne suis pas du tout chez OBS » says something of the offer all the same.
    said += [
        Said("customer", "not_obs", mention.start, mention.end)
        for mention in mentions
        if mention.value == "obs" and is_denied(folded, mention, gazetteer)
    ]
    return said


def _as(kind: str, mention: Mention) -> Said:
    return Said(kind, mention.value, mention.start, mention.end)


def _customers(folded: str, mentions: Sequence[Mention], stand: Standing, gazetteer: Gazetteer) -> list[Said]:
    if gazetteer.asks_about(folded):
        return []
    return [
        _as("customer", mention)
        for mention in mentions
        if mention.group == "customers"
        and (mention in stand.kept or _negates_itself(mention))
        and not _denies_an_offer(folded, mention, mentions, stand, gazetteer)
    ]


def _undecided(stand: Standing) -> list[Said]:
    """« peut-être le mobile » is `maybe_mobile`, « pas la box » is `not_internet`: neither is an offer."""
    said = [Said("customer", f"{MAYBE}{mention.value}", mention.start, mention.end) for mention in stand.left_open]
    held = {mention.value for mention in stand.kept}
    return said + [
        Said("customer", f"{NOT}{mention.value}", mention.start, mention.end)
        for mention in stand.denied
        if (mention.group == OFFERS or mention.value == "sosh") and mention.value not in held | {"obs"}
    ]


def _choices(folded: str, mentions: Sequence[Mention], gazetteer: Gazetteer) -> list[Mention]:
    """« le premier », « les deux »: an answer where nothing else is said."""
    chosen = [mention for mention in mentions if mention.group == "choices"]
    return chosen if len(chosen) == 1 and _rest_is_filling(folded, gazetteer) else []


def is_only_information(folded: str, said: Sequence[Said], gazetteer: Gazetteer) -> bool:
    """Say whether a message holds nothing beside what `said` reports and words that carry nothing."""
    if not any(item.kind != "company" and not item.value.startswith(_SAYS_NOTHING) for item in said):
        return False
    return _rest_is_filling(folded, gazetteer)


def _rest_is_filling(folded: str, gazetteer: Gazetteer) -> bool:
    spans = [(mention.start, mention.end) for mention in gazetteer.find(folded)]
    rest = "".join(
        " " if any(start <= place < end for start, end in spans) else character
        for place, character in enumerate(folded)
    )
    return all(word in gazetteer.fillers for word in re.findall(r"[a-z0-9]+", rest))


def _words_after(folded: str, end: int) -> list[str]:
    """The words that follow a name in its clause."""
    return re.findall(r"\w+", re.split(r"[.,;:!?()]|\bmais\b", folded[end:])[0])


def _denies_an_offer(
    folded: str, mention: Mention, mentions: Sequence[Mention], stand: Standing, gazetteer: Gazetteer
) -> bool:
    """« pas client mobile »: not a client of that offer, which is not to be no client at all.

    « ancien client mobile » is a former client where no other offer stands beside it.
    """
    if mention.value not in ("none", "former"):
        return False
    offers = {other.value for other in stand.kept if other.group == OFFERS}
    about = [other.value for other in mentions if other.group == OFFERS and other.start >= mention.end]
    if mention.value == "former" and offers == set(about[:1]):
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


def _country(
    folded: str, mentions: Sequence[Mention], everything: Sequence[Mention], gazetteer: Gazetteer
) -> list[Said]:
    """The one country of a message; `everything` holds what does not stand too."""
    if not mentions:
        return []
    after_all = next((mention for mention in everything if mention.value == f"{CHOICE}all"), None)
    if after_all and _takes_back_nothing(folded, after_all, everything, gazetteer):
        return [Said("country", BOTH, after_all.start, after_all.end, "")]
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


def _takes_back_nothing(folded: str, after_all: Mention, mentions: Sequence[Mention], gazetteer: Gazetteer) -> bool:
    """« en Guadeloupe, non au Mali, enfin les deux »: after a country and a correction, or after two countries."""
    named = [mention for mention in mentions if mention.group == "countries" and mention.value != ELSEWHERE]
    before = [mention for mention in named if mention.end <= after_all.start]
    if any(mention.group == OFFERS for mention in mentions):
        return False
    if len({mention.value for mention in named}) > 1:
        return True
    between = re.findall(r"\w+", folded[before[-1].end : after_all.start]) if before else []
    return bool(gazetteer.corrections & set(between))


def _role(folded: str, mention: Mention, gazetteer: Gazetteer) -> str:
    """What a name is the name of: the line's country, the place where the person is, or one only passed through."""
    if folded[mention.start : mention.end].startswith("orange"):
        return LINE
    role = ""
    before = words_before(folded, mention.start)
    if _is_abroad(before, gazetteer):
        return VISIT
    for place, word in enumerate(before):
        if word in gazetteer.family_words:  # « la ligne de mon père », but « mon père »
            return LINE if gazetteer.line_itself & set(before[place:]) else VISIT
        if word in gazetteer.line_words:
            return LINE
        if word in gazetteer.visit_words and before[place + 1 : place + 2] != ["m"]:  # « je m'appelle »
            return VISIT
        if word in gazetteer.place_words:
            if word in gazetteer.ended_by_have:
                subject = set(before[place + 1 : place + 3])  # « j'ai habité », « mon fils étudie »
                return VISIT if subject & gazetteer.family_words or before[place + 1 : place + 2] == ["ai"] else PLACE
            role = PLACE
    elsewhere = gazetteer.visit_words | gazetteer.family_words
    return VISIT if elsewhere & set(_words_after(folded, mention.end)[:_REACH_AFTER]) else role


def _is_abroad(before: Sequence[str], gazetteer: Gazetteer) -> bool:
    """« mes photos du Mali », « vous envoyez mes données au Mali »."""
    words = [word for word in before if word not in ("la", "l")]
    if words[:1] and words[0] in ("de", "du", "d") and gazetteer.abroad_heads & set(words[1:2]):
        return True
    sending = next((place for place, word in enumerate(before) if word in gazetteer.sending), None)
    return sending is not None and set(before[:sending]) <= gazetteer.small_words | gazetteer.sent


def _offers(folded: str, mentions: Sequence[Mention], gazetteer: Gazetteer) -> list[Said]:
    first: dict[str, Mention] = {}
    for mention in mentions:
        first.setdefault(mention.value, mention)
    beside = gazetteer.another & set(re.findall(r"\w+", folded))
    if "open" in first and not beside:  # Open is a box and a mobile in one: naming them beside it adds nothing
        # nor does the television in « Open : portable, internet, télé »; « Open et la télé » are two.
        told = (
            {"internet", "mobile", "tv"} if re.search(r"[:(]", folded[first["open"].end :]) else {"internet", "mobile"}
        )
        first = {value: mention for value, mention in first.items() if value not in told}
    if "mobile_entreprise" in first:
        first.pop("mobile", None)
    return [Said("offer", value, mention.start, mention.end) for value, mention in first.items()]

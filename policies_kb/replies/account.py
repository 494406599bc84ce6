"""What a person has said of their line so far: which country, which offers, and what is still to ask.

The turns are replayed in order, because order carries meaning: « Internet » after « une offre professionnelle ? » is
professional Internet, « non, c'est pour ma société » after « Internet » is a correction that leaves the offer open.
"""

import enum
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from policies_kb.replies.conversation import BotTurn, Conversation, Entity, UserTurn

BOTH = "both"
ELSEWHERE = "elsewhere"
CARAIBE = "caraibe"

# Held by a professional, these have an address only under an Orange Business Services contract.
_HOME = frozenset({"internet", "fixe", "tv", "open"})
_RELATIONS = frozenset({"former", "none"})
_ABOUT_OFFERS = frozenset({"sosh", "pro", "not_obs", "private", "offer_unknown"})


class Need(enum.Enum):
    """What must be asked before an address in Caraïbe may be given, or why none can be."""

    NOTHING = "nothing"
    OFFER = "offer"
    SOSH = "sosh"
    PRO = "pro"
    PRO_HOME = "pro_home"
    NO_ADDRESS = "no_address"
    UNKNOWN_OFFER = "unknown_offer"


_PRO_QUESTIONS = frozenset({Need.PRO.value, Need.PRO_HOME.value})
_REFUSED = frozenset({"out_of_scope", "policy_silent", "unsupported_language"})
# Messages in which a country is where data go or come from, or has nothing to do with the line.
_ABOUT_PLACES = frozenset({"transfers", "recipients", "data_sources", "out_of_scope"})
INFORM = "inform"
_YES = frozenset({"oui", "ouais", "exact", "exactement", "affirmatif", "absolument", "obs", "fait"})
_DOUBT = frozenset({"pense", "crois", "peut", "sais", "sûr", "sur", "probablement"})
_CORRECTS = re.compile(r"\b(?:non|nan|nn|pardon|erreur|en fait|plut[oô]t|tromp\w*|d[ée]sol\w*|dsl)\b")
_YES_NO = frozenset({"affirm", "deny"})
# Messages that answer or correct rather than ask: there « pas la box » is said of the person's own line.
_ANSWERS = frozenset({INFORM, "deny", "nlu_fallback"})
# Values of `customer` (nlu/mentions.py): an offer only possible, an offer denied, an answer that points at a choice.
_MAYBE, _NOT, _CHOICE = "maybe_", "not_", "choice_"
_ALL, _NONE = "choice_all", "choice_none"
_PAYLOAD = re.compile(r"/inform(\{.*\})")
_TWO = 2
_QUESTIONS = frozenset({Need.OFFER.value, Need.SOSH.value}) | _PRO_QUESTIONS


@dataclass(frozen=True)
class Account:
    """The line that a person speaks of. `offers` are those that decide an address, in the order they were said.

    `told`: the country was said by the person, not only known to the page. `hesitates`: offers named without choosing.
    """

    country: str | None = None
    told: bool = False
    offers: tuple[str, ...] = ()
    sosh: bool = False
    pro: bool = False
    not_obs: bool = False
    offer_unknown: bool = False
    relation: str | None = None
    hesitates: tuple[str, ...] = ()

    @property
    def addressed(self) -> tuple[str, ...]:
        """The offers that have an address: outside OBS the policy gives professionals one for mobiles alone."""
        return tuple(offer for offer in self.offers if not (self.pro and self.not_obs and offer in _HOME))

    @property
    def need(self) -> Need:
        """What stands between this account and an address in Caraïbe."""
        if self.relation == "none":
            return Need.NO_ADDRESS
        if self.pro and not self.not_obs and _HOME & set(self.offers):
            return Need.PRO_HOME
        if self.offers and not self.addressed:
            return Need.NO_ADDRESS
        if self.offers:
            return Need.NOTHING
        if self.offer_unknown:
            return Need.UNKNOWN_OFFER
        if self.pro:
            return Need.PRO
        return Need.SOSH if self.sosh else Need.OFFER


def account_of(conversation: Conversation) -> Account:
    """Replay a conversation. What the page or the line knew counts until the person says otherwise."""
    known = (conversation.country, conversation.offer)
    account = Account(
        country=conversation.country,
        offers=(conversation.offer,) if conversation.offer else (),
        pro=conversation.offer in ("obs", "mobile_entreprise"),
    )
    asked: str | None = None
    choices: tuple[Mapping[str, str], ...] = ()
    first = 0
    for place in range(len(conversation.turns) - 1, -1, -1):
        memory = getattr(conversation.turns[place], "memory", None)
        if memory and memory["known"] == known:
            account, first = memory["account"], place + 1
            break
    # What was asked before a message that is remembered was answered by it, or is asked until the next reply.
    for turn in reversed(conversation.turns[:first]):
        if isinstance(turn, BotTurn):
            asked, choices = _asked(turn.custom), turn.buttons
            break
    for turn in conversation.turns[first:]:
        if isinstance(turn, BotTurn):
            asked, choices = _asked(turn.custom), turn.buttons
        else:
            account = _after(account, _pointed_out(account, turn, asked, choices), asked)
            if turn.memory is not None:
                turn.memory.update(known=known, account=account)
    return account


def _pointed_out(account: Account, turn: UserTurn, asked: str | None, choices: Sequence[Mapping[str, str]]) -> UserTurn:
    """The message with what « le premier », « les deux » or « aucun des deux » means after the question asked."""
    chosen = next((value for value in turn.values("customer") if value.startswith(_CHOICE)), None)
    if chosen is None or turn.values("offer") or turn.values("country"):
        return turn
    return replace(turn, entities=turn.entities + tuple(_meant(account, chosen, asked, choices)))


def _meant(account: Account, chosen: str, asked: str | None, choices: Sequence[Mapping[str, str]]) -> Iterator[Entity]:
    if chosen in (_ALL, _NONE):
        if asked == "country":
            yield Entity("country", BOTH if chosen == _ALL else ELSEWHERE)
        elif chosen == _ALL and asked == Need.SOSH.value:
            yield from (Entity("offer", offer) for offer in ("mobile", "internet"))
        elif chosen == _ALL and len(account.hesitates) == _TWO:
            yield from (Entity("offer", offer) for offer in account.hesitates)
    # After « box ou mobile », « le premier » may be the first said or the first offered.
    elif asked in _QUESTIONS | {"country"} and not account.hesitates:
        place = int(chosen.removeprefix(_CHOICE)) - 1
        if place < len(choices):
            yield from _said_by(choices[place])


def _said_by(button: Mapping[str, str]) -> Iterator[Entity]:
    """The entities that choosing a button says."""
    payload = _PAYLOAD.fullmatch(button["payload"])
    for kind, values in (json.loads(payload.group(1)) if payload else {}).items():
        yield from (Entity(kind, value) for value in ([values] if isinstance(values, str) else values))


def _asked(custom: Mapping[str, Any]) -> str | None:
    asks = custom.get("asks")
    return asks if isinstance(asks, str) else None


def _after(account: Account, turn: UserTurn, asked: str | None) -> Account:
    account = _with_country(account, turn, asked)
    if turn.intent in _REFUSED:  # « ma box est en panne » says nothing of the offer that a right is about
        return account
    offers = turn.values("offer")
    words_said = turn.values("customer")
    words = frozenset(words_said)
    if asked == Need.PRO_HOME.value and turn.intent in _YES_NO and not words & {"private", "sosh"}:
        # « Is it an OBS contract? » « Oui, notre Livebox. »
        if turn.intent == "deny":
            return _with_offers(account, offers, words | {"not_obs"}, asked)
        return _with_offers(account, ("obs",), words, asked) if _is_a_clear_yes(turn.text) else account
    if asked not in _QUESTIONS:  # « je ne sais pas comment supprimer... » says nothing of the offer
        words -= {"offer_unknown"}
    if words & _RELATIONS:
        account = replace(account, relation="former" if "former" in words else "none")
    elif (account.relation == "none" and (offers or words & {"sosh", "pro"})) or "current" in words:
        account = replace(account, relation=None)
    if offers or words & _ABOUT_OFFERS:
        account = replace(_with_offers(account, offers, words, asked), hesitates=())
    elif turn.intent in _ANSWERS:
        account = _without(account, words)
    possible = tuple(dict.fromkeys(word.removeprefix(_MAYBE) for word in words_said if word.startswith(_MAYBE)))
    return replace(account, hesitates=possible) if possible else account


def _without(account: Account, words: frozenset[str]) -> Account:
    """« non, pas la box »: the account without the offers denied."""
    denied = {word.removeprefix(_NOT) for word in words if word.startswith(_NOT)}
    if "mobile" in denied:
        denied.add("mobile_entreprise")
    offers = tuple(offer for offer in account.offers if offer not in denied)
    return replace(account, offers=offers, sosh=account.sosh and "sosh" not in denied)


def _is_a_clear_yes(text: str) -> bool:
    """« ok » or « je pense que oui » decide no address."""
    said = set(re.findall(r"\w+", re.sub(r"bien s[ûu]r", "absolument", text.lower())))
    return bool(said & _YES) and not said & _DOUBT


def _with_country(account: Account, turn: UserTurn, asked: str | None) -> Account:
    for entity in turn.entities:
        if entity.kind != "country":
            continue
        if _decides_country(account, turn, entity, asked):
            account = replace(account, country=entity.value, told=True)
        elif _unsettles_country(account, turn, entity):
            account = replace(account, country=None)
    return account


def _unsettles_country(account: Account, turn: UserTurn, entity: Entity) -> bool:
    """« je vis en Guadeloupe », said on a page of the Mali: whether the line is there too is to be asked.

    « non, je suis en Guadeloupe » corrects the page.
    """
    return (
        entity.role == "place"
        and turn.intent in _ANSWERS
        and not account.told
        and account.country is not None
        and entity.value not in (account.country, ELSEWHERE)
        and not _CORRECTS.search(turn.text.lower())
    )


def _decides_country(account: Account, turn: UserTurn, entity: Entity, asked: str | None) -> bool:
    """Whether a country named is that of the line: not where the person is for a while, lives, or has family."""
    lives_elsewhere = entity.value == ELSEWHERE and entity.role == "place" and account.country and asked != "country"
    if entity.role == "visit" or lives_elsewhere or _unsettles_country(account, turn, entity):
        return False
    if entity.role == "line" or turn.intent == INFORM or asked == "country":
        return True
    if turn.intent == "out_of_scope" and entity.role != "place":  # « le Mali a-t-il une loi ? »
        return False
    if turn.intent in _ABOUT_PLACES:
        return account.country is None and entity.value != ELSEWHERE
    if entity.role == "place" or entity.value == ELSEWHERE:
        return account.country is None
    return True


def _with_offers(account: Account, offers: tuple[str, ...], words: frozenset[str], asked: str | None) -> Account:
    if "offer_unknown" in words and not offers:
        # Of an offer that nobody can name, no address: the question is answered, and not asked again.
        return replace(account, offers=(), offer_unknown=True)
    if not offers and account.pro and words.isdisjoint({"not_obs", "private", "sosh"}):
        offers = account.offers  # « notre entreprise », said of the professional offer already known
    if "also" in words:
        offers = tuple(dict.fromkeys(account.offers + offers))
    pro = _is_professional(account, offers, words, asked)
    # Asked « which professional offer? », « Internet » answers beside « OBS »: it is Internet outside OBS.
    beside_obs = asked in _PRO_QUESTIONS and bool(_HOME & set(offers))
    not_obs = "obs" not in offers and ("not_obs" in words or beside_obs or (account.not_obs and account.pro and pro))
    if not offers and ("not_obs" in words or ("private" in words and not account.pro)):
        offers = tuple(offer for offer in account.offers if offer != "obs")
    if pro:
        offers = tuple("mobile_entreprise" if offer == "mobile" else offer for offer in offers)
    if "obs" in offers:  # « notre Livebox, chez OBS »: the contract decides
        offers = tuple(offer for offer in offers if offer not in _HOME)
    return replace(
        account,
        offers=tuple(dict.fromkeys(offers)),
        pro=pro,
        not_obs=not_obs,
        offer_unknown=False,
        sosh="sosh" in words or (account.sosh and not pro),
    )


def _is_professional(account: Account, offers: tuple[str, ...], words: frozenset[str], asked: str | None) -> bool:
    if "obs" in offers or "mobile_entreprise" in offers or words & {"pro", "not_obs"}:
        return True
    if words & {"private", "sosh"}:
        return False
    return account.pro or asked in _PRO_QUESTIONS

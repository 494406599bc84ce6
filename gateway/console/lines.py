"""The customer's line as the console knows it: what the agent chose, and what the typed text says of it.

Country and offer decide an address, so nothing here decides on its own: both are replayed as turns of a conversation
by the rules of the chat. What was chosen before the text was typed may be left over from the call before: where the two
disagree, what they disagree on is not decided. What is chosen once the text stands there has the last word.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import BaseModel

from gateway.contract import Country, Offer
from policies_kb.replies.account import BOTH, ELSEWHERE, Account, account_of
from policies_kb.replies.conversation import Conversation, Entity, UserTurn

Customer = Literal["sosh", "pro", "not_obs", "former", "none", "offer_unknown"]
Part = Literal["country", "offer"]
_PART_OF: dict[str, Part] = {"country": "country", "offer": "offer", "customer": "offer"}
_INFORM = "inform"


class Line(BaseModel):
    """What decides an address: the country, the offers, and words on the situation that are not an offer."""

    country: Country | None = None
    offers: list[Offer] = []
    customer: list[Customer] = []


class KnownLine(BaseModel):
    """A line as it is understood; `country` may also be both countries, or neither. `need` is what is left to ask."""

    country: Country | Literal["both", "elsewhere"] | None
    offers: list[str]
    customer: list[str]
    need: str


@dataclass(frozen=True)
class Reading:
    """The line, and on what the text and the choices disagree."""

    account: Account
    disagreements: tuple[Part, ...] = ()


def account_for(line: Line) -> Account:
    """The account of a line that the agent chose."""
    return account_of(Conversation((_chosen(line),)))


def known(account: Account) -> KnownLine:
    """An account as the page shows it; giving it back as a `Line` gives the same account."""
    flags = {
        "sosh": account.sosh,
        "pro": account.pro and not {"obs", "mobile_entreprise"} & set(account.offers),
        "not_obs": account.not_obs,
        "former": account.relation == "former",
        "none": account.relation == "none",
        "offer_unknown": account.offer_unknown,
    }
    country = account.country if account.country in ("caraibe", "mali", BOTH, ELSEWHERE) else None
    return KnownLine.model_validate(
        {
            "country": country,
            "offers": list(account.offers),
            "customer": [name for name, holds in flags.items() if holds],
            "need": account.need.value,
        }
    )


def read(said: UserTurn | None, line: Line, settled: Collection[Part]) -> Reading:
    """The line that a text and the agent's choices give together.

    `said` is the text as understood, None when nothing understands it; `settled`: what was chosen knowing the text.
    """
    before = account_for(line)
    if said is None:
        return Reading(before)
    heard = replace(
        said, entities=tuple(entity for entity in said.entities if _PART_OF.get(entity.kind) not in settled)
    )
    account = account_of(Conversation((_chosen(line), heard)))
    disagreements: list[Part] = []
    if before.country is not None and account.country != before.country:
        disagreements.append("country")
        account = replace(account, country=None)
    if before.offers and not set(before.offers) <= set(account.offers):
        disagreements.append("offer")
        account = replace(account, offers=())
    return Reading(account, tuple(disagreements))


def _chosen(line: Line) -> UserTurn:
    country = [Entity("country", line.country)] if line.country else []
    offers = [Entity("offer", offer) for offer in line.offers]
    return UserTurn(_INFORM, entities=(*country, *offers, *(Entity("customer", word) for word in line.customer)))

"""The contract's topics and contacts, `contract/topics.yml`: what the content is held against."""

import pathlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import yaml

CONTRACT = pathlib.Path(__file__).parent / "contract" / "topics.yml"

FULL, PARTIAL, SILENT = "full", "partial", "silent"
# An offer list that the contract writes in words, for contacts that are everybody's.
_EVERY_OFFER = "every offer"


@dataclass(frozen=True)
class AgreedPolicy:
    """What the contract says of a policy."""

    id: str
    title: str
    issuer: str
    country: str
    updated: date


@dataclass(frozen=True)
class AgreedContact:
    """What the contract says of a contact; `offers` is empty when the offer does not decide."""

    id: str
    kind: str
    country: str
    text: str
    offers: frozenset[str]


@dataclass(frozen=True)
class Contract:
    """Policies by country, coverage (full, partial, silent) by topic and country, contacts by id, all offers."""

    policies: Mapping[str, AgreedPolicy]
    coverage: Mapping[str, Mapping[str, str]]
    contacts: Mapping[str, AgreedContact]
    offers: frozenset[str]


def read_contract(path: pathlib.Path) -> Contract:
    """Read `topics.yml`. It is given, not written here: an error in it is raised as it comes (KeyError, OSError)."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    policies = {
        entry["country"]: AgreedPolicy(name, entry["title"], entry["issuer"], entry["country"], entry["updated"])
        for name, entry in data["policies"].items()
    }
    topics = {entry["id"] for entry in data["topics"]}
    contacts = {
        entry["id"]: AgreedContact(
            entry["id"],
            entry["kind"],
            entry["country"],
            entry["text"],
            frozenset() if _EVERY_OFFER in entry["for"] else frozenset(entry["for"]) - topics,
        )
        for entry in data["contacts"]
    }
    return Contract(
        policies=policies,
        contacts=contacts,
        coverage={entry["id"]: {country: entry[country] for country in policies} for entry in data["topics"]},
        offers=frozenset().union(*(contact.offers for contact in contacts.values())),
    )

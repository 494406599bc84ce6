"""Checks on notices and labels: facts from outside age, and everything offered has a name."""

from collections.abc import Iterator
from datetime import date

from policies_kb.content import Content
from policies_kb.findings import Finding


def check_notices(content: Content, on: date) -> Iterator[Finding]:
    """Notices belong to a topic, were checked, and are still good on a day."""
    for notice in content.notices:
        file = f"notices.yml, {notice.id}"
        if notice.topic not in content.contract.coverage:
            yield Finding(file, f"{notice.topic} is no topic", "use the ids of contract/topics.yml")
        if notice.expires_on < on:
            yield Finding(
                file, f"expired on {notice.expires_on}", "check its facts again and set both dates, or take it out"
            )
        if notice.checked_on > on:
            yield Finding(file, f"checked on {notice.checked_on}, which is to come", "set the day it was checked")
        if notice.expires_on <= notice.checked_on:
            yield Finding(file, "expires before it was checked", "set expires_on after checked_on")
    names = [notice.id for notice in content.notices]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Finding("notices.yml", f"{name} stands twice", "keep one")


def check_labels(content: Content) -> Iterator[Finding]:
    """Every topic, country and offer has a label, and nothing else has."""
    wanted = [
        *content.contract.coverage,
        *(f"country.{country}" for country in content.sources),
        *(f"offer.{offer}" for offer in sorted(content.contract.offers)),
    ]
    for key in wanted:
        if key not in content.labels:
            yield Finding("labels.yml", f"{key} has no label", "add its label and phrase")
    for key in sorted(content.labels.keys() - set(wanted)):
        yield Finding("labels.yml", f"{key} is neither topic, country nor offer", "take it out")

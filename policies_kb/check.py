"""Refuse content that a policy does not bear. No finding means that everything said can be shown in its source."""

import pathlib
from collections.abc import Iterator
from datetime import date

from policies_kb.check_cards import check_citations, check_complete, check_form
from policies_kb.check_contacts import check_contacts
from policies_kb.check_grounding import check_grounding
from policies_kb.check_letters import check_letters
from policies_kb.check_notices import check_labels, check_notices
from policies_kb.check_policies import check_coverage, check_reached, check_sources, reached
from policies_kb.check_voice import check_voice
from policies_kb.content import ROOT, Content, load_content
from policies_kb.findings import Finding


def check(on: date, root: pathlib.Path = ROOT) -> list[Finding]:
    """Everything wrong with the content under `root` on a day, by file.

    Raises ContentError when the content cannot even be read, and SourceError when a source file is not in order.
    """
    return sorted(set(_all(load_content(root), on)))


def _all(content: Content, on: date) -> Iterator[Finding]:
    yield from check_sources(content)
    yield from check_coverage(content)
    yield from check_complete(content)
    yield from check_citations(content)
    yield from check_reached(content)
    yield from check_form(content)
    yield from check_contacts(content)
    yield from check_notices(content, on)
    yield from check_labels(content)
    yield from check_voice(content)
    yield from check_grounding(content)
    yield from check_letters(content)


def summary(content: Content) -> str:
    """How much of the policies is reached: `100 % of passages reached: caraibe 97/97, mali 72/72`."""
    counts = {
        country: (len(names), len(content.sources[country].passages)) for country, names in reached(content).items()
    }
    total, of = (sum(column) for column in zip(*counts.values(), strict=True))
    # Rounded down: 100 % is said when it is all of them and not before.
    return f"{100 * total // of} % of passages reached: " + ", ".join(
        f"{country} {hit}/{all_}" for country, (hit, all_) in counts.items()
    )

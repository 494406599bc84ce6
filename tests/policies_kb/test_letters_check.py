"""Check refuses each way in which a letter can leave its policy, and what cannot be read is named with its field."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from policies_kb.content import ContentError, load_content

if TYPE_CHECKING:
    from tests.policies_kb.conftest import Copy

FILE = "letters.yml"


def _replace(old: str, new: str) -> Callable[["Copy"], object]:
    return lambda copy: copy.replace(FILE, old, new)


# What is broken, and words of the finding it must give.
CASES: dict[str, tuple[Callable[["Copy"], object], str]] = {
    "no letters at all": (lambda copy: (copy.root / FILE).unlink(), "letters.yml: there are no letters"),
    "a right of the policy without its letter": (
        _replace("    mali: *access\n", ""),
        "rights.access has no letter for mali",
    ),
    "a right on which the policy is silent": (
        _replace("    slug: portabilite\n", "    slug: portabilite\n    mali: *access\n"),
        "rights.portability: the policy of mali does not hold this right",
    ),
    "a right named in words that the policy does not use": (
        _replace('subject: "droit de suppression"', 'subject: "droit à l\'oubli"'),
        "subject: « oubli » does not stand in its passage",
    ),
    "a right resting on a passage about something else": (
        _replace("passage: rights.4", "passage: rights.3"),
        "is not mapped to rights.post_mortem",
    ),
    "a delay resting on a passage about something else": (
        _replace("delay: exercise.3", "delay: exercise.1"),
        "is not mapped to exercise.deadline",
    ),
    "a document whose name is not the policy's": (
        _replace('enclosed: "photocopie', 'enclosed: "copie certifiée'),
        "enclosed « copie certifiée d'un justificatif d'identité » is not verbatim",
    ),
    "words that introduce no address": (
        _replace('assigned: "Si vous êtes client"', 'assigned: "Si vous êtes abonné"'),
        "does not introduce caraibe.jarry (mobile)",
    ),
    "a site that the policy does not name": (
        _replace("soshcaraibe.fr)", "orange.fr)"),
        "named: orange.fr does not stand in its passage",
    ),
    "an offer that the policy names otherwise": (
        _replace('named: "offre Open"', 'named: "offre Livebox"'),
        "« offre Livebox » is not how exercise.consumer.1 names it",
    ),
    "an offer that is not named": (
        _replace('  tv: {named: "offre TV", slug: tv}\n', ""),
        "letters.yml, offers: tv is missing",
    ),
    "two offers at one address of the web": (_replace("slug: tv}", "slug: fixe}"), "slug 'fixe' is another's too"),
    "an address of the web that is none": (_replace("slug: acces", "slug: Accès"), "slug 'Accès' is no slug"),
    "a delay that the policy does not give": (
        _replace("dans ce délai.", "dans les huit jours."),
        "the duration 8 jour stands in none of its passages",
    ),
    "a quotation that is not verbatim": (
        _replace("La politique indique\u00a0:", "La politique indique «\u00a0sous un mois\u00a0»\u00a0:"),
        "the quotation « sous un mois » is not verbatim",
    ),
    "another contact in the letter": (
        _replace("Madame, Monsieur,", "OBS - Gestion des données personnelles, TSA 70007, 82008 Montauban"),
        "it holds the contact caraibe.montauban",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_check_refuses(copy: "Copy", unbroken: list[str], name: str) -> None:
    break_it, words = CASES[name]
    break_it(copy)
    new = [finding for finding in copy.findings() if finding not in unbroken]
    assert any(words in finding for finding in new), new


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "passage: rights.4",
            "passage: rights.44",
            "letters.yml, rights, rights.post_mortem, caraibe: field 'passage'",
        ),
        ("{title} ", "{titel} ", "unknown placeholder 'titel': use {date}, {title}"),
        ('greeting: "Madame', 'greeting: "{Madame', "letters.yml, letter: field 'greeting': unknown placeholder"),
        ("quotes: address", "quotes: contact", "field 'quotes': 'contact' is unknown: use one of document, address"),
        ("lines: 6", "lines: no", "is no part of a letter"),
        ("  thanks:", "  thank:", "letters.yml, letter: unknown field 'thank'"),
        ("  mali:\n    named", "  senegal:\n    named", "no policy for 'senegal'"),
    ],
)
def test_what_cannot_be_read_is_named(copy: "Copy", old: str, new: str, problem: str) -> None:
    copy.replace(FILE, old.replace("} ", "}\u00a0"), new.replace("} ", "}\u00a0"))
    with pytest.raises(ContentError) as raised:
        load_content(copy.root)
    assert any(problem in line for line in raised.value.problems), raised.value.problems

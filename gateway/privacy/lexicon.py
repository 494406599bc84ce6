"""Names, places and common words, read once from their files."""

from pathlib import Path
from typing import Any

import yaml

from gateway.privacy.folding import fold

_FOLDER = Path(__file__).parent


def _content(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def _folded(names: list[str]) -> frozenset[str]:
    return frozenset(fold(str(name)) for name in names)


def _certain_and_ambiguous(file: str) -> tuple[frozenset[str], frozenset[str]]:
    groups = _content(_FOLDER / file)
    ambiguous = _folded(groups.pop("ambiguous"))
    return frozenset().union(*map(_folded, groups.values())) - ambiguous, ambiguous


# Folded. What is ambiguous is also a word, a place or, for a surname, a first name.
GIVEN_NAMES, AMBIGUOUS_GIVEN_NAMES = _certain_and_ambiguous("given_names.yml")
SURNAMES, AMBIGUOUS_SURNAMES = _certain_and_ambiguous("surnames.yml")
AMBIGUOUS = (AMBIGUOUS_GIVEN_NAMES | AMBIGUOUS_SURNAMES) - GIVEN_NAMES - SURNAMES

# Names that decide a country or an offer, from the gazetteer of the understanding: hyphens are spaces.
_GAZETTEER = _content(_FOLDER.parents[1] / "nlu" / "gazetteer.yml")
PLACES = frozenset(
    name.replace("-", " ")
    for group in ("countries", "offers")
    for names in _GAZETTEER[group].values()
    for name in _folded(names)
)
_WORDS_OF_PLACES = frozenset(word for name in PLACES for word in name.split())
# The words of questions (words.py), of places and offers; none of them is a name that is no word.
_WORDS_OF_QUESTIONS = frozenset((_FOLDER / "words.txt").read_text(encoding="utf-8").split())
COMMON_WORDS = (_WORDS_OF_QUESTIONS | _WORDS_OF_PLACES) - GIVEN_NAMES - SURNAMES
_OTHERS = _content(_FOLDER / "not_people.yml")
# Names of streets, firms and saints that hold a first name.
NOT_PEOPLE = frozenset(name.replace("-", " ") for name in _folded(_OTHERS["names"]))
MOST_WORDS_OF_A_PLACE = max(name.count(" ") + 1 for name in PLACES | NOT_PEOPLE)

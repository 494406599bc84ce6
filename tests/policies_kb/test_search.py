"""Search finds the passage that answers a question, typed as people type."""

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies_kb.base import BaseError, KnowledgeBase
from policies_kb.search import PassageSearch

QUESTIONS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("questions.yml").read_text(encoding="utf-8"))
# Measured 0.59 and 0.78; less than this is a regression, not noise of one question.
AT_LEAST_FIRST, AT_LEAST_IN_THREE = 0.55, 0.70


@pytest.fixture(scope="module")
def search(base_path: Path) -> PassageSearch:
    return PassageSearch(base_path)


def test_most_questions_find_a_passage_of_their_topic(search: PassageSearch) -> None:
    first = in_three = 0
    for question in QUESTIONS:
        hits = search.search(question["query"], question["country"], 3)
        found = [question["topic"] in hit.topics for hit in hits]
        first += found[0] if found else 0
        in_three += any(found)
    assert first / len(QUESTIONS) >= AT_LEAST_FIRST
    assert in_three / len(QUESTIONS) >= AT_LEAST_IN_THREE


@pytest.mark.parametrize(
    "query", ["demander la portabilité", "portabilite", "PORTABILITÉ", "portabilitté", "potabilité"]
)
def test_accents_case_and_typing_errors_find_the_same_passage(search: PassageSearch, query: str) -> None:
    assert search.search(query, "caraibe", 1)[0].excerpt.text == "Vous pouvez demander la portabilité de ces dernières."


def test_a_country_is_searched_alone(search: PassageSearch) -> None:
    assert {hit.excerpt.policy for hit in search.search("transfert hors du pays", "mali", 20)} == {"orange-mali"}
    both = {hit.excerpt.policy for hit in search.search("données de localisation", None, 4)}
    assert both == {"orange-mali", "orange-caraibe"}


def test_scores_fall_from_at_most_one_to_above_zero(search: PassageSearch) -> None:
    scores = [hit.score for hit in search.search("données de localisation", None, 200)]
    assert scores == sorted(scores, reverse=True)
    assert 1 >= scores[0] > 0.6
    assert scores[-1] > 0


@pytest.mark.parametrize("query", ["", "???", "zzxqy"])
def test_what_says_nothing_finds_nothing(search: PassageSearch, query: str) -> None:
    assert search.search(query, None, 3) == []


@pytest.mark.parametrize("query", ['"', "portabilité OR NOT (", "NEAR(portabilité *", "lemmas:portabilité"])
def test_operators_of_the_query_language_are_plain_words(search: PassageSearch, query: str) -> None:
    assert len(search.search(query, None, 3)) in (0, 3)


def test_no_passage_with_a_contact_is_found(search: PassageSearch, base_path: Path) -> None:
    contacts = KnowledgeBase.open(base_path).contacts.values()
    for query in ("adresse Jarry Cedex", "Service clients 7400", "Bloctel Troyes", "Montauban OBS", "Bordeaux"):
        for hit in search.search(query, None, 200):
            assert not [contact.id for contact in contacts if contact.text in hit.excerpt.text]


def test_a_replaced_base_is_searched(tmp_path: Path, base_path: Path) -> None:
    path = Path(shutil.copy(base_path, tmp_path / "kb.sqlite"))
    search = PassageSearch(path)
    assert search.search("portabilité", "caraibe", 1)[0].topics != ("dpo",)
    other = Path(shutil.copy(base_path, tmp_path / "other.sqlite"))
    connection = sqlite3.connect(other)
    connection.execute("UPDATE passages SET topics = '[\"dpo\"]'")
    connection.commit()
    connection.close()
    other.replace(path)
    assert search.search("portabilité", "caraibe", 1)[0].topics == ("dpo",)


def test_without_a_base_search_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BaseError, match="policies_kb build"):
        PassageSearch(tmp_path / "kb.sqlite").search("portabilité", None, 1)

"""The subset is fixed, spread, and never asks what was learned."""

import random
from collections import Counter
from pathlib import Path

import pytest
import yaml

from evaluation.contenders.subset import (
    TEST_PER_INTENT,
    TRAINING_PER_INTENT,
    Sentence,
    Subset,
    content_hash,
    draw,
    read_sentences,
)
from tests.conftest import ROOT

KINDS = [f"kind {number}" for number in range(6)]


def sentences(count: int = 60, intents: tuple[str, ...] = ("retention", "rights")) -> list[Sentence]:
    """`count` sentences of each intent, of six kinds in turn."""
    return [
        Sentence(f"{intent}, question {number}", intent, KINDS[number % len(KINDS)])
        for intent in intents
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def drawn() -> Subset:
    """The subset of the real data."""
    return draw(read_sentences())


def test_the_order_of_the_sentences_changes_nothing() -> None:
    shuffled = sentences()
    random.Random(1).shuffle(shuffled)
    assert draw(shuffled) == draw(sentences())
    assert draw(shuffled).hash == draw(sentences()).hash


def test_the_names_and_the_depth_of_the_files_change_nothing(tmp_path: Path) -> None:
    blocks = [
        {
            "intent": intent,
            "metadata": {"register": kind},
            "examples": "".join(f"- {intent} {kind} {n}\n" for n in "ab"),
        }
        for intent in ("retention", "rights")
        for kind in KINDS
    ]
    for folder, order in (("one", blocks), ("other", blocks[::-1])):
        for number, block in enumerate(order):
            path = tmp_path / folder / ("contrasts" if number % 2 else ".") / f"{number}.yml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(yaml.safe_dump({"version": "3.1", "nlu": [block]}), "utf-8")
    one, other = (draw(read_sentences(tmp_path / name), 5, 3) for name in ("one", "other"))
    assert one == other
    assert len(one.all_but_test) == 24 - 6


def test_a_changed_sentence_changes_the_hash() -> None:
    changed = [*sentences()[:-1], Sentence("une autre question", "rights", KINDS[0])]
    assert draw(changed).hash != draw(sentences()).hash
    assert content_hash(sentences()) != content_hash(changed)


def test_a_sentence_that_is_added_leaves_most_of_the_subset_in_its_place() -> None:
    before, after = draw(sentences(), 20, 10), draw([*sentences(), Sentence("ajoutée", "rights", KINDS[0])], 20, 10)
    assert len(set(before.training) & set(after.training)) >= 39


def test_every_kind_has_its_share() -> None:
    subset = draw(sentences(), 24, 12)
    assert set(Counter((item.intent, item.kind) for item in subset.training).values()) == {4}
    assert set(Counter((item.intent, item.kind) for item in subset.test).values()) == {2}


def test_more_kinds_than_sentences_are_met_by_both_draws() -> None:
    many = [
        Sentence(f"thème {theme}, {number}", "out_of_scope", str(theme)) for theme in range(60) for number in range(5)
    ]
    subset = draw(many, 40, 30)
    learned, asked = ({item.kind for item in part} for part in (subset.training, subset.test))
    assert (len(learned), len(asked)) == (40, 30)
    assert learned & asked


def test_a_small_intent_gives_what_it_has() -> None:
    subset = draw(sentences(count=8), 6, 5)
    assert Counter(item.intent for item in subset.training) == {"retention": 6, "rights": 6}
    assert Counter(item.intent for item in subset.test) == {"retention": 2, "rights": 2}


def test_two_spellings_of_a_sentence_count_once(tmp_path: Path) -> None:
    examples = "- Où vont mes données ?\n- ou vont mes donnees\n- Combien de temps ?\n"
    content = {"version": "3.1", "nlu": [{"intent": "transfers", "examples": examples}]}
    (tmp_path / "transfers.yml").write_text(yaml.safe_dump(content), "utf-8")
    assert len(read_sentences(tmp_path)) == 2


def test_what_is_asked_is_never_learned(drawn: Subset) -> None:
    asked = {sentence.same for sentence in drawn.test}
    assert len(asked) == len(drawn.test)
    assert asked.isdisjoint(sentence.same for sentence in drawn.training)
    assert asked.isdisjoint(sentence.same for sentence in drawn.all_but_test)
    assert set(drawn.training) <= set(drawn.all_but_test)


def test_the_real_subset_holds_every_intent_in_its_measure(drawn: Subset) -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    assert set(drawn.intents) == set(domain["intents"]) - {"nlu_fallback"}
    assert set(Counter(sentence.intent for sentence in drawn.training).values()) == {TRAINING_PER_INTENT}
    asked = Counter(sentence.intent for sentence in drawn.test)
    assert set(asked) == set(drawn.intents)
    assert max(asked.values()) == TEST_PER_INTENT
    assert asked["out_of_scope"] == asked["policy_silent"] == TEST_PER_INTENT

"""How sentences are dealt and left out: by their own text, whatever order they come in."""

import random
from collections import Counter

from evaluation.contenders.subset import Sentence
from evaluation.folds import few, folds, part

SENTENCES = [Sentence(f"{intent} {number}", intent, "plain") for intent in ("a", "b", "c") for number in range(11)]


def intents(sentences: list[Sentence]) -> Counter[str]:
    return Counter(sentence.intent for sentence in sentences)


def test_every_sentence_is_in_one_fold_and_every_intent_in_all() -> None:
    dealt = folds(SENTENCES, 3)
    assert sorted(sentence.text for fold in dealt for sentence in fold) == sorted(one.text for one in SENTENCES)
    assert all(set(intents(fold)) == {"a", "b", "c"} for fold in dealt)
    assert {len(fold) for fold in dealt} == {11}


def test_a_part_is_the_same_share_of_each_intent() -> None:
    assert intents(part(SENTENCES, 2)) == {"a": 6, "b": 6, "c": 6}
    assert intents(part(SENTENCES, 20)) == {"a": 1, "b": 1, "c": 1}
    assert set(part(SENTENCES, 1)) == set(SENTENCES)


def test_few_are_as_many_of_each_intent() -> None:
    assert intents(few(SENTENCES, 4)) == {"a": 4, "b": 4, "c": 4}


def test_the_order_of_the_sentences_changes_nothing() -> None:
    shuffled = random.Random(1).sample(SENTENCES, len(SENTENCES))
    for kept in (lambda some: folds(some, 3), lambda some: part(some, 2), lambda some: few(some, 2)):
        assert kept(shuffled) == kept(SENTENCES)

"""The figures, on answers whose figures can be worked out by hand."""

import math

import pytest

from evaluation.contenders.figures import (
    Answer,
    against,
    ahead,
    auroc,
    auroc_difference,
    figures,
    macro_f1,
    paired_difference,
    percentile_95,
    wilson,
)

TOPICS = {"retention", "rights"}


def answer(intent: str, *ranking: tuple[str, float], decided: str = "", ms: float = 1.0) -> Answer:
    return Answer(intent, ranking, decided or ranking[0][0], ms / 1000, ms / 2000)


ANSWERS = [
    answer("retention", ("retention", 0.8), ("out_of_scope", 0.1), ("rights", 0.1), ms=1),
    answer("retention", ("rights", 0.5), ("greet", 0.2), ("help", 0.1), ("retention", 0.1), ms=2),
    answer("rights", ("rights", 0.7), ("policy_silent", 0.3), ms=3),
    answer("out_of_scope", ("None", 1.0), ms=4),
    answer(
        "policy_silent", ("retention", 0.6), ("policy_silent", 0.2), ("out_of_scope", 0.2), decided="nlu_fallback", ms=5
    ),
    answer("greet", ("greet", 0.9), ms=6),
]


def test_the_figures_of_six_answers() -> None:
    measured = figures(ANSWERS, TOPICS)
    assert measured["accuracy"] == pytest.approx(4 / 6)
    assert measured["topic_accuracy"] == pytest.approx(2 / 3)
    assert measured["top_3"] == pytest.approx(5 / 6)
    # F1: retention 1/2, rights 2/3, out_of_scope 1, policy_silent 0, greet 1.
    assert measured["macro_f1"] == pytest.approx((1 / 2 + 2 / 3 + 1 + 0 + 1) / 5)
    # Refusal: 1.0 and 0.4 against 0.1, 0.0 and 0.3. No topic: 1.0 and 0.4 against 0.2, 0.5 and 0.3.
    assert measured["auroc_refusal"] == pytest.approx(1.0)
    assert measured["auroc_no_topic"] == pytest.approx(5 / 6)
    # As decided, None is « unsure », as nlu_fallback is.
    assert measured["decided"] == pytest.approx({"right": 3 / 6, "unsure": 2 / 6, "wrong": 1 / 6})
    assert measured["median_ms"] == pytest.approx(3.5)
    assert measured["p95_ms"] == pytest.approx(5.75)
    assert measured["classifying_median_ms"] == pytest.approx(1.75)


def test_the_auroc_is_the_share_of_pairs_in_the_right_order() -> None:
    scores, positive = [0.9, 0.8, 0.8, 0.3, 0.1], [True, False, True, False, True]
    pairs = [
        (one > other) + (one == other) / 2
        for one, of_one in zip(scores, positive, strict=True)
        for other, of_other in zip(scores, positive, strict=True)
        if of_one and not of_other
    ]
    assert auroc(scores, positive) == pytest.approx(sum(pairs) / len(pairs))


@pytest.mark.parametrize("positive", [[True, True], [False, False]])
def test_an_auroc_of_one_kind_alone_is_refused(positive: list[bool]) -> None:
    with pytest.raises(ValueError, match="a positive and a negative"):
        auroc([0.1, 0.2], positive)


def test_the_difference_of_two_aurocs_has_an_interval_around_it() -> None:
    positive = [number % 3 == 0 for number in range(60)]
    perfect = [float(is_positive) for is_positive in positive]
    half_blind = [score if number % 2 else 0.5 for number, score in enumerate(perfect)]
    middle, low, high = auroc_difference(perfect, half_blind, positive)
    assert middle == pytest.approx(1 - auroc(half_blind, positive))
    assert 0 < low < middle < high
    assert auroc_difference(perfect, perfect, positive) == (0, 0, 0)
    assert auroc_difference(perfect, half_blind, positive) == (middle, low, high)


def test_two_contenders_are_compared_on_the_same_sentences() -> None:
    better = [answer(one.intent, (one.intent, 1.0)) for one in ANSWERS]
    compared = against(better, ANSWERS, TOPICS)
    assert compared["accuracy_difference_95"][0] == pytest.approx(2 / 6)
    assert compared["auroc_refusal_difference_95"][0] == pytest.approx(0)
    assert compared["auroc_no_topic_difference_95"][0] == pytest.approx(1 / 6)


def test_scores_that_say_nothing_have_an_auroc_of_a_half() -> None:
    assert auroc([0.5] * 4, [True, False, False, True]) == pytest.approx(0.5)


def test_the_wilson_interval_is_the_published_one() -> None:
    # 81 of 263, a worked example of R. G. Newcombe (1998).
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 10)[0] == 0
    assert all(wilson(asked, asked)[1] == 1 for asked in range(1, 1000))


def test_an_intent_that_is_found_and_never_true_costs_precision_alone() -> None:
    assert macro_f1([("a", "a"), ("a", "b")]) == pytest.approx(2 / 3)


def test_the_difference_is_measured_sentence_by_sentence() -> None:
    middle, low, high = paired_difference([True, True, True, False], [True, False, False, False])
    half = 1.959964 * math.sqrt(1 / 3) / math.sqrt(4)
    assert (middle, low, high) == pytest.approx((0.5, 0.5 - half, 0.5 + half))


def test_the_95th_percentile_lies_between_the_values_around_it() -> None:
    assert percentile_95([float(value) for value in range(101)]) == pytest.approx(95)


def test_being_ahead_is_more_right_and_less_time() -> None:
    ours = {
        "accuracy": 0.6,
        "auroc_refusal": 0.8,
        "auroc_no_topic": 0.7,
        "median_ms": 2.0,
        "classifying_median_ms": 0.4,
    }
    assert not any(ahead(ours, ours).values())
    theirs = ours | {"accuracy": 0.5, "median_ms": 9.0, "auroc_no_topic": 0.9}
    assert ahead(ours, theirs) == {
        "accuracy": True,
        "auroc_refusal": False,
        "auroc_no_topic": False,
        "median_ms": True,
        "classifying_median_ms": False,
    }

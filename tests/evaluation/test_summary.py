"""The figures of cross-validation, on answers made by hand."""

import pytest

from evaluation.contenders.figures import wilson
from evaluation.figures import (
    Answered,
    calibration_error,
    confusion,
    kind,
    outcome,
    outcomes,
    reliability,
    share,
    summary,
)

TOPICS = frozenset({"retention", "transfers", "dpo"})


def answered(
    intent: str,
    decided: str,
    share: float = 0.8,
    *,
    register: str = "plain",
    refusal: float | None = None,
    best_topic: float | None = None,
    asked: tuple[str, ...] = (),
) -> Answered:
    """An answer of a classifier that ranks first what is acted on; what it gives the rest follows, unless given."""
    first = intent if decided == "nlu_fallback" else decided
    if refusal is None:
        refusal = share if first in ("out_of_scope", "policy_silent") else 1 - share
    if best_topic is None:
        best_topic = share if first in TOPICS else 1 - share
    return Answered("…", intent, register, (first, "thanks", "greet"), share, refusal, best_topic, decided, asked)


@pytest.mark.parametrize(
    ("decided", "asked", "found"),
    [
        ("retention", (), "right"),
        ("dpo", ("dpo", "retention"), "right"),
        ("nlu_fallback", (), "unsure"),
        ("out_of_scope", (), "refused"),
        ("policy_silent", (), "refused"),
        ("unsupported_language", (), "refused"),
        ("transfers", (), "wrong"),
        ("greet", (), "wrong"),
    ],
)
def test_what_acting_on_an_intent_amounts_to(decided: str, asked: tuple[str, ...], found: str) -> None:
    assert outcome({"retention"}, decided, asked) == found


def test_the_other_refusal_is_not_right_and_not_an_answer() -> None:
    assert answered("out_of_scope", "policy_silent").outcome == "refused"


def test_every_intent_is_of_one_kind() -> None:
    found = [
        kind(intent, TOPICS) for intent in ("dpo", "out_of_scope", "policy_silent", "greet", "unsupported_language")
    ]
    assert found == ["topics", "refusals", "refusals", "dialogue", "dialogue"]


def test_a_share_comes_with_its_interval_and_may_be_of_nothing() -> None:
    assert share(3, 4) == {"right": 3, "asked": 4, "share": 0.75, "interval": list(wilson(3, 4))}
    assert share(0, 0) == {"right": 0, "asked": 0, "share": None, "interval": None}


def test_outcomes_are_counted_and_add_up() -> None:
    found = outcomes(["right", "right", "wrong", "unsure", "refused"])
    assert found["share"] == 0.4
    assert [found[name] for name in ("right", "unsure", "refused", "wrong")] == [2, 1, 1, 1]


def test_reliability_cuts_by_probability_and_keeps_no_empty_bin() -> None:
    bins = reliability([0.05, 0.55, 0.59, 1.0], [False, True, False, True])
    assert [(entry["from"], entry["asked"], entry["right"]) for entry in bins] == [
        (0.0, 1, 0),
        (0.5, 2, 0.5),
        (0.9, 1, 1),
    ]
    assert bins[1]["probability"] == pytest.approx(0.57)


def test_the_calibration_error_weighs_each_bin_by_its_messages() -> None:
    # 0.05 where none is right, 0.57 where half is, 1.0 where all are: (0.05 + 2 × 0.07 + 0) / 4
    bins = reliability([0.05, 0.55, 0.59, 1.0], [False, True, False, True])
    assert calibration_error(bins) == pytest.approx(0.19 / 4)


def test_confusion_names_topics_and_sums_up_the_rest() -> None:
    answers = [
        answered("retention", "retention"),
        answered("retention", "dpo", asked=("dpo", "retention")),
        answered("retention", "transfers"),
        answered("retention", "policy_silent"),
        answered("retention", "nlu_fallback"),
        answered("out_of_scope", "policy_silent"),
        answered("greet", "dpo"),
    ]
    assert confusion(answers, TOPICS) == {
        "retention": {"retention": 2, "transfers": 1, "refusals": 1, "unsure": 1},
        "refusals": {"refusals": 1},
        "dialogue": {"dpo": 1},
    }


def test_the_summary_tells_topics_refusals_and_dialogue_apart() -> None:
    answers = [
        answered("retention", "retention", register="sms"),
        answered("retention", "transfers"),
        answered("dpo", "nlu_fallback", share=0.3),
        answered("out_of_scope", "out_of_scope", register="autres"),
        answered("policy_silent", "retention"),
        answered("greet", "greet"),
    ]
    found = summary(answers, TOPICS)
    assert found["first"]["right"] == 4
    assert found["topics_first"] == share(2, 3)
    assert found["kinds"]["topics"] == {**outcomes(["right", "wrong", "unsure"]), "wrong_topic": 1}
    assert found["kinds"]["refusals"] == {**outcomes(["right", "wrong"]), "wrong_topic": 1}
    assert found["kinds"]["dialogue"]["share"] == 1
    assert found["per_register"]["sms"]["topics"]["share"] == 1
    assert found["per_register"]["autres"]["topics"]["asked"] == 0
    assert found["per_topic"]["retention"]["taken_for"] == {"transfers": 1}
    # One of the two sentences answered with « retention » asked about it.
    assert found["per_topic"]["retention"]["precision"] == 0.5
    assert found["per_topic"]["dpo"]["precision"] is None
    assert found["calibration"]["error"] == pytest.approx(calibration_error(found["calibration"]["bins"]))


def test_the_refusal_scores_are_those_of_topics_against_refusals() -> None:
    answers = [
        answered("retention", "retention", refusal=0.1, best_topic=0.9),
        answered("dpo", "dpo", refusal=0.6, best_topic=0.4),
        answered("out_of_scope", "out_of_scope", refusal=0.5, best_topic=0.2),
        answered("greet", "greet", refusal=0.99, best_topic=0.99),
    ]
    found = summary(answers, TOPICS)
    assert (found["auroc_refusal"], found["auroc_no_topic"]) == (0.5, 1.0)

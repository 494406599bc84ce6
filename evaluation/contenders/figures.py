"""What the answers of a contender amount to: shares of right answers, refusal, time."""

import math
import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, median, quantiles, stdev

OUT_OF_SCOPE = "out_of_scope"
REFUSALS = frozenset({OUT_OF_SCOPE, "policy_silent"})
NONE = "None"  # node-nlp's word for « none of them »: a refusal
UNSURE = frozenset({"nlu_fallback", NONE})
TOP = 3
SEED = 1
RESAMPLES = 1000
_Z95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Answer:
    """What one contender answered to one sentence of a true intent: its ranking, its decision, its times in seconds."""

    intent: str
    ranking: Sequence[tuple[str, float]]
    decided: str
    seconds: float
    classifying: float

    @property
    def first(self) -> str:
        """The intent that it ranks first; NONE stands for out_of_scope."""
        return _known(self.ranking[0][0])

    @property
    def refusal(self) -> float:
        """How much speaks for refusing: the sum of the refusals' confidences (NONE is one of them)."""
        return sum(share for intent, share in self.ranking if _known(intent) in REFUSALS)

    def without_topic(self, topics: Collection[str]) -> float:
        """How little speaks for any topic: 1 minus the confidence of the topic that is ranked highest."""
        return 1 - max((share for intent, share in self.ranking if intent in topics), default=0.0)


def figures(answers: Sequence[Answer], topics: Collection[str]) -> dict[str, float | list[float] | dict[str, float]]:
    """Everything that is measured on the answers of one contender; times in milliseconds, shares 0..1."""
    right = [answer.first == answer.intent for answer in answers]
    on_topics = [answer.first == answer.intent for answer in answers if answer.intent in topics]
    judged = judged_on_refusal(answers, topics)
    refused = [answer.intent in REFUSALS for answer in judged]
    whole = [1000 * answer.seconds for answer in answers]
    classifying = [1000 * answer.classifying for answer in answers]
    return {
        "accuracy": fmean(right),
        "accuracy_95": list(wilson(sum(right), len(right))),
        "topic_accuracy": fmean(on_topics),
        "top_3": fmean(answer.intent in _tops(answer) for answer in answers),
        "macro_f1": macro_f1([(answer.intent, answer.first) for answer in answers]),
        "auroc_refusal": auroc([answer.refusal for answer in judged], refused),
        "auroc_no_topic": auroc([answer.without_topic(topics) for answer in judged], refused),
        "decided": {
            "right": fmean(answer.decided == answer.intent for answer in answers),
            "unsure": fmean(answer.decided in UNSURE for answer in answers),
            "wrong": fmean(answer.decided != answer.intent and answer.decided not in UNSURE for answer in answers),
        },
        "median_ms": median(whole),
        "p95_ms": percentile_95(whole),
        "classifying_median_ms": median(classifying),
        "classifying_p95_ms": percentile_95(classifying),
    }


def judged_on_refusal(answers: Sequence[Answer], topics: Collection[str]) -> list[Answer]:
    """The answers to what is on a topic or to be refused: the moves of a dialogue are neither."""
    return [answer for answer in answers if answer.intent in topics or answer.intent in REFUSALS]


def against(ours: Sequence[Answer], theirs: Sequence[Answer], topics: Collection[str]) -> dict[str, list[float]]:
    """How far ours is ahead on the same sentences, each with its 95 % interval."""
    right = [[answer.first == answer.intent for answer in answers] for answers in (ours, theirs)]
    one, other = (judged_on_refusal(answers, topics) for answers in (ours, theirs))
    refused = [answer.intent in REFUSALS for answer in one]
    refusal = auroc_difference([answer.refusal for answer in one], [answer.refusal for answer in other], refused)
    no_topic = auroc_difference(
        [answer.without_topic(topics) for answer in one], [answer.without_topic(topics) for answer in other], refused
    )
    return {
        "accuracy_difference_95": list(paired_difference(*right)),
        "auroc_refusal_difference_95": list(refusal),
        "auroc_no_topic_difference_95": list(no_topic),
    }


def wilson(right: int, asked: int) -> tuple[float, float]:
    """The Wilson 95 % interval of a share of `right` in `asked` (> 0)."""
    share, spread = right / asked, _Z95**2 / asked
    middle = (share + spread / 2) / (1 + spread)
    half = math.sqrt(share * (1 - share) * spread + spread**2 / 4) / (1 + spread)
    # Where all or none are right the bound is the share itself, which rounding may miss.
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def paired_difference(ours: Sequence[bool], theirs: Sequence[bool]) -> tuple[float, float, float]:
    """How much more often ours is right on the same sentences (two or more), and the 95 % interval of it."""
    differences = [int(one) - int(other) for one, other in zip(ours, theirs, strict=True)]
    middle, half = fmean(differences), _Z95 * stdev(differences) / math.sqrt(len(differences))
    return middle, middle - half, middle + half


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """The probability that a positive's score is above a negative's, a tie counting half.

    Raises ValueError without a positive or without a negative.
    """
    positives = sum(positive)
    negatives = len(positive) - positives
    if not positives or not negatives:
        raise ValueError("an AUROC takes a positive and a negative")
    at, positives_at = (
        Counter(scores),
        Counter(score for score, is_positive in zip(scores, positive, strict=True) if is_positive),
    )
    won, below = 0.0, 0
    for score in sorted(at):
        negatives_here = at[score] - positives_at[score]
        won += positives_at[score] * (below + negatives_here / 2)
        below += negatives_here
    return won / (positives * negatives)


def auroc_difference(
    ours: Sequence[float], theirs: Sequence[float], positive: Sequence[bool]
) -> tuple[float, float, float]:
    """How far our AUROC is above theirs on the same sentences, and the 95 % interval of that (bootstrap, fixed draws).

    Raises ValueError without a positive or without a negative.
    """
    drawn = random.Random(SEED)
    positives = [place for place, is_positive in enumerate(positive) if is_positive]
    negatives = [place for place, is_positive in enumerate(positive) if not is_positive]
    differences = []
    for _ in range(RESAMPLES if positives and negatives else 0):
        places = drawn.choices(positives, k=len(positives)) + drawn.choices(negatives, k=len(negatives))
        labels = [positive[place] for place in places]
        one, other = (auroc([scores[place] for place in places], labels) for scores in (ours, theirs))
        differences.append(one - other)
    middle = auroc(ours, positive) - auroc(theirs, positive)
    cuts = quantiles(differences, n=40, method="inclusive")
    return middle, cuts[0], cuts[-1]


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """The mean of the F1 of every true intent, from pairs of a true and a found intent."""
    true, found = Counter(pair[0] for pair in pairs), Counter(pair[1] for pair in pairs)
    hit = Counter(one for one, other in pairs if one == other)
    return fmean(2 * hit[intent] / (true[intent] + found[intent]) for intent in true)


def percentile_95(values: Sequence[float]) -> float:
    """The value that 95 % of `values` (two or more) stay below."""
    return quantiles(values, n=20, method="inclusive")[-1]


def ahead(ours: Mapping[str, float], theirs: Mapping[str, float]) -> dict[str, bool]:
    """By measure, whether ours is strictly better."""
    better_high = ("accuracy", "auroc_refusal", "auroc_no_topic")
    better_low = ("median_ms", "classifying_median_ms")
    return {name: ours[name] > theirs[name] for name in better_high} | {
        name: ours[name] < theirs[name] for name in better_low
    }


def _tops(answer: Answer) -> set[str]:
    return {_known(intent) for intent, _ in answer.ranking[:TOP]}


def _known(intent: str) -> str:
    return OUT_OF_SCOPE if intent == NONE else intent

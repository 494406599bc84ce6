"""What a list of answers amounts to. Runs under every Python of the project: the standard library alone."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from evaluation.contenders.figures import REFUSALS, auroc, wilson

UNSURE = "nlu_fallback"
FOREIGN = "unsupported_language"
OUTCOMES = ("right", "unsure", "refused", "wrong")
KINDS = ("topics", "refusals", "dialogue")
REGISTERS = ("formal", "plain", "casual", "sms", "voice", "agent", "indirect")
BINS = 10
TOP = 3
_MOST_MISTAKEN = 3  # intents named beside a topic


@dataclass(frozen=True)
class Answered:
    """One message, what it is and what was made of it.

    `intent` and `register` are its own; `tops` the first three intents, `share` the probability (0..1) of the first,
    `refusal` that of both refusals together, `best_topic` that of the likeliest topic; `decided` is the intent acted on
    and `asked` the topics answered where the message asks about several.
    """

    text: str
    intent: str
    register: str
    tops: tuple[str, ...]
    share: float
    refusal: float
    best_topic: float
    decided: str
    asked: tuple[str, ...]

    @property
    def outcome(self) -> str:
        """One of OUTCOMES. A refusal with the other refusal's words is `refused`, as is an answer that is refused."""
        return outcome({self.intent}, self.decided, self.asked)


def outcome(right: Collection[str], decided: str, asked: Collection[str]) -> str:
    """What acting on `decided` (and on `asked`, where several topics are) amounts to where `right` would be right."""
    if decided in right or not set(asked).isdisjoint(right):
        return "right"
    if decided == UNSURE:
        return "unsure"
    return "refused" if decided in REFUSALS or decided == FOREIGN else "wrong"


def kind(intent: str, topics: Collection[str]) -> str:
    """One of KINDS. A message in another language belongs to the dialogue."""
    if intent in topics:
        return "topics"
    return "refusals" if intent in REFUSALS else "dialogue"


def share(right: int, asked: int) -> dict[str, Any]:
    """How many of how many, the share (0..1) and its Wilson 95 % interval; both None where none was asked."""
    return {
        "right": right,
        "asked": asked,
        "share": right / asked if asked else None,
        "interval": list(wilson(right, asked)) if asked else None,
    }


def outcomes(found: Iterable[str]) -> dict[str, Any]:
    """How often each of OUTCOMES was found, with the share of those that are right."""
    counted = Counter(found)
    asked = sum(counted.values())
    return {**share(counted["right"], asked), **{name: counted[name] for name in OUTCOMES}}


def grouped(answers: Iterable[Answered], key: Callable[[Answered], str]) -> dict[str, list[Answered]]:
    """The answers by `key`, in alphabetical order."""
    found: dict[str, list[Answered]] = defaultdict(list)
    for answer in answers:
        found[key(answer)].append(answer)
    return dict(sorted(found.items()))


def reliability(shares: Sequence[float], right: Sequence[bool], bins: int = BINS) -> list[dict[str, Any]]:
    """Cut 0..1 in equal bins: how many are in each, their mean probability, the share right; empty ones left out."""
    cut: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for probability, is_right in zip(shares, right, strict=True):
        cut[min(int(probability * bins), bins - 1)].append((probability, is_right))
    return [
        {
            "from": number / bins,
            "to": (number + 1) / bins,
            "asked": len(cut[number]),
            "probability": fmean(probability for probability, _ in cut[number]),
            "right": fmean(is_right for _, is_right in cut[number]),
            "interval": list(wilson(sum(is_right for _, is_right in cut[number]), len(cut[number]))),
        }
        for number in sorted(cut)
    ]


def calibration_error(bins: Sequence[Mapping[str, Any]]) -> float:
    """The expected calibration error (0..1): how far the probability is from the share that is right, on average."""
    asked = sum(entry["asked"] for entry in bins)
    return float(sum(entry["asked"] * abs(entry["probability"] - entry["right"]) for entry in bins) / asked)


def confusion(answers: Iterable[Answered], topics: Collection[str]) -> dict[str, dict[str, int]]:
    """How often each topic (or kind of other message) was taken for what: true name, name acted on, number."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for answer in answers:
        true = answer.intent if answer.intent in topics else kind(answer.intent, topics)
        decided = answer.intent if answer.outcome == "right" else answer.decided
        named = decided if decided in topics else kind(decided, topics)
        taken = "unsure" if decided == UNSURE else named
        found[true][taken] += 1
    return {true: dict(sorted(taken.items())) for true, taken in sorted(found.items())}


def summary(answers: Sequence[Answered], topics: Collection[str]) -> dict[str, Any]:
    """Everything that is told of a set of answers. Raises ValueError where no refusal or no topic is among them."""
    by_kind = grouped(answers, lambda answer: kind(answer.intent, topics))
    bins = reliability([answer.share for answer in answers], [_is_first(answer) for answer in answers])
    judged = [*by_kind.get("topics", ()), *by_kind.get("refusals", ())]
    to_refuse = [answer.intent in REFUSALS for answer in judged]
    return {
        "asked": len(answers),
        "first": _firsts(answers),
        "among_three": share(sum(answer.intent in answer.tops[:TOP] for answer in answers), len(answers)),
        "topics_first": _firsts(by_kind.get("topics", ())),
        "kinds": {
            name: {
                **outcomes(answer.outcome for answer in by_kind.get(name, ())),
                "wrong_topic": _answered_wrongly(by_kind.get(name, ()), topics),
            }
            for name in KINDS
        },
        "per_topic": {
            topic: _of_topic(topic, answers, topics)
            for topic in grouped(by_kind.get("topics", ()), lambda answer: answer.intent)
        },
        "per_register": {
            name: {
                "first": _firsts(those),
                "topics": outcomes(answer.outcome for answer in those if answer.intent in topics),
                "all": outcomes(answer.outcome for answer in those),
            }
            for name, those in grouped(answers, lambda answer: answer.register).items()
        },
        "auroc_refusal": auroc([answer.refusal for answer in judged], to_refuse),
        "auroc_no_topic": auroc([1 - answer.best_topic for answer in judged], to_refuse),
        "calibration": {"error": calibration_error(bins), "bins": bins},
        "confusion": confusion(answers, topics),
    }


def _is_first(answer: Answered) -> bool:
    return answer.tops[0] == answer.intent


def _firsts(answers: Sequence[Answered]) -> dict[str, Any]:
    return share(sum(map(_is_first, answers)), len(answers))


def _answered_wrongly(answers: Iterable[Answered], topics: Collection[str]) -> int:
    """How often a topic was answered that was not asked about: the one mistake that reads like an answer."""
    return sum(answer.decided in topics and answer.outcome != "right" for answer in answers)


def _of_topic(topic: str, answers: Sequence[Answered], topics: Collection[str]) -> dict[str, Any]:
    own = [answer for answer in answers if answer.intent == topic]
    taken = [answer for answer in answers if answer.decided == topic]
    mistaken = Counter(answer.decided for answer in own if answer.outcome in ("wrong", "refused"))
    return {
        **outcomes(answer.outcome for answer in own),
        "first": _firsts(own),
        # Of what is answered with this topic, the share that asked about it.
        "precision": fmean(answer.outcome == "right" for answer in taken) if taken else None,
        "taken_for": dict(mistaken.most_common(_MOST_MISTAKEN)),
    }

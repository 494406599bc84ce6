"""python -m evaluation.selection: variants of the classifier, by cross-validation and by the development messages.

Runs in .venvs/rasa, or in .venvs/selection (`make select`), which holds the encoders too. Classifiers alone are
compared, on whole messages, without what the server does before and after: reading a message in halves, whose data it
is about, which language it is in. All learn half of the hand-written sentences alone, so that one takes a minute and
not ten; the one in use is measured with variations of them too, and some with all sentences. Writes
.cache/evaluation/results/selection.json; with --publish also evaluation/selection.json, which the report shows.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import median
from typing import Any

import numpy as np

from evaluation.contenders.compare import topics
from evaluation.contenders.figures import REFUSALS, auroc, paired_difference
from evaluation.contenders.subset import Sentence, content_hash, read_sentences
from evaluation.encoders import encoder
from evaluation.figures import calibration_error, reliability, share
from evaluation.folds import few, folds, learned, part
from evaluation.locks import ENCODERS, SELECTION, locked
from evaluation.results import RESULTS, ROOT, fingerprint, say, write
from evaluation.sets import DEVELOPMENT, Expected, check_development, is_right, read_set, single_messages
from evaluation.task import MADE_OF, Classifier, FloatArray, Task
from evaluation.variants import REFERENCE, VARIANTS, WHOLE

PUBLISHED = ROOT / "evaluation" / "selection.json"
FOLDS = 3
PART = 2  # one sentence in so many: with all of them the comparison takes three times as long
ASKED_BACK = 0.1  # the share of sentences, the least sure ones, that « surest » leaves out
TIMED = 100  # messages, by the time of which encoders are measured
TOLD_FROM = 5  # seconds
_LEARNED = (
    "evaluation/folds.py",
    "evaluation/variants.py",
    "nlu/deformation.py",
    "nlu/sentences.py",
    "nlu/slips.py",
    "nlu/substitution.py",
    "nlu/variation.py",
    "nlu/variation.yml",
)


@dataclass(frozen=True)
class Tasks:
    """A task for each fold; the first is asked the messages too, after its sentences."""

    parts: Sequence[Task]
    messages: int

    def compute(self, names: Sequence[str]) -> None:
        """Have variants compute, a task after the other, so that they share its features.

        Raises ModuleNotFoundError for a package of .venvs/selection that is not installed.
        """
        for number, one in enumerate(self.parts, start=1):
            for name in names:
                started = time.monotonic()
                one.computed(VARIANTS[name].classifier)
                if (took := time.monotonic() - started) >= TOLD_FROM:
                    say(f"  part {number} of {len(self.parts)}, {name}: {took:.0f} s")
            one.forget()

    def computed(self, classifier: Classifier) -> tuple[FloatArray, FloatArray, float]:
        """What `classifier` makes of the sentences and of the messages, and the seconds that the first fold takes."""
        (first, seconds), *others = [one.computed(classifier) for one in self.parts]
        cut = len(first) - self.messages
        return np.concatenate([first[:cut], *(found for found, _ in others)]), first[cut:], seconds


def tasks(
    dealt: Sequence[Sequence[Sentence]], messages: Sequence[Expected], known: frozenset[str], is_varied: bool
) -> Tasks:
    """The tasks of some folds, whose sentences are learned as written, or with variations of them too."""
    intents = _intents(dealt)

    def task(fold: Sequence[Sentence], and_also: Sequence[Expected]) -> Task:
        sentences = [sentence for other in dealt if other is not fold for sentence in other]
        examples = learned(sentences) if is_varied else [(sentence.text, sentence.intent) for sentence in sentences]
        return Task(
            [text for text, _ in examples],
            np.array([intents.index(intent) for _, intent in examples]),
            [*(sentence.text for sentence in fold), *(message.text for message in and_also)],
            intents,
            known,
        )

    return Tasks([task(fold, () if number else messages) for number, fold in enumerate(dealt)], len(messages))


def of_sentences(
    found: FloatArray, sentences: Sequence[Sentence], intents: tuple[str, ...], known: frozenset[str]
) -> tuple[dict[str, Any], list[bool]]:
    """The figures of cross-validation, and which sentences were ranked right."""
    labels = np.array([intents.index(sentence.intent) for sentence in sentences])
    order = np.argsort(-found, axis=1)
    firsts = [bool(right) for right in order[:, 0] == labels]
    shares = found.max(axis=1).tolist()
    own = found[np.arange(len(labels)), labels]
    bins = reliability(shares, firsts)
    on_topic = [right for right, sentence in zip(firsts, sentences, strict=True) if sentence.intent in known]
    surest = np.argsort(np.array(shares), kind="stable")[round(ASKED_BACK * len(shares)) :]
    return {
        "first": share(sum(firsts), len(firsts)),
        "topics_first": share(sum(on_topic), len(on_topic)),
        "among_three": share(int((order[:, :3] == labels[:, None]).any(axis=1).sum()), len(firsts)),
        "surest": share(sum(firsts[line] for line in surest), len(surest)),
        "auroc_refusal": _auroc(found, [sentence.intent for sentence in sentences], intents, known),
        "log_loss": float(-np.log(np.maximum(own, 1e-9)).mean()),
        "calibration_error": calibration_error(bins),
    }, firsts


def of_messages(found: FloatArray, messages: Sequence[Expected], intents: tuple[str, ...]) -> dict[str, Any]:
    """The figures of the development messages."""
    first = [intents[column] for column in found.argmax(axis=1)]
    pairs = list(zip(messages, first, strict=True))
    on_topic = [intent in is_right(message) for message, intent in pairs if message.topics]
    to_refuse = [intent in REFUSALS for message, intent in pairs if not message.topics]
    names = [message.topics[0] if message.topics else min(REFUSALS) for message in messages]
    return {
        "topics_first": share(sum(on_topic), len(on_topic)),
        "refused_right": share(sum(to_refuse), len(to_refuse)),
        "refused_wrongly": sum(intent in REFUSALS for message, intent in pairs if message.topics),
        "auroc_refusal": _auroc(found, names, intents, {name for name in names if name not in REFUSALS}),
    }


def measured(
    classifier: Classifier, given: Tasks, asked: Sequence[Sentence], messages: Sequence[Expected]
) -> tuple[dict[str, Any], list[bool]]:
    """The figures of one variant, and which of the sentences `asked` it ranks right."""
    found, on_messages, seconds = given.computed(classifier)
    intents, known = given.parts[0].intents, given.parts[0].topics
    figures, firsts = of_sentences(found, asked, intents, known)
    return {
        "classifier": repr(classifier),
        "crossvalidation": figures,
        "development": of_messages(on_messages, messages, intents),
        "training_seconds": seconds,
    }, firsts


def compare(sentences: Sequence[Sentence], number: int, names: Sequence[str]) -> dict[str, Any]:
    """The figures of the variants of some `names`, the reference among them, by cross-validation in `number` parts.

    What was computed for the same data is not computed again. Raises ModuleNotFoundError as `Tasks.compute` does.
    """
    dealt, known = folds(sentences, number), topics()
    messages = list(single_messages(read_set(DEVELOPMENT)))
    asked = list(chain.from_iterable(dealt))
    variants: dict[str, Any] = {}
    reference: list[bool] = []
    for is_varied in (False, True):
        those = [name for name in names if VARIANTS[name].is_varied == is_varied]
        if not those:
            continue
        given = tasks(dealt, messages, known, is_varied)
        given.compute(those)
        for name in those:
            row, firsts = measured(VARIANTS[name].classifier, given, asked, messages)
            reference = reference or firsts
            difference = None if name == REFERENCE else list(paired_difference(firsts, reference))
            variants[name] = {"what": VARIANTS[name].what, "difference": difference, **row}
            say(_line(name, variants[name]))
    data = {
        "hash": content_hash(sorted(sentences, key=lambda sentence: sentence.lot)),
        "code": fingerprint(*MADE_OF, *_LEARNED),
        "versions": locked("selection", *SELECTION),
        "sentences": len(sentences),
        "folds": number,
        "development": check_development(),
        "messages": len(messages),
        "asked_back": ASKED_BACK,
        "encoding_ms": encoding_ms([message.text for message in messages[:TIMED]]),
    }
    return {"data": data, "variants": {name: variants[name] for name in names}}


def encoding_ms(texts: Sequence[str]) -> dict[str, float]:
    """What encoding one of `texts` takes of a processor, the median, in milliseconds, for each encoder.

    Raises ModuleNotFoundError when an encoder's package is not installed.
    """
    found: dict[str, float] = {}
    for name in ENCODERS:
        encode = encoder(name)
        encode("bonjour")  # the first of all takes longer
        took = []
        for text in texts:
            started = time.process_time()
            encode(text)
            took.append(1000 * (time.process_time() - started))
        found[name] = median(took)
    return found


def main(arguments: Sequence[str]) -> int:
    """Compare the variants asked for with the reference."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.selection", description=__doc__)
    parser.add_argument("--folds", type=int, default=FOLDS, help=f"two or more in the place of {FOLDS}")
    parser.add_argument(
        "--part", type=int, default=PART, metavar="N", help=f"one sentence in N, in the place of {PART}"
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=VARIANTS, help="these variants alone")
    parser.add_argument("--sentences", type=int, metavar="N", help="for a trial: N sentences an intent at most")
    parser.add_argument("--publish", action="store_true", help="also write evaluation/selection.json")
    parser.add_argument("--list", action="store_true", help="say which variants there are")
    chosen = parser.parse_args(arguments)
    if chosen.list:
        for name, variant in VARIANTS.items():
            say(f"{name:20}{variant.what}")
        return 0
    written = read_sentences()
    sentences = few(written, chosen.sentences) if chosen.sentences else part(written, chosen.part)
    is_trial = bool(chosen.sentences or chosen.only)
    names = [name for name in VARIANTS if name == REFERENCE or not chosen.only or name in chosen.only]
    say(f"  {len(names)} variants, {len(sentences)} of {len(written)} sentences in {chosen.folds} folds")
    try:
        results = compare(sentences, chosen.folds, names)
        results["data"]["written"] = len(written)
        if not is_trial and len(sentences) < len(written):
            say(f"  {len(WHOLE)} of them, all sentences")
            results["whole"] = compare(written, chosen.folds, WHOLE)["variants"]
    except ModuleNotFoundError as error:
        print(f"{error.name} is not installed; `make select` installs it.", file=sys.stderr)
        return 1
    write(RESULTS / ("selection-trial.json" if is_trial else "selection.json"), results)
    if chosen.publish and not is_trial:
        write(PUBLISHED, results)
    return 0


def _intents(dealt: Sequence[Sequence[Sentence]]) -> tuple[str, ...]:
    return tuple(sorted({sentence.intent for fold in dealt for sentence in fold}))


def _auroc(
    found: FloatArray, names: Sequence[str], intents: tuple[str, ...], known: frozenset[str] | set[str]
) -> float:
    columns = [place for place, intent in enumerate(intents) if intent in REFUSALS]
    lines = [line for line, name in enumerate(names) if name in known or name in REFUSALS]
    scores = found[lines][:, columns].sum(axis=1).tolist()
    return auroc(scores, [names[line] in REFUSALS for line in lines])


def _line(name: str, row: dict[str, Any]) -> str:
    crossed, development = row["crossvalidation"], row["development"]
    return (
        f"{name:20} topics {crossed['topics_first']['share']:.3f}  all {crossed['first']['share']:.3f}"
        f"  three {crossed['among_three']['share']:.3f}  AUROC {crossed['auroc_refusal']:.3f}"
        f"  log loss {crossed['log_loss']:.3f}  calibration {crossed['calibration_error']:.3f}"
        f" | development: topics {development['topics_first']['share']:.3f}"
        f"  refused {development['refused_right']['share']:.3f}  AUROC {development['auroc_refusal']:.3f}"
        f"  ({row['training_seconds']:.0f} s)"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

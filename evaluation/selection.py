"""python -m evaluation.selection: variants of the classifier, by cross-validation and by the development messages.

Runs in .venvs/rasa, or in .venvs/selection (`make select`), which holds the encoders too. Classifiers alone are
compared, on whole messages, without what the server does before and after: reading a message in halves, whose data it
is about, which language it is in. Writes
.cache/evaluation/results/selection.json; with --publish also evaluation/selection.json, which the report shows.
"""

import argparse
import sys
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from evaluation.classifiers import Average, Margins, Multinomial, Nearest, OneVsRest, TwoStages, WithoutVariations
from evaluation.contenders.compare import topics
from evaluation.contenders.figures import REFUSALS, auroc, paired_difference
from evaluation.contenders.subset import Sentence, content_hash, read_sentences
from evaluation.encoders import Encoded
from evaluation.figures import calibration_error, reliability, share
from evaluation.folds import few, folds, learned
from evaluation.grams import Characters, Words
from evaluation.results import RESULTS, ROOT, fingerprint, read, say, write
from evaluation.sets import DEVELOPMENT, Expected, check_development, is_right, read_set, single_messages
from evaluation.task import MADE_OF, Classifier, Features, FloatArray, Task

PUBLISHED = ROOT / "evaluation" / "selection.json"
FOLDS = 5
SURE = 0.35  # the threshold at which « answered » is told; that of config.yml belongs to the one in use
IN_USE = "in use"
_LEARNED = (
    "evaluation/folds.py",
    "nlu/deformation.py",
    "nlu/sentences.py",
    "nlu/slips.py",
    "nlu/substitution.py",
    "nlu/variation.py",
    "nlu/variation.yml",
)
_PLAIN = OneVsRest()
_USE = Multinomial((Encoded("use"),), 500.0)
_E5 = Multinomial((Encoded("e5"),), 500.0)


def _of(*blocks: Features) -> OneVsRest:
    """The classifier in use on other features."""
    return OneVsRest(Margins(blocks))


def _read(reader: str) -> tuple[Characters, Words]:
    return Characters(reader=reader), Words(reader=reader)


# The cheap ones first; those that need packages of .venvs/selection last.
VARIANTS: dict[str, tuple[str, Classifier]] = {
    IN_USE: ("linear SVM, one against the rest, C = 1, sharpness 5; characters 2-5, words 1-2, names", _PLAIN),
    "sharpness 3": ("more cautious probabilities", OneVsRest(sharpness=3.0)),
    "sharpness 4": ("more cautious probabilities", OneVsRest(sharpness=4.0)),
    "sharpness 6": ("bolder probabilities", OneVsRest(sharpness=6.0)),
    "sharpness 8": ("bolder probabilities", OneVsRest(sharpness=8.0)),
    "as written": ("no variations of the sentences learned", WithoutVariations(_PLAIN)),
    "words only": ("no characters", _of(Words())),
    "characters 2-4": ("shorter n-grams", _of(Characters(2, 4), Words())),
    "characters only": ("no words", _of(Characters())),
    "words 1-1": ("no pairs of words", _of(Characters(), Words(1, 1))),
    "min_df 2": ("n-grams of one text alone left out", _of(Characters(least=2), Words(least=2))),
    "C=0.3": ("stronger regularisation", OneVsRest(Margins(regularisation=0.3))),
    "without names": ("names are no words of their own", _of(*_read("regular"))),
    "spelling as typed": ("hurried spelling is not made regular", _of(*_read("typed"))),
    "words 1-3": ("words, pairs and triples", _of(Characters(), Words(1, 3))),
    "characters 3-6": ("longer n-grams", _of(Characters(3, 6), Words())),
    "C=3": ("weaker regularisation", OneVsRest(Margins(regularisation=3.0))),
    "two stages": ("first topic, refusal or dialogue; then which", TwoStages()),
    "nearest": ("the five nearest sentences alone", Nearest()),
    "nearest 20 %": ("the five nearest sentences mixed in", Average(_PLAIN, Nearest(), 0.2, logarithms=False)),
    "nearest 40 %": ("the five nearest sentences mixed in", Average(_PLAIN, Nearest(), 0.4, logarithms=False)),
    "logistic": (
        "logistic regressions, one against the rest, C = 100, sharpness 0.7",
        OneVsRest(Margins(regularisation=100.0, loss="logistic"), 0.7),
    ),
    "multinomial": (
        "the former one: multinomial logistic regression, C = 30, classes balanced, without names",
        Multinomial((Characters(reader="regular", least=2), Words(reader="regular")), 30.0),
    ),
    "lemmas": ("dictionary forms by spaCy in the place of words", _of(Characters(), Words(reader="lemmas"))),
    "use": ("Universal Sentence Encoder alone, multinomial logistic regression", _USE),
    "use 15 %": ("its log-probabilities mixed in", Average(_PLAIN, _USE, 0.15)),
    "use 30 %": ("its log-probabilities mixed in", Average(_PLAIN, _USE, 0.3)),
    "e5": ("multilingual-e5-small alone, multinomial logistic regression", _E5),
    "e5 15 %": ("its log-probabilities mixed in", Average(_PLAIN, _E5, 0.15)),
    "e5 30 %": ("its log-probabilities mixed in", Average(_PLAIN, _E5, 0.3)),
}


def task(sentences: Sequence[Sentence], asked: Sequence[str], intents: tuple[str, ...], known: frozenset[str]) -> Task:
    """Learn from `sentences` and variations of them, ask `asked`."""
    examples = learned(sentences)
    labels = np.array([intents.index(intent) for _, intent in examples])
    return Task([text for text, _ in examples], len(sentences), labels, asked, intents, known)


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
    sure = [right for right, top in zip(firsts, shares, strict=True) if top >= SURE]
    return {
        "first": share(sum(firsts), len(firsts)),
        "topics_first": share(sum(on_topic), len(on_topic)),
        "among_three": share(int((order[:, :3] == labels[:, None]).any(axis=1).sum()), len(firsts)),
        "sure": share(sum(sure), len(sure)),
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
    classifier: Classifier, parts: Sequence[Task], whole: Task, asked: Sequence[Sentence], messages: Sequence[Expected]
) -> tuple[dict[str, Any], list[bool]]:
    """The figures of one variant, and which of the sentences `asked` in `parts` it ranks right."""
    found = np.concatenate([part.computed(classifier)[0] for part in parts])
    figures, firsts = of_sentences(found, asked, whole.intents, whole.topics)
    on_messages, seconds = whole.computed(classifier)
    return {
        "classifier": repr(classifier),
        "crossvalidation": figures,
        "development": of_messages(on_messages, messages, whole.intents),
        "training_seconds": seconds,
    }, firsts


def main(arguments: Sequence[str]) -> int:
    """Compare the variants asked for with the one in use; what was computed for the same data is not computed again."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.selection", description=__doc__)
    parser.add_argument("--folds", type=int, default=FOLDS, help=f"two or more in the place of {FOLDS}")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=VARIANTS, help="these variants alone")
    parser.add_argument("--sentences", type=int, metavar="N", help="for a trial: N sentences an intent at most")
    parser.add_argument("--publish", action="store_true", help="also write evaluation/selection.json")
    parser.add_argument("--list", action="store_true", help="say which variants there are")
    chosen = parser.parse_args(arguments)
    if chosen.list:
        for name, (what, _) in VARIANTS.items():
            say(f"{name:20}{what}")
        return 0
    sentences = read_sentences()
    if chosen.sentences:
        sentences = few(sentences, chosen.sentences)
    known, dealt = topics(), folds(sentences, chosen.folds)
    messages = list(single_messages(read_set(DEVELOPMENT)))
    data = {
        "hash": content_hash(sorted(sentences, key=lambda sentence: sentence.lot)),
        "code": fingerprint(*MADE_OF, *_LEARNED),
        "sentences": len(sentences),
        "folds": chosen.folds,
        "development": check_development(),
        "messages": len(messages),
        "sure": SURE,
    }
    written = RESULTS / ("selection-trial.json" if chosen.sentences else "selection.json")
    stored = read(written)
    say(f"  {len(sentences)} sentences in {chosen.folds} folds, {len(messages)} messages")
    asked = list(chain.from_iterable(dealt))
    intents = tuple(sorted({sentence.intent for sentence in sentences}))
    parts = [
        task(
            [sentence for other in dealt if other is not fold for sentence in other],
            [sentence.text for sentence in fold],
            intents,
            known,
        )
        for fold in dealt
    ]
    whole = task(asked, [message.text for message in messages], intents, known)
    variants: dict[str, Any] = stored["variants"] if stored and stored["data"] == data else {}
    in_use: list[bool] = []
    for name, (what, classifier) in VARIANTS.items():
        if name != IN_USE and chosen.only and name not in chosen.only:
            continue
        try:
            row, firsts = measured(classifier, parts, whole, asked, messages)
        except ModuleNotFoundError as error:
            print(f"{name}: {error.name} is not installed; `make select` installs it.", file=sys.stderr)
            return 1
        in_use = in_use or firsts
        difference = None if name == IN_USE else list(paired_difference(firsts, in_use))
        variants[name] = {"what": what, "difference": difference, **row}
        write(written, {"data": data, "variants": variants})
        say(_line(name, variants[name]))
    if chosen.publish and not chosen.sentences:
        write(PUBLISHED, {"data": data, "variants": {name: variants[name] for name in VARIANTS if name in variants}})
    return 0


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

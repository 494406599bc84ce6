"""python -m evaluation.crossvalidation: how hand-written sentences are understood by models that have not seen them.

Runs in .venvs/rasa. Each sentence is read by a model trained on those of the other folds and variations of them, as the
server reads it. Writes .cache/evaluation/results/crossvalidation.json, and what was misread into
.cache/evaluation/misread.txt. A fold is computed once for the same data, code and settings.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evaluation.contenders.figures import REFUSALS
from evaluation.contenders.subset import Sentence, content_hash, read_sentences
from evaluation.figures import TOP, Answered, summary
from evaluation.folds import few, folds, learned
from evaluation.locks import OURS, locked
from evaluation.results import CACHE, RESULTS, fingerprint, read, say, write, write_text
from evaluation.understanding import Understanding, Understood, topics

FOLDS = 5
MADE_OF = (
    "nlu",
    "config.yml",
    "policies_kb/contract/topics.yml",
    "evaluation/understanding.py",
    "evaluation/folds.py",
)


def answered(sentence: Sentence, understood: Understood, known: frozenset[str]) -> Answered:
    """What is kept of one reading."""
    shares = dict(understood.ranking)
    return Answered(
        text=sentence.text,
        intent=sentence.intent,
        register=sentence.kind,
        tops=tuple(intent for intent, _ in understood.ranking[:TOP]),
        share=understood.ranking[0][1],
        refusal=sum(shares.get(intent, 0.0) for intent in REFUSALS),
        best_topic=max(shares.get(topic, 0.0) for topic in known),
        decided=understood.decided,
        asked=understood.asked,
    )


def crossvalidate(sentences: Sequence[Sentence], number: int, cache: Path) -> list[Answered]:
    """Read every sentence with the model of the other folds; what `cache` holds of it is taken from there."""
    known = topics()
    found: list[Answered] = []
    dealt = folds(sentences, number)
    for place, fold in enumerate(dealt):
        kept = cache / f"fold-{place + 1}-of-{number}.json"
        stored = read(kept)
        if stored is None:
            started = time.monotonic()
            examples = learned([sentence for other in dealt if other is not fold for sentence in other])
            say(f"  Fold {place + 1} of {number}: training on {len(examples)} sentences and variations…")
            model = Understanding.trained_on(examples)
            trained = time.monotonic() - started
            answers = [answered(sentence, model.understood(sentence.text), known) for sentence in fold]
            stored = {"answers": [asdict(answer) for answer in answers]}
            write(kept, stored)
            say(f"  Fold {place + 1} of {number}: done, {trained:.0f} s training, {_since(started)} s in all")
        found += [_restored(entry) for entry in stored["answers"]]
    return found


def misread(answers: Sequence[Answered]) -> str:
    """The sentences that were not understood, a line each, those that were answered wrongly first."""
    order = {"wrong": 0, "refused": 1, "unsure": 2}
    wrong = [answer for answer in answers if answer.outcome != "right"]
    wrong.sort(key=lambda answer: (order[answer.outcome], answer.intent, answer.decided, -answer.share))
    return "".join(
        f"{answer.outcome}\t{answer.intent}\t{answer.decided}\t{answer.share:.2f}\t{answer.register}\t{answer.text}\n"
        for answer in wrong
    )


def main(arguments: Sequence[str]) -> int:
    """Cross-validate, or say that nothing has changed since it was done."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.crossvalidation", description=__doc__)
    parser.add_argument("--folds", type=int, default=FOLDS, help=f"two or more in the place of {FOLDS}")
    parser.add_argument("--sentences", type=int, metavar="N", help="for a trial: about N sentences an intent at most")
    chosen = parser.parse_args(arguments)
    sentences = read_sentences()
    if chosen.sentences:
        sentences = few(sentences, chosen.sentences)
    is_whole = not chosen.sentences and chosen.folds == FOLDS
    data = content_hash(sorted(sentences, key=lambda sentence: sentence.lot))
    code = fingerprint(*MADE_OF, versions=locked("rasa", *OURS))
    answers = crossvalidate(sentences, chosen.folds, CACHE / "folds" / f"{data[:16]}-{code[:16]}")
    results: dict[str, Any] = {
        "data": {"hash": data, "sentences": len(sentences), "folds": chosen.folds},
        "code": code,
        **summary(answers, topics()),
    }
    trial = "" if is_whole else "-trial"
    written, listed = RESULTS / f"crossvalidation{trial}.json", CACHE / f"misread{trial}.txt"
    write(written, results)
    write_text(listed, misread(answers))
    say(
        f"  {results['topics_first']['share']:.1%} of the sentences on a topic ranked right,"
        f" {results['kinds']['topics']['share']:.1%} answered right; written: {written.name}, {listed.name}"
    )
    return 0


def _restored(entry: dict[str, Any]) -> Answered:
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    return Answered(**values)


def _since(started: float) -> int:
    return round(time.monotonic() - started)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""python -m evaluation.contenders.compare: the contenders side by side on one subset, and ours on all data apart.

All learn from the same sentences and are asked the same others, one message to each in turn, so that whatever else the
machine does meets all of them alike. Writes .cache/evaluation/results/contenders.json and prints a table.
"""

import argparse
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from typing import Any

import yaml

from evaluation.contenders.figures import Answer, against, ahead, figures
from evaluation.contenders.subset import (
    TEST_PER_INTENT,
    TRAINING_PER_INTENT,
    Sentence,
    content_hash,
    draw,
    read_sentences,
)
from evaluation.contenders.workers import OURS, RIVALS, Contender, Trained, Worker, WorkerError, trained
from evaluation.results import RESULTS, ROOT, say, write

WARM_UP = 30  # sentences of the training data, asked before anything is measured
LEAST = 5  # sentences an intent: the calibration of the SVM cuts them in five
OURS_ON_ALL = replace(OURS, name="ours_all_data", title="ours, all data")
DEFINITIONS = {
    "accuracy": "share of test sentences whose intent is ranked first, before any threshold; None is out_of_scope",
    "topic_accuracy": "the same on the sentences of the topics alone",
    "auroc_refusal": "out_of_scope and policy_silent against the topics; score: sum of their confidences, with None",
    "auroc_no_topic": "the same; score: 1 minus the highest confidence of a topic",
    "decided": "the intent that the contender would act on, after its thresholds; unsure: nlu_fallback or None",
    "median_ms": "the whole parse inside the contender's process: in the Rasas with entities, language, decision",
    "classifying_median_ms": "of that, what it takes to rank the intents of the message",
    "training_seconds": "inside the contender's process, once it runs",
    "peak_mb": "most memory of the process that loaded the model and answered; training_peak_mb: that trained it",
}


def topics() -> frozenset[str]:
    """The ids of the topics."""
    content = yaml.safe_load((ROOT / "policies_kb" / "contract" / "topics.yml").read_text("utf-8"))
    return frozenset(topic["id"] for topic in content["topics"])


def ask_in_turn(workers: Sequence[Worker], sentences: Sequence[Sentence]) -> list[list[Answer]]:
    """The answers of each worker to each sentence: every sentence to all of them, another one first each time."""
    answers: list[list[Answer]] = [[] for _ in workers]
    for turn, sentence in enumerate(sentences):
        for place in range(len(workers)):
            which = (turn + place) % len(workers)
            answered = workers[which].ask({"text": sentence.text})
            answers[which].append(Answer(intent=sentence.intent, **answered))
    return answers


def compare(training: int, test: int, epochs: int | None, apart: Sequence[Contender]) -> dict[str, Any]:
    """Train what is not trained, ask, and return the results; those `apart` learn all data but what is asked.

    Raises WorkerError when a contender fails.
    """
    subset = draw(read_sentences(), training, test)
    contenders = (OURS, *RIVALS, *apart)
    models = [
        trained(contender, subset.all_but_test if contender in apart else subset.training, epochs, say)
        for contender in contenders
    ]
    with ExitStack() as stack:
        workers = []
        for contender, model in zip(contenders, models, strict=True):
            workers.append(stack.enter_context(Worker(contender, model.folder.parent / "asked.log")))
            workers[-1].ask({"load": str(model.folder)})
        say(f"Asking {len(contenders)} contenders {len(subset.test)} sentences in turn…")
        ask_in_turn(workers, subset.training[:WARM_UP])
        answers = ask_in_turn(workers, subset.test)
        peaks = [worker.peak_mb() for worker in workers]
    known = topics()
    rows = {
        contender.name: _row(contender, model, peak, answered, known)
        for contender, model, peak, answered in zip(contenders, models, peaks, answers, strict=True)
    }
    return {
        "data": {
            "hash": subset.hash,
            "intents": len(subset.intents),
            "training": len(subset.training),
            "test": len(subset.test),
            "training_per_intent": training,
            "test_per_intent": test,
            "epochs": epochs,
        },
        "all_data": {"hash": content_hash(subset.all_but_test), "training": len(subset.all_but_test)},
        "machine": {"processors": os.cpu_count(), "system": platform.platform()},
        "definitions": DEFINITIONS,
        "contenders": {contender.name: rows[contender.name] for contender in (OURS, *RIVALS)},
        "apart": {contender.name: rows[contender.name] for contender in apart},
        "ours_against": {
            rival.name: {
                "ahead": ahead(rows[OURS.name], rows[rival.name]),
                **against(answers[0], answered, known),
            }
            for rival, answered in zip(RIVALS, answers[1:], strict=False)  # those apart come last
        },
    }


def table(results: Mapping[str, Any]) -> str:
    """The results as lines of text for a terminal."""
    columns = ("accuracy", "95 %", "topics", "top 3", "F1", "AUROC", "no topic", "ms", "p95", "class. ms", "train s")
    lines = [f"{'':24}" + "".join(f"{name:>12}" for name in (*columns, "model MB", "peak MB"))]
    for row in [*results["contenders"].values(), *results["apart"].values()]:
        low, high = row["accuracy_95"]
        cells = [f"{row['accuracy']:.3f}", f"{low:.3f}-{high:.3f}"]
        cells += [f"{row[name]:.3f}" for name in ("topic_accuracy", "top_3", "macro_f1")]
        cells += [f"{row[name]:.3f}" for name in ("auroc_refusal", "auroc_no_topic")]
        cells += [f"{row[name]:.2f}" for name in ("median_ms", "p95_ms", "classifying_median_ms")]
        cells += [f"{row['training_seconds']:.0f}", f"{row['model_mb']:.1f}", f"{row['peak_mb']:.0f}"]
        lines.append(f"{row['title']:24}" + "".join(f"{cell:>12}" for cell in cells))
    for name, compared in results["ours_against"].items():
        behind = [measure for measure, is_ahead in compared["ahead"].items() if not is_ahead]
        parts = [
            "{} {:+.3f} ({:+.3f} to {:+.3f})".format(measure, *compared[f"{measure}_difference_95"])
            for measure in ("accuracy", "auroc_refusal", "auroc_no_topic")
        ]
        stands = f"behind in {', '.join(behind)}" if behind else "ahead in every measure"
        lines.append(f"ours against {name}: {', '.join(parts)}; {stands}")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Run the comparison; the exit status is 1 when a contender failed."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.contenders.compare", description=__doc__)
    parser.add_argument(
        "--sentences",
        type=_enough,
        metavar="N",
        help=f"at most N (>= {LEAST}) an intent, to learn from and to be asked",
    )
    parser.add_argument("--epochs", type=int, metavar="N", help="that stock Rasa learns for, in place of 100")
    chosen = parser.parse_args(arguments)
    limit = chosen.sentences or TRAINING_PER_INTENT
    is_whole = not chosen.sentences and not chosen.epochs
    try:
        results = compare(
            min(limit, TRAINING_PER_INTENT),
            min(limit, TEST_PER_INTENT),
            chosen.epochs,
            (OURS_ON_ALL,) if is_whole else (),
        )
    except WorkerError as error:
        print(error, file=sys.stderr)
        return 1
    # A trial run never takes the place of the figures.
    written = RESULTS / ("contenders.json" if is_whole else "contenders-trial.json")
    write(written, results)
    print(table(results))
    say(f"Written: {written.relative_to(ROOT)}")
    return 0


def _row(
    contender: Contender, model: Trained, peak_mb: float, answers: Sequence[Answer], known: frozenset[str]
) -> dict[str, Any]:
    made = {name: value for name, value in asdict(model).items() if name not in ("folder", "seconds")}
    return {
        "title": contender.title,
        **figures(answers, known),
        "training_seconds": model.seconds,
        "peak_mb": peak_mb,
        **made,
        "versions": contender.versions(),
    }


def _enough(argument: str) -> int:
    number = int(argument)
    if number < LEAST:
        raise argparse.ArgumentTypeError(f"{number} is below {LEAST}")
    return number


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

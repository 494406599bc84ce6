"""python -m evaluation.report: docs/evaluation.md and its pictures, from the results that there are.

Runs in .venvs/evaluation. Nothing is measured here: a figure that is missing is said to be missing.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from evaluation import report_classifiers, report_conversations, report_sentences, report_summary
from evaluation.markdown import MISSING, Results
from evaluation.pictures import draw
from evaluation.results import RESULTS, ROOT, read, say, write_text
from evaluation.sets import OPENED, SEALED
from evaluation.targets import verdicts

TARGETS = ROOT / "evaluation" / "targets.yml"
SELECTION = ROOT / "evaluation" / "selection.json"
NAMES = ("crossvalidation", "conversations", "tradeoff", "latency", "contenders")


def collect(folder: Path, selection: Path, sealed: Path) -> dict[str, dict[str, Any]]:
    """All results that there are, by name; of the sealed set the first run, which is the one that counts."""
    found = {name: content for name in NAMES if (content := read(folder / f"{name}.json"))}
    if chosen := read(selection):
        found["selection"] = chosen
    for name, path in (("sealed", sealed), ("opened", OPENED / "RESULT.json")):
        if held := read(path):
            found[name] = {**held["runs"][0], "again": held["runs"][1:]}
    return found


def page(results: Results, targets: Sequence[Mapping[str, Any]], pictures: Sequence[str]) -> str:
    """The report, in Markdown."""
    sections = [
        "# How good the assistant is",
        "<!-- Written by `make evaluate`: change evaluation/report.py, not this page. -->",
        report_summary.in_short(results, targets),
        _meaning(),
        verdicts(results, targets),
        report_conversations.conversations(results, pictures),
        report_conversations.sealed(results),
        report_sentences.sentences(results, pictures),
        report_sentences.thresholds(results, pictures),
        report_classifiers.compared(results),
        report_classifiers.selection(results),
        _speed(results),
        _provenance(results),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _meaning() -> str:
    return """## What the numbers mean
- **right**: every expectation of the case holds, word for word: the topic, the country, exactly the right contacts, the
  decisive words of the policy, nothing that must not be said. A conversation is right when all its replies are.
- **asked back**: the assistant was not sure and asked. That costs the person a moment; a wrong answer costs trust.
- **93.6 % (92 to 95)**: what was measured, and where the true share lies with 95 % certainty (Wilson's interval), if
  people asked what this set asks. With a hundred questions that is about ± 5 points, with a thousand about ± 1.5.
- **AUROC**: of two sentences, one that must be refused and one that has an answer, how often the first looks more like
  something to refuse. 1 is always, 0.5 is by chance.
- **not seen in training**: every sentence was read by a model that had learned from other sentences only."""


def _speed(results: Results) -> str:
    lines = []
    if speed := results.get("latency"):
        lines.append(
            f"Understanding one message, {speed['messages']:,} of them, on {speed['processors']} processors: median"
            f" {speed['median_ms']:.1f} ms, 95 % below {speed['p95_ms']:.1f} ms, 99 % below {speed['p99_ms']:.1f} ms."
        )
    if (held := results.get("conversations")) and "memory_mb" in held:
        parts = [f"{name} {size:.0f}" for name, size in held["memory_mb"].items() if name != "all"]
        lines.append(
            f"Memory of all processes after the conversations: {held['memory_mb']['all']:,.0f} MB ({', '.join(parts)})."
        )
    return "\n\n".join(["## Speed and memory", *(lines or [MISSING])])


def _provenance(results: Results) -> str:
    lines = ["## Where this comes from"]
    if held := results.get("conversations"):
        lines.append(f"- Conversations held on {held['date']}; development set `{held['set'][:16]}`.")
    if crossed := results.get("crossvalidation"):
        lines.append(f"- Training sentences `{crossed['data']['hash'][:16]}`.")
    lines.append("- Who wrote which set, and who may look at it when: [evaluation/README.md](../evaluation/README.md).")
    return lines[0] + "\n\n" + "\n".join(lines[1:])


def main(arguments: Sequence[str]) -> int:
    """Write the report and its pictures."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.report", description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS, help="the folder of the results")
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="the folder to write evaluation.md in")
    parser.add_argument("--selection", type=Path, default=SELECTION)
    parser.add_argument("--sealed", type=Path, default=SEALED / "RESULT.json")
    chosen = parser.parse_args(arguments)
    results = collect(chosen.results, chosen.selection, chosen.sealed)
    pictures = draw(results, chosen.out / "evaluation")
    targets = yaml.safe_load(TARGETS.read_text("utf-8"))
    write_text(chosen.out / "evaluation.md", page(results, targets, pictures))
    missing = sorted({*NAMES, "selection", "sealed"} - set(results))
    say(f"  Written: {chosen.out / 'evaluation.md'}" + (f"; without {', '.join(missing)}" if missing else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

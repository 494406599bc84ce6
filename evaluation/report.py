"""python -m evaluation.report: docs/evaluation.md and its pictures, from the results that there are.

Runs in .venvs/evaluation. Nothing is measured here: a figure that is missing is said to be missing.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from evaluation.figures import KINDS, OUTCOMES, REGISTERS
from evaluation.pictures import draw
from evaluation.results import RESULTS, ROOT, read, say, write_text
from evaluation.sets import SEALED

TARGETS = ROOT / "evaluation" / "targets.yml"
SELECTION = ROOT / "evaluation" / "selection.json"
NAMES = ("crossvalidation", "conversations", "tradeoff", "latency", "contenders")
_MISSING = "*Not measured yet: `make evaluate` does it.*"
_WEAKEST = 5  # topics, registers and confusions that are named
Results = Mapping[str, Mapping[str, Any]]


def collect(folder: Path, selection: Path, sealed: Path) -> dict[str, dict[str, Any]]:
    """All results that there are, by name; of the sealed set the first run, which is the one that counts."""
    found = {name: content for name in NAMES if (content := read(folder / f"{name}.json"))}
    if chosen := read(selection):
        found["selection"] = chosen
    if held := read(sealed):
        found["sealed"] = {**held["runs"][0], "times": len(held["runs"])}
    return found


def page(results: Results, targets: Sequence[Mapping[str, Any]], pictures: Sequence[str]) -> str:
    """The report, in Markdown."""
    sections = [
        "# How good the assistant is",
        "<!-- Written by `make evaluate`: change evaluation/report.py, not this page. -->",
        _in_short(results),
        _meaning(),
        _targets(results, targets),
        _conversations(results, pictures),
        _sealed(results),
        _sentences(results, pictures),
        _thresholds(results, pictures),
        _compared(results),
        _selection(results),
        _speed(results),
        _provenance(results),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def met(target: Mapping[str, Any], results: Results) -> tuple[Any, bool | None]:
    """The figure of a target and whether it is met; None for both where it was not measured.

    Raises KeyError for a target without a limit.
    """
    found: Any = results
    for step in target["figure"].split("/"):
        try:
            found = found[int(step)] if isinstance(found, list) else found[step]
        except (KeyError, IndexError):
            return None, None
    if found is None:
        return None, None
    if "at_least" in target:
        return found, found >= target["at_least"]
    if "at_most" in target:
        return found, found <= target["at_most"]
    return found, found > target["above"]


def percent(row: Mapping[str, Any]) -> str:
    """« 93.6 % (92 to 95) »: a share with its interval; a dash where nothing was asked."""
    if row["share"] is None:
        return "–"
    low, high = row["interval"]
    return f"{100 * row['share']:.1f} % ({100 * low:.0f} to {100 * high:.0f})"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _in_short(results: Results) -> str:
    lines = ["## In short"]
    held = results.get("conversations")
    if held:
        right = held["conversations"]
        lines.append(
            f"**{right['right']} of {right['asked']} conversations go as they must ({percent(right)}).** They were"
            " written by somebody who had not read what the assistant learned from, and cover every topic of both"
            " policies, seven ways of writing and speaking, questions that must be refused, and contacts that depend"
            " on country and offer. They have been used to choose settings since, so on questions never looked at"
            " the assistant may do a little less well; that is what the sealed set is for."
        )
        lines.append(
            f"Replies with a wrong contact: {held['wrong_contacts']}. Replies that cite or state what is not in the"
            f" policy: {held['not_grounded']}. {_refusals(held)}"
        )
        weak = sorted(held["files"], key=lambda name: held["files"][name]["share"])[:2]
        lines.append(
            "It does worst on "
            + " and ".join(f"*{name.replace('_', ' ')}* ({percent(held['files'][name])})" for name in weak)
            + "."
        )
    if sealed := results.get("sealed"):
        lines.append(
            f"**On the sealed conversations, held once at the end: {percent(sealed['conversations'])} right.**"
        )
    if others := results.get("contenders"):
        lines.append(_against(others))
    if speed := results.get("latency"):
        lines.append(
            f"A message is understood in {speed['median_ms']:.1f} thousandths of a second (half of them faster), 95 %"
            f" in less than {speed['p95_ms']:.1f}."
        )
    return "\n\n".join(lines if len(lines) > 1 else [*lines, _MISSING])


def _refusals(held: Mapping[str, Any]) -> str:
    refused = held["refused"]
    right, wrongly = refused["right"], refused["wrongly"]
    return (
        f"Of {right['asked']} messages that must be refused {right['right']} were, and {refused['answered']} were"
        f" answered; of {wrongly['asked']} others {wrongly['right']} were refused although there is an answer."
    )


def _against(others: Mapping[str, Any]) -> str:
    ours = others["contenders"]["ours"]
    rivals = {name: row for name, row in others["contenders"].items() if name != "ours"}
    beaten = [
        rivals[name]["title"] for name, row in others["ours_against"].items() if row["accuracy_difference_95"][1] > 0
    ]
    level = [
        rivals[name]["title"] for name, row in others["ours_against"].items() if row["accuracy_difference_95"][1] <= 0
    ]
    said = f"Learning from the same sentences and asked the same others, it ranks {100 * ours['accuracy']:.1f} % right"
    if beaten:
        said += f", more than {_listed(beaten)}"
    if level:
        said += f"; the difference from {_listed(level)} is within chance or against it"
    return said + "."


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _meaning() -> str:
    return """## What the numbers mean
- **right**: every expectation of the case holds, word for word: the topic, the country, exactly the right contacts, the
  decisive words of the policy, nothing that must not be said. A conversation is right when all its replies are.
- **asked back**: the assistant was not sure and asked. That costs the person a moment; a wrong answer costs trust.
- **93.6 % (92 to 95)**: what was measured, and where the true share lies with 95 % certainty (Wilson's interval), if
  people asked what this set asks. With a hundred questions that is about ± 5 points, with a thousand about ± 1.5.
- **not seen in training**: every sentence was read by a model that had learned from other sentences only."""


def _targets(results: Results, targets: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    for target in targets:
        found, is_met = met(target, results)
        limit = next(
            f"{words} {_figure(target[key], target)}"
            for key, words in (("at_least", "at least"), ("at_most", "at most"), ("above", "more than"))
            if key in target
        )
        verdict = {True: "met", False: "**missed**", None: "not measured"}[is_met]
        if is_met and _is_within_chance(target, results):
            verdict = "met, but within chance"
        rows.append([target["what"], limit, "–" if found is None else _figure(found, target), verdict])
    return "## Targets\n\n" + table(["target", "set", "measured", ""], rows)


def _is_within_chance(target: Mapping[str, Any], results: Results) -> bool:
    """A difference whose interval holds 0: the next place of the result is its lower end."""
    figure, is_difference, _ = target["figure"].partition("accuracy_difference_95/")
    return bool(is_difference) and met({**target, "figure": f"{figure}{is_difference}1"}, results)[1] is False


def _figure(value: float, target: Mapping[str, Any]) -> str:
    if target["figure"].endswith("share"):
        return f"{100 * value:.1f} %"
    if "accuracy_difference" in target["figure"]:
        return f"{100 * value:+.1f} points" if value else "0"
    return f"{value:.0f}" if value == int(value) else f"{value:.3f}"


def _conversations(results: Results, pictures: Sequence[str]) -> str:
    held = results.get("conversations")
    if not held:
        return f"## Conversations\n\n{_MISSING}"
    files, topics = held["files"], held["topics"]
    weak = sorted(topics, key=lambda name: (topics[name]["share"], name))[:_WEAKEST]
    return "\n\n".join(
        [
            "## Conversations",
            "Held with the whole running assistant, over HTTP, through its three doors (page, call centre, telephone).",
            _picture("registers.png", "Right answers by the way people write", pictures),
            table(["file", "right", "share"], [_row(name, files[name]) for name in files]),
            f"Of {held['turns']['asked']} replies {held['turns']['right']} were right. {_refusals(held)}",
            "By topic asked about, the weakest first:",
            table(["topic", "replies right", "share"], [_row(name, topics[name]) for name in weak]),
            "<details><summary>All topics and tags</summary>\n\n"
            + table(["topic", "replies right", "share"], [_row(name, topics[name]) for name in topics])
            + "\n\n"
            + table(["tag", "right", "share"], [_row(name, held["tags"][name]) for name in held["tags"]])
            + "\n\n</details>",
            "Every conversation that failed, with what came back, is in `.cache/evaluation/failures.txt` after a run.",
        ]
    )


def _row(name: str, row: Mapping[str, Any]) -> list[str]:
    return [f"`{name}`", f"{row['right']} of {row['asked']}", percent(row)]


def _sealed(results: Results) -> str:
    held = results.get("sealed")
    if not held:
        return (
            "## Sealed conversations\n\n*Not held yet: they are held once, when nothing is changed any more"
            " (`evaluation/README.md`).*"
        )
    again = "" if held["times"] == 1 else f" They were held {held['times']} times; these are the figures of the first."
    return "\n\n".join(
        [
            "## Sealed conversations",
            f"Held on {held['date']}, once, on conversations that nobody who works on the assistant had read.{again}",
            f"{percent(held['conversations'])} right ({held['conversations']['right']} of"
            f" {held['conversations']['asked']}). Replies with a wrong contact: {held['wrong_contacts']}; that cite or"
            f" state what is not in the policy: {held['not_grounded']}. {_refusals(held)}",
            table(["file", "right", "share"], [_row(name, held["files"][name]) for name in held["files"]]),
        ]
    )


def _sentences(results: Results, pictures: Sequence[str]) -> str:
    crossed = results.get("crossvalidation")
    if not crossed:
        return f"## Single sentences, not seen in training\n\n{_MISSING}"
    named = {"topics": "about a topic", "refusals": "to be refused", "dialogue": "dialogue and other languages"}
    kinds = [_outcomes(named[name], crossed["kinds"][name]) for name in KINDS]
    registers = {name: row for name, row in crossed["per_register"].items() if name in REGISTERS}
    themes = {name: row["all"] for name, row in crossed["per_register"].items() if name not in REGISTERS}
    topics = crossed["per_topic"]
    confusions = sorted(
        (
            (number, true, taken)
            for true, row in crossed["confusion"].items()
            for taken, number in row.items()
            if true != taken and "unsure" not in (true, taken) and {true, taken} & set(topics)
        ),
        reverse=True,
    )
    weak = sorted(topics, key=lambda name: (topics[name]["share"], name))[:_WEAKEST]
    heads = ["", "asked", "right", "asked back", "refused", "wrong", "share right"]
    return "\n\n".join(
        [
            "## Single sentences, not seen in training",
            f"{crossed['data']['sentences']:,} hand-written sentences in {crossed['data']['folds']} parts; each part"
            " is read by a model that learned from the others. The sentences are written to differ from one another,"
            " and there is no conversation around them, so these figures are lower than what a person meets; they"
            " show where topics are hard to tell apart. Some sentences stand in families, of which a part was"
            " learned: that makes them a little higher.",
            f"The right intent of {crossed['data']['sentences']:,} is ranked first for {percent(crossed['first'])},"
            f" among the first three for {percent(crossed['among_three'])}; of those about a topic first for"
            f" {percent(crossed['topics_first'])}. What is then done:",
            table(heads, kinds),
            "« Refused » among sentences to be refused is a refusal in the other words (out of scope, or not in the"
            " policy).",
            f"Told apart what is to be refused from what has an answer: AUROC {crossed['auroc_refusal']:.3f} (1 is"
            " always, 0.5 is by chance). How far probabilities are from the truth on average:"
            f" {100 * crossed['calibration']['error']:.1f} points.",
            _picture("reliability.png", "How sure the classifier is, against how often it is right", pictures),
            "By register, sentences about a topic:",
            table(
                heads,
                [_outcomes(f"`{name}`", row["topics"]) for name, row in registers.items() if row["topics"]["asked"]],
            ),
            f"Hardest topics: {', '.join(f'`{name}` ({percent(topics[name])})' for name in weak)}.",
            "Most often confused: "
            + "; ".join(f"`{true}` taken for `{taken}` ({number})" for number, true, taken in confusions[:_WEAKEST])
            + ".",
            _picture("confusion.png", "Confusion matrix of the topics", pictures),
            "<details><summary>All topics</summary>\n\n"
            + table(
                [*heads[:-1], "share right", "right of what is answered so", "else taken for"],
                [
                    [
                        *_outcomes(f"`{name}`", row),
                        "–" if row["precision"] is None else f"{100 * row['precision']:.0f} %",
                        ", ".join(f"{taken} ({number})" for taken, number in row["taken_for"].items()) or "–",
                    ]
                    for name, row in topics.items()
                ],
            )
            + "\n\n</details>",
            "<details><summary>Themes of what is out of scope</summary>\n\n"
            + table(heads, [_outcomes(f"`{name}`", row) for name, row in themes.items()])
            + "\n\n</details>",
        ]
    )


def _outcomes(name: str, row: Mapping[str, Any]) -> list[str]:
    keys = ("asked", "right", "unsure", "refused", "wrong")
    return [name, *(str(row[key]) for key in keys), percent(row)]


def _thresholds(results: Results, pictures: Sequence[str]) -> str:
    swept = results.get("tradeoff")
    if not swept:
        return f"## When to answer and when to ask back\n\n{_MISSING}"
    chosen = swept["chosen"]["topic_threshold"]
    rows = [
        [
            f"**{point['threshold']:.2f}**" if point["threshold"] == chosen else f"{point['threshold']:.2f}",
            *(f"{100 * point['topics'][name] / point['topics']['asked']:.1f} %" for name in OUTCOMES),
            *(
                f"{100 * point['refusals'][name] / point['refusals']['asked']:.1f} %"
                for name in ("right", "wrong_topic")
            ),
        ]
        for point in swept["curves"]["topic_threshold"]
    ]
    return "\n\n".join(
        [
            "## When to answer and when to ask back",
            f"Below a threshold the assistant asks back. Measured on {swept['messages']} development messages that"
            f" stand alone. The one in use is {chosen:.2f}: a lower one answers more, right and wrong; a higher one"
            " asks more.",
            _picture("tradeoff.png", "What a threshold buys", pictures),
            table(
                ["threshold", "right", "asked back", "refused", "wrong", "to refuse: refused", "to refuse: answered"],
                rows,
            ),
        ]
    )


def _compared(results: Results) -> str:
    others = results.get("contenders")
    if not others:
        return f"## Compared with others\n\n{_MISSING}"
    heads = [
        "",
        "first right",
        "topics",
        "in three",
        "AUROC refusal",
        "median ms",
        "95 % below ms",
        "training s",
        "peak MB",
    ]
    data = others["data"]
    verdicts = []
    for name, row in others["ours_against"].items():
        middle, low, high = (100 * value for value in row["accuracy_difference_95"])
        behind = [measure.replace("_", " ") for measure, is_ahead in row["ahead"].items() if not is_ahead]
        refusal, least, most = row["auroc_refusal_difference_95"]
        verdicts.append(
            f"- Against {others['contenders'][name]['title']}: {middle:+.1f} points right ({low:+.1f} to {high:+.1f}),"
            f" AUROC of refusal {refusal:+.3f} ({least:+.3f} to {most:+.3f});"
            f" {'behind in ' + _listed(behind) if behind else 'ahead in every measure'}."
        )
    return "\n\n".join(
        [
            "## Compared with others",
            f"{data['training']:,} sentences to learn from ({data['training_per_intent']} an intent at most),"
            f" {data['test']:,} others to answer, the same for all; one message to each in turn on the same machine,"
            " so that whatever else runs meets all alike. Stock Rasa is the pipeline that Rasa configures by itself"
            " (DIET). Memory is that of the process, with all that it loads.",
            table(heads, [_contender(row) for row in others["contenders"].values()]),
            "\n".join(verdicts),
            "Apart, because it learned from more: the same classifier with all sentences but those asked"
            f" ({others['all_data']['training']:,}).",
            table(heads, [_contender(row) for row in others["apart"].values()]),
        ]
    )


def _contender(row: Mapping[str, Any]) -> list[str]:
    low, high = row["accuracy_95"]
    return [
        row["title"],
        f"{100 * row['accuracy']:.1f} % ({100 * low:.0f} to {100 * high:.0f})",
        f"{100 * row['topic_accuracy']:.1f} %",
        f"{100 * row['top_3']:.1f} %",
        f"{row['auroc_refusal']:.3f}",
        f"{row['median_ms']:.2f}",
        f"{row['p95_ms']:.2f}",
        f"{row['training_seconds']:.0f}",
        f"{row['peak_mb']:.0f}",
    ]


def _selection(results: Results) -> str:
    chosen = results.get("selection")
    if not chosen:
        return "## How the classifier was chosen\n\n*Not stored yet: `make select` compares the variants.*"
    rows = []
    for name, row in chosen["variants"].items():
        crossed, development = row["crossvalidation"], row["development"]
        difference = row["difference"]
        rows.append(
            [
                f"**{name}**" if difference is None else name,
                row["what"],
                f"{100 * crossed['topics_first']['share']:.1f} %",
                "–"
                if difference is None
                else f"{100 * difference[0]:+.1f} ({100 * difference[1]:+.1f} to {100 * difference[2]:+.1f})",
                f"{crossed['auroc_refusal']:.3f}",
                f"{crossed['log_loss']:.3f}",
                f"{100 * crossed['calibration_error']:.1f}",
                f"{100 * development['topics_first']['share']:.1f} %",
                f"{100 * development['refused_right']['share']:.1f} %",
                f"{row['training_seconds']:.0f}",
            ]
        )
    data = chosen["data"]
    return "\n\n".join(
        [
            "## How the classifier was chosen",
            f"Variants of the classifier alone, by cross-validation ({data['sentences']:,} sentences in {data['folds']}"
            " parts, each read by a model that learned from the rest) and on"
            f" {data['messages']} development messages. The difference is in points over all"
            " sentences, against the one in use, with its 95 % interval: what holds 0 is no difference that could be"
            " shown.",
            table(
                [
                    *("variant", "what it is", "topics right", "difference", "AUROC refusal", "log loss"),
                    *("calibration error", "development: topics", "development: refused", "training s"),
                ],
                rows,
            ),
        ]
    )


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
    return "\n\n".join(["## Speed and memory", *(lines or [_MISSING])])


def _provenance(results: Results) -> str:
    lines = ["## Where this comes from"]
    if held := results.get("conversations"):
        lines.append(f"- Conversations held on {held['date']}; development set `{held['set'][:16]}`.")
    if crossed := results.get("crossvalidation"):
        lines.append(f"- Training sentences `{crossed['data']['hash'][:16]}`.")
    lines.append("- Who wrote which set, and who may look at it when: [evaluation/README.md](../evaluation/README.md).")
    return lines[0] + "\n\n" + "\n".join(lines[1:])


def _picture(name: str, title: str, pictures: Sequence[str]) -> str:
    return f"![{title}](evaluation/{name})" if name in pictures else _MISSING


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

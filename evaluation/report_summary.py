"""The first section of the report: all that was measured in a few sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.markdown import MISSING, Results, listed, percent
from evaluation.report_conversations import FILES, refusals
from evaluation.targets import met


def in_short(results: Results, targets: Sequence[Mapping[str, Any]]) -> str:
    """« In short »: what a reader who reads no further needs. Raises KeyError for a target without a limit."""
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
            f" policy: {held['not_grounded']}. {refusals(held)}"
        )
        weak = sorted(held["files"], key=lambda name: held["files"][name]["share"])[:2]
        lines.append(
            "It does worst on "
            + " and ".join(f"*{FILES.get(name, name)}* ({percent(held['files'][name])})" for name in weak)
            + "."
        )
    if sealed := results.get("sealed"):
        lines.append(
            f"**On the sealed conversations, when they were first held: {percent(sealed['conversations'])} right.**"
        )
    if others := results.get("contenders"):
        lines.append(_against(others))
    if speed := results.get("latency"):
        lines.append(
            f"A message is understood in {speed['median_ms']:.1f} thousandths of a second (half of them faster), 95 %"
            f" in less than {speed['p95_ms']:.1f}."
        )
    if len(lines) == 1:
        return f"{lines[0]}\n\n{MISSING}"
    return "\n\n".join([*lines, _missed(results, targets)])


def _missed(results: Results, targets: Sequence[Mapping[str, Any]]) -> str:
    verdicts = [(target["what"], met(target, results)[1]) for target in targets]
    missed = [what for what, is_met in verdicts if is_met is False]
    said = f"{sum(is_met is True for _, is_met in verdicts)} of {len(verdicts)} targets are met."
    return f"{said} Missed: {'; '.join(missed)}." if missed else said


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
        said += f", more than {listed(beaten)}"
    if level:
        said += f"; the difference from {listed(level)} is within chance or against it"
    return said + "."

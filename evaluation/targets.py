"""The goals of targets.yml: what was measured for each, and whether it is met."""

from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.markdown import Results, table

_LIMITS = {"at_least": "at least", "at_most": "at most", "above": "more than"}


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


def verdicts(results: Results, targets: Sequence[Mapping[str, Any]]) -> str:
    """« Targets »: each with its limit, what was measured and whether that meets it.

    Raises KeyError or StopIteration for a target without a limit.
    """
    rows = []
    for target in targets:
        found, is_met = met(target, results)
        key, words = next((key, words) for key, words in _LIMITS.items() if key in target)
        limit = _figure(target[key], target)
        verdict = {True: "met", False: "**missed**", None: "not measured"}[is_met]
        if is_met and _is_within_chance(target, results):
            verdict = "met, but within chance"
        set_at = limit if isinstance(target[key], bool) else f"{words} {limit}"
        rows.append([target["what"], set_at, "–" if found is None else _figure(found, target), verdict])
    return "## Targets\n\n" + table(["target", "set", "measured", ""], rows)


def _is_within_chance(target: Mapping[str, Any], results: Results) -> bool:
    """A difference whose interval holds 0: the next place of the result is its lower end."""
    figure, is_difference, _ = target["figure"].partition("_difference_95/")
    return bool(is_difference) and met({**target, "figure": f"{figure}{is_difference}1"}, results)[1] is False


def _figure(value: float | bool, target: Mapping[str, Any]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if target["figure"].endswith("share"):
        return f"{100 * value:.1f} %"
    if "accuracy_difference" in target["figure"]:
        return f"{100 * value:+.1f} points" if value else "0"
    return f"{value:.0f}" if value == int(value) else f"{value:.3f}"

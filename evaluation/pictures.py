"""The report's pictures, drawn from the results with matplotlib. Runs in .venvs/evaluation."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from PIL import Image

from evaluation.figures import OUTCOMES

# Told apart by people who see few colours, and in print.
COLOURS = {"right": "#1f6fb4", "unsure": "#e8a33d", "refused": "#8c8c8c", "wrong": "#b3262e"}
LABELS = {"right": "right", "unsure": "asked back", "refused": "refused", "wrong": "wrong"}
WIDTH = 9.0  # inches, at 130 dots each: twice what a page shows
DOTS = 130
GREY = "#444444"
COLOURS_KEPT = 64


def draw(results: Mapping[str, Mapping[str, Any]], folder: Path) -> list[str]:
    """Draw what there are results for; returns the names of the files in `folder`. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    mpl.rcParams.update({"font.size": 11, "axes.spines.top": False, "axes.spines.right": False})
    drawn: dict[str, Figure] = {}
    if crossed := results.get("crossvalidation"):
        drawn["confusion.png"] = confusion(crossed["confusion"], list(crossed["per_topic"]))
        drawn["reliability.png"] = reliability(crossed["calibration"]["bins"])
    if swept := results.get("tradeoff"):
        drawn["tradeoff.png"] = tradeoff(swept)
    if held := results.get("conversations"):
        drawn["registers.png"] = registers(held["files"], crossed["per_register"] if crossed else {})
    for name, figure in drawn.items():
        drawing = io.BytesIO()
        figure.savefig(drawing, dpi=DOTS, bbox_inches="tight")
        # No date and no version in the file, and few colours: the same figures give the same small picture.
        Image.open(drawing).convert("RGB").quantize(COLOURS_KEPT).save(folder / name, optimize=True)
    return list(drawn)


def confusion(counts: Mapping[str, Mapping[str, int]], topics: Sequence[str]) -> Figure:
    """How often each topic (line) was taken for what (column), in percent of the line."""
    lines = [*topics, "refusals", "dialogue"]
    columns = [*lines, "unsure"]
    shares = [
        [100 * counts.get(true, {}).get(taken, 0) / max(1, sum(counts.get(true, {}).values())) for taken in columns]
        for true in lines
    ]
    figure = Figure(figsize=(WIDTH * 1.3, WIDTH * 1.22))
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=100, aspect="auto")
    for line, row in enumerate(shares):
        for column, percent in enumerate(row):
            if percent >= 0.5:
                colour = "white" if percent > 55 else "black"
                axes.text(column, line, f"{percent:.0f}", ha="center", va="center", fontsize=8, color=colour)
    named = {"refusals": "to be refused", "dialogue": "dialogue", "unsure": "asked back"}
    axes.set_xticks(range(len(columns)), [named.get(name, name) for name in columns], rotation=90, fontsize=9)
    axes.set_yticks(range(len(lines)), [named.get(name, name) for name in lines], fontsize=9)
    axes.set_xlabel("taken for")
    axes.set_ylabel("asked about")
    axes.set_title("Of 100 sentences about a topic (line), how many were taken for what (column)", fontsize=12)
    axes.spines[:].set_visible(False)
    return figure


def reliability(bins: Sequence[Mapping[str, Any]]) -> Figure:
    """The share that is right against the probability that the classifier gives, with how many messages that is."""
    figure = Figure(figsize=(WIDTH * 0.75, WIDTH * 0.75))
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    probabilities = [100 * entry["probability"] for entry in bins]
    right = [100 * entry["right"] for entry in bins]
    spread = [
        [100 * (entry["right"] - entry["interval"][0]) for entry in bins],
        [100 * (entry["interval"][1] - entry["right"]) for entry in bins],
    ]
    above.plot([0, 100], [0, 100], color=GREY, linestyle=":", label="as sure as right")
    above.errorbar(
        probabilities,
        right,
        yerr=spread,
        color=COLOURS["right"],
        marker="o",
        capsize=3,
        label="measured, with 95 % interval",
    )
    above.set_ylabel("really right (%)")
    above.set_ylim(0, 100)
    above.legend(frameon=False, loc="upper left")
    above.set_title("How far the assistant's sureness can be believed", fontsize=12)
    middles = [50 * (entry["from"] + entry["to"]) for entry in bins]
    below.bar(middles, [entry["asked"] for entry in bins], width=8, color=COLOURS["right"])
    below.set_xlabel("how sure the classifier is (%)")
    below.set_ylabel("sentences")
    below.set_xlim(0, 100)
    return figure


def tradeoff(swept: Mapping[str, Any]) -> Figure:
    """What each threshold buys: messages on a topic on the left, messages to refuse on the right."""
    figure = Figure(figsize=(WIDTH * 1.2, WIDTH * 0.9))
    grid = figure.subplots(2, 2, sharex=True, sharey=True)
    figure.subplots_adjust(hspace=0.25, wspace=0.08)
    titles = {"topics": "messages about a topic", "refusals": "messages to refuse"}
    for line, (name, curve) in zip(grid, swept["curves"].items(), strict=True):
        thresholds = [point["threshold"] for point in curve]
        for axes, kind in zip(line, titles, strict=True):
            for outcome in OUTCOMES:
                # Among messages to refuse, « refused » is a refusal in other words: it is right.
                if kind == "refusals" and outcome == "refused":
                    continue
                shares = [100 * point[kind][outcome] / point[kind]["asked"] for point in curve]
                axes.plot(thresholds, shares, color=COLOURS[outcome], marker=".", label=LABELS[outcome])
            axes.axvline(swept["chosen"][name], color=GREY, linestyle=":", label="chosen")
            axes.set_title(f"{name.replace('_', ' ')}: {titles[kind]}", fontsize=11)
            axes.set_ylim(0, 100)
        line[0].set_ylabel("% of the messages")
    for axes in grid[-1]:
        axes.set_xlabel("threshold")
    grid[0][0].legend(frameon=False, loc="center left", fontsize=10)
    return figure


def registers(files: Mapping[str, Mapping[str, Any]], crossed: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Right answers by the way people write: conversations, and sentences not seen in training."""
    panels = [("development conversations, by file", files)]
    if sentences := {name: row["topics"] for name, row in crossed.items() if row["topics"]["asked"]}:
        panels.append(("hand-written sentences about a topic, by register", sentences))
    figure = Figure(figsize=(WIDTH * 1.2, 1.2 + 0.42 * max(len(rows) for _, rows in panels)))
    grid = figure.subplots(1, len(panels), squeeze=False)[0]
    figure.subplots_adjust(wspace=0.6)
    for axes, (title, rows) in zip(grid, panels, strict=True):
        names = sorted(rows, key=lambda name: rows[name]["share"])
        shares = [100 * rows[name]["share"] for name in names]
        spread = [
            [100 * (rows[name]["share"] - rows[name]["interval"][0]) for name in names],
            [100 * (rows[name]["interval"][1] - rows[name]["share"]) for name in names],
        ]
        axes.barh(range(len(names)), shares, xerr=spread, color=COLOURS["right"], ecolor=GREY, capsize=3)
        axes.set_yticks(range(len(names)), [f"{name.replace('_', ' ')} ({rows[name]['asked']})" for name in names])
        for place, value in enumerate(shares):
            axes.text(102, place, f"{value:.0f}", va="center", fontsize=10)
        axes.set_xlim(0, 100)
        axes.set_xlabel("right (%), with 95 % interval")
        axes.set_title(title, fontsize=11)
    return figure

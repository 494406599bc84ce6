"""The pictures of docs/performance.md, drawn from the results with matplotlib. Runs in .venvs/evaluation."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from evaluation.bench.figures import FEW, MANY
from evaluation.bench.names import ALL, LIMIT, OURS, STOCK, TITLES

# Told apart by people who see few colours, and in print.
COLOURS = {OURS: "#1f6fb4", STOCK: "#b3262e", LIMIT: "#8c8c8c"}
MARKERS = {OURS: "o", STOCK: "s", LIMIT: "^"}
WIDTH = 9.0  # inches
PARTS = "#444444"


def draw(results: Mapping[str, Any], folder: Path) -> list[str]:
    """Draw everything into `folder`; returns the names of the files. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    # No date and no names drawn at random in a file: the same figures give the same picture.
    mpl.rcParams.update(
        {"font.size": 11, "axes.spines.top": False, "axes.spines.right": False, "svg.hashsalt": "bench"}
    )
    servers = results["servers"]
    drawn = {
        "answering.svg": answering(servers),
        "throughput.svg": throughput(servers),
        "length.svg": length(servers),
        "stored.svg": stored(servers, results["few"], results["effort"]["stored"]),
        "memory.svg": memory(servers),
    }
    for name, figure in drawn.items():
        figure.savefig(folder / name, bbox_inches="tight", metadata={"Date": None, "Creator": None})
    return list(drawn)


def answering(servers: Mapping[str, Any]) -> Figure:
    """How long a reply takes: the median as a bar, and up to the 95th percentile as a line."""
    figure = Figure(figsize=(WIDTH, 3.6))
    grid = figure.subplots(1, 3, sharey=True)
    figure.subplots_adjust(wspace=0.35)
    for axes, clients in zip(grid, servers[OURS]["levels"], strict=True):
        rows = [servers[name]["levels"][clients] for name in ALL]
        beyond = [[0.0] * len(rows), [row["p95_ms"] - row["p50_ms"] for row in rows]]
        _bars(axes, [row["p50_ms"] for row in rows], beyond)
        axes.set_title("one person at a time" if clients == "1" else f"{clients} people at once", fontsize=11)
        axes.set_xlabel("ms until the reply")
    return figure


def throughput(servers: Mapping[str, Any]) -> Figure:
    """How many messages are answered in a second by the number of clients, from the lowest round to the highest."""
    figure = Figure(figsize=(WIDTH * 0.75, 3.8))
    axes = figure.subplots()
    for name in ALL:
        rows = servers[name]["levels"]
        middle = [row["rps"] for row in rows.values()]
        spread = [
            [row["rps"] - row["rps_spread"][0] for row in rows.values()],
            [row["rps_spread"][1] - row["rps"] for row in rows.values()],
        ]
        axes.errorbar(
            range(len(rows)),
            middle,
            yerr=spread,
            color=COLOURS[name],
            marker=MARKERS[name],
            capsize=4,
            label=TITLES[name],
        )
        axes.text(len(rows) - 0.85, middle[-1], f"{middle[-1]:.0f}", va="center", color=COLOURS[name])
    axes.set_xticks(range(len(rows)), list(rows))
    axes.set_xlabel("people at once")
    axes.set_ylabel("messages answered a second")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, ncols=len(ALL), loc="lower left", bbox_to_anchor=(0, 1))
    return figure


def length(servers: Mapping[str, Any]) -> Figure:
    """What a message costs by its place in a conversation."""
    figure = Figure(figsize=(WIDTH * 0.75, 3.8))
    axes = figure.subplots()
    for name in ALL:
        curve = servers[name]["length"]["curve"]
        turns = [5 * place + 3 for place in range(len(curve))]
        axes.plot(turns, curve, color=COLOURS[name], marker=MARKERS[name], markersize=4, label=TITLES[name])
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("turn of the conversation")
    axes.set_ylabel("ms until the reply (by powers of ten)")
    axes.legend(frameon=False, ncols=len(ALL), loc="lower left", bbox_to_anchor=(0, 1))
    return figure


def stored(servers: Mapping[str, Any], few: int, many: int) -> Figure:
    """What a message costs with few and with many conversations stored."""
    figure = Figure(figsize=(WIDTH, 2.6))
    grid = figure.subplots(1, 3)
    figure.subplots_adjust(wspace=0.45)
    for axes, name in zip(grid, ALL, strict=True):
        sizes = servers[name]["stored"]
        bars = axes.barh([1, 0], [sizes[FEW], sizes[MANY]], color=COLOURS[name], height=0.6)
        axes.bar_label(bars, fmt="%.1f", padding=3)
        axes.set_yticks([1, 0], [f"{few:,}", f"{many:,}"])
        axes.set_xlim(0, 1.25 * max(sizes.values()))
        axes.set_title(TITLES[name], fontsize=11)
        axes.set_xlabel("ms until the reply")
    grid[0].set_ylabel("stored")
    return figure


def memory(servers: Mapping[str, Any]) -> Figure:
    """The memory of each, by process."""
    figure = Figure(figsize=(WIDTH, 2.4))
    axes = figure.subplots()
    for place, name in enumerate(ALL):
        sizes = {part: size for part, size in servers[name]["memory_mb"].items() if part != "all"}
        start = 0.0
        for size in sizes.values():
            axes.barh(-place, size, left=start, color=COLOURS[name], edgecolor="white", height=0.6)
            start += size
        axes.text(start, -place, f" {start:,.0f}", va="center")
    axes.set_yticks([-place for place in range(len(ALL))], [TITLES[name] for name in ALL])
    axes.set_xlabel("MB; each field is a process")
    axes.set_xlim(0, 1.12 * max(servers[name]["memory_mb"]["all"] for name in ALL))
    return figure


def _bars(axes: Axes, middle: list[float], beyond: list[list[float]]) -> None:
    places = [-place for place in range(len(ALL))]
    axes.barh(places, middle, xerr=beyond, color=[COLOURS[name] for name in ALL], ecolor=PARTS, capsize=3, height=0.6)
    for place, value, further in zip(places, middle, beyond[1], strict=True):
        axes.text(value + further, place, f" {value:.1f}", va="center", fontsize=10)
    axes.set_yticks(places, [TITLES[name] for name in ALL])
    axes.set_xlim(0, 1.25 * max(value + further for value, further in zip(middle, beyond[1], strict=True)))

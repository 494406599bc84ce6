"""python -m evaluation.bench.report [--quick]: docs/performance.md and its pictures, from what was measured.

Runs in .venvs/evaluation. The page of a quick run is written beside its results, not into docs/. The last line that is
printed is JSON: the figures.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from evaluation.bench import report_method
from evaluation.bench.figures import FEW, MANY, last_line
from evaluation.bench.names import ALL, CACHE, OURS, STOCK, TITLES
from evaluation.bench.pictures import draw
from evaluation.markdown import table
from evaluation.results import ROOT, read, say, write_text
from evaluation.targets import verdicts

TARGETS = ROOT / "evaluation" / "bench" / "targets.yml"
PICTURES = "performance"


def page(results: Mapping[str, Any], targets: Sequence[Mapping[str, Any]]) -> str:
    """The report, in Markdown."""
    sections = [
        "# How fast the assistant is",
        "<!-- Written by `make bench`: change evaluation/bench/report.py, not this page. -->",
        _in_short(results),
        verdicts(results, targets),
        _answering(results["servers"]),
        _throughput(results["servers"]),
        _length(results["servers"]),
        _stored(results),
        _memory(results["servers"]),
        report_method.method(results),
    ]
    return "\n\n".join(sections) + "\n"


def _in_short(results: Mapping[str, Any]) -> str:
    ours, stock = results["servers"][OURS], results["servers"][STOCK]
    one, many, found = ours["levels"]["1"], ours["levels"]["16"], results["ratios"]
    return f"""## In short
**A reply takes {one["p50_ms"]:.1f} thousandths of a second (half of them less, 95 of 100 less than
{one["p95_ms"]:.1f}), and this machine answers {many["rps"]:.0f} messages a second** when sixteen people write at once.
Stock Rasa, the framework as it comes, takes {found["stock_p50_over_p50"]:.1f} times as long for a reply and answers
{stock["levels"]["16"]["rps"]:.0f} a second.

The yardstick is a program that reads the message with a sentence encoder, keeps it, and does nothing else: no privacy
filter, no policy, no answer. A reply of this assistant takes {found["p50_over_limit"]:.1f} times as long.

Late in a conversation (turn 200) a reply takes {found["turn_200_over_5"]:.2f} times what it takes at turn 5; with
{results["effort"]["stored"]:,} conversations in store {found["stored_many_over_few"]:.2f} times what it takes with
{results["few"]}. All its processes together hold {ours["memory_mb"]["all"]:,.0f} MB, and the first reply comes
{ours["start_s"]:.1f} s after `make run`."""


def _answering(servers: Mapping[str, Any]) -> str:
    rows = [
        [clients, TITLES[name], *(f"{servers[name]['levels'][clients][f'p{cut}_ms']:.1f}" for cut in (50, 95, 99))]
        for clients in servers[OURS]["levels"]
        for name in ALL
    ]
    head = ["people at once", "", "half of the replies within (ms)", "95 of 100 within", "99 of 100 within"]
    return f"""## How long a reply takes
![The time of a reply, by server and by people at once]({PICTURES}/answering.svg)

The bar is the median: half of the replies come sooner. Its line ends where 95 of 100 replies have come. With many
people at once a message also waits for those before it.

{table(head, rows)}"""


def _throughput(servers: Mapping[str, Any]) -> str:
    rows = [
        [
            clients,
            *(f"{servers[name]['levels'][clients]['rps']:.0f}" for name in ALL),
            *(f"{servers[name]['levels'][clients]['server_ms']:.1f}" for name in ALL),
        ]
        for clients in servers[OURS]["levels"]
    ]
    head = ["people at once", *(TITLES[name] for name in ALL), *(f"{TITLES[name]}: processor ms" for name in ALL)]
    return f"""## How many messages a second
![Messages a second, by people at once]({PICTURES}/throughput.svg)

Nobody pauses between two messages here: real people do, so this many messages a second is far more people than the
number shows. The lines go from the slowest round to the fastest. The processor time of a message, on the right, is what
all processes of a server together spend on it; it says what a message costs also when the machine is busy with other
things.

{table(head, rows)}"""


def _length(servers: Mapping[str, Any]) -> str:
    turns = list(servers[OURS]["length"]["turns"])
    rows = [[TITLES[name], *(f"{servers[name]['length']['turns'][turn]:.1f}" for turn in turns)] for name in ALL]
    return f"""## Long conversations
![The time of a reply, by its place in the conversation]({PICTURES}/length.svg)

What a conversation has said before has to be at hand for each reply. Milliseconds, median of the five turns around the
one named. Those are of three conversations that say the same, each brought to its turn and then asked the same five
messages in turn with the two others; the picture follows the longest from its beginning.

{table(["", *(f"turn {turn}" for turn in turns)], rows)}"""


def _stored(results: Mapping[str, Any]) -> str:
    rows = [
        [
            TITLES[name],
            *(f"{results['servers'][name]['stored'][size]:.2f}" for size in (FEW, MANY)),
            f"{results['servers'][name]['stored'][MANY] / results['servers'][name]['stored'][FEW]:.2f}",
        ]
        for name in ALL
    ]
    head = ["", f"{results['few']} stored", f"{results['effort']['stored']:,} stored", "times as long"]
    return f"""## Many conversations in store
![The time of a reply with few and with many conversations stored]({PICTURES}/stored.svg)

Milliseconds, median, one person at a time, two servers of each kind running side by side and asked in turn:

{table(head, rows)}"""


def _memory(servers: Mapping[str, Any]) -> str:
    rows = [
        [
            TITLES[name],
            ", ".join(f"{part} {size:,.0f}" for part, size in servers[name]["memory_mb"].items() if part != "all"),
            f"{servers[name]['memory_mb']['all']:,.0f}",
            f"{servers[name]['start_s']:.1f}",
            ", ".join(f"{seconds:.1f}" for seconds in servers[name]["starts_s"]),
        ]
        for name in ALL
    ]
    return f"""## Memory and start
![Memory of each server by process]({PICTURES}/memory.svg)

Each server alone, after it held the conversations with sixteen people at once; memory that processes share is counted
once. The start is counted from the command to the first reply, with everything built.

{table(["", "MB by process", "MB", "start (s, median)", "each start"], rows)}"""


def main(arguments: Sequence[str]) -> int:
    """Write the page and its pictures, and print the figures; the exit status is 1 when nothing was measured."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.bench.report", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the page of the last quick run")
    parser.add_argument("--results", type=Path, help="another file of results")
    parser.add_argument("--out", type=Path, help="another folder to write performance.md in")
    chosen = parser.parse_args(arguments)
    path = chosen.results or CACHE / ("results-trial.json" if chosen.quick else "results.json")
    out = chosen.out or (CACHE if chosen.quick else ROOT / "docs")
    results = read(path)
    if results is None:
        print(f"Nothing was measured yet: {path} is not there. `make bench` measures.", file=sys.stderr)
        return 1
    draw(results, out / PICTURES)
    write_text(out / "performance.md", page(results, yaml.safe_load(TARGETS.read_text("utf-8"))))
    say(f"Written: {out / 'performance.md'}")
    print(json.dumps(last_line(results)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

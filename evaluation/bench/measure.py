"""python -m evaluation.bench.measure [--quick]: how fast the three servers are, in one run, each in turn.

Runs in .venvs/evaluation. Whatever else the machine does meets all three alike: they are measured in rounds, another
one first each time, and what is reported is the median of the rounds. Writes .cache/bench/results.json (a quick run:
results-trial.json).
"""

import argparse
import asyncio
import os
import platform
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from evaluation.bench.choice import Script, choose, long_ones
from evaluation.bench.figures import AROUND, FEW, MANY, TURNS, level, ratios
from evaluation.bench.http_client import HttpError
from evaluation.bench.length import long_conversations
from evaluation.bench.load import Took, hold_all
from evaluation.bench.models import Models, build_knowledge_base, prepared
from evaluation.bench.names import ALL, CACHE, OURS, TITLES, in_turn
from evaluation.bench.servers import Server, ServerError, run_dir, running
from evaluation.bench.stock_project import TrainingError
from evaluation.bench.stored import fill
from evaluation.locks import ANSWERING, GATEWAY, locked
from evaluation.results import fingerprint, say, write
from tests.conversations.judging import read_cases

CLIENTS = (1, 4, 16)
_MADE_OF = (
    "config.yml",
    "domain.yml",
    "endpoints.yml",
    "nlu",
    "policies_kb",
    "actions",
    "server",
    "gateway",
    "supervisor",
)
_STARTED_IN = "bench-"


@dataclass(frozen=True)
class Effort:
    """How much is measured: starts, rounds, conversations stored, long conversations."""

    starts: int = 3
    rounds: int = 5
    stored: int = 10_000
    stored_rounds: int = 10
    long: int = 3


QUICK = Effort(starts=1, rounds=2, stored=200, stored_rounds=3, long=1)
FEW_STORED = 10
STORED_ASKED = 20  # conversations of one round beside the stored ones


def starts(folder: Path, models: Models, scripts: Sequence[Script], number: int) -> dict[str, dict[str, Any]]:
    """Seconds from start to first reply, and the memory of each server alone after it held the conversations."""
    seconds: dict[str, list[float]] = {name: [] for name in ALL}
    memory: dict[str, dict[str, float]] = {}
    for order in in_turn(number):
        for name in order:
            with running(name, folder / f"{name}-start", models) as server:
                seconds[name].append(server.seconds)
                if name not in memory:
                    asyncio.run(hold_all(server, scripts, max(CLIENTS)))
                    memory[name] = server.memory()
        say(f"  Started: {', '.join(f'{name} {times[-1]:.1f} s' for name, times in seconds.items())}")
    return {
        name: {"start_s": median(seconds[name]), "starts_s": seconds[name], "memory_mb": memory[name]} for name in ALL
    }


def stored(
    few: Mapping[str, Server], many: Mapping[str, Server], scripts: Sequence[Script], rounds: int
) -> dict[str, dict[str, float]]:
    """The median of a message, in milliseconds, with few and with many conversations stored, one client.

    Every conversation is held with the one and at once with the other, so that both meet the same machine.
    """
    found: dict[str, dict[str, list[float]]] = {name: {FEW: [], MANY: []} for name in ALL}
    for number, order in enumerate(in_turn(rounds)):
        for name in order:
            both = [(FEW, few[name]), (MANY, many[name])]
            for place, script in enumerate(scripts):
                for size, server in both if (number + place) % 2 else reversed(both):
                    found[name][size] += asyncio.run(hold_all(server, [script], 1)).messages
    return {name: {size: 1000 * median(seconds) for size, seconds in sizes.items()} for name, sizes in found.items()}


def levels(servers: Mapping[str, Server], scripts: Sequence[Script], rounds: int) -> dict[str, dict[str, Any]]:
    """The figures of each server by the number of clients."""
    took: dict[str, dict[int, list[Took]]] = {name: {clients: [] for clients in CLIENTS} for name in ALL}
    started = time.monotonic()
    for number, order in enumerate(in_turn(rounds), 1):
        for clients in CLIENTS:
            for name in order:
                took[name][clients].append(asyncio.run(hold_all(servers[name], scripts, clients)))
        say(f"  Round {number} of {rounds} ({time.monotonic() - started:.0f} s)")
    return {
        name: {str(clients): level(rounds) for clients, rounds in by_clients.items()}
        for name, by_clients in took.items()
    }


def measure(folder: Path, effort: Effort) -> dict[str, Any]:
    """Everything, in a folder for the servers' states. Raises what servers, clients and models raise."""
    say("== Models")
    models = prepared()
    scripts = choose(read_cases())
    long_scripts = long_ones(scripts, effort.long, max(TURNS) + AROUND)
    build_knowledge_base([run_dir(folder / f"{OURS}-{use}") for use in ("start", FEW, MANY)])
    say("== Start-up and memory, each alone")
    measured = starts(folder, models, scripts, effort.starts)
    with ExitStack() as stack:
        few = {name: stack.enter_context(running(name, folder / f"{name}-{FEW}", models)) for name in ALL}
        with ExitStack() as others:
            many = {name: others.enter_context(running(name, folder / f"{name}-{MANY}", models)) for name in ALL}
            say(f"== {FEW_STORED} and {effort.stored:,} conversations stored")
            for name in ALL:
                fill(few[name], scripts[:FEW_STORED], FEW_STORED)
                fill(many[name], scripts[:FEW_STORED], effort.stored)
                say(f"  {TITLES[name]}: filled")
            by_stored = stored(few, many, scripts[-STORED_ASKED:], effort.stored_rounds)
        say(f"== {len(scripts)} conversations at {', '.join(map(str, CLIENTS))} clients")
        for name in ALL:
            asyncio.run(hold_all(few[name], scripts, max(CLIENTS)))
        by_clients = levels(few, scripts, effort.rounds)
        say(f"== Conversations of {len(long_scripts[0].messages)} turns")
        by_length = asyncio.run(long_conversations(few, long_scripts))
    servers = {
        name: {
            **measured[name],
            "levels": by_clients[name],
            "length": by_length[name],
            "stored": by_stored[name],
        }
        for name in ALL
    }
    return {
        "date": date.today().isoformat(),
        "code": fingerprint(*_MADE_OF, versions={**locked("rasa", *ANSWERING), **locked("gateway", *GATEWAY)}),
        "data": models.data,
        "conversations": len(scripts),
        "messages": sum(len(script.messages) for script in scripts),
        "few": FEW_STORED,
        "effort": asdict(effort),
        "machine": {"processors": os.cpu_count(), "system": platform.platform(), "load": os.getloadavg()[0]},
        "servers": servers,
        "ratios": ratios(servers),
    }


def main(arguments: Sequence[str]) -> int:
    """Measure and write; the exit status is 1, with a sentence, when a server or a training failed."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.bench.measure", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a trial: few rounds, apart from the figures")
    quick = parser.parse_args(arguments).quick
    CACHE.mkdir(parents=True, exist_ok=True)
    # Ended from outside, it stops its servers as after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix=_STARTED_IN) as folder:
            results = measure(Path(folder), QUICK if quick else Effort())
    except (
        *(ServerError, HttpError, TrainingError, subprocess.CalledProcessError),
        *(OSError, asyncio.IncompleteReadError, sqlite3.Error),
    ) as error:
        print(f"Not measured: {error}", file=sys.stderr)
        return 1
    results["seconds"] = round(time.monotonic() - started)
    write(CACHE / ("results-trial.json" if quick else "results.json"), results)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

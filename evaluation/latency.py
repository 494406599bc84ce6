"""python -m evaluation.latency: how long the trained pipeline takes for a message.

Runs in .venvs/rasa. The agent parses every message of the development conversations twice, in an order drawn once, as
the server does it but for HTTP. Writes .cache/evaluation/results/latency.json.
"""

import asyncio
import logging
import os
import random
import sys
import time
from statistics import fmean, median, quantiles

import structlog
from rasa.core.agent import Agent

from evaluation.results import RESULTS, say, write
from evaluation.sets import DEVELOPMENT, check_development, read_set
from evaluation.understanding import MODEL

TIMES = 2
WARM_UP = 30  # messages parsed before anything is measured
SEED = 20261122


async def measured(agent: Agent, messages: list[str]) -> list[float]:
    """The seconds that each message takes, one after the other."""
    took = []
    for message in messages:
        started = time.perf_counter()
        await agent.parse_message(message)
        took.append(time.perf_counter() - started)
    return took


def figures(seconds: list[float]) -> dict[str, float]:
    """Median, mean, 95th and 99th percentile and longest of two or more times, in milliseconds."""
    times = [1000 * one for one in seconds]
    cuts = quantiles(times, n=100, method="inclusive")
    return {
        "median_ms": median(times),
        "mean_ms": fmean(times),
        "p95_ms": cuts[94],
        "p99_ms": cuts[98],
        "longest_ms": max(times),
    }


def main() -> int:
    """Load the model, parse, write."""
    # As in supervisor/rasa_server.py: what is not logged costs no time.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    digest = check_development()
    messages = [turn["user"] for case in read_set(DEVELOPMENT) for turn in case.content["turns"]] * TIMES
    random.Random(SEED).shuffle(messages)
    started = time.perf_counter()
    agent = Agent.load(str(MODEL))
    loaded = time.perf_counter() - started
    seconds = asyncio.run(measured(agent, messages[:WARM_UP] + messages))[WARM_UP:]
    results = {
        "development": digest,
        "messages": len(messages),
        **figures(seconds),
        "loading_seconds": loaded,
        "processors": os.cpu_count(),
    }
    write(RESULTS / "latency.json", results)
    say(f"  median {results['median_ms']:.1f} ms, 95 % below {results['p95_ms']:.1f} ms; written: latency.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What the measured seconds amount to: percentiles, medians over rounds, ratios."""

from collections.abc import Mapping, Sequence
from statistics import median, quantiles
from typing import Any

from evaluation.bench.load import Took
from evaluation.bench.names import ALL, LIMIT, OURS, STOCK

TURNS = (5, 50, 200)
AROUND = 2  # turns before and after one of TURNS, which together ask each message of a long conversation once
FEW, MANY = "few", "many"


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """The 50th, 95th and 99th percentile of two or more times, in milliseconds."""
    cuts = quantiles(seconds, n=100, method="inclusive")
    return {name: 1000 * cuts[place - 1] for name, place in (("p50_ms", 50), ("p95_ms", 95), ("p99_ms", 99))}


def level(rounds: Sequence[Took]) -> dict[str, Any]:
    """The figures of one server at one number of clients: of each the median over the rounds.

    A round has too few messages for its 99th percentile: that one is of all rounds together. `p50_spread` and
    `rps_spread` are the lowest and the highest round; `server_ms` and `clients_ms` the processor time of a message.
    """
    each = [
        {
            **percentiles(took.messages),
            "rps": len(took.messages) / took.together,
            "server_ms": 1000 * took.server / len(took.messages),
            "clients_ms": 1000 * took.clients / len(took.messages),
        }
        for took in rounds
    ]
    middle: dict[str, Any] = {name: median(one[name] for one in each) for name in each[0]}
    middle["p99_ms"] = percentiles([one for took in rounds for one in took.messages])["p99_ms"]
    for spread, name in (("p50_spread", "p50_ms"), ("rps_spread", "rps")):
        middle[spread] = [min(one[name] for one in each), max(one[name] for one in each)]
    return middle


def by_turn(compared: Mapping[int, Sequence[float]], whole: Sequence[Sequence[float]]) -> dict[str, Any]:
    """What a message costs late in a conversation, in milliseconds: medians.

    `turns` is of the seconds measured around each turn that is compared, `curve` of five turns each of the `whole`
    conversations, from their first turn on.
    """
    span = 2 * AROUND + 1
    starts = range(0, min(map(len, whole)), span)
    return {
        "turns": {str(turn): 1000 * median(seconds) for turn, seconds in compared.items()},
        "curve": [1000 * median(one for seconds in whole for one in seconds[start : start + span]) for start in starts],
    }


def ratios(servers: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """What the goals are set on; `servers` as in the results."""
    ours, stock, limit = (servers[name] for name in (OURS, STOCK, LIMIT))
    one, many = "1", "16"
    return {
        "p50_over_limit": ours["levels"][one]["p50_ms"] / limit["levels"][one]["p50_ms"],
        "stock_p50_over_p50": stock["levels"][one]["p50_ms"] / ours["levels"][one]["p50_ms"],
        "rps_over_stock_rps": ours["levels"][many]["rps"] / stock["levels"][many]["rps"],
        "turn_200_over_5": ours["length"]["turns"]["200"] / ours["length"]["turns"]["5"],
        "stored_many_over_few": ours["stored"][MANY] / ours["stored"][FEW],
    }


def last_line(results: Mapping[str, Any]) -> dict[str, float]:
    """The figures in one flat object: this assistant's without a prefix, the others' under `stock_` and `limit_`."""
    found: dict[str, float] = {}
    for name in ALL:
        prefix = "" if name == OURS else f"{name}_"
        measured = results["servers"][name]
        one, many = measured["levels"]["1"], measured["levels"]["16"]
        found |= {f"{prefix}p50_ms": one["p50_ms"], f"{prefix}p95_ms": one["p95_ms"], f"{prefix}rps": many["rps"]}
        found |= {f"{prefix}memory_mb": measured["memory_mb"]["all"], f"{prefix}start_s": measured["start_s"]}
    return {name: round(value, 3) for name, value in {**found, **results["ratios"]}.items()}

"""The three that are measured, in the order in which they are shown, and where the measuring keeps what it makes."""

from collections.abc import Iterator

from evaluation.results import ROOT

CACHE = ROOT / ".cache" / "bench"
OURS, STOCK, LIMIT = "ours", "stock", "limit"
ALL = (OURS, STOCK, LIMIT)
TITLES = {OURS: "this assistant", STOCK: "stock Rasa", LIMIT: "the bare limit"}


def in_turn(rounds: int) -> Iterator[list[str]]:
    """The servers' names, round after round, another one first each time."""
    for number in range(rounds):
        first = number % len(ALL)
        yield [*ALL[first:], *ALL[:first]]

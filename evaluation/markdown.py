"""What the sections of the report are made of: tables, shares, pictures, and words for what is missing."""

from collections.abc import Mapping, Sequence
from typing import Any

Results = Mapping[str, Mapping[str, Any]]
MISSING = "*Not measured yet: `make evaluate` does it.*"
WEAKEST = 5  # topics and confusions that are named


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


def weakest(rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The names of the rows with the smallest shares, the smallest first."""
    return sorted(rows, key=lambda name: (rows[name]["share"], name))[:WEAKEST]


def listed(names: Sequence[str]) -> str:
    """« a, b and c »; « a » where there is one alone."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def picture(name: str, title: str, pictures: Sequence[str]) -> str:
    """A picture with its title, if its file is among those that were drawn."""
    return f"![{title}](evaluation/{name})" if name in pictures else MISSING

"""Prints how well the filter does on the labelled messages, and what it costs.

python -m tests.privacy [--failures] [--spans] [development|held_out ...]

`--failures` adds the messages of what was missed or wrongly hidden; `--spans` writes what was found as JSON instead,
for evaluation/privacy_ner.py.
"""

import argparse
import dataclasses
import json
import statistics
import time

from gateway.privacy import find
from tests.privacy.labelled import SETS, Message, Span, messages
from tests.privacy.scoring import Score, score


def found_in(message: Message) -> list[Span]:
    """What the filter finds in a message."""
    return [Span(found.start, found.end, found.kind) for found in find(message.text)]


def table(result: Score) -> str:
    """The figures by kind as a Markdown table."""
    lines = ["| kind | marked | recall | hidden | precision |", "| --- | ---: | ---: | ---: | ---: |"]
    for kind in [*sorted(result.marked | result.found), None]:
        marked = result.marked[kind] if kind else result.marked.total()
        found = result.found[kind] if kind else result.found.total()
        lines.append(
            f"| {kind or 'all'} | {marked} | {result.recall(kind):.3f} | {found} | {result.precision(kind):.3f} |"
        )
    return "\n".join(lines)


def summary(result: Score) -> str:
    """What leaks and what is damaged, in characters and in messages."""
    return (
        f"letters and digits of marks that leak: {result.leaked_characters} of {result.marked_characters}; "
        f"hidden without a mark: {result.damaged_characters} of {result.other_characters}; "
        f"messages without personal data that change: {result.clean_messages_changed} of {result.clean_messages}"
    )


def cost(texts: list[str]) -> str:
    """What a message costs, measured on each one ten times."""
    seconds = []
    for text in texts:
        start = time.perf_counter()
        for _ in range(10):
            find(text)
        seconds.append((time.perf_counter() - start) / 10)
    seconds.sort()
    middle, high = statistics.median(seconds), seconds[int(0.95 * len(seconds))]
    return f"per message: median {middle * 1000:.2f} ms, 95th percentile {high * 1000:.2f} ms ({len(texts)} messages)"


def main() -> None:
    """Print the figures of the sets asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.privacy", description="Figures of the privacy filter.")
    parser.add_argument("sets", nargs="*", default=["development"], metavar="|".join(SETS))
    parser.add_argument("--failures", action="store_true")
    parser.add_argument("--spans", action="store_true")
    asked = parser.parse_args()
    for name in asked.sets:
        listed = messages(name)
        judged = [(message, found_in(message)) for message in listed]
        if asked.spans:
            for message, spans in judged:
                found = [dataclasses.asdict(span) for span in spans]
                print(json.dumps({"message": dataclasses.asdict(message), "found": found}))
            continue
        result = score(judged)
        print(f"{name}: {len(listed)} messages\n\n{table(result)}\n\n{summary(result)}")
        print(cost([message.text for message in listed]))
        if asked.failures:
            for kind, text in result.missed:
                print(f"missed {kind}: {text}")
            for kind, text in result.wrong:
                print(f"wrong {kind} in: {text}")


if __name__ == "__main__":
    main()

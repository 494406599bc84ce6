"""Measures a statistical French NER beside the rules of the privacy filter: what it would add, and what it costs.

Runs in .venvs/rasa, where spaCy is, and reads what the rules find from the gateway's environment:

    .venvs/gateway/bin/python -m tests.privacy --spans development | .venvs/rasa/bin/python -m evaluation.privacy_ner

Three filters are compared: the rules, the rules with every person the NER sees (PER), and the rules with those persons
only where a word introduces somebody or two capitals stand side by side, as a rule that raises a candidate would do.
"""

import json
import re
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import spacy

from tests.privacy.labelled import Message, Span
from tests.privacy.scoring import Score, score

MODEL = "fr_core_news_md"
_CANDIDATE = re.compile(
    r"(?i:\b(?:m'appelle|nom|je suis|c'est|ici|mme|m\.|mr|madame|monsieur|cl|client|cliente|cordialement|sign[ée]e?"
    r"|mari|femme|fils|fille|mère|père)\b)|\b[A-ZÀ-Ý][\w'’-]+ [A-ZÀ-Ý][\w'’-]+"
)

Finder = Callable[[Message], list[Span]]


def read(lines: Sequence[str]) -> list[tuple[Message, list[Span]]]:
    """The messages and what the rules found in each, as `python -m tests.privacy --spans` writes them."""
    return [_read(json.loads(line)) for line in lines]


def _read(line: dict[str, Any]) -> tuple[Message, list[Span]]:
    message = line["message"]
    labels = tuple(Span(**label) for label in message["labels"])
    return Message(message["text"], labels, message["part"]), [Span(**found) for found in line["found"]]


def megabytes() -> float:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def row(name: str, result: Score) -> str:
    """The figures of a filter as a row of Markdown."""
    return (
        f"| {name} | {result.recall('name'):.3f} | {result.precision('name'):.3f} | {result.recall():.3f} "
        f"| {result.precision():.3f} | {result.leaked_characters} | {result.damaged_characters} "
        f"| {result.clean_messages_changed} of {result.clean_messages} |"
    )


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def main() -> None:
    """Print the comparison."""
    judged = read(sys.stdin.read().splitlines())
    before = megabytes()
    ner = spacy.load(MODEL, disable=["morphologizer", "parser", "attribute_ruler", "lemmatizer"])
    seconds: list[float] = []
    alone, everywhere, gated = [], [], []
    for message, rules in judged:
        start = time.perf_counter()
        document = ner(message.text)
        seconds.append(time.perf_counter() - start)
        persons = [Span(e.start_char, e.end_char, "name") for e in document.ents if e.label_ == "PER"]
        new = [
            person
            for person in persons
            if not any(person.start < found.end and found.start < person.end for found in rules)
        ]
        alone.append((message, persons))
        everywhere.append((message, [*rules, *new]))
        gated.append((message, [*rules, *(new if _CANDIDATE.search(message.text) else [])]))
    columns = [
        "names: recall",
        "names: precision",
        "all: recall",
        "all: precision",
        "leaked",
        "damaged",
        "clean changed",
    ]
    print(f"| filter | {' | '.join(columns)} |")
    print(f"| --- |{' ---: |' * len(columns)}")
    print(row("rules", score(judged)))
    print(row("NER alone", score(alone)))
    print(row("rules and NER", score(everywhere)))
    print(row("rules and NER on candidates", score(gated)))
    print(
        f"\n{MODEL}: median {statistics.median(seconds) * 1000:.1f} ms a message, "
        f"{megabytes() - before:.0f} MB more than Python with spaCy imported ({megabytes():.0f} MB in all)"
    )


if __name__ == "__main__":
    main()

"""python -m evaluation.tradeoff: what a threshold buys, on the single messages of the development conversations.

Runs in .venvs/rasa, with the trained model of models/, in process. For each value of a threshold of config.yml, the
others as they are there, it counts what is answered right, answered wrong, refused and asked back. Writes
.cache/evaluation/results/tradeoff.json.
"""

import sys
from collections.abc import Sequence
from typing import Any

from rasa.shared.nlu.training_data.message import Message

from evaluation.figures import outcome, outcomes
from evaluation.results import RESULTS, say, write
from evaluation.sets import DEVELOPMENT, Expected, check_development, is_right, read_set, single_messages
from evaluation.understanding import Understanding, settings, topics
from nlu.turn_decider import TurnDecider

SWEPT = ("topic_threshold", "refusal_threshold")
VALUES = tuple(percent / 100 for percent in range(15, 75, 5))


def judged(model: Understanding, messages: Sequence[tuple[Expected, Message]], known: frozenset[str]) -> dict[str, Any]:
    """Decide on messages that were read before; the outcomes of those on a topic and of those to refuse."""
    on_topics: list[str] = []
    to_refuse: list[str] = []
    answered = 0
    for expected, read in messages:
        understood = model.decided(read)
        found = outcome(is_right(expected), understood.decided, understood.asked)
        (on_topics if expected.topics else to_refuse).append(found)
        answered += not expected.topics and understood.decided in known
    return {"topics": outcomes(on_topics), "refusals": {**outcomes(to_refuse), "wrong_topic": answered}}


def main() -> int:
    """Write the trade-off of each threshold."""
    digest = check_development()
    known = topics()
    model = Understanding.of_model()
    messages = [(expected, model.read(expected.text)) for expected in single_messages(read_set(DEVELOPMENT))]
    chosen = {name: settings(TurnDecider)[name] for name in SWEPT}
    curves = {
        name: [
            {"threshold": value, **judged(model.deciding({name: value}), messages, known)}
            for value in sorted({*VALUES, chosen[name]})
        ]
        for name in SWEPT
    }
    write(
        RESULTS / "tradeoff.json",
        {"development": digest, "messages": len(messages), "chosen": chosen, "curves": curves},
    )
    say(f"  {len(messages)} messages; written: tradeoff.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())

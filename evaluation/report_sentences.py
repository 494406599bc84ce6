"""The sections of the report on single messages: sentences not seen in training, and what a threshold buys."""

from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.figures import KINDS, OUTCOMES, REGISTERS
from evaluation.markdown import MISSING, WEAKEST, Results, percent, picture, table, weakest


def sentences(results: Results, pictures: Sequence[str]) -> str:
    """« Single sentences, not seen in training »: by kind, register and topic, and what is confused."""
    crossed = results.get("crossvalidation")
    if not crossed:
        return f"## Single sentences, not seen in training\n\n{MISSING}"
    named = {"topics": "about a topic", "refusals": "to be refused", "dialogue": "dialogue and other languages"}
    kinds = [_outcomes(named[name], crossed["kinds"][name]) for name in KINDS]
    registers = {name: row for name, row in crossed["per_register"].items() if name in REGISTERS}
    themes = {name: row["all"] for name, row in crossed["per_register"].items() if name not in REGISTERS}
    topics = crossed["per_topic"]
    confusions = sorted(
        (
            (number, true, taken)
            for true, row in crossed["confusion"].items()
            for taken, number in row.items()
            if true != taken and "unsure" not in (true, taken) and {true, taken} & set(topics)
        ),
        reverse=True,
    )
    heads = ["", "asked", "right", "asked back", "refused", "wrong", "share right"]
    return "\n\n".join(
        [
            "## Single sentences, not seen in training",
            f"{crossed['data']['sentences']:,} hand-written sentences in {crossed['data']['folds']} parts; each part"
            " is read by a model that learned from the others. The sentences are written to differ from one another,"
            " and there is no conversation around them, so these figures are lower than what a person meets; they"
            " show where topics are hard to tell apart. Some sentences stand in families, of which a part was"
            " learned: that makes them a little higher.",
            f"The right intent of {crossed['data']['sentences']:,} is ranked first for {percent(crossed['first'])},"
            f" among the first three for {percent(crossed['among_three'])}; of those about a topic first for"
            f" {percent(crossed['topics_first'])}. What is then done:",
            table(heads, kinds),
            "« Refused » among sentences to be refused is a refusal in the other words (out of scope, or not in the"
            " policy).",
            f"Told apart what is to be refused from what has an answer: AUROC {crossed['auroc_refusal']:.3f} (1 is"
            " always, 0.5 is by chance). How far probabilities are from the truth on average:"
            f" {100 * crossed['calibration']['error']:.1f} points.",
            picture("reliability.png", "How sure the classifier is, against how often it is right", pictures),
            "By register, sentences about a topic:",
            table(
                heads,
                [_outcomes(f"`{name}`", row["topics"]) for name, row in registers.items() if row["topics"]["asked"]],
            ),
            f"Hardest topics: {', '.join(f'`{name}` ({percent(topics[name])})' for name in weakest(topics))}.",
            "Most often confused: "
            + "; ".join(f"`{true}` taken for `{taken}` ({number})" for number, true, taken in confusions[:WEAKEST])
            + ".",
            picture("confusion.png", "Confusion matrix of the topics", pictures),
            "<details><summary>All topics</summary>\n\n"
            + table(
                [*heads[:-1], "share right", "right of what is answered so", "else taken for"],
                [
                    [
                        *_outcomes(f"`{name}`", row),
                        "–" if row["precision"] is None else f"{100 * row['precision']:.0f} %",
                        ", ".join(f"{taken} ({number})" for taken, number in row["taken_for"].items()) or "–",
                    ]
                    for name, row in topics.items()
                ],
            )
            + "\n\n</details>",
            "<details><summary>Themes of what is out of scope</summary>\n\n"
            + table(heads, [_outcomes(f"`{name}`", row) for name, row in themes.items()])
            + "\n\n</details>",
        ]
    )


def _outcomes(name: str, row: Mapping[str, Any]) -> list[str]:
    keys = ("asked", "right", "unsure", "refused", "wrong")
    return [name, *(str(row[key]) for key in keys), percent(row)]


def thresholds(results: Results, pictures: Sequence[str]) -> str:
    """« When to answer and when to ask back »: what each threshold for topics buys."""
    swept = results.get("tradeoff")
    if not swept:
        return f"## When to answer and when to ask back\n\n{MISSING}"
    chosen = swept["chosen"]["topic_threshold"]
    rows = [
        [
            f"**{point['threshold']:.2f}**" if point["threshold"] == chosen else f"{point['threshold']:.2f}",
            *(f"{100 * point['topics'][name] / point['topics']['asked']:.1f} %" for name in OUTCOMES),
            *(
                f"{100 * point['refusals'][name] / point['refusals']['asked']:.1f} %"
                for name in ("right", "wrong_topic")
            ),
        ]
        for point in swept["curves"]["topic_threshold"]
    ]
    return "\n\n".join(
        [
            "## When to answer and when to ask back",
            f"Below a threshold the assistant asks back. Measured on {swept['messages']} development messages that"
            f" stand alone. The one in use is {chosen:.2f}: a lower one answers more, right and wrong; a higher one"
            " asks more.",
            picture("tradeoff.png", "What a threshold buys", pictures),
            table(
                ["threshold", "right", "asked back", "refused", "wrong", "to refuse: refused", "to refuse: answered"],
                rows,
            ),
        ]
    )

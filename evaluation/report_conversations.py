"""The sections of the report on conversations: those of the development set, and the sealed ones."""

from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.markdown import MISSING, Results, percent, picture, table, weakest

# What the files of the sets hold, in words.
FILES = {
    "agent": "agents' short notes",
    "casual": "everyday French",
    "formal": "formal French",
    "indirect": "a situation is told, and the question hidden in it",
    "pairs": "two topics that are easily taken for one another",
    "plain": "plain questions",
    "refuse": "what must be refused",
    "routing": "which contact, by country and offer",
    "sms": "text messages",
    "two_questions": "two questions in one message",
    "voice": "speech as a telephone line hears it",
}


def conversations(results: Results, pictures: Sequence[str]) -> str:
    """« Conversations »: those of the development set, by file, topic and tag."""
    held = results.get("conversations")
    if not held:
        return f"## Conversations\n\n{MISSING}"
    files, topics = held["files"], held["topics"]
    return "\n\n".join(
        [
            "## Conversations",
            "Held with the whole running assistant, over HTTP, through its three doors (page, call centre, telephone).",
            picture("registers.png", "Right answers by the way people write", pictures),
            table(["file", "what it holds", "right", "share"], [_file(name, files[name]) for name in files]),
            f"Of {held['turns']['asked']} replies {held['turns']['right']} were right. {refusals(held)}",
            "By topic asked about, the weakest first:",
            table(["topic", "replies right", "share"], [_row(name, topics[name]) for name in weakest(topics)]),
            "<details><summary>All topics and tags</summary>\n\n"
            + table(["topic", "replies right", "share"], [_row(name, topics[name]) for name in topics])
            + "\n\n"
            + table(["tag", "right", "share"], [_row(name, held["tags"][name]) for name in held["tags"]])
            + "\n\n</details>",
            "Every conversation that failed, with what came back, is in `.cache/evaluation/failures.txt` after a run.",
        ]
    )


def sealed(results: Results) -> str:
    """« Sealed conversations »: the figures of the first run, what later ones came to, or that there was none yet."""
    held = results.get("sealed")
    if not held:
        return (
            "## Sealed conversations\n\n*Not held yet: they are held once, when nothing is changed any more"
            " (`evaluation/README.md`).*"
        )
    again = [
        f"Held again on {later['date']}, by a later version: {percent(later['conversations'])} right"
        f" ({later['conversations']['right']} of {later['conversations']['asked']}), {later['wrong_contacts']} replies"
        f" with a wrong contact, {later['not_grounded']} that cite or state what is not in the policy."
        for later in held["again"]
    ]
    return "\n\n".join(
        [
            "## Sealed conversations",
            f"Held on {held['date']}, on conversations that nobody who works on the assistant had read.",
            f"{percent(held['conversations'])} right ({held['conversations']['right']} of"
            f" {held['conversations']['asked']}). Replies with a wrong contact: {held['wrong_contacts']}; that cite or"
            f" state what is not in the policy: {held['not_grounded']}. {refusals(held)}",
            table(
                ["file", "what it holds", "right", "share"],
                [_file(name, held["files"][name]) for name in held["files"]],
            ),
            *again,
            *_opened(results.get("opened")),
        ]
    )


def _opened(before: Mapping[str, Any] | None) -> list[str]:
    """What the sealed set of before gave, when it was still one."""
    if not before:
        return []
    return [
        f"The sealed set before this one gave {percent(before['conversations'])} on its first run ({before['date']},"
        f" {before['wrong_contacts']} replies with a wrong contact). It was read then, and what it showed worked on."
    ]


def refusals(held: Mapping[str, Any]) -> str:
    """A sentence on what was refused, rightly and wrongly, in the conversations that were held."""
    refused = held["refused"]
    right, wrongly = refused["right"], refused["wrongly"]
    return (
        f"Of {right['asked']} messages that must be refused {right['right']} were, and {refused['answered']} were"
        f" answered; of {wrongly['asked']} others {wrongly['right']} were refused although there is an answer."
    )


def _row(name: str, row: Mapping[str, Any]) -> list[str]:
    return [f"`{name}`", f"{row['right']} of {row['asked']}", percent(row)]


def _file(name: str, row: Mapping[str, Any]) -> list[str]:
    shown, right, found = _row(name, row)
    return [shown, FILES.get(name, ""), right, found]

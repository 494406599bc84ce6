"""The last section of docs/performance.md: what was compared with what, and how."""

from collections.abc import Mapping
from typing import Any

from evaluation.bench.names import ALL, TITLES


def method(results: Mapping[str, Any]) -> str:
    """« What was measured »: the three servers, the load, the rounds, the machine."""
    effort, machine = results["effort"], results["machine"]
    clients = ", ".join(f"{results['servers'][name]['levels']['1']['clients_ms']:.2f} ms" for name in ALL)
    return f"""## What was measured
- **{TITLES["ours"]}**: started by `make run`'s script and asked through its gateway over HTTP, as its widget asks:
  doors, privacy filter, a `message_id` a message, trackers and conversations kept on disk. Only the limits of messages
  a minute are off.
- **{TITLES["stock"]}** 3.6.21: what `rasa init` gives (no pipeline and no policies named, so Rasa's defaults: DIET and
  the others), the `rest` channel, one rule and one custom action for every intent, in Rasa's own action server, which
  says the lead of the topic's card. In the place of trackers in memory alone, which is the default and would forget
  everybody at a restart, Rasa's own SQL store on SQLite. It learned from the evaluation's fixed subset (40 sentences
  an intent). It has no stories: of the default policies TED and UnexpecTED learn nothing, and cost less than they
  would. It logs nothing below warnings.
- **{TITLES["limit"]}**: a frozen program of a page (`evaluation/bench/limit_*.py`): TF-IDF, a sentence encoder and one
  logistic regression on the same subset read the message; one row is read from SQLite and one is written and
  committed; Sanic 21.12.2, the web server that Rasa uses, answers with the name of the topic. No privacy filter, no
  policy, no answer.
- **The load**: {results["conversations"]} conversations of `tests/conversations` ({results["messages"]} messages),
  drawn by a hash of their names. Everybody waits for the reply before the next message; connections stay open; opening
  a conversation, which the others do not know, is not timed. The program that asks shares the processors, the same for
  all three: it takes {clients} of processor time a message.
- **Rounds**: {effort["rounds"]} rounds of all conversations for 1, 4 and 16 people, the three servers one after the
  other, another one first each time, all of them running. Figures are medians of the rounds; « 99 of 100 » is of all
  rounds together. Long conversations: {effort["long"]} of each length, message by message to all three. Stored
  conversations: {effort["stored_rounds"]} rounds. The stored ones were held over HTTP with {TITLES["ours"]}; with the
  two others rows of {results["few"]} conversations that they held were copied under other names.
- **The machine**: {machine["processors"]} processors, {machine["system"]}, {results["date"]}; load average at the end
  {machine["load"]:.1f}; the whole run took {results["seconds"] / 60:.0f} minutes. Absolute times are of this machine on
  that day: what can be compared elsewhere is how many times as long one takes as the other. Code
  `{results["code"][:16]}`, training sentences `{results["data"][:16]}`."""

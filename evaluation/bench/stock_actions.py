"""Stock Rasa's custom actions: one an intent, each says its answer.

Runs in .venvs/rasa, in Rasa's own action server (`rasa run actions --actions evaluation.bench.stock_actions`).
BENCH_ANSWERS is the path of a JSON object: what each action says, by its name.
"""

import json
import os
from pathlib import Path
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher


def _answering(name: str, said: str) -> Any:
    """A class of the action `name`. The server runs every class that derives from Action, so none stands between."""

    def run(_: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        dispatcher.utter_message(text=said)
        return []

    return type(name, (Action,), {"name": lambda _: name, "run": run})


ANSWERS = [
    _answering(name, said) for name, said in json.loads(Path(os.environ["BENCH_ANSWERS"]).read_text("utf-8")).items()
]

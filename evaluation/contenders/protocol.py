"""What a contender's process answers, a line of JSON for each line of JSON:

{"train": FILE, "model": FOLDER, "epochs": N or null} → {"seconds": …}: learn from FILE, keep what is learned in FOLDER;
{"load": FOLDER} → {"seconds": …}: take what was learned from FOLDER;
{"text": TEXT} → {"ranking": [[INTENT, CONFIDENCE], …], "decided": INTENT, "classifying": …, "seconds": …}: intents,
best first, and the one that the contender would act on; the seconds that classifying alone took, and those of the whole
parse, both inside the process.

FILE is a JSON list of {"text", "intent"}. Runs under every Python of the project: the standard library alone.
"""

import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Parsed:
    """Intents with their confidences (0..1), best first; the intent acted on; the seconds that classifying took."""

    ranking: list[tuple[str, float]]
    decided: str
    classifying: float


class Contender(Protocol):
    """An intent classifier that can be trained, kept, loaded and asked."""

    def train(self, examples: list[dict[str, str]], folder: Path, epochs: int | None) -> None:
        """Learn from `examples` (text, intent), write the model into `folder`; `epochs` cuts a long training short."""

    def load(self, folder: Path) -> None:
        """Take the model from `folder`."""

    def parse(self, text: str) -> Parsed:
        """Parse one message, whole."""


def serve(contender: Contender) -> None:
    """Answer the lines of standard input until it ends. What libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        answers.write(json.dumps(_answer(contender, json.loads(line)), ensure_ascii=False) + "\n")
        answers.flush()


def _answer(contender: Contender, asked: Mapping[str, Any]) -> dict[str, Any]:
    started = time.perf_counter()
    if "text" in asked:
        parsed = contender.parse(asked["text"])
        return {"seconds": time.perf_counter() - started, **asdict(parsed)}
    if "train" in asked:
        examples = json.loads(Path(asked["train"]).read_text("utf-8"))
        contender.train(examples, Path(asked["model"]), asked["epochs"])
    else:
        contender.load(Path(asked["load"]))
    return {"seconds": time.perf_counter() - started}

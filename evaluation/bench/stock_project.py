"""Stock Rasa as a project: what `rasa init` makes, filled with the evaluation's fixed subset and an action an intent.

Of `rasa init` it keeps the recipe with no pipeline and no policies named, so that Rasa chooses its defaults, and the
`rest` channel. Every intent has a rule and a custom action of its own, and so has a message that was not understood.
There are no stories: of the default policies TED and UnexpecTED learn nothing then, which makes stock Rasa quicker.
"""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from evaluation.bench.names import CACHE
from evaluation.contenders.subset import Sentence
from evaluation.contenders.workers import QUIET
from evaluation.locks import DIET, locked
from evaluation.results import ROOT, say, write_text

FALLBACK = "nlu_fallback"
MODEL = "stock"
RASA = (str(ROOT / ".venvs" / "rasa" / "bin" / "python"), "-m", "rasa")
ENVIRONMENT = {**QUIET, "PYTHONPATH": str(ROOT)}
_CARDS = ROOT / "policies_kb" / "cards" / "caraibe"
# For what is no topic: moves of a dialogue, refusals, a message that was not understood.
_OTHERWISE = "Je réponds aux questions sur la protection de vos données personnelles."


class TrainingError(RuntimeError):
    """Stock Rasa could not be trained; the message holds its last words."""


def trained(sentences: Sequence[Sentence]) -> Path:
    """The folder of the project with its model, trained unless that was done for the same files and versions.

    Raises TrainingError.
    """
    files = project(sentences)
    decides = [files, locked("rasa", *DIET)]
    folder = CACHE / f"stock-{hashlib.sha256(json.dumps(decides).encode()).hexdigest()[:32]}"
    if (folder / "done").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in files.items():
        write_text(folder / name, text)
    say(f"  Training stock Rasa on {len(sentences)} sentences, once for this data: ten minutes to an hour…")
    log = folder / "training.log"
    with log.open("wb") as output:
        training = subprocess.run(
            [*RASA, "train", "--force", "--quiet", "--fixed-model-name", MODEL],
            cwd=folder,
            env={**os.environ, **ENVIRONMENT},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if training.returncode:
        last = log.read_text("utf-8", "replace").splitlines()[-20:]
        raise TrainingError("\n".join(["Stock Rasa could not be trained. Its last words:", *last]))
    write_text(folder / "done", "")
    return folder


def project(sentences: Sequence[Sentence]) -> dict[str, str]:
    """The project's files that decide its model: their names and texts."""
    intents = sorted({sentence.intent for sentence in sentences})
    # As text, one a line: by itself « 0694 » would be a number to one YAML and text to another.
    examples = dict.fromkeys(intents, "")
    for sentence in sentences:
        examples[sentence.intent] += f"- {sentence.text}\n"
    answered = [*intents, FALLBACK]
    rules = [
        {"rule": f"Answer {intent}", "steps": [{"intent": intent}, {"action": action(intent)}]} for intent in answered
    ]
    session = {"session_expiration_time": 60, "carry_over_slots_to_new_session": True}
    domain = {"intents": answered, "actions": [action(intent) for intent in answered], "session_config": session}
    nlu = [{"intent": intent, "examples": lines} for intent, lines in examples.items()]
    configuration = {"recipe": "default.v1", "assistant_id": "stock", "language": "fr"}
    return {
        "data/nlu.yml": _yaml({"version": "3.1", "nlu": nlu}),
        "data/rules.yml": _yaml({"version": "3.1", "rules": rules}),
        "domain.yml": _yaml({"version": "3.1", **domain}),
        "config.yml": _yaml({**configuration, "pipeline": None, "policies": None}),
    }


def answers(sentences: Sequence[Sentence]) -> Mapping[str, str]:
    """What each custom action says: of a topic the lead of its card."""
    intents = {sentence.intent for sentence in sentences}
    return {action(intent): _answer(intent) for intent in sorted({*intents, FALLBACK})}


def action(intent: str) -> str:
    """The name of the custom action that answers an intent."""
    return f"action_answer_{intent.replace('.', '_')}"


def _answer(intent: str) -> str:
    card = _CARDS / f"{intent}.yml"
    return str(yaml.safe_load(card.read_text("utf-8"))["lead"]).strip() if card.exists() else _OTHERWISE


def _yaml(content: dict[str, Any]) -> str:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)

"""What the servers are made of: the models, each trained once for its data, and this assistant's knowledge base."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.bench import stock_project
from evaluation.bench.names import CACHE
from evaluation.contenders.subset import Sentence, draw, read_sentences
from evaluation.locks import BASELINE, ENCODERS, locked
from evaluation.results import ROOT, fingerprint, say, write_text

_CLASSIFIER = "evaluation/bench/limit_classifier.py"


@dataclass(frozen=True)
class Models:
    """The trained models: stock Rasa's project and what its actions say, the limit's folder, a hash of their data."""

    stock: Path
    answers: Mapping[str, str]
    limit: Path
    data: str


def prepared() -> Models:
    """Everything that is trained before anything is measured; this assistant's own model among it.

    Raises stock_project.TrainingError or subprocess.CalledProcessError.
    """
    subprocess.run([str(ROOT / "scripts" / "train.sh")], check=True)
    subset = draw(read_sentences())
    return Models(
        stock=stock_project.trained(subset.training),
        answers=stock_project.answers(subset.training),
        limit=trained_limit(subset.training),
        data=subset.hash,
    )


def trained_limit(sentences: Sequence[Sentence]) -> Path:
    """The folder of the limit's model, trained unless that was done for the same data, code and versions.

    Raises subprocess.CalledProcessError.
    """
    data = json.dumps([{"text": sentence.text, "intent": sentence.intent} for sentence in sentences])
    versions = locked("bench", *BASELINE, ENCODERS["use"])
    decides = [data, fingerprint(_CLASSIFIER, versions=versions)]
    folder = CACHE / f"limit-{hashlib.sha256(json.dumps(decides).encode()).hexdigest()[:32]}"
    if (folder / "done").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    write_text(folder / "data.json", data)
    say(f"  Training the bare limit's classifier on {len(sentences)} sentences, once for this data…")
    command = [str(ROOT / ".venvs" / "bench" / "bin" / "python"), "-m", "evaluation.bench.limit_classifier"]
    subprocess.run([*command, str(folder / "data.json"), str(folder)], cwd=ROOT, check=True)
    write_text(folder / "done", "")
    return folder


def build_knowledge_base(folders: Sequence[Path]) -> None:
    """Check and build the knowledge base for the assistants whose states (RUN_DIR) are to be in `folders`, once.

    Raises subprocess.CalledProcessError.
    """
    build = {**os.environ, "RUN_DIR": str(folders[0])}
    subprocess.run([str(ROOT / "scripts" / "knowledge.sh")], env=build, check=True)
    for folder in folders[1:]:
        shutil.copytree(folders[0], folder)

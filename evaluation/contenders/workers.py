"""The contenders' processes: how each is started, asked, trained once for its data, and measured from outside."""

import hashlib
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from evaluation import locks
from evaluation.contenders.subset import Sentence
from evaluation.locks import locked
from evaluation.results import CACHE, ROOT, fingerprint

PROGRESS_EVERY = 15  # seconds
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": "ignore",
    "LOG_LEVEL": "WARNING",
    # As in scripts/train.sh: everything is trained, nothing of an earlier training is taken.
    "RASA_MAX_CACHE_SIZE": "0",
    "RASA_CACHE_DIRECTORY": str(ROOT / ".cache" / "rasa"),
}
_HERE = "evaluation/contenders"
_RASA = (".venvs/rasa/bin/python", "-m", "evaluation.contenders.rasa_worker")
_BASELINE = (".venvs/evaluation/bin/python", "-m", "evaluation.contenders.sklearn_worker")
_RASA_MADE_OF = (f"{_HERE}/rasa_worker.py", f"{_HERE}/protocol.py")
_BASELINE_MADE_OF = (f"{_HERE}/sklearn_worker.py", f"{_HERE}/protocol.py")
_NODE_MADE_OF = (f"{_HERE}/node/worker.js", f"{_HERE}/node/package-lock.json")
_OURS_MADE_OF = (*_RASA_MADE_OF, "config.yml", "nlu", "policies_kb/contract/topics.yml")


class WorkerError(RuntimeError):
    """A contender's process ended, or answered nothing that can be read."""


@dataclass(frozen=True)
class Contender:
    """A contender: the command that serves it; the files and the versions that make its model beside the data."""

    name: str
    title: str
    command: tuple[str, ...]
    made_of: tuple[str, ...]
    versions: Callable[[], dict[str, str]]


def _stock_versions() -> dict[str, str]:
    return locked("rasa", *locks.DIET)


def _our_versions() -> dict[str, str]:
    return locked("rasa", *locks.OURS)


def _baseline_versions() -> dict[str, str]:
    return locked("evaluation", *locks.BASELINE)


def _node_versions() -> dict[str, str]:
    lock = json.loads((ROOT / _HERE / "node" / "package-lock.json").read_text("utf-8"))
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return {"node-nlp": lock["packages"]["node_modules/node-nlp"]["version"], "node": node}


OURS = Contender("ours", "ours", (*_RASA, "ours"), _OURS_MADE_OF, _our_versions)
RIVALS = (
    Contender("stock_rasa", "stock Rasa (DIET)", (*_RASA, "stock"), _RASA_MADE_OF, _stock_versions),
    Contender("node_nlp", "node-nlp", ("node", f"{_HERE}/node/worker.js"), _NODE_MADE_OF, _node_versions),
    Contender("baseline_svm", "scikit-learn (SVM)", (*_BASELINE, "svm"), _BASELINE_MADE_OF, _baseline_versions),
    Contender(
        "baseline_logistic", "scikit-learn (logistic)", (*_BASELINE, "logistic"), _BASELINE_MADE_OF, _baseline_versions
    ),
)


class Worker:
    """A contender's process. Ends with the `with` block; what it prints beside its answers is in the file `log`."""

    def __init__(self, contender: Contender, log: Path) -> None:
        """Start it. Raises OSError when its command is not there."""
        self._contender = contender
        self._log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                contender.command,
                cwd=ROOT,
                env={**os.environ, **QUIET},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
            )

    def __enter__(self) -> "Worker":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind:
            self._process.kill()
        self._process.communicate()

    def ask(self, asked: Mapping[str, Any], say: Callable[[int], None] | None = None) -> dict[str, Any]:
        """The answer to one line of protocol.py; `say` hears the seconds that have gone by, now and then.

        Raises WorkerError when there is none.
        """
        assert self._process.stdin
        assert self._process.stdout
        started = time.monotonic()
        try:
            self._process.stdin.write(json.dumps(asked, ensure_ascii=False).encode() + b"\n")
            self._process.stdin.flush()
            # One line is asked and one is answered: nothing waits in the buffer that select does not see.
            while say and not select.select([self._process.stdout], [], [], PROGRESS_EVERY)[0]:
                say(round(time.monotonic() - started))
            answered: dict[str, Any] = json.loads(self._process.stdout.readline())
        except (OSError, ValueError) as error:
            last = [line[:200] for line in self._log.read_text("utf-8", "replace").splitlines()[-20:]]
            raise WorkerError("\n".join([f"{self._contender.title} gave no answer. Its last words:", *last])) from error
        return answered

    def peak_mb(self) -> float:
        """The most memory that the process has held until now, in MB (10^6 bytes)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text("utf-8")
        peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) * 1024 / 1e6


@dataclass(frozen=True)
class Trained:
    """A model in its folder: what its training took, in seconds and in MB of memory at most, and its size in MB."""

    folder: Path
    seconds: float
    training_peak_mb: float
    model_mb: float


def trained(
    contender: Contender, examples: Sequence[Sentence], epochs: int | None, say: Callable[[str], None]
) -> Trained:
    """Train `contender` on `examples`, unless that was done before with the same data, code, versions and `epochs`."""
    data = json.dumps([{"text": example.text, "intent": example.intent} for example in examples], ensure_ascii=False)
    folder = place(contender, data, epochs)
    model, done = folder / "model", folder / "trained.json"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        model.mkdir(parents=True)
        (folder / "data.json").write_text(data, "utf-8")
        say(f"Training {contender.title} on {len(examples)} sentences…")
        with Worker(contender, folder / "training.log") as worker:
            answered = worker.ask(
                {"train": str(folder / "data.json"), "model": str(model), "epochs": epochs},
                lambda seconds: say(f"  Training {contender.title}: {seconds} s"),
            )
            took = {"seconds": answered["seconds"], "training_peak_mb": worker.peak_mb()}
        say(f"  Training {contender.title}: done, {took['seconds']:.0f} s")
        done.write_text(json.dumps(took), "utf-8")
    size = sum(path.stat().st_size for path in model.rglob("*") if path.is_file())
    return Trained(model, model_mb=size / 1e6, **json.loads(done.read_text("utf-8")))


def place(contender: Contender, data: str, epochs: int | None) -> Path:
    """The folder of a contender's model, named by a hash of everything that decides what the model becomes."""
    decides = [data, epochs, contender.command, contender.versions(), fingerprint(*contender.made_of)]
    return CACHE / hashlib.sha256(json.dumps(decides).encode()).hexdigest()[:32] / contender.name

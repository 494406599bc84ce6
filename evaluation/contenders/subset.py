"""The fixed subset of the training data on which the contenders are compared, and what of the data it leaves.

A sentence's place depends on its own text and intent alone: neither the order of the files nor that of the sentences in
them changes what is drawn.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import yaml

from evaluation.results import ROOT
from nlu.text import fold

DATA = ROOT / "data" / "nlu"
SEED = "contenders-1"
TRAINING_PER_INTENT = 40
# More than the 15 that accuracy would need: the refusals are two intents of 44, and their AUROC rests on these few.
TEST_PER_INTENT = 30


@dataclass(frozen=True)
class Sentence:
    """A sentence of the training data, its intent, and the register or theme of its block."""

    text: str
    intent: str
    kind: str

    @property
    def same(self) -> str:
        """What two sentences share that differ in case, accents and punctuation alone."""
        return " ".join(re.findall(r"\w+", fold(self.text))) or self.text.strip()

    @property
    def lot(self) -> str:
        """The number that decides the sentence's place among its like."""
        return hashlib.sha256(f"{SEED}\0{self.intent}\0{self.text}".encode()).hexdigest()


@dataclass(frozen=True)
class Subset:
    """What the contenders learn from, what they are asked, and everything that may be learned without being asked."""

    training: tuple[Sentence, ...]
    test: tuple[Sentence, ...]
    all_but_test: tuple[Sentence, ...]

    @property
    def intents(self) -> tuple[str, ...]:
        """The intents of the subset, sorted."""
        return tuple(sorted({sentence.intent for sentence in self.training}))

    @property
    def hash(self) -> str:
        """A hash of everything that is learned and asked on the subset (64 hexadecimal digits)."""
        return content_hash([*self.training, *self.test])


def read_sentences(folder: Path = DATA) -> list[Sentence]:
    """Every sentence of the Rasa files under `folder`, once each. Raises OSError, yaml.YAMLError or KeyError."""
    found = {
        sentence
        for path in folder.rglob("*.yml")
        for block in yaml.safe_load(path.read_text("utf-8"))["nlu"]
        for sentence in _of_block(block)
    }
    once: dict[str, Sentence] = {}
    for sentence in sorted(found, key=lambda sentence: sentence.lot):
        once.setdefault(sentence.same, sentence)
    return list(once.values())


def draw(sentences: Iterable[Sentence], training: int = TRAINING_PER_INTENT, test: int = TEST_PER_INTENT) -> Subset:
    """Draw at most `training` sentences an intent to learn from and at most `test` others to ask, spread over kinds."""
    by_intent: dict[str, list[Sentence]] = defaultdict(list)
    for sentence in sentences:
        by_intent[sentence.intent].append(sentence)
    learned: list[Sentence] = []
    asked: list[Sentence] = []
    rest: list[Sentence] = []
    for intent in sorted(by_intent):
        spread = list(_spread_over_kinds(by_intent[intent]))
        learned += spread[:training]
        # Spread anew: where there are more kinds than sentences to draw, both draws meet the same kinds.
        others = list(_spread_over_kinds(spread[training:]))
        asked += others[:test]
        rest += others[test:]
    # In the order of their lots neighbours have nothing in common, neither intent nor kind.
    return Subset(_by_lot(learned), _by_lot(asked), _by_lot([*learned, *rest]))


def content_hash(sentences: Sequence[Sentence]) -> str:
    """A hash of sentences and their intents, in their order (64 hexadecimal digits)."""
    written = json.dumps([[sentence.text, sentence.intent] for sentence in sentences], ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


def _of_block(block: dict[str, Any]) -> Iterator[Sentence]:
    metadata = block.get("metadata") or {}
    kind = metadata.get("theme") or metadata.get("register") or ""
    for line in block["examples"].splitlines():
        if text := line.strip().removeprefix("-").strip():
            yield Sentence(text, block["intent"], kind)


def _spread_over_kinds(sentences: Sequence[Sentence]) -> Iterator[Sentence]:
    """One sentence of each kind in turn; kinds, and sentences of a kind, in the order of their lots."""
    by_kind: dict[str, list[Sentence]] = defaultdict(list)
    for sentence in sorted(sentences, key=lambda sentence: sentence.lot):
        by_kind[sentence.kind].append(sentence)
    for turn in zip_longest(*by_kind.values()):
        yield from (sentence for sentence in turn if sentence is not None)


def _by_lot(sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
    return tuple(sorted(sentences, key=lambda sentence: sentence.lot))

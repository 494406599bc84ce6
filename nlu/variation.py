"""Variations of the hand-written sentences, as people deform them: `python -m nlu.variation` writes data/generated/.

What is written there stands nowhere in data/nlu/, names the same countries and offers, and denies what its sentence
denies. The variations of a sentence depend on the seed of `variation.yml` and on that sentence alone: adding one
changes those of no other, unless the one added is such a variation itself.
"""

import pathlib
import random
import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from functools import lru_cache
from typing import Any

import yaml

from nlu.deformation import Deformations
from nlu.gazetteer import Gazetteer
from nlu.mentions import interpret
from nlu.sentences import Sentence, Variation, read_sentences, write
from nlu.spelling import spelling
from nlu.text import fold

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONTENT = pathlib.Path(__file__).with_name("variation.yml")
WRITTEN = ROOT / "data" / "nlu"
GENERATED = ROOT / "data" / "generated"

_FINAL_SIGN = " .!?…"


class Variator:
    """Makes variations as a content file such as `variation.yml` says."""

    def __init__(self, content: Mapping[str, Any], gazetteer: Gazetteer, seed: str | None = None) -> None:
        """Read the content; `seed` replaces its own. Raise KeyError for a missing part, ValueError for a wrong one."""
        self._seed = content["seed"] if seed is None else seed
        self._per_sentence = float(content["per_sentence"])
        self._tries = int(content["tries"])
        self._left_out = content["left_out"]
        self._gazetteer = gazetteer
        denials = "|".join(re.escape(word) for word in content["negations"])
        self._denials = re.compile(rf"(?<!\w)(?:n(?=')|(?:{denials})(?![\w°']))")
        self._deformations = Deformations(content, self._denials)
        # One sentence is compared with several attempts, one after the other.
        self._meaning = lru_cache(maxsize=64)(self._denied_and_named)
        self._weights: dict[str, dict[str, float]] = {}
        self._bare: dict[str, float] = {}
        for register, weights in content["registers"].items():
            self._weights[register] = {kind: float(weight) for kind, weight in weights.items() if kind != "bare"}
            self._bare[register] = float(weights["bare"])
            if wrong := self._weights[register].keys() - self._deformations.kinds.keys():
                raise ValueError(f"register {register}: no kind of variation is called {', '.join(sorted(wrong))}")

    @classmethod
    def load(cls, path: pathlib.Path = CONTENT, seed: str | None = None) -> "Variator":
        """Read a YAML file and the gazetteer. Raise OSError, yaml.YAMLError, or as the constructor does."""
        # Every scalar is a word that people write: to other loaders « on » is true.
        return cls(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader), Gazetteer.load(), seed)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The names of the kinds of variation."""
        return tuple(self._deformations.kinds)

    def vary(self, sentence: Sentence, kind: str, draw: random.Random) -> str | None:
        """Return `sentence` deformed in one way; None where that changes nothing, or more than it may.

        Raise KeyError for an unknown kind.
        """
        text = self._deformations.kinds[kind](sentence, draw)
        if draw.random() < self._bare[sentence.register]:
            text = fold(text.replace("œ", "oe")).rstrip(_FINAL_SIGN)
        return text if self._may_stand_for(text, sentence.text) else None

    def variations(self, sentence: Sentence) -> list[Variation]:
        """Return about `per_sentence` variations; fewer where a sentence allows no more."""
        if self._is_left_out(sentence):
            return []
        made: dict[str, Variation] = {}
        for number in range(self._how_many(sentence)):
            draw = random.Random(f"{self._seed}|{number}|{sentence.text}")
            variation = self._next(sentence, draw, made.keys())
            if variation is not None:
                made[as_read(variation.text)] = variation
        return list(made.values())

    def generate(self, sentences: Sequence[Sentence]) -> list[Variation]:
        """Return the variations of all, none of which reads as one of the sentences or as another variation.

        A text that two intents lead to says neither: it is left out.
        """
        standing = {as_read(sentence.text) for sentence in sentences}
        chosen: dict[str, Variation] = {}
        unclear = set()
        for sentence in sorted(sentences, key=lambda sentence: (sentence.intent, sentence.text)):
            for variation in self.variations(sentence):
                key = as_read(variation.text)
                if key in standing:
                    continue
                if chosen.setdefault(key, variation).of.intent != sentence.intent:
                    unclear.add(key)
        return [variation for key, variation in chosen.items() if key not in unclear]

    def _next(self, sentence: Sentence, draw: random.Random, made: Container[str]) -> Variation | None:
        weights = self._weights[sentence.register]
        # Drawn by weight, without putting back (Efraimidis and Spirakis).
        order = sorted(weights, key=lambda kind: draw.random() ** (1 / weights[kind]), reverse=True)
        for kind in order:
            if kind == "introduction" and kind != order[0]:  # it fits every sentence, and is for a few
                continue
            for _ in range(self._tries):
                text = self.vary(sentence, kind, draw)
                if text is not None and as_read(text) not in made:
                    return Variation(text, kind, sentence)
        return None

    def _how_many(self, sentence: Sentence) -> int:
        whole = int(self._per_sentence)
        one_more = random.Random(f"{self._seed}|{sentence.text}").random() < self._per_sentence - whole
        return whole + one_more

    def _is_left_out(self, sentence: Sentence) -> bool:
        return (
            sentence.intent in self._left_out["intents"] or sentence.metadata.get("theme") in self._left_out["themes"]
        )

    def _may_stand_for(self, text: str, original: str) -> bool:
        """Whether a text differs for the classifier and names and denies what the original names and denies."""
        return (
            as_read(text) != as_read(original)
            and not text.startswith("/")
            and self._meaning(text) == self._meaning(original)
        )

    def _denied_and_named(self, text: str) -> tuple[Counter[str], Counter[tuple[str, str, str | None]]]:
        folded = fold(text)
        said = interpret(folded, self._gazetteer)
        return Counter(self._denials.findall(folded)), Counter((item.kind, item.value, item.role) for item in said)


@lru_cache(maxsize=65536)
def as_read(text: str) -> str:
    """Return the words of a text as the classifier reads them; the text itself where it has none."""
    return " ".join(re.findall(r"[\w+]+", spelling().read(fold(text.replace("œ", "oe"))))) or text.strip()


def main() -> None:
    """Make data/generated/ again from data/nlu/, and say how many variations of each kind there are."""
    sentences = read_sentences(WRITTEN)
    variations = Variator.load().generate(sentences)
    write(variations, GENERATED)
    kinds = ", ".join(f"{kind} {count}" for kind, count in Counter(made.kind for made in variations).most_common())
    print(f"{len(variations)} variations of {len(sentences)} sentences: {kinds}")


if __name__ == "__main__":
    main()

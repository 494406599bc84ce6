"""Variations of the hand-written sentences, as people deform them: `python -m nlu.variation` writes data/generated/.

What is written there stands nowhere in data/nlu/, names the same countries and offers, and denies what its sentence
denies. The variations of a sentence depend on the seed of `variation.yml` and on that sentence alone: adding one
changes those of no other, unless the one added is such a variation itself.
"""

import pathlib
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import yaml

from nlu.gazetteer import Gazetteer
from nlu.mentions import interpret
from nlu.spelling import spelling
from nlu.text import fold

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONTENT = pathlib.Path(__file__).with_name("variation.yml")
WRITTEN = ROOT / "data" / "nlu"
GENERATED = ROOT / "data" / "generated"

# A word of letters that is no part of a placeholder, an address or a number.
_WORD = re.compile(r"(?<![\w\[@.])[^\W\d_]+(?![\w\]@])")
_ELISION = re.compile(r"(?<!\w)(?:[ldjcsmt]|qu|jusqu|lorsqu|puisqu|quelqu)(['’])(?=[^\W\d_])", re.IGNORECASE)
_SIGNS = re.compile(r"[.,;:!?…«»\"“”()–—\-]+")
_FINAL_SIGN = " .!?…"
_FINITE_OR_NOT = "er|ez|ées|ée|és|é"

Make = Callable[["Sentence", random.Random], str]


@dataclass(frozen=True)
class Sentence:
    """A training sentence, its intent, and what its block says of it (`register`, `theme`)."""

    text: str
    intent: str
    metadata: Mapping[str, str]


@dataclass(frozen=True)
class Variation:
    """A sentence deformed: the new text, and which kind of deformation it is."""

    text: str
    kind: str
    of: Sentence


class Table:
    """Substitutions, each with several outcomes, made in a text whatever its case, accents, hyphens and apostrophes."""

    def __init__(self, outcomes: Mapping[str, Sequence[str]]) -> None:
        """Take folded words or phrases and what each may become; raise ValueError for one that is not folded."""
        if wrong := [phrase for phrase in outcomes if fold(phrase) != phrase]:
            raise ValueError(f"to be written without accents and in lower case: {wrong}")
        self._outcomes = outcomes
        phrases = "|".join(_spaced(phrase) for phrase in sorted(outcomes, key=len, reverse=True))
        self._phrases = re.compile(rf"(?<![\w\[])(?:{phrases})(?![\w\]])")

    def apply(self, text: str, share: float, draw: random.Random) -> str:
        """Make a `share` (0 to 1) of the substitutions that `text` allows, one at least; where none is, return it."""
        found = list(self._phrases.finditer(fold(text)))
        if not found:
            return text
        sure = draw.randrange(len(found))
        edits = []
        for place, match in enumerate(found):
            if draw.random() < share or place == sure:
                outcome = draw.choice(self._outcomes[match.group().replace("-", " ")])
                edits.append((match.start(), match.end(), outcome))
        return _edited(text, edits)


class Variator:
    """Makes variations as a content file such as `variation.yml` says."""

    def __init__(self, content: Mapping[str, Any], gazetteer: Gazetteer, seed: str | None = None) -> None:
        """Read the content; `seed` replaces its own. Raise KeyError for a missing part, ValueError for a wrong one."""
        self._seed = content["seed"] if seed is None else seed
        self._per_sentence = float(content["per_sentence"])
        self._tries = int(content["tries"])
        self._share = float(content["share"])
        self._left_out = content["left_out"]
        self._gazetteer = gazetteer
        denials = "|".join(re.escape(word) for word in content["negations"])
        self._denials = re.compile(rf"(?<!\w)(?:n(?=')|(?:{denials})(?![\w°']))")
        self._slips = content["slips"]
        self._slip_weights = {name: float(weight) for name, weight in self._slips["weights"].items()}
        self._hurried = Table(content["hurried"])
        self._homophones = Table(content["homophones"])
        self._verbs = re.compile(
            rf"(?<!\w)({'|'.join(content['sounding_alike'])})({_FINITE_OR_NOT})(?!\w)", re.IGNORECASE
        )
        self._plurals = re.compile(
            rf"(?<!\w)((?:{'|'.join(content['plural_after'])}) [^\W\d_]{{3,}})[sx](?!\w)", re.IGNORECASE
        )
        self._hesitations = content["hesitations"]
        inside = "|".join(re.escape(word) for word in self._hesitations["inside_before"])
        self._inside = re.compile(rf"(?<= )(?:{inside})(?!\w)")
        self._notes = Table(content["notes"])
        self._small_words = re.compile(
            "|".join(
                rf"(?<![\w'\[]){_spaced(word)}{'' if word.endswith(chr(39)) else '(?:[ -]|$)'}"
                for word in content["small_words"]
            )
        )
        self._introduction = content["introduction"]
        self._kinds: dict[str, Make] = {
            "slips": self._with_slips,
            "apostrophes": self._without_apostrophes,
            "hurried": self._in_a_hurry,
            "homophones": self._as_recognised,
            "hesitations": self._with_hesitations,
            "notes": self._as_noted,
            "introduction": self._introduced,
        }
        # One sentence is compared with several attempts, one after the other.
        self._meaning = lru_cache(maxsize=64)(self._denied_and_named)
        self._weights: dict[str, dict[str, float]] = {}
        self._bare: dict[str, float] = {}
        for register, weights in content["registers"].items():
            self._weights[register] = {kind: float(weight) for kind, weight in weights.items() if kind != "bare"}
            self._bare[register] = float(weights["bare"])
            if wrong := self._weights[register].keys() - self._kinds.keys():
                raise ValueError(f"register {register}: no kind of variation is called {', '.join(sorted(wrong))}")

    @classmethod
    def load(cls, path: pathlib.Path = CONTENT, seed: str | None = None) -> "Variator":
        """Read a YAML file and the gazetteer. Raise OSError, yaml.YAMLError, or as the constructor does."""
        # Every scalar is a word that people write: to other loaders « on » is true.
        return cls(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader), Gazetteer.load(), seed)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The names of the kinds of variation."""
        return tuple(self._kinds)

    def vary(self, sentence: Sentence, kind: str, draw: random.Random) -> str | None:
        """Return `sentence` deformed in one way; None where that changes nothing, or more than it may.

        Raise KeyError for an unknown kind.
        """
        text = self._kinds[kind](sentence, draw)
        if draw.random() < self._bare[_register(sentence)]:
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
        weights = self._weights[_register(sentence)]
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

    # The kinds: each returns the text of a sentence as it found it where there is nothing to do.

    def _with_slips(self, sentence: Sentence, draw: random.Random) -> str:
        text = sentence.text
        for _ in range(1 + len(text.split()) // int(self._slips["words_for_each"])):
            (name,) = draw.choices(list(self._slip_weights), list(self._slip_weights.values()))
            text = self._joined(text, draw) if name == "joined" else self._mistyped(text, name, draw)
        return text

    def _mistyped(self, text: str, name: str, draw: random.Random) -> str:
        """One word with a slip; its first letter stays."""
        words = [
            word
            for word in _WORD.finditer(text)
            if len(word.group()) >= int(self._slips["letters"]) and not self._denials.fullmatch(fold(word.group()))
        ]
        if not words:
            return text
        word = draw.choice(words)
        letters = word.group()
        place = draw.randrange(1, len(letters))
        letter = letters[place]
        if name == "beside":
            keys = self._slips["beside"].get(letter)
            typed = letters[:place] + draw.choice(keys) + letters[place + 1 :] if keys else letters
        elif name == "missing":
            typed = letters[:place] + letters[place + 1 :]
        elif name == "doubled":
            typed = letters[:place] + letter + letters[place:]
        elif name == "single":
            typed = re.sub(r"(?<=\w)([a-z])\1", r"\1", letters, count=1)
        else:
            typed = letters[: place - 1] + letter + letters[place - 1] + letters[place + 1 :]
            typed = typed if place > 1 else letters
        return text[: word.start()] + typed + text[word.end() :]

    def _joined(self, text: str, draw: random.Random) -> str:
        """Two words with no space between, none of which denies."""
        spaces = [
            left.end()
            for left, right in pairwise(_WORD.finditer(text))
            if text[left.end() : right.start()] == " "
            and not any(self._denials.fullmatch(fold(word.group())) for word in (left, right))
        ]
        if not spaces:
            return text
        place = draw.choice(spaces)
        return text[:place] + text[place + 1 :]

    def _without_apostrophes(self, sentence: Sentence, draw: random.Random) -> str:
        text = sentence.text
        return _edited(
            text,
            [
                (*elision.span(1), "")
                for elision in _ELISION.finditer(text)
                if not self._denials.match(fold(text), elision.end())
            ],
        )

    def _in_a_hurry(self, sentence: Sentence, draw: random.Random) -> str:
        return self._hurried.apply(sentence.text, self._share, draw)

    def _as_recognised(self, sentence: Sentence, draw: random.Random) -> str:
        heard = self._homophones.apply(_spoken(sentence.text), self._share, draw)
        heard = self._verbs.sub(
            lambda verb: verb.group(1) + draw.choice([verb.group(2), *_FINITE_OR_NOT.split("|")]), heard
        )
        return self._plurals.sub(lambda noun: noun.group(1 if draw.random() < self._share else 0), heard)

    def _with_hesitations(self, sentence: Sentence, draw: random.Random) -> str:
        text = _spoken(sentence.text)
        if not _words(text):
            return sentence.text
        places = [match.start() for match in self._inside.finditer(text)]
        where = draw.choice(["opening", "inside", "closing"]) if places else draw.choice(["opening", "closing"])
        if where in ("opening", "inside"):
            if places and (where == "inside" or draw.random() < self._share / 2):
                place = draw.choice(places)
                text = f"{text[:place]}{draw.choice(self._hesitations['inside'])} {text[place:]}"
            if where == "opening":
                text = f"{draw.choice(self._hesitations['opening'])} {text}"
            return text
        return f"{text} {draw.choice(self._hesitations['closing'])}"

    def _as_noted(self, sentence: Sentence, draw: random.Random) -> str:
        text = self._notes.apply(sentence.text, self._share, draw)
        if draw.random() < self._share:
            small = [(match.start(), match.end(), "") for match in self._small_words.finditer(fold(text))]
            text = _edited(text, small).strip()
        return text

    def _introduced(self, sentence: Sentence, draw: random.Random) -> str:
        register = _register(sentence)
        templates = self._introduction[draw.choice(["before", "after"])]
        template = draw.choice(templates[self._introduction["like"].get(register, register)])
        text = sentence.text
        if template.endswith("{sentence}"):
            if not template.endswith(". {sentence}") and text[1:2].islower():
                text = text[0].lower() + text[1:]
        elif template.startswith("{sentence} ") and template[len("{sentence} ")].isupper():
            text = text if text[-1] in ".!?…" else f"{text}."
        else:
            text = text.rstrip(".")
        return str(template.format(name=draw.choice(self._introduction["names"]), sentence=text))


@lru_cache(maxsize=65536)
def as_read(text: str) -> str:
    """Return the words of a text as the classifier reads them; the text itself where it has none."""
    return " ".join(re.findall(r"[\w+]+", spelling().read(fold(text.replace("œ", "oe"))))) or text.strip()


def read_sentences(path: pathlib.Path) -> list[Sentence]:
    """Return the sentences of a YAML file of Rasa's, or of all that stand in a folder at any depth."""
    from rasa.shared.nlu.constants import INTENT, METADATA, TEXT
    from rasa.shared.nlu.training_data.loading import load_data

    return [
        Sentence(example.get(TEXT), example.get(INTENT), (example.get(METADATA) or {}).get(INTENT) or {})
        for example in load_data(str(path)).intent_examples
    ]


def write(variations: Iterable[Variation], folder: pathlib.Path) -> None:
    """Write one file an intent, in Rasa's format, into a folder that is emptied first. Raise OSError when it cannot."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    intents: dict[str, dict[str, list[str]]] = {}
    for variation in variations:
        metadata = {**variation.of.metadata, "generated": variation.kind}
        block = yaml.safe_dump(metadata, allow_unicode=True, default_flow_style=True, sort_keys=False).strip()
        intents.setdefault(variation.of.intent, {}).setdefault(block, []).append(variation.text)
    for intent, blocks in intents.items():
        lines = ["# Written by `python -m nlu.variation`.", 'version: "3.1"', "", "nlu:"]
        for block, texts in blocks.items():
            lines += ["", f"- intent: {intent}", f"  metadata: {block}", "  examples: |"]
            lines += [f"    - {text}" for text in texts]
        (folder / f"{intent}.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Make data/generated/ again from data/nlu/, and say how many variations of each kind there are."""
    sentences = read_sentences(WRITTEN)
    variations = Variator.load().generate(sentences)
    write(variations, GENERATED)
    kinds = ", ".join(f"{kind} {count}" for kind, count in Counter(made.kind for made in variations).most_common())
    print(f"{len(variations)} variations of {len(sentences)} sentences: {kinds}")


def _register(sentence: Sentence) -> str:
    return sentence.metadata.get("register", "theme")


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _spoken(text: str) -> str:
    """A text as a recogniser writes it: no capitals, no signs but apostrophes, and the placeholders as they are."""
    return " ".join(_SIGNS.sub(" ", text.replace("’", "'")).lower().split())


def _spaced(phrase: str) -> str:
    """The expression for a phrase, in which a hyphen may stand for a space."""
    return "[ -]".join(re.escape(word) for word in phrase.split(" "))


def _edited(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """Replace stretches (start, end, by what) that do not overlap; a capital stays a capital."""
    parts = []
    position = 0
    for start, end, outcome in sorted(edits):
        capital = text[start : start + 1].isupper() and not text[start : start + 2].isupper()
        parts += [text[position:start], outcome[:1].upper() + outcome[1:] if capital else outcome]
        position = end
    return "".join([*parts, text[position:]])


if __name__ == "__main__":
    main()

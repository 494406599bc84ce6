"""Hurried spelling read as what it stands for, and turns of phrase that n-grams lose read as one word."""

import pathlib
import re
from functools import lru_cache

import yaml

from nlu.text import letters

CONTENT = pathlib.Path(__file__).with_name("spelling.yml")


class Spelling:
    """The substitutions of `spelling.yml`; texts go through it in training and at run time alike."""

    def __init__(self, path: pathlib.Path = CONTENT) -> None:
        """Read the YAML file. Raises OSError, yaml.YAMLError, or re.error for a phrase that is no expression."""
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        self._words = dict(content["words"])
        self._word = re.compile(r"[a-z]+")
        self._phrases = [
            (phrase["holds"], re.compile(rf"\b(?:{'|'.join(phrase['said'])})\b"), meaning)
            for meaning, phrase in content["phrases"].items()
        ]

    def read(self, folded: str) -> str:
        """Return a text folded by `nlu.text.fold` as the classifier reads it."""
        text = folded
        if not self._words.keys().isdisjoint(letters(text)):
            text = self._word.sub(lambda match: self._words.get(match.group(), match.group()), text)
        for held, pattern, meaning in self._phrases:
            if held in text:
                text = pattern.sub(meaning, text)
        return text


@lru_cache(maxsize=1)
def spelling() -> Spelling:
    """Return the project's substitutions, read once. Raises as Spelling does."""
    return Spelling()

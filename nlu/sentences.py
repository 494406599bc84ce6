"""Training sentences and variations of them, and the files of Rasa's that they stand in."""

import pathlib
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import yaml


@dataclass(frozen=True)
class Sentence:
    """A training sentence, its intent, and what its block says of it (`register`, `theme`)."""

    text: str
    intent: str
    metadata: Mapping[str, str]

    @property
    def register(self) -> str:
        """The register, « theme » where the block names a theme in its place."""
        return self.metadata.get("register", "theme")


@dataclass(frozen=True)
class Variation:
    """A sentence deformed: the new text, and which kind of deformation it is."""

    text: str
    kind: str
    of: Sentence


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

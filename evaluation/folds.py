"""How sentences are dealt to folds, and what is learned beside them.

Runs in .venvs/rasa, or in .venvs/selection.
"""

from collections import defaultdict
from collections.abc import Sequence

from evaluation.contenders.subset import Sentence
from evaluation.figures import REGISTERS
from nlu.sentences import Sentence as Written
from nlu.variation import Variator


def folds(sentences: Sequence[Sentence], number: int) -> list[list[Sentence]]:
    """Deal the sentences of each intent to `number` folds in the order of their lots, which is drawn by their text."""
    dealt: list[list[Sentence]] = [[] for _ in range(number)]
    by_intent: dict[str, list[Sentence]] = defaultdict(list)
    for sentence in sorted(sentences, key=lambda sentence: sentence.lot):
        by_intent[sentence.intent].append(sentence)
    turn = 0
    for intent in sorted(by_intent):
        for sentence in by_intent[intent]:
            dealt[turn % number].append(sentence)
            turn += 1
    return dealt


def few(sentences: Sequence[Sentence], number: int) -> list[Sentence]:
    """At most `number` sentences an intent, by their lots: for a trial."""
    kept: list[Sentence] = []
    seen: dict[str, int] = defaultdict(int)
    for sentence in sorted(sentences, key=lambda sentence: sentence.lot):
        seen[sentence.intent] += 1
        if seen[sentence.intent] <= number:
            kept.append(sentence)
    return kept


def learned(sentences: Sequence[Sentence]) -> list[tuple[str, str]]:
    """What is trained on where `sentences` are: they themselves, then variations of them, as texts and their intents.

    The variations are those that `make train` makes, of these sentences alone.
    """
    written = [
        Written(sentence.text, sentence.intent, {_block(sentence.kind): sentence.kind}) for sentence in sentences
    ]
    made = Variator.load().generate(written)
    return [(one.text, one.intent) for one in written] + [(one.text, one.of.intent) for one in made]


def _block(kind: str) -> str:
    return "register" if kind in REGISTERS else "theme"

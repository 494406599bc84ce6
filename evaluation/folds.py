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
    turn = 0
    for those in _by_intent(sentences).values():
        for sentence in those:
            dealt[turn % number].append(sentence)
            turn += 1
    return dealt


def few(sentences: Sequence[Sentence], number: int) -> list[Sentence]:
    """At most `number` sentences an intent, by their lots: for a trial."""
    return [sentence for those in _by_intent(sentences).values() for sentence in those[:number]]


def part(sentences: Sequence[Sentence], of: int) -> list[Sentence]:
    """One in `of` sentences of each intent (rounded up), by their lots."""
    return [sentence for those in _by_intent(sentences).values() for sentence in those[: -(-len(those) // of)]]


def learned(sentences: Sequence[Sentence]) -> list[tuple[str, str]]:
    """What is trained on where `sentences` are: they themselves, then variations of them, as texts and their intents.

    The variations are those that `make train` makes, of these sentences alone.
    """
    written = [
        Written(sentence.text, sentence.intent, {_block(sentence.kind): sentence.kind}) for sentence in sentences
    ]
    made = Variator.load().generate(written)
    return [(one.text, one.intent) for one in written] + [(one.text, one.of.intent) for one in made]


def _by_intent(sentences: Sequence[Sentence]) -> dict[str, list[Sentence]]:
    """The sentences of each intent in the order of their lots; the intents in alphabetical order."""
    found: dict[str, list[Sentence]] = defaultdict(list)
    for sentence in sorted(sentences, key=lambda sentence: sentence.lot):
        found[sentence.intent].append(sentence)
    return dict(sorted(found.items()))


def _block(kind: str) -> str:
    return "register" if kind in REGISTERS else "theme"

"""Writes words.txt, the words of questions: `python -m gateway.privacy.words`, after sentences were added to data/nlu.

A word of a question is no name unless it is introduced as one. Words that stand in two sentences at least count; names
that are no word of French (given_names.yml, surnames.yml, outside `ambiguous`) never do.
"""

import re
from collections import Counter
from pathlib import Path

from gateway.privacy.folding import fold

_ROOT = Path(__file__).resolve().parents[2]
_SENTENCE = re.compile(r"\s+- (.*)")
_WORD = re.compile(r"[a-z]+")
_LEAST_SENTENCES = 2
WORDS = Path(__file__).with_name("words.txt")


def words_of_questions() -> list[str]:
    """The words of data/nlu, folded, in order."""
    counts: Counter[str] = Counter()
    for path in (_ROOT / "data" / "nlu").rglob("*.yml"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if sentence := _SENTENCE.match(line):
                counts.update(set(_WORD.findall(fold(sentence.group(1)))))
    return sorted(word for word, count in counts.items() if count >= _LEAST_SENTENCES)


if __name__ == "__main__":
    WORDS.write_text("\n".join(words_of_questions()) + "\n", encoding="utf-8")

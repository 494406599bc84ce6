"""Find the passages nearest to a question: FTS5 over lemmas, and word vectors for what is said in other words.

Used when the topic of a message is unsure, where the passage is shown as such: so a score has to say how sure it is,
the same for any question. Words that the policies do not know (typing errors above all) are first brought to the
nearest word that they do know, which is what lets « suprimer mes donnes » find the right to erasure.

Passages that hold an address or a number are never found: a contact is shown when country and offer decide on it, and
by no other way.

spaCy keeps every new word it reads for as long as the process lives. What people ask must not be kept, so a word of
theirs that neither spaCy's model nor the policies hold is never shown to it: it stands in for it as a word without
meaning, which is what spaCy would take it for.
"""

import difflib
import pathlib
import re
import sqlite3
from dataclasses import dataclass

import numpy
from spacy.tokens import Doc

from policies_kb import lemmas
from policies_kb.base import DEFAULT_PATH, BaseError, Excerpt, KnowledgeBase, Passage, Stamp, connect, stamp

# Measured on hand-made questions and on 400 of the training corpus: equal shares find most; idf-weighted vectors,
# neighbours by word vector and common stems changed nothing beyond chance, so they are not here.
_LEXICAL_SHARE = 0.5
# bm25 has no upper bound: this is the value that counts for half.
_HALF_BM25 = 6.0
# A typing error changes a letter or two: six letters with one changed still agree by 5/6.
_SAME_WORD = 0.8
_SHORTEST_TO_CORRECT = 4
_WORD = re.compile(r"\w+")
_NO_WORD = re.compile(r"[^\w\s]+")
_STAND_IN = "zzzz"


@dataclass(frozen=True)
class Hit:
    """A passage found; `score` from 0 (nothing in common) to 1."""

    excerpt: Excerpt
    topics: tuple[str, ...]
    score: float


@dataclass(frozen=True)
class _Index:
    stamp: Stamp
    passages: tuple[Passage, ...]
    connection: sqlite3.Connection
    vectors: lemmas.Vector
    vocabulary: tuple[str, ...]
    withheld: frozenset[int]


class PassageSearch:
    """Search one base; the index follows the file when it is replaced."""

    def __init__(self, base_path: pathlib.Path = DEFAULT_PATH) -> None:
        self._path = base_path
        self._index: _Index | None = None

    def search(self, query: str, country: str | None, limit: int) -> list[Hit]:
        """The best passages for a question, best first, in one country's policy or (None) in all.

        Empty when nothing in the question is known to the policies. Raises BaseError when there is no base.
        """
        index = self._current()
        # In capitals every word would be taken for a name.
        shown, strange = _without_strange_words(query.lower(), index.vocabulary)
        (doc,) = lemmas.read([shown])
        lexical = _lexical(index, _words(doc, strange, index.vocabulary))
        nearness = index.vectors @ lemmas.meaning(doc)
        hits = [
            Hit(
                passage.excerpt,
                passage.topics,
                min(1.0, _LEXICAL_SHARE * lexical.get(row, 0.0) + (1 - _LEXICAL_SHARE) * max(0.0, float(near))),
            )
            for row, (passage, near) in enumerate(zip(index.passages, nearness, strict=True), start=1)
            if row not in index.withheld and country in (None, passage.country)
        ]
        # The sort is stable: of equal passages the one that stands first in its policy is first.
        return sorted((hit for hit in hits if hit.score > 0), key=lambda hit: -hit.score)[:limit]

    def _current(self) -> _Index:
        """The index of the file as it now is or, where that cannot be read, of the file as it was."""
        try:
            now = stamp(self._path)
            if self._index is None or self._index.stamp != now:
                replaced, self._index = self._index, _open(self._path, now)
                if replaced is not None:
                    replaced.connection.close()
        except BaseError:
            if self._index is None:
                raise
        return self._index


def _open(path: pathlib.Path, now: Stamp) -> _Index:
    connection = connect(path)
    try:
        return _read(connection, path, now)
    except BaseException:
        connection.close()
        raise


def _read(connection: sqlite3.Connection, path: pathlib.Path, now: Stamp) -> _Index:
    base = KnowledgeBase.read(connection, path)
    rows = connection.execute("SELECT vector, lemmas, context FROM passages ORDER BY id").fetchall()
    return _Index(
        now,
        base.passages,
        connection,
        withheld=frozenset(
            row
            for row, passage in enumerate(base.passages, start=1)
            if any(
                contact.text in passage.excerpt.text
                for contact in base.contacts.values()
                if contact.country == passage.country
            )
        ),
        vectors=numpy.stack([numpy.frombuffer(row["vector"], dtype=numpy.float32) for row in rows]),
        vocabulary=tuple(sorted({word for row in rows for word in f"{row['lemmas']} {row['context']}".split()})),
    )


def _without_strange_words(query: str, vocabulary: tuple[str, ...]) -> tuple[str, list[str]]:
    """The query with stand-ins for the words that spaCy has never seen, and those words in their order."""
    seen = lemmas.pipeline().vocab.strings
    known = frozenset(vocabulary)
    strange: list[str] = []

    def stand_in(word: re.Match[str]) -> str:
        if word[0] in seen or lemmas.fold(word[0]) in known:
            return word[0]
        strange.append(word[0])
        return _STAND_IN

    def apart(marks: re.Match[str]) -> str:
        # Words joined by a mark would be a new word in themselves; an apostrophe stays with the word before it.
        return "' " if set(marks[0]) <= {"'", "’"} else " "

    return _NO_WORD.sub(apart, _WORD.sub(stand_in, query)), strange


def _words(doc: Doc, strange: list[str], vocabulary: tuple[str, ...]) -> list[str]:
    """The words to look for: each content word in the forms that the policies know, or the nearest that they know.

    `strange` are the words behind the stand-ins.
    """
    found: list[str] = []
    hidden = iter(strange)
    for token in doc:
        word = next(hidden, token.text) if token.text == _STAND_IN else token.text
        if word == token.text and not (lemmas.is_content(token) or token.is_digit):
            continue
        known = lemmas.forms(token).intersection(vocabulary)
        if not known and len(word) >= _SHORTEST_TO_CORRECT:
            known = frozenset(difflib.get_close_matches(lemmas.fold(word), vocabulary, n=1, cutoff=_SAME_WORD))
        found.extend(sorted(known))
    return list(dict.fromkeys(found))


def _lexical(index: _Index, words: list[str]) -> dict[int, float]:
    """The passages that share a word, by row, with their bm25 brought to 0..1."""
    if not words:
        return {}
    # Quoted, a word is a word: whatever a person typed cannot be read as an operator of the query language.
    match = " OR ".join('"' + word.replace('"', '""') + '"' for word in words)
    rows = index.connection.execute(
        "SELECT rowid, -bm25(passages_fts) AS strength FROM passages_fts WHERE passages_fts MATCH ?", (match,)
    )
    return {row["rowid"]: row["strength"] / (row["strength"] + _HALF_BM25) for row in rows}

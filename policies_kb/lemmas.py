"""French words brought to one form, by spaCy: for the index, for queries, and to hold a lead against its passages.

spaCy and its model cost seconds and 300 MB, so they are loaded at the first use and never by whoever only reads.
"""

import functools
import unicodedata
import warnings
from collections.abc import Iterable, Iterator

import numpy
import spacy
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc, Token

Vector = NDArray[numpy.float32]

MODEL = "fr_core_news_md"
_FUNCTION_WORDS = frozenset({"ADP", "AUX", "CCONJ", "DET", "NUM", "PRON", "PUNCT", "SCONJ", "SPACE", "SYM"})
# spaCy calls them AUX or VERB by turns; they carry no fact of their own in either use.
_AUXILIARIES = frozenset({"etre", "avoir"})
# Negations are held against the passages as such, not as words.
_PARTICLES = frozenset({"ne", "n'", "pas"})
# Lemmas that the model picks wrongly among two readings of one form; nobody milks data here.
_MISREAD = {"traire": "traiter", "indique": "indiquer"}
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "’": "'"})


def fold(text: str) -> str:
    """Lower case, no accents, no ligatures, straight apostrophes."""
    apart = unicodedata.normalize("NFKD", text.translate(_LIGATURES).lower())
    return "".join(character for character in apart if not unicodedata.combining(character))


@functools.lru_cache(maxsize=1)
def pipeline() -> Language:
    """The French pipeline, without what nobody here reads. Raises OSError when the model is not installed."""
    with warnings.catch_warnings():
        # W095: PyPI has the model for spaCy 3.8 only; under 3.7, which Rasa pins, it loads and was measured.
        warnings.filterwarnings("ignore", message=r"\[W095\]")
        return spacy.load(MODEL, exclude=["parser", "ner"])


def read(texts: Iterable[str]) -> Iterator[Doc]:
    """The texts, analysed; white space is evened out because line breaks unsettle the tagger."""
    return pipeline().pipe(" ".join(text.translate(_LIGATURES).split()) for text in texts)


def lemma(token: Token) -> str:
    """The folded lemma of a word."""
    found = fold(token.lemma_)
    return _MISREAD.get(found, found)


def forms(token: Token) -> frozenset[str]:
    """The folded forms that count as the same word: its lemma and itself (the lemmatiser misses some verbs)."""
    return frozenset({lemma(token), fold(token.text)})


def is_content(token: Token) -> bool:
    """Whether a word says something: a noun, verb, adjective, adverb or name, not être, avoir or « ne ... pas »."""
    return (
        token.pos_ not in _FUNCTION_WORDS
        and any(character.isalpha() for character in token.text)
        and len(token.text.rstrip("'")) > 1
        and lemma(token) not in _AUXILIARIES
        and fold(token.text) not in _PARTICLES
    )


def indexed(doc: Doc) -> str:
    """A text as the index keeps it: folded lemmas of its content words, and its numbers."""
    return " ".join(lemma(token) for token in doc if is_content(token) or token.is_digit)


def meaning(doc: Doc) -> Vector:
    """The mean word vector of the content words, of length one; zero when no word is known."""
    known = [token.vector for token in doc if is_content(token) and token.has_vector]
    if not known:
        return numpy.zeros(doc.vocab.vectors_length, dtype=numpy.float32)
    mean = numpy.stack([numpy.asarray(vector, dtype=numpy.float32) for vector in known]).mean(axis=0)
    return numpy.asarray(mean / (numpy.linalg.norm(mean) or 1.0), dtype=numpy.float32)

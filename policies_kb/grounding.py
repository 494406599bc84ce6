"""Hold a sentence of ours against the passages it rests on: words, negations, quotations, numbers.

This cannot prove a sentence true. It refuses what a careless edit brings in: a word the policy does not use
(« gratuit », « vendues »), a negation it does not make, a number it does not give. Whatever a person then accepts
stands in `words.yml`, where the next person can see it.
"""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from policies_kb import lemmas
from policies_kb.quantities import Stated, stated

# Each with the word that it denies: « sans frais », « sauf demande », « aucun droit ».
_DENIALS = frozenset({"sans", "ni", "aucun", "aucune", "jamais", "non", "rien", "nul", "nulle", "sauf", "hors"})
# What completes « ne », before or behind the verb.
_SECOND = frozenset({"pas", "plus", "jamais", "point", "rien"})
_QUOTED = re.compile(r"«\s*([^»]*?)\s*»")

Negation = tuple[str, frozenset[str]]


@dataclass(frozen=True)
class Ground:
    """What a set of texts bears: words by their forms, negations with what they deny, and the texts themselves."""

    words: frozenset[str]
    negations: tuple[Negation, ...]
    quantities: Stated
    text: str


@dataclass(frozen=True)
class ReviewedWords:
    """The reviewed words with their forms, and the reviewed negations as sequences of folded words."""

    words: Mapping[str, frozenset[str]]
    negations: Mapping[str, tuple[str, ...]]


def ground(texts: Sequence[str]) -> Ground:
    """What the texts bear together."""
    return Ground(
        words=frozenset().union(*(_forms(text) for text in texts)),
        negations=tuple(negation for text in texts for _, negation in _negations(_analysed(text))),
        quantities=stated("\n".join(texts)),
        text="\n".join(texts),
    )


def reviewed(words: Sequence[str], negations: Sequence[str]) -> ReviewedWords:
    """The reviewed lists, ready to compare."""
    return ReviewedWords(
        words={
            word: frozenset(form for token in doc for form in lemmas.forms(token))
            for word, doc in zip(words, lemmas.read(words), strict=True)
        },
        negations={
            phrase: tuple(lemmas.fold(token.text) for token in doc)
            for phrase, doc in zip(negations, lemmas.read(negations), strict=True)
        },
    )


def unborne_words(text: str, borne: Ground) -> list[Token]:
    """The content words of a text that its ground does not bear, each once."""
    doc = _analysed(text)
    found = {token.text: token for token in doc if lemmas.is_content(token) and not lemmas.forms(token) & borne.words}
    return list(found.values())


def unborne_negations(text: str, borne: Ground) -> list[Token]:
    """The negations of a text that its ground does not make, by the word that denies."""
    return [
        token
        for token, (marker, denied) in _negations(_analysed(text))
        if not any(marker == other and denied & words for other, words in borne.negations)
    ]


def accepting_word(token: Token, accepted: ReviewedWords) -> str | None:
    """The reviewed word that a word is a form of, if any."""
    return next((word for word, forms in accepted.words.items() if lemmas.forms(token) & forms), None)


def accepting_negation(token: Token, accepted: ReviewedWords) -> str | None:
    """The reviewed negation that a denying word is part of, if any."""
    words = [lemmas.fold(other.text) for other in token.doc]
    for phrase, parts in accepted.negations.items():
        for place in range(max(0, token.i - len(parts) + 1), token.i + 1):
            if tuple(words[place : place + len(parts)]) == parts:
                return phrase
    return None


def unborne_quantities(text: str, borne: Ground) -> list[str]:
    """The numbers, dates and durations of a text that its ground does not state."""
    return list(stated(text).beyond(borne.quantities))


def altered_quotations(text: str, borne: Ground) -> list[str]:
    """What a text puts between « » and its ground does not hold word for word."""
    held = " ".join(borne.text.split())
    return [quoted for quoted in _QUOTED.findall(text) if " ".join(quoted.split()) not in held]


# The same passages bear many cards.
@functools.lru_cache(maxsize=2048)
def _analysed(text: str) -> Doc:
    (doc,) = lemmas.read([text])
    return doc


@functools.lru_cache(maxsize=2048)
def _forms(text: str) -> frozenset[str]:
    return frozenset(form for token in _analysed(text) for form in lemmas.forms(token))


def _negations(doc: Doc) -> Iterator[tuple[Token, Negation]]:
    """Each negation of a text with the forms of what it denies.

    « ne ... que » restricts and is kept apart from « ne ... pas »: neither bears the other. Behind être or avoir it is
    the participle or adjective that is denied.
    """
    for token in doc:
        word = lemmas.fold(token.text).rstrip("'")
        if word in ("ne", "n"):
            # A verb tagged otherwise would be missed: whatever follows, clitics and « pas » apart, is what is denied.
            verb = next(
                (
                    other
                    for other in doc[token.i + 1 :]
                    if other.pos_ != "PRON" and lemmas.fold(other.text) not in _SECOND
                ),
                None,
            )
            if verb is not None:
                yield token, ("ne que" if _restricts(doc, verb.i) else "ne", _denied(doc, verb))
        elif word in _DENIALS:
            denied = next((other for other in doc[token.i + 1 :] if lemmas.is_content(other)), None)
            if denied is not None:
                yield token, (word.rstrip("e") if word in ("aucune", "nulle") else word, lemmas.forms(denied))


def _denied(doc: Doc, verb: Token) -> frozenset[str]:
    if verb.pos_ == "AUX" or not lemmas.is_content(verb):
        content = next(
            (
                other
                for other in doc[verb.i + 1 :]
                if lemmas.is_content(other) and lemmas.fold(other.text) not in _SECOND
            ),
            None,
        )
        return lemmas.forms(content) if content is not None else lemmas.forms(verb)
    return lemmas.forms(verb)


def _restricts(doc: Doc, verb: int) -> bool:
    following = [lemmas.fold(token.text).rstrip("'") for token in doc[verb + 1 :]]
    stop = next((place for place, word in enumerate(following) if word in _SECOND | {".", ";"}), len(following))
    return any(word in ("que", "qu") for word in following[:stop])

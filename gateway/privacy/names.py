"""Names of people: by the lists of names, and by the words that introduce somebody.

A town or a word of questions is left alone: « moi c'est Kayes », « je suis Sosh », « Madame la directrice ».
"""

import re
from collections.abc import Iterator

from gateway.privacy.kinds import Found
from gateway.privacy.lexicon import (
    AMBIGUOUS,
    AMBIGUOUS_GIVEN_NAMES,
    AMBIGUOUS_SURNAMES,
    COMMON_WORDS,
    GIVEN_NAMES,
    SURNAMES,
)
from gateway.privacy.reading import Reading, Word

# After these a name comes, whatever it is.
_CERTAIN = (
    r"(?:j(?:e\s?)?)?m['\s]?app?ell?e?|(?:je|j')\s?me nomme|mon (?:vrai |propre )?nom"
    r" (?:de famille |complet |entier )?(?:est|c'est|c|:)"
    r"|mon prenom (?:est|c'est|c|:)|(?<![a-z]\s)noms?(?: de famille)?(?: et prenoms?)?\s?:|prenoms?\s?:|soussignee?s?"
    r"|(?:au nom|de la part) d(?:e|')|titulaire\s?:|signee?\s?:|me prenomme|se nomme|s'appelle"
)
# After these a name may come: one of the lists, or two words with capitals.
_POSSIBLE = (
    r"(?:je|j'|chui|j)\s?suis|suis|c'est|cest|c|ici|client|cliente|cl|clt|abonnee?|titulaire|nom|prenom|signee?|mwen se"
    r"|(?:dossier|compte|ligne|contrat|l'epouse|l'epoux|facture) d(?:e|')|nommee?|appelle|pour"
)
# After these a word with a capital is one.
_FAMILIAR = (
    r"moi c'?\s?(?:est)?|moi,? c'est|moi"
    r"|(?:mon|ma|mes|son|sa|notre|leur) (?:ex[ -])?(?:mari|femme|epouse|epoux|fils|fille|mere|pere|frere|soeur"
    r"|conjointe?|compagne|compagnon|voisine?|amie?|copine?|copain|patronn?e?"
    r"|conseillere?|collegue|cousine?|tante|oncle|bebe|enfant|niece|neveu"
    r"|grand-mere|grand-pere|belle-mere|beau-pere|belle-soeur|beau-frere|employee?|assistante?|associee?)"
)
_TITLE = r"mme|mlle|mrs?|mm|monsieur|madame|mademoiselle|m\.|m|dr|docteur|maitre|me"
_SHORT_TITLES = frozenset(["mme", "mlle", "mr", "mrs", "m.", "m", "dr"])
_CLOSING = (
    r"cordialement|salutations(?: distinguees| respectueuses)?|sentiments distingues|bien a vous|respectueusement"
    r"|signature|merci(?: d'avance| beaucoup| bien| a vous| par avance| de votre (?:reponse|aide))?"
    r"|bonne (?:journee|soiree|reception)|signee?|a bientot"
)
_INTRODUCTION = re.compile(
    rf"(?<![a-z])(?:(?P<certain>{_CERTAIN})|(?P<familiar>{_FAMILIAR})|(?P<title>{_TITLE})|(?P<closing>{_CLOSING})"
    rf"|(?P<possible>{_POSSIBLE}))(?:(?<=')|(?![a-z]))",
)
_GAP = re.compile(r"[\s:,.'\"«(\-!]{0,4}")
_TITLE_GAP = re.compile(r"\.?\s{0,2}")
_END = re.compile(r"[\s.!,;»)\"-]*$")
_TITLES = frozenset(
    ["m", "mr", "mme", "mlle", "mrs", "mm", "monsieur", "madame", "mademoiselle", "messieurs", "mesdames"]
) | {"dr", "docteur", "maitre", "me"}
_PARTICLES = frozenset(["de", "du", "des", "la", "le", "da", "el", "ben", "ag", "van", "von", "dit"])
_BEFORE_A_SURNAME = frozenset({"cl", "clt", "client", "cliente"})
_BEFORE_A_FIRST_NAME = frozenset({"je suis", "suis", "ici"})
_MOST_WORDS = 5
_LEAST_LETTERS = 3
_LEAST_LETTERS_AFTER_A_TITLE = 4


def find_names(reading: Reading) -> Iterator[Found]:
    """Names of people, with overlaps merged."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted([*_introduced(reading), *_listed(reading)]):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return (Found(start, end, "name") for start, end in spans)


def _introduced(reading: Reading) -> Iterator[tuple[int, int]]:
    for match in _INTRODUCTION.finditer(reading.folded):
        how = match.lastgroup
        gap = (_TITLE_GAP if how == "title" else _GAP).match(reading.folded, match.end())
        assert how is not None
        assert gap is not None
        first = reading.word_at.get(gap.end())
        if first is None or (how in ("possible", "familiar") and gap.group().strip()[:1] in (".", "!")):
            continue
        words = reading.words
        # « M Kanté », not « m données ».
        if match.group() in ("m", "me") and not (words[first].capital and reading.text[match.start()] == "M"):
            continue
        if how in ("title", "certain") and words[first].folded in ("de", "du") and first + 1 < len(words):
            first += 1
            if not words[first].capital or words[first].place:
                continue
        if not _begins(words[first], how, match.group(), _next(reading, first)):
            continue
        last = _last(reading, first, how)
        if how == "closing" and not _END.match(reading.folded, words[last].end):
            continue
        yield words[first].start, words[last].end


def _listed(reading: Reading) -> Iterator[tuple[int, int]]:
    """A first name and a surname beside each other need no introduction."""
    words = reading.words
    position = -1
    for number, word in enumerate(words[:-1]):
        after = _next(reading, number)
        if number <= position or after is None or word.nobody:
            continue
        if _are_a_name(word, after) or _are_a_name(after, word, reversed_=True) or _is_initial(word, after):
            position = _last(reading, number, "listed")
            yield word.start, words[max(position, number + 1)].end


def _are_a_name(given: Word, surname: Word, reversed_: bool = False) -> bool:
    if given.place or given.nobody or surname.nobody:
        return False
    capitals = given.capital and surname.capital
    if _is_given(given):
        if _is_surname(surname):
            return True
        if reversed_:
            return capitals and surname.folded in AMBIGUOUS_SURNAMES and not surname.place and not surname.first
        free = not surname.place and surname.folded not in COMMON_WORDS
        return capitals and (free or surname.folded in AMBIGUOUS or _is_given(surname))
    return capitals and given.folded in AMBIGUOUS_GIVEN_NAMES and _is_surname(surname)


def _is_initial(initial: Word, surname: Word) -> bool:
    is_letter = len(initial.folded) == 1 and initial.capital and initial.folded not in _TITLES
    return is_letter and surname.capital and _is_surname(surname)


def _next(reading: Reading, number: int) -> Word | None:
    """The word that only a space parts from this one (a full stop too after an initial), None when there is none."""
    if number + 1 >= len(reading.words):
        return None
    word, after = reading.words[number], reading.words[number + 1]
    gap = reading.between(word, after)
    allowed = " .'’" if len(word.folded) == 1 else " '’" if word.folded in ("d", "l") else " "
    return after if gap and not gap.strip(allowed) else None


def _is_given(word: Word) -> bool:
    return _is_in(word.folded, GIVEN_NAMES, AMBIGUOUS_GIVEN_NAMES)


def _is_surname(word: Word) -> bool:
    return _is_in(word.folded, SURNAMES, AMBIGUOUS_SURNAMES | GIVEN_NAMES)


def _is_listed(word: Word) -> bool:
    return _is_given(word) or _is_surname(word)


def _is_in(name: str, certain: frozenset[str], possible: frozenset[str]) -> bool:
    """Whether a name is in a list; of a double one, one part and the other at least perhaps."""
    if name in certain:
        return True
    parts = name.split("-")
    return len(parts) > 1 and any(p in certain for p in parts) and all(p in certain or p in possible for p in parts)


def _is_ambiguous(word: Word) -> bool:
    return word.folded in AMBIGUOUS or (
        "-" in word.folded and all(part in AMBIGUOUS or part in GIVEN_NAMES for part in word.folded.split("-"))
    )


def _is_unknown(word: Word) -> bool:
    """Whether it is none of the words that questions are made of."""
    parts = word.folded.split("-")
    return len(word.folded) >= _LEAST_LETTERS and not word.place and not all(part in COMMON_WORDS for part in parts)


def _begins(word: Word, how: str, introduction: str, after: Word | None) -> bool:
    """Whether a word begins a name after an introduction of a kind."""
    if word.nobody or word.folded in _TITLES or word.folded in _PARTICLES:
        return False
    if how == "title":
        short = introduction in _SHORT_TITLES
        if word.place:
            return word.capital and short
        new = _is_unknown(word) and (word.capital or (short and len(word.folded) >= _LEAST_LETTERS_AFTER_A_TITLE))
        return _is_listed(word) or new or ((word.capital or short) and _is_ambiguous(word))
    if word.place:
        return False
    if how == "certain":
        # « au nom de l'association » is misspelt more often than a name is in lower case.
        if introduction.startswith(("au nom", "de la part")) and not word.capital:
            return _is_listed(word) or (_is_ambiguous(word) and word.folded not in COMMON_WORDS)
        return _is_listed(word) or _is_ambiguous(word) or _is_unknown(word)
    if _is_listed(word):
        return True
    followed = after is not None and after.capital and not after.place and (_is_listed(after) or _is_unknown(after))
    if how == "closing":
        return word.capital and (_is_ambiguous(word) or _is_unknown(word)) and followed
    if how == "familiar":
        return word.capital and (_is_ambiguous(word) or _is_unknown(word))
    if introduction in ("nom", "prenom"):
        return _is_ambiguous(word) and word.folded not in COMMON_WORDS
    if introduction in _BEFORE_A_SURNAME and word.capital and _is_ambiguous(word):
        return True
    if introduction in _BEFORE_A_FIRST_NAME and word.capital and word.folded in AMBIGUOUS_GIVEN_NAMES:
        return True
    return word.capital and followed and (_is_ambiguous(word) or _is_unknown(word))


def _last(reading: Reading, first: int, how: str) -> int:
    """The number of the last word of the name that begins with a word."""
    words = reading.words
    last = number = first
    while number - first < _MOST_WORDS - 1 and (after := _next(reading, number)) is not None:
        number += 1
        if after.folded in _PARTICLES:
            beyond = _next(reading, number)
            if beyond is None or not (beyond.capital or _is_surname(beyond)) or beyond.place:
                break
            continue
        if not _goes_on(words[number - 1], after, how, number - first):
            break
        last = number
    return last


def _goes_on(before: Word, word: Word, how: str, place: int) -> bool:
    if word.nobody or word.folded in _TITLES:
        return False
    if _is_listed(word):
        return True
    if word.place:
        return False
    if _is_ambiguous(word):
        return word.capital or word.folded not in COMMON_WORDS
    if len(word.folded) == 1:
        return word.capital
    if word.capital:
        return _is_unknown(word)
    # « je m'appelle paul xyz »: in lower case, one more word that no question holds.
    return how in ("certain", "title") and place == 1 and _is_unknown(word) and not before.capital

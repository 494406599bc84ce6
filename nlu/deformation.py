"""How people deform a sentence: by slips, in a hurry, in speech, in notes, by what they say around it."""

import random
import re
from collections.abc import Callable, Mapping
from typing import Any

from nlu.sentences import Sentence
from nlu.slips import Slips
from nlu.substitution import Table, edited, spaced
from nlu.text import fold

Make = Callable[[Sentence, random.Random], str]

_ELISION = re.compile(r"(?<!\w)(?:[ldjcsmt]|qu|jusqu|lorsqu|puisqu|quelqu)(['’])(?=[^\W\d_])", re.IGNORECASE)
_SIGNS = re.compile(r"[.,;:!?…«»\"“”()–—\-]+")
_FINITE_OR_NOT = "er|ez|ées|ée|és|é"


class Deformations:
    """The kinds of deformation, as a content file such as `variation.yml` says.

    `kinds` makes each, by its name: of a sentence a text, which is that of the sentence where there is nothing to do.
    """

    def __init__(self, content: Mapping[str, Any], denials: re.Pattern[str]) -> None:
        """Read the content; `denials` are the folded words that stay as they are.

        Raise KeyError for a missing part, ValueError for a wrong one.
        """
        self._share = float(content["share"])
        self._denials = denials
        self._slips = Slips(content["slips"], denials)
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
                rf"(?<![\w'\[]){spaced(word)}{'' if word.endswith(chr(39)) else '(?:[ -]|$)'}"
                for word in content["small_words"]
            )
        )
        self._introduction = content["introduction"]
        self.kinds: Mapping[str, Make] = {
            "slips": self._with_slips,
            "apostrophes": self._without_apostrophes,
            "hurried": self._in_a_hurry,
            "homophones": self._as_recognised,
            "hesitations": self._with_hesitations,
            "notes": self._as_noted,
            "introduction": self._introduced,
        }

    def _with_slips(self, sentence: Sentence, draw: random.Random) -> str:
        return self._slips.make(sentence.text, draw)

    def _without_apostrophes(self, sentence: Sentence, draw: random.Random) -> str:
        text = sentence.text
        return edited(
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
        if not re.search(r"\w", text):
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
            text = edited(text, small).strip()
        return text

    def _introduced(self, sentence: Sentence, draw: random.Random) -> str:
        templates = self._introduction[draw.choice(["before", "after"])]
        template = draw.choice(templates[self._introduction["like"].get(sentence.register, sentence.register)])
        text = sentence.text
        if template.endswith("{sentence}"):
            if not template.endswith(". {sentence}") and text[1:2].islower():
                text = text[0].lower() + text[1:]
        elif template.startswith("{sentence} ") and template[len("{sentence} ")].isupper():
            text = text if text[-1] in ".!?…" else f"{text}."
        else:
            text = text.rstrip(".")
        return str(template.format(name=draw.choice(self._introduction["names"]), sentence=text))


def _spoken(text: str) -> str:
    """A text as a recogniser writes it: no capitals, no signs but apostrophes, and the placeholders as they are."""
    return " ".join(_SIGNS.sub(" ", text.replace("’", "'")).lower().split())

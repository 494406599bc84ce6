"""What the evaluation measures inside Rasa's environment is what the server does; small models, really trained."""

import tarfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

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
from evaluation.contenders.subset import Sentence
from evaluation.crossvalidation import crossvalidate
from evaluation.folds import few, folds, learned
from evaluation.grams import Characters, Weighed, Words
from evaluation.latency import figures
from evaluation.task import Classifier, Task
from evaluation.understanding import Understanding, settings, topics
from evaluation.variants import VARIANTS
from nlu.entity_extractor import CountryOfferExtractor
from nlu.gazetteer import Gazetteer
from nlu.intent_classifier import LinearIntentClassifier
from nlu.names import with_names
from nlu.spelling import spelling
from nlu.text import fold
from nlu.topic_model import TopicModel
from nlu.turn_decider import TurnDecider

WORDS = {
    "retention": (
        "combien de temps gardez-vous mes données",
        "durée de conservation des données",
        "gardées jusqu'à quand",
    ),
    "transfers": ("dans quel pays partent mes données", "données envoyées hors d'Europe", "transfert à l'étranger"),
    "inform": ("je suis au Mali", "j'ai une Livebox", "en Guadeloupe"),
    "greet": ("bonjour", "bonsoir à vous", "salut"),
    "out_of_scope": ("quelle heure est-il", "recette de gâteau", "le match de ce soir"),
    "policy_silent": ("utilisez-vous des cookies", "mes appels sont-ils enregistrés", "reconnaissance faciale"),
}
SENTENCES = [
    Sentence(f"{text} {end}".strip(), intent, "plain")
    for intent, texts in WORDS.items()
    for text in texts
    for end in ("", "svp", "s'il vous plaît")
]
ASKED = (
    "Combien de temps mes données sont-elles gardées ?",
    "gardées jusqu'à quand, et dans quel pays partent-elles ?",
    "en Guadeloupe",
    "les données de mon voisin, combien de temps vous les gardez ?",
    "how long do you keep my personal data after the contract is over?",
    "Quelle recette ?",
    "…",
)


@pytest.fixture(scope="module")
def model() -> Understanding:
    return Understanding.trained_on((sentence.text, sentence.intent) for sentence in SENTENCES)


def as_learned(text: str) -> str:
    """A text as the classifier in use reads it."""
    return with_names(spelling().read(fold(text)))


def scorer() -> TopicModel:
    """The model that the settings of the classifier in use make of the sentences."""
    own = settings(LinearIntentClassifier)
    return TopicModel.train(
        [as_learned(sentence.text) for sentence in SENTENCES],
        [sentence.intent for sentence in SENTENCES],
        own["regularisation"],
        own["sharpness"],
    )


def test_a_message_is_understood_as_the_pipeline_of_the_server_does(tmp_path: Path, model: Understanding) -> None:
    own = settings(LinearIntentClassifier)
    pipeline = (
        LinearIntentClassifier(own, LocalModelStorage(tmp_path), Resource("classifier"), scorer()),
        CountryOfferExtractor(Gazetteer.load()),
        TurnDecider(settings(TurnDecider)),
    )
    for text in ASKED:
        message = Message({TEXT: text})
        for component in pipeline:
            component.process([message])
        assert model.understood(text).decided == message.get(INTENT)[INTENT_NAME_KEY]


def test_all_intents_are_ranked(model: Understanding) -> None:
    ranking = model.understood(ASKED[0]).ranking
    assert {intent for intent, _ in ranking} == set(WORDS)
    assert sum(share for _, share in ranking) == pytest.approx(1, abs=1e-5)


def test_thresholds_can_be_others_than_those_of_the_configuration(model: Understanding) -> None:
    read = model.read(ASKED[0])
    assert model.deciding({"topic_threshold": 0.0}).decided(read).decided == "retention"
    assert model.deciding({"topic_threshold": 1.0}).decided(read).decided == "nlu_fallback"


def test_a_model_is_opened_from_the_archive_that_rasa_makes(tmp_path: Path) -> None:
    trained = TopicModel.train(
        [fold(sentence.text) for sentence in SENTENCES], [sentence.intent for sentence in SENTENCES], 1.0, 5.0
    )
    folder = tmp_path / "components" / "train_classifier"
    folder.mkdir(parents=True)
    trained.save(folder)
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as packed:
        packed.add(tmp_path / "components", "components")
    opened = Understanding.of_model(tmp_path / "model.tar.gz")
    assert opened.understood("durée de conservation des données").ranking[0][0] == "retention"


def test_an_archive_without_a_model_is_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz"):
        pass
    with pytest.raises(ValueError, match="holds no"):
        Understanding.of_model(tmp_path / "model.tar.gz")


def test_every_sentence_is_in_one_fold_and_every_intent_in_all() -> None:
    dealt = folds(SENTENCES, 3)
    assert sorted(sentence.text for fold in dealt for sentence in fold) == sorted(one.text for one in SENTENCES)
    assert all({sentence.intent for sentence in fold} == set(WORDS) for fold in dealt)
    assert dealt == folds(SENTENCES[::-1], 3)


def test_a_trial_takes_a_few_sentences_of_each_intent() -> None:
    assert len(few(SENTENCES, 2)) == 2 * len(WORDS)


def test_variations_are_learned_beside_the_sentences_and_are_of_them_alone() -> None:
    examples = learned(SENTENCES[:9])
    written = [(sentence.text, sentence.intent) for sentence in SENTENCES[:9]]
    assert examples[:9] == written
    assert len(examples) > 9
    assert {intent for _, intent in examples} == {"retention"}
    assert not {text for text, _ in examples[9:]} & {text for text, _ in written}


def test_each_sentence_is_read_by_a_model_of_the_others_and_only_once(tmp_path: Path) -> None:
    answers = crossvalidate(SENTENCES, 2, tmp_path)
    assert sorted(answer.text for answer in answers) == sorted(sentence.text for sentence in SENTENCES)
    assert all(answer.best_topic + answer.refusal <= 1.00001 for answer in answers)
    times = [path.stat().st_mtime_ns for path in sorted(tmp_path.glob("*.json"))]
    assert crossvalidate(SENTENCES, 2, tmp_path) == answers
    assert [path.stat().st_mtime_ns for path in sorted(tmp_path.glob("*.json"))] == times


def test_percentiles_are_in_milliseconds() -> None:
    found = figures([number / 1000 for number in range(1, 102)])
    assert (found["median_ms"], found["p95_ms"], found["longest_ms"]) == pytest.approx((51, 96, 101))


def task(folder: Path, sentences: Sequence[Sentence] = SENTENCES, asked: Sequence[str] = ASKED) -> Task:
    intents = tuple(sorted(WORDS))
    labels = np.array([intents.index(sentence.intent) for sentence in sentences])
    return Task([one.text for one in sentences], labels, asked, intents, topics(), folder)


def test_the_variant_in_use_is_the_classifier_in_use(tmp_path: Path) -> None:
    own = settings(LinearIntentClassifier)
    in_use = VARIANTS["in use"].classifier
    found = in_use.predict(task(tmp_path))
    trained = scorer()
    ranked = [dict(trained.rank(as_learned(text))) for text in ASKED]
    expected = np.array([[ranking[intent] for intent in sorted(WORDS)] for ranking in ranked])
    assert np.abs(found - expected).max() < 1e-3
    assert in_use == OneVsRest(Margins(regularisation=own["regularisation"]), own["sharpness"])


def test_no_two_variants_are_the_same() -> None:
    assert len({(repr(one.classifier), one.is_varied) for one in VARIANTS.values()}) == len(VARIANTS)


@pytest.mark.parametrize(
    "classifier",
    [
        OneVsRest(),
        OneVsRest(Margins((Weighed(3, 4, words=1, emphasis=1.0),), 3.0)),
        OneVsRest(Margins((Weighed(longest=0, words=3, reader="typed"),))),
        OneVsRest(Margins((Characters(3, 4), Words(1, 1)))),
        OneVsRest(Margins((Characters(reader="regular"),), 100.0, "logistic"), 0.7),
        Multinomial((Characters(), Words()), 30.0),
        Nearest(),
        TwoStages(),
        ClassThresholds(OneVsRest()),
        WhenUnsure(OneVsRest(), Nearest(), 0.6),
        Average(OneVsRest(), Nearest(), 0.3),
        Average(OneVsRest(), Nearest(), 0.3, logarithms=False),
    ],
    ids=repr,
)
def test_every_kind_of_variant_gives_probabilities_and_learns(tmp_path: Path, classifier: Classifier) -> None:
    found = classifier.predict(task(tmp_path, asked=[sentence.text for sentence in SENTENCES]))
    assert found.shape == (len(SENTENCES), len(WORDS))
    assert found.sum(axis=1) == pytest.approx(1, abs=1e-4)
    assert found.min() >= 0
    names = sorted(WORDS)
    firsts = [names[column] for column in found.argmax(axis=1)]
    assert np.mean([one == sentence.intent for one, sentence in zip(firsts, SENTENCES, strict=True)]) > 0.9


def test_sharpness_keeps_the_order_and_changes_how_sure_one_is(tmp_path: Path) -> None:
    given = task(tmp_path)
    plain = given.computed(OneVsRest(sharpness=5.0))[0]
    kept = set(tmp_path.iterdir())
    bold = given.computed(OneVsRest(sharpness=8.0))[0]
    assert (plain.argsort(axis=1) == bold.argsort(axis=1)).all()
    assert (bold.max(axis=1) > plain.max(axis=1)).all()
    # The probabilities and the time are new, the margins are not computed again.
    assert len(set(tmp_path.iterdir()) - kept) == 2


def test_the_time_of_a_mixture_is_that_of_its_parts_too(tmp_path: Path) -> None:
    given = task(tmp_path)
    one, other = given.computed(OneVsRest())[1], given.computed(Nearest())[1]
    assert given.computed(Average(OneVsRest(), Nearest(), 0.3))[1] >= one + other


def test_what_was_computed_is_kept_for_the_same_data_alone(tmp_path: Path) -> None:
    first, _ = task(tmp_path).computed(Nearest())
    kept = set(tmp_path.iterdir())
    again, _ = task(tmp_path).computed(Nearest())
    assert (first == again).all()
    assert set(tmp_path.iterdir()) == kept
    task(tmp_path, SENTENCES[:-1]).computed(Nearest())
    assert len(set(tmp_path.iterdir())) == 2 * len(kept)

"""The assistant's understanding outside its server: the components of config.yml themselves, fed with plain texts.

Runs in .venvs/rasa. Nothing is copied from `nlu`: what the server makes of a message is what is measured here.
"""

import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from evaluation.results import ROOT
from nlu.entity_extractor import CountryOfferExtractor
from nlu.gazetteer import Gazetteer
from nlu.intent_classifier import INTENT_RANKING, LinearIntentClassifier
from nlu.topic_model import TopicModel
from nlu.turn_decider import TurnDecider
from policies_kb.agreed import CONTRACT, read_contract

MODEL = ROOT / "models" / "assistant.tar.gz"
_ALL = 1000  # intents: more than there are
_ARRAYS = "intent_model.npz"


@dataclass(frozen=True)
class Understood:
    """All intents with their probabilities (0..1), best first; the intent acted on; the topics of several questions."""

    ranking: tuple[tuple[str, float], ...]
    decided: str
    asked: tuple[str, ...]


def settings(component: type[LinearIntentClassifier | TurnDecider]) -> dict[str, Any]:
    """The settings of a component: its defaults and what config.yml says. Raises KeyError when config.yml lacks it."""
    named = {entry["name"]: entry for entry in yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))["pipeline"]}
    own = named[f"{component.__module__}.{component.__name__}"]
    return {**component.get_default_config(), **own}


def topics() -> frozenset[str]:
    """The ids of the topics."""
    return frozenset(read_contract(CONTRACT).coverage)


class Understanding:
    """Classifier, extractor and decider, as config.yml sets them, but for thresholds that are given."""

    def __init__(self, classifier: LinearIntentClassifier, thresholds: Mapping[str, float] | None = None) -> None:
        """Take a trained classifier that ranks all intents, and the thresholds that are not those of config.yml."""
        self._classifier = classifier
        self._length = settings(LinearIntentClassifier)["ranking_length"]
        self._extractor = CountryOfferExtractor(Gazetteer.load())
        self._decider = TurnDecider({**settings(TurnDecider), **(thresholds or {})})

    @classmethod
    def trained_on(cls, examples: Iterable[tuple[str, str]]) -> "Understanding":
        """Train on texts and their intents. Raises ValueError as `TopicModel.train` does."""
        messages = [Message({TEXT: text, INTENT: intent}) for text, intent in examples]
        with tempfile.TemporaryDirectory() as folder:
            classifier = _classifier(Path(folder))
            classifier.train(TrainingData(messages))
        return cls(classifier)

    @classmethod
    def of_model(cls, archive: Path = MODEL) -> "Understanding":
        """Open a model that Rasa has trained. Raises OSError when it is not there, ValueError when it holds none."""
        with tempfile.TemporaryDirectory() as folder:
            with tarfile.open(archive) as packed:
                packed.extractall(folder, filter="data")
            arrays = next(Path(folder).rglob(_ARRAYS), None)
            if arrays is None:
                raise ValueError(f"{archive} holds no {_ARRAYS}")
            return cls(_classifier(Path(folder), TopicModel.load(arrays.parent)))

    def deciding(self, thresholds: Mapping[str, float]) -> "Understanding":
        """The same with some thresholds in the place of those of config.yml, by their names there."""
        return Understanding(self._classifier, thresholds)

    def read(self, text: str) -> Message:
        """Rank the intents of a text and find what it names; `decided` takes it from there."""
        message = Message({TEXT: text})
        self._extractor.process(self._classifier.process([message]))
        return message

    def decided(self, read: Message) -> Understood:
        """Decide on what `read` has read, which stays as it is."""
        ranking = read.get(INTENT_RANKING)
        message = Message(data={**read.data, INTENT_RANKING: ranking[: self._length]})
        self._decider.process([message])
        return Understood(
            tuple((entry[INTENT_NAME_KEY], entry[PREDICTED_CONFIDENCE_KEY]) for entry in ranking),
            message.get(INTENT)[INTENT_NAME_KEY],
            tuple(entity["value"] for entity in message.get(ENTITIES, []) if entity["entity"] == "topic"),
        )

    def understood(self, text: str) -> Understood:
        """What the server would make of one message, its buttons apart."""
        return self.decided(self.read(text))


def _classifier(folder: Path, model: TopicModel | None = None) -> LinearIntentClassifier:
    """The classifier with the settings of config.yml, ranking all intents, its storage in `folder`."""
    own = {**settings(LinearIntentClassifier), "ranking_length": _ALL}
    return LinearIntentClassifier(own, LocalModelStorage(folder), Resource("classifier"), model)

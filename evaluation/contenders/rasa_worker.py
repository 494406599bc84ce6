"""Two contenders that are Rasa pipelines: `ours` (config.yml) and `stock` (what Rasa configures by itself).

Runs in .venvs/rasa. A message is parsed by the agent as the server does it, through the whole graph.
"""

import asyncio
import importlib.resources
import logging
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import structlog
import yaml
from rasa.core.agent import Agent
from rasa.model_training import train_nlu
from rasa.nlu.classifiers.diet_classifier import DIETClassifier
from rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer import CountVectorsFeaturizer
from rasa.nlu.featurizers.sparse_featurizer.lexical_syntactic_featurizer import LexicalSyntacticFeaturizer
from rasa.nlu.featurizers.sparse_featurizer.regex_featurizer import RegexFeaturizer
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.training_data.message import Message

from evaluation.contenders.protocol import Parsed, serve
from evaluation.results import ROOT
from nlu.intent_classifier import LinearIntentClassifier

MODEL = "model"
# Both pipelines cut their rankings short; here all intents are wanted. This changes no decision.
ALL_INTENTS = 1000
RANKING = ("LinearIntentClassifier", "DIETClassifier")
# The components without which no intent would be ranked.
CLASSIFYING: dict[str, tuple[Any, ...]] = {
    "ours": (LinearIntentClassifier,),
    "stock": (
        WhitespaceTokenizer,
        RegexFeaturizer,
        LexicalSyntacticFeaturizer,
        CountVectorsFeaturizer,
        DIETClassifier,
    ),
}


def pipeline(which: str) -> list[dict[str, Any]]:
    """The components of `ours` or of `stock`. Raises KeyError for any other name."""
    configuration = {
        "ours": ROOT / "config.yml",
        "stock": importlib.resources.files("rasa.engine.recipes.config_files") / "default_config.yml",
    }[which]
    components: list[dict[str, Any]] = yaml.safe_load(configuration.read_text("utf-8"))["pipeline"]
    for component in components:
        if component["name"].endswith(RANKING):
            component["ranking_length"] = ALL_INTENTS
    return components


class Stopwatch:
    """Adds up the seconds that the `process` of some component classes takes."""

    def __init__(self, components: Iterable[Any]) -> None:
        """Watch `components` from now on, in this whole process."""
        self.seconds = 0.0
        for component in components:
            component.process = self._watched(component.process)

    def _watched(self, process: Any) -> Any:
        def watched(component: Any, messages: list[Message]) -> list[Message]:
            started = time.perf_counter()
            processed: list[Message] = process(component, messages)
            self.seconds += time.perf_counter() - started
            return processed

        return watched


class RasaContender:
    """A Rasa pipeline; see protocol.py."""

    def __init__(self, which: str) -> None:
        self._pipeline = pipeline(which)
        self._classifying = CLASSIFYING[which]
        self._agent: Agent | None = None
        self._stopwatch: Stopwatch | None = None
        self._loop = asyncio.new_event_loop()

    def train(self, examples: list[dict[str, str]], folder: Path, epochs: int | None) -> None:
        """Train through Rasa; the model is an archive as the server loads it."""
        for component in self._pipeline:
            if epochs is not None and "epochs" in component:
                component["epochs"] = epochs
        # As text, one a line: by itself « 0694 » would be a number to one YAML and text to another.
        intents: dict[str, str] = {}
        for example in examples:
            intents[example["intent"]] = intents.get(example["intent"], "") + f"- {example['text']}\n"
        data = {"version": "3.1", "nlu": [{"intent": name, "examples": lines} for name, lines in intents.items()]}
        config = {"recipe": "default.v1", "language": "fr", "assistant_id": "contender", "pipeline": self._pipeline}
        for name, content in (("nlu.yml", data), ("config.yml", config)):
            (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
        train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder), fixed_model_name=MODEL)
        (folder / "nlu.yml").unlink()

    def load(self, folder: Path) -> None:
        """Load the archive into an agent."""
        # The graph takes hold of the components' methods when it is loaded: they are watched before.
        self._stopwatch = Stopwatch(self._classifying)
        self._agent = Agent.load(str(folder / f"{MODEL}.tar.gz"))

    def parse(self, text: str) -> Parsed:
        """Return the classifier's ranking, without the fallback, and the intent after the last component."""
        assert self._agent, "load comes before parse"
        assert self._stopwatch
        self._stopwatch.seconds = 0
        parsed = self._loop.run_until_complete(self._agent.parse_message(text))
        ranking = [(entry["name"], entry["confidence"]) for entry in parsed.get("intent_ranking", [])]
        return Parsed(
            [entry for entry in ranking if entry[0] != DEFAULT_NLU_FALLBACK_INTENT_NAME],
            parsed["intent"]["name"],
            self._stopwatch.seconds,
        )


if __name__ == "__main__":
    # As in supervisor/rasa_server.py: what is not logged costs no time.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    serve(RasaContender(sys.argv[1]))

"""`unused-libraries`: what Rasa imports for components, channels and stores that this project has none of stays out.

Rasa imports TensorFlow whatever the pipeline is, and the client of every channel: more than half of the start and a
third of the memory. In their place stand names that raise when something is made of them. A model whose components are
not all among `WITHOUT` turns this off.
"""

import importlib.abc
import importlib.machinery
import json
import sys
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from server.fast.patch import UnexpectedError

NAME = "unused-libraries"
LIBRARIES = frozenset(
    [
        *("tensorflow", "keras"),  # components of other pipelines
        *("slack_sdk", "aiogram", "twilio", "webexteamssdk"),  # other channels
        *("pymongo", "boto3", "botocore"),  # other stores
        "matplotlib",  # plots of `rasa test`
    ]
)
# Components that need none of them.
WITHOUT = (
    "nlu.",
    "rasa.core.policies.rule_policy.RulePolicy",
    "rasa.core.policies.ensemble.DefaultPolicyPredictionEnsemble",
    "rasa.graph_components.",
    "rasa.nlu.classifiers.regex_message_handler.RegexMessageHandler",
)


class _Name(type):
    """The type of a name that stands for something that was not imported."""

    def __getattr__(cls, name: str) -> "_Name":
        return _stand_in(cls.__name__, name)

    def __call__(cls, *_: Any, **__: Any) -> NoReturn:
        if cls.__dict__.get("_stands_in"):
            raise RuntimeError(f"{cls.__name__} was not imported: start with RASA_PATCHES that leave out {NAME}")
        # A class of Rasa that has such a base.
        raise RuntimeError(f"{cls.__name__} needs a library that was not imported (RASA_PATCHES: {NAME})")

    def __getitem__(cls, _: Any) -> "_Name":
        return cls

    def __or__(cls, _: Any) -> "_Name":
        return cls

    __ror__ = __or__


class _Library(ModuleType):
    """A module of which every name is one."""

    def __getattr__(self, name: str) -> _Name:
        stand_in = _stand_in(self.__name__, name)
        setattr(self, name, stand_in)
        return stand_in


def _stand_in(owner: str, name: str) -> _Name:
    if name.startswith("__"):
        raise AttributeError(name)
    return _Name(f"{owner}.{name}", (), {"_stands_in": True})


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the libraries, and everything in them, before the real ones are looked for."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The stand-in for a module of one of the libraries (see parent class)."""
        if fullname.split(".")[0] not in LIBRARIES:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """An empty library (see parent class)."""
        return _Library(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to run (see parent class)."""


def apply(model: Path) -> Callable[[], None]:
    """Keep the libraries out from now on, and return what undoes it. Raises UnexpectedError."""
    loaded = sorted(LIBRARIES & sys.modules.keys())
    if loaded:
        raise UnexpectedError(f"{', '.join(loaded)} is imported already")
    others = sorted(name for name in components(model) if not name.startswith(WITHOUT))
    if others:
        raise UnexpectedError(f"the model uses {', '.join(others)}")
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    return lambda: sys.meta_path.remove(finder)


def components(model: Path) -> set[str]:
    """The classes that a model's predictions are made with. Raises UnexpectedError when they cannot be read."""
    try:
        with tarfile.open(model) as archive:
            metadata = archive.extractfile("metadata.json")
            schema = json.load(metadata)["predict_schema"] if metadata else {}
        return {str(node["uses"]) for node in schema["nodes"].values()}
    except (OSError, tarfile.TarError, KeyError, ValueError) as error:
        raise UnexpectedError(f"the components of {model} cannot be read ({error!r})") from error

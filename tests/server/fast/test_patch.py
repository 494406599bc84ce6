"""A patch is made where Rasa is as it was written for, and nowhere else."""

import dataclasses
import importlib
import inspect
import io
import json
import logging
import sys
import tarfile
from pathlib import Path

import pytest
from rasa.core.actions.action import RemoteAction

from server.fast import install, schema, unused
from server.fast.patch import Patch, UnexpectedError, named
from tests.server.fast.conftest import MODEL, applied

each_patch = pytest.mark.parametrize("patch", install.PATCHES, ids=lambda patch: patch.name)


def standing(patch: Patch) -> list[object]:
    """What stands where a patch replaces something."""
    return [inspect.getattr_static(named(each.owner), each.attribute) for each in patch.replacements]


@each_patch
def test_it_fits_the_rasa_that_is_installed_and_can_be_undone(patch: Patch) -> None:
    before = standing(patch)
    with applied(patch):
        assert all(new is not old for new, old in zip(standing(patch), before, strict=True))
    assert all(new is old for new, old in zip(standing(patch), before, strict=True))


@each_patch
def test_it_is_not_made_on_other_code(patch: Patch) -> None:
    before = standing(patch)
    last = dataclasses.replace(patch.replacements[-1], source="0" * 16)
    other = dataclasses.replace(patch, replacements=(*patch.replacements[:-1], last))
    with pytest.raises(UnexpectedError, match=f"{last.attribute} is [0-9a-f]{{16}}, expected 0"):
        other.apply()
    assert standing(patch) == before


@pytest.mark.parametrize("patch", [patch for patch in install.PATCHES if patch.relies_on], ids=lambda patch: patch.name)
def test_it_is_not_made_when_what_it_relies_on_is_other_code(patch: Patch) -> None:
    before = standing(patch)
    owner, attribute, _ = patch.relies_on[0]
    with pytest.raises(UnexpectedError, match=attribute):
        dataclasses.replace(patch, relies_on=((owner, attribute, "0" * 16),)).apply()
    assert standing(patch) == before


@pytest.mark.parametrize("owner", ["rasa.no_such_module", "rasa.shared.core.events:NoSuchClass"])
def test_it_is_not_made_on_what_is_not_there(owner: str) -> None:
    patch = Patch("x", (dataclasses.replace(schema.PATCH.replacements[0], owner=owner),))
    with pytest.raises(UnexpectedError, match="there is no"):
        patch.apply()


def test_a_patch_that_does_not_fit_is_left_out_and_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = dataclasses.replace(
        schema.PATCH, replacements=(dataclasses.replace(schema.PATCH.replacements[0], source="0" * 16),)
    )
    monkeypatch.setattr(install, "PATCHES", (other,))
    before = RemoteAction._validate_action_result
    with caplog.at_level(logging.WARNING):
        install.install("schema", MODEL)
    assert RemoteAction._validate_action_result is before
    assert "the patch schema is off, Rasa's own code runs in its place" in caplog.text


def test_all_is_the_default_and_off_is_none() -> None:
    assert install.wanted("") == install.wanted("all") == set(install.NAMES)
    assert install.wanted("off") == frozenset()
    assert install.wanted("graph, rules") == {"graph", "rules"}


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="speed is none of: all, off, unused-libraries"):
        install.wanted("graph,speed")


def model_with(path: Path, *components: str) -> Path:
    """A model archive that says no more than which components it has."""
    nodes = {f"node{number}": {"uses": uses} for number, uses in enumerate(components)}
    content = json.dumps({"predict_schema": {"nodes": nodes}}).encode()
    entry = tarfile.TarInfo("metadata.json")
    entry.size = len(content)
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(entry, io.BytesIO(content))
    return path


@pytest.fixture
def _nothing_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    for library in unused.LIBRARIES & sys.modules.keys():
        monkeypatch.delitem(sys.modules, library)


@pytest.mark.usefixtures("_nothing_loaded")
def test_no_library_is_kept_out_of_a_model_that_may_use_it(tmp_path: Path) -> None:
    diet = "rasa.nlu.classifiers.diet_classifier.DIETClassifier"
    model = model_with(tmp_path / "model.tar.gz", "nlu.turn_decider.TurnDecider", diet)
    before = list(sys.meta_path)
    with pytest.raises(UnexpectedError, match=f"the model uses {diet}"):
        unused.apply(model)
    assert sys.meta_path == before


@pytest.mark.usefixtures("_nothing_loaded")
def test_no_library_is_kept_out_of_a_model_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UnexpectedError, match="cannot be read"):
        unused.apply(tmp_path / "none.tar.gz")


def test_no_library_is_kept_out_once_it_is_there() -> None:
    importlib.import_module("tensorflow")  # as Rasa does
    with pytest.raises(UnexpectedError, match=r"tensorflow.* is imported already"):
        unused.apply(MODEL)


@pytest.mark.usefixtures("_nothing_loaded")
def test_what_is_made_of_a_library_that_was_kept_out_says_so() -> None:
    undo = unused.apply(MODEL)
    try:
        import slack_sdk

        class Channel(slack_sdk.WebClient):
            """As Rasa's channels are."""

        with pytest.raises(RuntimeError, match=r"slack_sdk\.WebClient was not imported: start with RASA_PATCHES"):
            slack_sdk.WebClient(token="x")
        with pytest.raises(RuntimeError, match="needs a library that was not imported"):
            Channel()
    finally:
        undo()
        for name in [name for name in sys.modules if name.split(".")[0] == "slack_sdk"]:
            del sys.modules[name]

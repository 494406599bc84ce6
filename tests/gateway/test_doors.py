"""Keys: where they come from, and which door they open."""

import base64
import json
import stat
from pathlib import Path

import pytest

from gateway.doors import Keys, load_keys
from gateway.settings import Settings, SettingsError

KEYS = Keys(agent="agent-key", ivr="ivr-key")


def _basic(pair: str) -> str:
    return "Basic " + base64.b64encode(pair.encode()).decode()


@pytest.mark.parametrize(
    ("authorization", "door"),
    [
        ("Bearer agent-key", "agent"),
        ("bearer  agent-key ", "agent"),
        ("Bearer ivr-key", "ivr"),
        (_basic("anyone:ivr-key"), "ivr"),
        (_basic(":ivr-key"), "ivr"),
        (_basic("anyone:agent-key"), None),
        (_basic("ivr-key"), None),
        ("Basic ivr-key", None),
        ("Basic é", None),
        ("Bearer ", None),
        ("Bearer agent-ke", None),
        ("Bearer agent-key2", None),
        ("Digest agent-key", None),
        ("agent-key", None),
        ("Bearer \ud800", None),
        ("", None),
    ],
)
def test_a_credential_opens_its_door_or_none(authorization: str, door: str | None) -> None:
    assert KEYS.door_of(authorization) == door


def test_keys_are_drawn_once_and_kept_where_only_their_owner_reads_them(tmp_path: Path) -> None:
    settings = Settings(run_dir=tmp_path / "run")
    first = load_keys(settings)
    assert first.path is not None
    assert json.loads(first.path.read_text()) == {"agent": first.keys.agent, "ivr": first.keys.ivr}
    assert stat.S_IMODE(first.path.stat().st_mode) == 0o600
    assert len({first.keys.agent, first.keys.ivr}) == 2
    assert len(first.keys.agent) >= 43
    assert load_keys(settings) == first
    assert [path.name for path in settings.run_dir.iterdir()] == ["keys.json"]


def test_a_key_file_that_others_can_read_is_closed_to_them(tmp_path: Path) -> None:
    path = load_keys(Settings(run_dir=tmp_path)).path
    assert path is not None
    path.chmod(0o644)
    load_keys(Settings(run_dir=tmp_path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_configured_keys_are_used_and_never_written(tmp_path: Path) -> None:
    both = load_keys(Settings(run_dir=tmp_path, agent_key="a", ivr_key="i"))
    assert (both.keys, both.path) == (Keys("a", "i"), None)
    assert list(tmp_path.iterdir()) == []
    one = load_keys(Settings(run_dir=tmp_path, agent_key="a"))
    assert one.keys.agent == "a"
    assert one.path is not None
    assert json.loads(one.path.read_text()) == {"ivr": one.keys.ivr}


def test_a_missing_key_is_added_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text('{"agent": "kept"}')
    ring = load_keys(Settings(run_dir=tmp_path))
    assert ring.keys.agent == "kept"
    assert set(json.loads((tmp_path / "keys.json").read_text())) == {"agent", "ivr"}


@pytest.mark.parametrize("content", ["", "[]", '{"agent": 1}', "{", "\x00"])
def test_a_damaged_key_file_is_said_and_left_alone(tmp_path: Path, content: str) -> None:
    (tmp_path / "keys.json").write_text(content)
    with pytest.raises(SettingsError, match=r"keys\.json.*delete"):
        load_keys(Settings(run_dir=tmp_path))
    assert (tmp_path / "keys.json").read_text() == content


def test_a_place_where_keys_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="RUN_DIR"):
        load_keys(Settings(run_dir=tmp_path / "file" / "run"))

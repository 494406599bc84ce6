"""Where keys come from, and how they change while the assistant runs."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from gateway.doors import Keys
from gateway.keys import KeyRing, retire, rotate
from gateway.settings import Settings, SettingsError
from tests.gateway.conftest import ROOT, Gateway


def test_keys_are_drawn_once_and_kept_where_only_their_owner_reads_them(tmp_path: Path) -> None:
    settings = Settings(run_dir=tmp_path / "run")
    first = KeyRing(settings)
    assert first.path is not None
    assert json.loads(first.path.read_text()) == {"agent": first.keys.agent, "ivr": first.keys.ivr}
    assert stat.S_IMODE(first.path.stat().st_mode) == 0o600
    assert len({first.keys.agent, first.keys.ivr}) == 2
    assert len(first.keys.agent) >= 43
    assert KeyRing(settings).keys == first.keys
    assert [path.name for path in settings.run_dir.iterdir()] == ["keys.json"]


def test_a_key_file_that_others_can_read_is_closed_to_them(tmp_path: Path) -> None:
    path = KeyRing(Settings(run_dir=tmp_path)).path
    assert path is not None
    path.chmod(0o644)
    KeyRing(Settings(run_dir=tmp_path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_configured_keys_are_used_and_never_written(tmp_path: Path) -> None:
    both = KeyRing(Settings(run_dir=tmp_path, agent_key="a", ivr_key="i"))
    assert (both.keys, both.path) == (Keys("a", "i"), None)
    assert list(tmp_path.iterdir()) == []
    one = KeyRing(Settings(run_dir=tmp_path, agent_key="a"))
    assert one.keys.agent == "a"
    assert one.path is not None
    assert json.loads(one.path.read_text()) == {"ivr": one.keys.ivr}


def test_a_missing_key_is_added_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text('{"agent": "kept"}')
    ring = KeyRing(Settings(run_dir=tmp_path))
    assert ring.keys.agent == "kept"
    assert set(json.loads((tmp_path / "keys.json").read_text())) == {"agent", "ivr"}


@pytest.mark.parametrize("content", ["", "[]", '{"agent": 1}', "{", "\x00"])
def test_a_damaged_key_file_is_said_and_left_alone(tmp_path: Path, content: str) -> None:
    (tmp_path / "keys.json").write_text(content)
    with pytest.raises(SettingsError, match=r"keys\.json.*delete"):
        KeyRing(Settings(run_dir=tmp_path))
    assert (tmp_path / "keys.json").read_text() == content


def test_a_place_where_keys_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="RUN_DIR"):
        KeyRing(Settings(run_dir=tmp_path / "file" / "run"))


def _file(ring: KeyRing) -> dict[str, str]:
    assert ring.path is not None
    found = json.loads(ring.path.read_text())
    assert isinstance(found, dict)
    return found


def test_a_rotated_key_opens_its_door_at_once_and_the_former_until_it_is_retired(tmp_path: Path) -> None:
    settings = Settings(run_dir=tmp_path)
    ring = KeyRing(settings)
    before = ring.keys
    rotate(settings, "agent")
    after = ring.keys
    assert after.agent not in (before.agent, before.ivr)
    assert ring.door_of(f"Bearer {before.agent}") == ring.door_of(f"Bearer {after.agent}") == "agent"
    assert ring.door_of(f"Bearer {before.ivr}") == "ivr"
    assert ring.path is not None
    assert stat.S_IMODE(ring.path.stat().st_mode) == 0o600
    assert KeyRing(settings).keys == after
    with pytest.raises(SettingsError, match="retire agent"):
        rotate(settings, "agent")
    retire(settings, "agent")
    assert ring.door_of(f"Bearer {before.agent}") is None
    assert ring.door_of(f"Bearer {after.agent}") == "agent"
    with pytest.raises(SettingsError, match="no former key"):
        retire(settings, "agent")
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"]


def test_keys_put_into_the_file_by_hand_are_taken_up(tmp_path: Path) -> None:
    ring = KeyRing(Settings(run_dir=tmp_path))
    assert ring.path is not None
    ring.path.write_text(json.dumps({**_file(ring), "ivr": "by-hand"}))
    assert ring.door_of("Bearer by-hand") == "ivr"


@pytest.mark.parametrize(
    "content", ["", "{", '{"agent": "a"}', '{"agent": "k", "ivr": "k"}', '{"agent": "", "ivr": "i"}', "[" * 100_000]
)
def test_a_change_that_cannot_be_read_leaves_the_keys_as_they_were(
    tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    ring = KeyRing(Settings(run_dir=tmp_path))
    before, good = ring.keys, _file(ring)
    assert ring.path is not None
    ring.path.write_text(content)
    assert [ring.keys, ring.keys] == [before, before]
    assert [record.message.startswith("the keys stay as they were") for record in caplog.records] == [True]
    ring.path.unlink()
    assert ring.keys == before
    ring.path.write_text(json.dumps({**good, "agent": "repaired"}))
    assert ring.keys.agent == "repaired"


def test_a_key_of_the_environment_is_not_changed_in_the_file(tmp_path: Path) -> None:
    settings = Settings(run_dir=tmp_path, agent_key="new", agent_key_former="former")
    ring = KeyRing(settings)
    assert (ring.keys.agent, ring.keys.agent_former, ring.keys.ivr_former) == ("new", "former", None)
    with pytest.raises(SettingsError, match="AGENT_KEY"):
        rotate(settings, "agent")
    rotate(settings, "ivr")
    assert ring.keys.ivr_former is not None


def test_a_key_of_the_file_that_opens_the_other_door_too_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text('{"agent": "k", "ivr": "i", "ivr_former": "k"}')
    with pytest.raises(SettingsError, match="one door"):
        KeyRing(Settings(run_dir=tmp_path))


def test_the_command_rotates_under_a_running_gateway(
    settings: Settings, start: Callable[..., Gateway], tmp_path: Path
) -> None:
    ring = KeyRing(settings)
    gateway = start(keys=ring)
    before = ring.keys.agent

    def command(*words: str) -> "subprocess.CompletedProcess[str]":
        # Not the caller's keys: those of the environment are not the file's to change.
        kept = {name: value for name, value in os.environ.items() if name not in ("AGENT_KEY", "IVR_KEY")}
        return subprocess.run(
            [sys.executable, "-m", "gateway.keys", *words],
            cwd=ROOT, env={**kept, "RUN_DIR": str(settings.run_dir)}, capture_output=True, text=True,
        )  # fmt: skip

    def opening(key: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}"}
        return gateway.client.post("/conversations", json={"channel": "agent"}, headers=headers)

    done = command("rotate", "agent")
    assert done.returncode == 0, done.stderr
    now = json.loads((settings.run_dir / "keys.json").read_text())["agent"]
    assert now not in done.stdout
    assert [opening(key).status_code for key in (before, now)] == [201, 201]
    assert command("retire", "agent").returncode == 0
    assert [opening(key).status_code for key in (before, now)] == [401, 201]
    again = command("retire", "agent")
    assert again.returncode == 1
    assert "no former key" in again.stderr

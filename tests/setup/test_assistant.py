"""The whole assistant as it runs: what it listens on, what it refuses, and what others may read."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.conftest import ROOT, Assistant, processes_with


def parts_of(assistant: Assistant) -> dict[int, str]:
    """The processes of `assistant` by id, with their command lines."""
    return processes_with(f"RUN_DIR={assistant.run_dir}")


def listening(processes: dict[int, str]) -> set[str]:
    """The local addresses, as in /proc/net/tcp, on which one of `processes` listens."""
    inodes = set()
    for pid in processes:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            target = os.readlink(descriptor)
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    lines = [
        line.split() for table in ("tcp", "tcp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    return {fields[1] for fields in lines if fields[3] == "0A" and fields[9] in inodes}


def test_every_part_is_ready(assistant: Assistant) -> None:
    with urllib.request.urlopen(f"{assistant.url}/health", timeout=10) as answer:
        parts = json.load(answer)["parts"]
    assert set(parts.values()) == {"ok"}
    assert {"rasa", "actions", "base"} <= set(parts)


def test_it_listens_on_loopback_alone(assistant: Assistant) -> None:
    addresses = listening(parts_of(assistant))
    # The gateway, its metrics, Rasa and the action server.
    assert len(addresses) == 4
    assert all(address.startswith("0100007F:") for address in addresses), addresses


def test_no_command_line_shows_a_key(assistant: Assistant) -> None:
    commands = " ".join(parts_of(assistant).values())
    assert "supervisor.rasa_server" in commands
    assert not any(key in commands for key in assistant.keys.values())
    assert "token" not in commands


def test_its_state_is_readable_by_its_owner_alone(assistant: Assistant) -> None:
    assert assistant.run_dir
    assert assistant.run_dir.stat().st_mode & 0o077 == 0
    written = [path for path in assistant.run_dir.iterdir() if not path.name.startswith("kb.")]
    assert written
    assert [path.name for path in written if path.stat().st_mode & 0o077] == []


def test_a_second_one_on_the_same_state_is_refused(assistant: Assistant) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "supervisor"],
        cwd=ROOT,
        env={**os.environ, "RUN_DIR": str(assistant.run_dir), "PORT": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert result.returncode == 1
    assert f"The assistant already runs on {assistant.run_dir}" in result.stderr

"""The whole assistant in a network namespace with loopback alone: every door answers, and nobody is called."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


def _separated() -> list[str]:
    """The command that gives a process a network of its own: as root, or through a user namespace."""
    for command in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        if subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    pytest.fail(
        "no network namespace can be made here, as this test needs: run it as root, or allow user namespaces "
        "(sysctl kernel.unprivileged_userns_clone=1; on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0)"
    )


def test_every_door_answers_without_a_network_and_nothing_tries_to_reach_one(tmp_path: Path) -> None:
    held = subprocess.run(
        [*_separated(), sys.executable, "-m", "tests.hostile.alone", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert held.returncode == 0, held.stderr[-3000:]
    found = json.loads(held.stdout.splitlines()[-1])
    for door in ("web", "agent", "ivr"):
        assert found["answered"][door] == {"status": "answered", "contacts": ["caraibe.bordeaux"], "erased": 204}
    assert found["answered"]["voicexml"] == {"statuses": [200, 200, 200], "different": 3}
    assert found["answered"]["page"] == {"status": 200, "widget": 200}
    assert found["attempts"] == 0

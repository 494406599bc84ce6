"""Runs small commands under the real supervisor: `python -m tests.setup.supervise COMMAND...`, each for `sh -c`."""

import os
import sys

from supervisor.manager import Supervisor
from supervisor.parts import Part
from supervisor.terminal import Terminal


def _started(supervisor: Supervisor) -> None:
    supervisor.terminal.say("all started")


if __name__ == "__main__":
    parts = [
        Part(f"part{number}", ("sh", "-c", command), dict(os.environ)) for number, command in enumerate(sys.argv[1:])
    ]
    sys.exit(Supervisor(parts, Terminal(), _started).run())

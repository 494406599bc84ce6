"""Runs small commands under the real supervisor: `python -m tests.setup.supervise COMMAND...`, each for `sh -c`.

With RESTARTS (« most first_pause ») in the environment all are taken to be ready as soon as they have started, as the
assistant is when it answers: from then on they are started again.
"""

import os
import sys

from supervisor.manager import Restarts, Supervisor
from supervisor.parts import Part
from supervisor.terminal import Terminal


def _started(supervisor: Supervisor) -> None:
    if "RESTARTS" in os.environ:
        supervisor.all_ready()
    supervisor.terminal.say("all started")


if __name__ == "__main__":
    parts = [
        Part(f"part{number}", ("sh", "-c", command), dict(os.environ)) for number, command in enumerate(sys.argv[1:])
    ]
    most, pause = os.environ.get("RESTARTS", "0 0").split()
    restarts = Restarts(most=int(most), first_pause=float(pause))
    sys.exit(Supervisor(parts, Terminal(), _started, restarts).run())

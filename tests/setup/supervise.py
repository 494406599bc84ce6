"""Runs small commands under the real supervisor: `python -m tests.setup.supervise COMMAND...`, each for `sh -c`.

With PROBES (« every patience most most_starting URL… ») the parts are asked at these addresses, in their order.
With RESTARTS (« most first_pause ») in the environment all are taken to be ready as soon as they have started, as the
assistant is when it answers: from then on they are started again.
"""

import os
import sys
from itertools import zip_longest

from supervisor.heartbeat import Heartbeat
from supervisor.manager import Restarts, Supervisor
from supervisor.parts import Part
from supervisor.terminal import Terminal


def _started(supervisor: Supervisor) -> None:
    if "RESTARTS" in os.environ:
        supervisor.all_ready()
    supervisor.terminal.say("all started")


if __name__ == "__main__":
    every, patience, most_silent, most_starting, *urls = os.environ.get("PROBES", "5 5 6 60").split()
    parts = [
        Part(f"part{number}", ("sh", "-c", command), dict(os.environ), url)
        for number, (command, url) in enumerate(zip_longest(sys.argv[1:], urls))
    ]
    heartbeat = Heartbeat(float(every), float(patience), int(most_silent), int(most_starting))
    most, pause = os.environ.get("RESTARTS", "0 0").split()
    restarts = Restarts(most=int(most), first_pause=float(pause))
    sys.exit(Supervisor(parts, Terminal(), _started, restarts, heartbeat).run())

"""`python -m supervisor`: run the assistant until Ctrl-C, SIGTERM or SIGHUP. It builds nothing: see `make run`."""

import argparse
import os
import signal
import sys

from gateway.console.accounts import draw_first
from gateway.console.passwords import AccountsError
from gateway.settings import Settings, SettingsError
from supervisor import model_file
from supervisor.manager import Supervisor
from supervisor.parts import MODEL, assistant_parts, missing
from supervisor.ports import free_ports, port_trouble
from supervisor.ready import watcher
from supervisor.run_dir import RunDirError, held
from supervisor.terminal import Stopwatch, Terminal
from supervisor.tether import tether


def main() -> int:
    """Run the assistant; returns the exit status: 0 after a stop that was asked for, 1 with a sentence otherwise."""
    parser = argparse.ArgumentParser(prog="python -m supervisor", description="Run the whole assistant.")
    parser.add_argument("--tethered", action="store_true", help="stop when the process that started this one ends")
    parser.add_argument("--check", action="store_true", help="only say whether it could start: settings and ports")
    arguments = parser.parse_args()
    if arguments.tethered:
        tether(os.getppid(), signal.SIGTERM)
    # What the parts write under RUN_DIR is for this user alone.
    os.umask(0o077)
    terminal = Terminal()
    stopwatch = Stopwatch()
    try:
        settings = Settings.from_environment(os.environ)
        with held(settings.run_dir):
            trouble = port_trouble(settings)
            if trouble:
                raise SettingsError(trouble)
            if arguments.check:
                return 0
            absent = missing()
            if absent:
                raise SettingsError(f"{absent} is not there yet: `make run` builds it and starts the assistant.")
            model_file.check(MODEL)
            draw_first(settings)
            terminal.say("Starting the action server, Rasa and the gateway…")
            rasa_port, actions_port = free_ports(2)
            parts = assistant_parts(settings, rasa_port, actions_port)
            status = Supervisor(parts, terminal, watcher(settings, stopwatch)).run()
            terminal.say("Everything is stopped.")
            return status
    except (SettingsError, RunDirError, AccountsError, model_file.ModelError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())

"""honcho's process manager, made safe to leave alone.

honcho (MIT) starts the processes, each in a session of its own, joins their lines on the terminal, and stops the
rest when one ends. What is added, each seen to be missing in honcho 2.0:

- SIGHUP stops everything, as SIGINT and SIGTERM do; no signal is lost or mishandled while the processes are being
  started;
- processes end with the supervisor even when it is killed outright (`tether`);
- a process that ignores SIGTERM is killed after STOP_WAIT seconds, and one that cannot be started counts as ended;
- a part that ends once all were ready is started again (`Restarts`), and one that halts is ended (`heartbeat`);
- sentences instead of process ids.

What cannot be started, or ends again and again, takes the rest with it: a mistake in the settings must not look like a
service, and what restarts a whole service well is already on every machine (systemd, Docker, Kubernetes).
"""

import contextlib
import functools
import multiprocessing
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Any

from honcho.manager import Manager
from honcho.printer import Message
from honcho.process import Popen, Process

from supervisor.heartbeat import Heartbeat, attend
from supervisor.parts import Part
from supervisor.terminal import Terminal
from supervisor.tether import tether

STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
STOP_WAIT = 8.0  # seconds between SIGTERM and SIGKILL
_STOP_SEEN_WITHIN = 0.05  # seconds


@dataclass
class Restarts:
    """How often one part may be started again: `most` times in any `window` seconds, each after a longer pause."""

    most: int = 5
    window: float = 600.0
    first_pause: float = 0.5
    clock: Callable[[], float] = time.monotonic
    _at: list[float] = field(default_factory=list)

    def pause(self) -> float | None:
        """The seconds to wait before the part, which has just ended, is started again; None when it may not be."""
        now = self.clock()
        self._at = [at for at in self._at if at > now - self.window]
        if len(self._at) >= self.most:
            return None
        self._at.append(now)
        return float(self.first_pause * 2 ** (len(self._at) - 1))


@dataclass(frozen=True)
class _Course:
    """What the companions must know of the whole, in memory that they share: a byte each, without a lock.

    Not Events: they are set inside a signal handler, where taking a lock could block for ever.
    """

    ready: Any = field(default_factory=lambda: multiprocessing.Value("b", 0, lock=False))
    stopping: Any = field(default_factory=lambda: multiprocessing.Value("b", 0, lock=False))


class _Child(Process):
    """honcho's companion process of one part: starts it, reads its lines, starts it again, tells how it ended."""

    def __init__(self, *arguments: Any, course: _Course, restarts: Restarts, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._course = course
        # Its own: each companion is a process.
        self._restarts = restarts
        self._returncode = 0

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        parent = multiprocessing.parent_process()
        assert parent is not None
        assert parent.pid is not None
        signal.signal(signal.SIGUSR1, self._abandoned)
        signal.signal(signal.SIGUSR2, self._halted)
        tether(parent.pid, signal.SIGUSR1)
        self._child_ctor = self._start
        try:
            super().run(events, ignore_signals)
            while self._starts_again():
                super().run(events, ignore_signals)
        except OSError as error:
            self._send_message(f"cannot be started: {error}\n")
            if self._child is None:
                self._send_message({"pid": os.getpid()}, type="start")
            self._returncode = 127
        super()._send_message({"returncode": self._returncode}, type="stop")

    def _start(self, command: Any, **named: Any) -> Popen:
        entering = functools.partial(_enter, os.getpid())
        # Told meanwhile that the supervisor was killed, this companion would not know yet what to end.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
        try:
            child = Popen(command, shell=False, stdin=subprocess.DEVNULL, preexec_fn=entering, **named)
            self._child = child
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})
        if self._course.stopping.value:
            # Everything was told to stop while this one was being started: nobody knew whom to tell.
            os.killpg(child.pid, signal.SIGTERM)
        threading.Thread(target=_sweep, args=(child,), daemon=True).start()
        return child

    def _send_message(self, data: Any, type: str = "line") -> None:
        """As honcho, which tells the supervisor each time that the part has ended: it is told of the last time only."""
        if type == "stop":
            self._returncode = data["returncode"]
        else:
            super()._send_message(data, type)

    def _starts_again(self) -> bool:
        """Whether to start the part, which has ended, again; returns after the pause before that."""
        if not self._course.ready.value or self._course.stopping.value:
            return False
        pause = self._restarts.pause()
        if pause is None:
            self._send_message(f"ended ({_how(self._returncode)}) once more than is put up with\n")
            return False
        self._send_message(f"ended ({_how(self._returncode)}), is started again in {pause:.1f} s\n")
        until = time.monotonic() + pause
        while time.monotonic() < until and not self._course.stopping.value:
            time.sleep(_STOP_SEEN_WITHIN)
        return not self._course.stopping.value

    def _halted(self, _signal: int, _frame: object) -> None:
        """The part does not answer: end it with all that it started, unless it has just ended."""
        if self._child is not None and self._child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)

    def _abandoned(self, _signal: int, _frame: object) -> None:
        """The supervisor was killed: end the part with all that it started, and this companion."""
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)
        os._exit(1)


def _sweep(part: Popen) -> None:
    """End what a part that has ended had started: it may hold the part's port, and its lines keep the part alive."""
    part.wait()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(part.pid, signal.SIGKILL)


def _enter(parent: int) -> None:
    """Between fork and exec of a part: undo what the supervisor set for itself, and end with `parent`."""
    for stop_signal in STOP_SIGNALS:
        signal.signal(stop_signal, signal.SIG_DFL)
    signal.signal(signal.SIGUSR1, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {*STOP_SIGNALS, signal.SIGUSR1})
    tether(parent, signal.SIGKILL)


class Supervisor(Manager):
    """Runs `parts` until a stop is asked for or one ends for good.

    `watch` is run in a thread once all are started, and receives the supervisor.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        terminal: Terminal,
        watch: Callable[["Supervisor"], None],
        restarts: Restarts | None = None,
        heartbeat: Heartbeat | None = None,
    ) -> None:
        # Each companion must be the supervisor's own child: that is whose death it is told of.
        multiprocessing.set_start_method("fork", force=True)
        super().__init__(terminal)
        self.terminal = terminal
        # Not an Event: it is set inside a signal handler, where taking a lock could block for ever.
        self.stopping = False
        self._watch = watch
        self._course = _Course()
        self._process_ctor = functools.partial(_Child, course=self._course, restarts=restarts or Restarts())
        self._failure: str | None = None
        self._heartbeat = heartbeat or Heartbeat()
        self._probes = {part.name: part.probe for part in parts if part.probe is not None}
        for part in parts:
            self.add_process(part.name, list(part.command), env=part.environment)

    def run(self) -> int:
        """Start, wait and stop; returns the exit status: 0 when a stop was asked for, 1 when something failed."""
        try:
            self.loop()
        finally:
            self._end_all()
        if self._failure:
            self.terminal.say(self._failure)
        return 1 if self._failure else 0

    def all_ready(self) -> None:
        """From now on a part that ends or halts is started again: until now that may have been a mistake."""
        self._course.ready.value = 1
        for name, url in self._probes.items():
            threading.Thread(target=attend, args=(self, name, url, self._heartbeat), daemon=True).start()

    def process_id(self, name: str) -> int:
        """The process that a part is now or, while it waits to be started again, was."""
        return int(self._processes[name]["pid"])

    def end_halted(self, name: str) -> None:
        """End a part that does not answer; its companion starts it again, as often as it may."""
        if not self.stopping:
            self.terminal.say(f"The part “{name}” does not answer any more: it is ended, to be started again.")
            # The companion knows whether the process is still the part's.
            os.kill(self._processes[name]["process"].pid, signal.SIGUSR2)

    def fail(self, reason: str) -> None:
        """Stop everything; `reason` is said at the end and makes the exit status 1."""
        self._failure = self._failure or reason
        self.terminate()

    def terminate(self) -> None:
        """Ask every part to stop, and kill after STOP_WAIT seconds those that did not."""
        if not self.stopping:
            self.stopping = True
            self._course.stopping.value = 1
            ended = [(name, state["returncode"]) for name, state in self._processes.items() if "returncode" in state]
            if ended and not self._failure:
                name, status = ended[0]
                self._failure = (
                    f"The part “{name}” ended ({_how(status)}), so the rest was stopped. See its lines above."
                )
            self.terminal.say("Stopping…")
            killer = threading.Timer(STOP_WAIT, self.kill)
            killer.daemon = True
            killer.start()
        super().terminate()

    def _start(self) -> None:
        # Held back until every process id is known: honcho cannot stop what it has not heard of.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        signal.signal(signal.SIGHUP, lambda _signal, _frame: self.terminate())
        super()._start()
        seen = []
        while not self._all_started():
            message = self.events.get()
            if message.type == "start":
                self._processes[message.name]["pid"] = message.data["pid"]
            else:
                seen.append(message)
        for message in seen:
            self.events.put(message)
        threading.Thread(target=self._attend, daemon=True).start()
        threading.Thread(target=self._watch, args=(self,), daemon=True).start()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)

    def _attend(self) -> None:
        """Report the parts whose companion was killed: nobody else would, and honcho would wait for ever.

        A companion that ended well has told so before, and the first word counts.
        """
        names = {state["process"].sentinel: name for name, state in self._processes.items()}
        while names:
            ended = wait(list(names))
            for name in [names.pop(sentinel) for sentinel in list(names) if sentinel in ended]:
                lost = {"returncode": -signal.SIGKILL}
                self.events.put(Message("stop", lost, self._clock.now(), name, None))

    def _end_all(self) -> None:
        """Kill what is left of every part's process group, and wait for the companions."""
        for state in self._processes.values():
            if "pid" in state:
                self._procmgr.kill(state["pid"])
        for state in self._processes.values():
            if "process" in state:
                state["process"].join(STOP_WAIT)

    def _system_print(self, data: str) -> None:
        """honcho's own lines tell process ids and signals; the supervisor's sentences stand in their place."""


def _how(status: int) -> str:
    """How a process ended, from its return code as `subprocess` gives it."""
    if status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return f"exit status {status}"

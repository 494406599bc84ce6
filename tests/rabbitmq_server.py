"""A real RabbitMQ for tests: a node of its own in a folder, on loopback, that can be taken away and brought back."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# Not the one on the PATH, which insists on a user and folders of its own.
_PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_START_SECONDS = 120.0
_STOP_SECONDS = 30.0
# AMQP 0-9-1; whoever greets a broker so is greeted back when it takes connections.
_GREETING = b"AMQP\0\0\x09\x01"


class RabbitMQ:
    """One node; `url` is where it listens. Queues and messages that are durable outlive `stop` and `start`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port, self._distribution, self._epmd = _free_ports(3)
        self._server: subprocess.Popen[bytes] | None = None
        self.url = f"amqp://guest:guest@127.0.0.1:{self._port}/"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "enabled_plugins").write_text("[].\n", "ascii")
        (folder / "rabbitmq.conf").write_text("log.console = false\nlog.file.level = warning\n", "ascii")

    def start(self) -> None:
        """Start the node, and wait until it takes connections. Raises RuntimeError when it does not start.

        It ends with the thread that starts it: Linux takes a thread for the parent.
        """
        if not _PROGRAM.exists():
            raise RuntimeError("RabbitMQ is not installed: apt-get install rabbitmq-server")
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                ["setpriv", "--pdeathsig=TERM", _PROGRAM],
                env=self._environment(),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + _START_SECONDS
        while not self._greets():
            if self._server.poll() is not None or time.monotonic() > until:
                self.stop()
                raise RuntimeError(f"RabbitMQ does not start: {(self._folder / 'log').read_text('utf-8')[-2000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop the node, and the name server that Erlang started for it."""
        server, self._server = self._server, None
        if server is None:
            return
        server.terminate()
        try:
            server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
            server.wait()
        # It has a session of its own, and refuses to end while a node is known to it.
        epmd = [shutil.which("epmd") or "epmd", "-port", str(self._epmd), "-kill"]
        until = time.monotonic() + _STOP_SECONDS
        while _listens(self._epmd) and time.monotonic() < until:
            subprocess.run(epmd, env=self._environment(), capture_output=True, check=False)
            time.sleep(0.1)

    def _environment(self) -> dict[str, str]:
        folder = str(self._folder)
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": folder,  # where Erlang's cookie is
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd),
            "RABBITMQ_ALLOW_INPUT": "true",  # the node in the place of the shell that starts it
            "RABBITMQ_NODENAME": f"test{self._port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
            "RABBITMQ_LOG_BASE": f"{folder}/logs",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/enabled_plugins",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-noinput +S 1:1 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}"
            ),
        }

    def _greets(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=1) as client:
            client.sendall(_GREETING)
            return bool(client.recv(8))
        return False


@contextmanager
def rabbitmq(folder: Path) -> Iterator[RabbitMQ]:
    """Run a node on `folder`; a folder that held one before goes on with what is in it. Raises RuntimeError."""
    node = RabbitMQ(folder)
    try:
        node.start()
        yield node
    finally:
        node.stop()


def _free_ports(count: int) -> list[int]:
    holders = [socket.socket() for _ in range(count)]
    try:
        for holder in holders:
            holder.bind(("127.0.0.1", 0))
        return [int(holder.getsockname()[1]) for holder in holders]
    finally:
        for holder in holders:
            holder.close()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False

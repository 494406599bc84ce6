"""The three servers, each started for as long as it is measured, on loopback and on ports of its own."""

import asyncio
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from evaluation.bench.http_client import Connection, HttpError, request
from evaluation.bench.models import Models
from evaluation.bench.names import LIMIT, OURS, STOCK
from evaluation.bench.stock_project import ENVIRONMENT, MODEL, RASA
from evaluation.results import ROOT, write_text
from evaluation.running import STOP_TIMEOUT, family, free_ports, memory_mb

START_TIMEOUT = 300  # seconds
FIRST = "first"  # the conversation that tells whether a server is ready
_TRY_EVERY = 0.1  # seconds between two questions whether a server answers
# What would make an assistant of its own another one than the default: doors, a cluster, another way to log.
_LEFT_OUT = (
    *("AGENT_KEY", "IVR_KEY", "BIND", "TRUSTED_PROXIES", "IDLE_SECONDS", "RASA_PORT", "ACTIONS_PORT", "RASA_TOKEN"),
    *("REDIS_URL", "DATABASE_URL", "AMQP_URL", "RASA_URL", "ACTIONS_URL", "RASA_ENDPOINTS", "RASA_BIND"),
    *("LOG_FORMAT", "OTEL_EXPORTER_OTLP_ENDPOINT"),
)


class ServerError(RuntimeError):
    """A server did not start; the message holds what it printed."""


@dataclass(frozen=True)
class Server:
    """A running server: its name, its port, the keys of its doors, its processes, and when it was started.

    `seconds` is what it took from its start to its first reply.
    """

    name: str
    folder: Path
    port: int
    processes: tuple["subprocess.Popen[bytes]", ...]
    seconds: float = 0.0
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """The address as requests name it."""
        return f"127.0.0.1:{self.port}"

    def memory(self) -> dict[str, float]:
        """The memory of its processes by what they run, and « all », in MB (10^6 bytes, proportional size)."""
        if len(self.processes) == 1:
            return memory_mb(self.processes[0].pid)
        # Both of stock Rasa's run the same module: they are told apart by their place.
        sizes = [memory_mb(process.pid)["all"] for process in self.processes]
        return {**dict(zip(("action server", "server"), sizes, strict=True)), "all": sum(sizes)}

    def processor(self) -> float:
        """The processor time that its processes have used until now, in seconds."""
        ticks = 0
        for process in self.processes:
            for one in family(process.pid):
                # After the name, which may hold spaces, from the state on: user and system time are 12th and 13th.
                spent = Path(f"/proc/{one}/stat").read_text("utf-8").rpartition(")")[2].split()
                ticks += int(spent[11]) + int(spent[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class _Command:
    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: Path = ROOT


@contextmanager
def running(name: str, folder: Path, models: Models) -> Iterator[Server]:
    """Start a server whose state and log are in `folder`, wait for its first reply, and stop it at the end.

    What was built before is there when it starts. Raises ServerError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ports = free_ports(2)
    commands = {OURS: _ours, STOCK: _stock, LIMIT: _limit}[name](folder, ports, models)
    inherited = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    log = folder / "log"
    started = time.monotonic()
    with log.open("ab") as output:
        processes = tuple(
            subprocess.Popen(
                command.arguments,
                cwd=command.folder,
                env={**inherited, **command.environment},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            for command in commands
        )
    server = Server(name, folder, ports[0], processes)
    try:
        asyncio.run(_first_reply(server))
        took = time.monotonic() - started
        keys = json.loads((run_dir(folder) / "keys.json").read_text("utf-8")) if name == OURS else {}
        yield Server(name, folder, ports[0], processes, took, keys)
    except HttpError as error:
        # With several servers running only the innermost `with` sees the error: it may be another one that failed.
        raise ServerError(f"{error}\n{_last_words(name, folder)}") from error
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(STOP_TIMEOUT)


def run_dir(folder: Path) -> Path:
    """Where the assistant of `folder` has its state."""
    return folder / "run"


def _ours(folder: Path, ports: Sequence[int], _: Models) -> list[_Command]:
    # As `make run`: whether everything is there is part of its start.
    listens = {"PORT": str(ports[0]), "METRICS_BIND": f"127.0.0.1:{ports[1]}"}
    settings = {**listens, "RUN_DIR": str(run_dir(folder)), "RATE_LIMITS": "off"}
    return [_Command([str(ROOT / "scripts" / "run.sh")], settings)]


def _stock(folder: Path, ports: Sequence[int], models: Models) -> list[_Command]:
    answers, endpoints, credentials = (folder / name for name in ("answers.json", "endpoints.yml", "credentials.yml"))
    write_text(credentials, "rest:\n")
    write_text(answers, json.dumps(models.answers, ensure_ascii=False))
    trackers = f"tracker_store:\n  type: SQL\n  dialect: sqlite\n  db: {folder / 'tracker.db'}\n"
    write_text(endpoints, f"action_endpoint:\n  url: http://127.0.0.1:{ports[1]}/webhook\n{trackers}")
    model = str(models.stock / "models" / f"{MODEL}.tar.gz")
    files = ["--endpoints", str(endpoints), "--credentials", str(credentials)]
    address = ["--interface", "127.0.0.1", "--port", str(ports[0])]
    actions = ["actions", "--actions", "evaluation.bench.stock_actions", "--port", str(ports[1])]
    loopback = {"SANIC_HOST": "127.0.0.1", "BENCH_ANSWERS": str(answers)}
    return [
        _Command([*RASA, "run", *actions], {**ENVIRONMENT, **loopback}, models.stock),
        _Command([*RASA, "run", "--model", model, *files, *address], ENVIRONMENT, models.stock),
    ]


def _limit(folder: Path, ports: Sequence[int], models: Models) -> list[_Command]:
    python = str(ROOT / ".venvs" / "bench" / "bin" / "python")
    told = [str(models.limit), str(folder / "turns.sqlite"), str(ports[0])]
    # Its few small products are slower on more than one thread.
    return [_Command([python, "-m", "evaluation.bench.limit_server", *told], {"OPENBLAS_NUM_THREADS": "1"})]


async def _first_reply(server: Server) -> None:
    """Wait until a person at the web door gets a reply. Raises ServerError."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and all(process.poll() is None for process in server.processes):
        try:
            if await _replies(server):
                return
        except (OSError, HttpError, asyncio.IncompleteReadError):  # nobody listens yet
            pass
        await asyncio.sleep(_TRY_EVERY)
    raise ServerError(f"{server.name} gave no reply. {_last_words(server.name, server.folder)}")


async def _replies(server: Server) -> bool:
    async with Connection(server.port) as connection:
        sender = FIRST
        if server.name == OURS:
            # « Bonjour » needs no action server: whether all parts can answer is what /health says.
            if (await connection.send(request(server.host, "GET", "/health", {}, {})))[0] != 200:
                return False
            opening = request(server.host, "POST", "/conversations", {}, {"channel": "web"})
            status, body = await connection.send(opening)
            if status != 201:
                return False
            sender = json.loads(body)["sender"]
        said = {"sender": sender, "message": "Bonjour"}
        status, body = await connection.send(request(server.host, "POST", "/webhooks/rest/webhook", {}, said))
        return status == 200 and body.startswith(b"[{")


def _last_words(name: str, folder: Path) -> str:
    return f"What {name} printed last:\n{(folder / 'log').read_text('utf-8', 'replace')[-3000:]}"

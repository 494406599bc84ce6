"""The parts of the running assistant: what is started, with which environment."""

import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from gateway.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
RASA_PYTHON = ROOT / ".venvs" / "rasa" / "bin" / "python"
MODEL = ROOT / "models" / "assistant.tar.gz"


@dataclass(frozen=True)
class Part:
    """One process: the name its lines carry on the terminal, its command and its environment.

    `probe` is a URL that it answers at as long as it lives; None: it is not asked.
    """

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    probe: str | None = None


def assistant_parts(settings: Settings, rasa_port: int, actions_port: int) -> tuple[Part, ...]:
    """The three parts of the assistant, Rasa and its actions on the two loopback ports given."""
    environment = {
        **os.environ,
        "PORT": str(settings.port),
        "RUN_DIR": str(settings.run_dir.resolve()),
        "RASA_PORT": str(rasa_port),
        "ACTIONS_PORT": str(actions_port),
        # Rasa's HTTP API can read and write every conversation. The token stays in the environment, where other
        # users of the machine cannot see it as they see a command line.
        "RASA_TOKEN": secrets.token_urlsafe(32),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    rasa = str(RASA_PYTHON)
    return (
        Part(
            "actions",
            (rasa, "-m", "supervisor.actions_server"),
            environment,
            f"http://127.0.0.1:{actions_port}/health",
        ),
        Part(
            "rasa",
            (rasa, "-m", "supervisor.rasa_server", str(MODEL.relative_to(ROOT))),
            environment,
            f"http://127.0.0.1:{rasa_port}/webhooks/rest/ready",
        ),
        Part("gateway", (sys.executable, "-m", "gateway"), environment, f"{url_of(settings)}/health"),
    )


def url_of(settings: Settings) -> str:
    """Where the assistant answers on this machine, without a final slash."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.bind, settings.bind)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def missing(root: Path = ROOT) -> str | None:
    """The first thing that the parts need and that is not there, or None."""
    for path in (root / RASA_PYTHON.relative_to(ROOT), root / MODEL.relative_to(ROOT)):
        if not path.exists():
            return str(path.relative_to(root))
    return None

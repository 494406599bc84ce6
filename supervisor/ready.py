"""Waiting until the assistant answers: what is still missing, how long it took, and where its doors are."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from gateway.console.accounts import first_account_path
from gateway.settings import Settings
from supervisor.manager import Supervisor
from supervisor.parts import url_of
from supervisor.terminal import Stopwatch

PATIENCE = 300.0  # seconds until a start is given up: a small machine loads TensorFlow slowly
PROGRESS_EVERY = 5.0  # seconds
_POLL = 0.25  # seconds

# The assistant is on this machine: no proxy of the environment may stand between.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def health(url: str) -> tuple[bool, Mapping[str, Any]]:
    """Whether the assistant at `url` can answer a customer, and its health report (empty while nobody listens)."""
    try:
        with _DIRECT.open(f"{url}/health", timeout=5) as response:
            return True, _report(response.read())
    except urllib.error.HTTPError as error:
        with error:
            return False, _report(error.read())
    except OSError:
        return False, {}


def _report(body: bytes) -> Mapping[str, Any]:
    try:
        report = json.loads(body)
    except ValueError:
        return {}
    return report if isinstance(report, dict) else {}


def failing(report: Mapping[str, Any]) -> str:
    """What a health report says is not ready yet, in a few words."""
    parts = report.get("parts")
    names = [name for name, state in parts.items() if state != "ok"] if isinstance(parts, dict) else []
    return f"waiting for {', '.join(names)}" if names else "waiting for the gateway"


def watcher(settings: Settings, stopwatch: Stopwatch) -> Callable[[Supervisor], None]:
    """What a Supervisor runs beside its parts: say what is awaited, then the doors."""

    def watch(supervisor: Supervisor) -> None:
        next_word = stopwatch.seconds + PROGRESS_EVERY
        while not supervisor.stopping:
            ready, report = health(url_of(settings))
            if ready:
                supervisor.all_ready()
                supervisor.terminal.say(doors(settings, stopwatch.seconds))
                return
            if stopwatch.seconds > PATIENCE:
                supervisor.fail(f"The assistant did not become ready within {PATIENCE:.0f} s ({failing(report)}).")
                return
            if stopwatch.seconds >= next_word:
                supervisor.terminal.say(f"  starting, {stopwatch.seconds:.0f} s: {failing(report)}")
                next_word += PROGRESS_EVERY
            time.sleep(_POLL)

    return watch


def doors(settings: Settings, seconds: float) -> str:
    """The lines that say where the assistant answers, and how to stop it."""
    url = url_of(settings)
    keys = settings.run_dir / "keys.json"
    account = first_account_path(settings)
    is_drawn = settings.console.local_accounts and account.exists()
    first_account = (f"  its first account        {account}",) if is_drawn else ()
    metrics = "off"
    if settings.metrics_bind:
        metrics = "http://{}:{}/metrics".format(*settings.metrics_bind)
    return "\n".join(
        (
            "",
            f"The assistant is ready after {seconds:.1f} s.",
            f"  website, with the chat   {url}/",
            f"  agents' console          {settings.console.public_url or url}/conseiller",
            *first_account,
            f"  conversations            POST {url}/conversations, then POST {url}/webhooks/rest/webhook",
            f"  description of the API   {url}/openapi.json",
            f"  health                   {url}/health",
            f"  metrics                  {metrics}",
            f"  keys of the doors        {keys if keys.exists() else 'AGENT_KEY and IVR_KEY, as configured'}",
            "Stop it with Ctrl-C.",
            "",
        )
    )

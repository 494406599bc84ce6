"""`python -m gateway`: read the environment, take the ports, serve until told to stop."""

import logging
import os
import sqlite3
import sys

import uvicorn

from gateway.app import create_app
from gateway.connections import Connection
from gateway.keys import KeyRing
from gateway.listener import listen
from gateway.metrics import Metrics
from gateway.settings import Settings, SettingsError
from observability import logs, traces

_STOP_SECONDS = 5


def main() -> int:
    """Run the gateway. Returns the exit status: 0 after a stop, 1 when it could not start."""
    formatter = logs.install("gateway", logging.INFO)
    # It logs every URL, and those of Rasa hold conversation names.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # It warns of every request that is no HTTP: anybody could fill the log with them.
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    os.umask(0o077)
    try:
        settings = Settings.from_environment(os.environ)
        ring = KeyRing(settings)
        listener = listen(settings)
        metrics = Metrics()
        if settings.metrics_bind is not None:
            metrics.serve(*settings.metrics_bind)
        traces.start("gateway")
        app = create_app(settings, ring, metrics)
    except SettingsError as error:
        print(f"gateway: {error}", file=sys.stderr)
        return 1
    except (sqlite3.Error, OSError) as error:
        print(
            f"gateway: {settings.run_dir} cannot hold the conversations ({error}): make RUN_DIR writable, free some "
            "space, or delete conversations.sqlite there if it is damaged",
            file=sys.stderr,
        )
        return 1
    _announce(settings, ring)
    formatter.serve()
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            proxy_headers=False,
            http=Connection,
            timeout_graceful_shutdown=_STOP_SECONDS,
            ws="none",
            lifespan="on",
        )
    )
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        # uvicorn raises the signal again once it has stopped.
        return 0
    return 0 if server.started else 1


def _announce(settings: Settings, ring: KeyRing) -> None:
    log = logging.getLogger("gateway")
    host = f"[{settings.bind}]" if ":" in settings.bind else settings.bind
    log.info("listening on http://%s:%s", host, settings.port)
    log.info("keys of the agent and ivr doors: %s", ring.path or "from AGENT_KEY and IVR_KEY")


if __name__ == "__main__":
    sys.exit(main())

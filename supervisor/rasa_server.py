"""Rasa's server as this assistant runs it: its API behind a token, its logs discreet.

`python -m supervisor.rasa_server MODEL`, in Rasa's environment, with RASA_PORT and RASA_TOKEN set. RASA_BIND is where
it listens (loopback), RASA_ENDPOINTS its endpoints (endpoints.yml), RASA_PATCHES what of `server/fast` makes it faster
(all). It calls `rasa.run`, which is what `rasa run` does after reading its command line; that command line would show
the token to every user of the machine.
"""

import logging
import os
import sys
from pathlib import Path

import structlog

from observability import logs, traces
from server.fast import install
from supervisor import model_file

RESPONSE_TIMEOUT = 20  # seconds for one request; Rasa's default is an hour

# A message is a few thousand numbers: OpenBLAS' other threads help with none of them, and spin on a core of their own
# after each. Read when numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def main() -> None:
    """Serve until SIGTERM."""
    formatter = logs.install("rasa")
    # Rasa's structured events become ordinary records (event, and the rest as attributes), so that one formatter
    # sees all.
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.dev.set_exc_info,
            structlog.stdlib.render_to_log_kwargs,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        cache_logger_on_first_use=True,
    )
    try:
        model_file.check(Path(sys.argv[1]))
    except model_file.ModelError as error:
        sys.exit(str(error))
    token = os.environ.get("RASA_TOKEN")
    if not token:
        sys.exit("RASA_TOKEN is not set: without it, whoever reaches Rasa could read every conversation.")
    try:
        install.install(os.environ.get("RASA_PATCHES", ""), Path(sys.argv[1]))
    except ValueError as error:
        sys.exit(str(error))
    traces.start("rasa")
    # Imported late: importing Rasa already logs and warns.
    import rasa
    from sanic import Sanic

    from server import followed
    from server.readiness import Lifecycle
    from server.tracker_store import unwrap
    from supervisor import requests_server

    def serving(app: Sanic, *_: object) -> None:
        unwrap(app.ctx.agent)
        followed.follow(app.ctx.agent)
        formatter.serve()

    rasa.run(
        model=sys.argv[1],
        endpoints=os.environ.get("RASA_ENDPOINTS") or "endpoints.yml",
        credentials="credentials.yml",
        interface=os.environ.get("RASA_BIND") or "127.0.0.1",
        port=int(os.environ["RASA_PORT"]),
        enable_api=True,
        auth_token=token,
        response_timeout=RESPONSE_TIMEOUT,
        server_listeners=[
            (requests_server.follow, "before_server_start"),
            (serving, "after_server_start"),
            *Lifecycle(RESPONSE_TIMEOUT).listeners,
        ],
    )


if __name__ == "__main__":
    main()

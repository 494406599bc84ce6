"""Rasa's server as this assistant runs it: on loopback, its API behind a token, its logs discreet.

`python -m supervisor.rasa_server MODEL`, in Rasa's environment, with RASA_PORT and RASA_TOKEN set. It calls
`rasa.run`, which is what `rasa run` does after reading its command line; that command line would show the token to
every user of the machine.
"""

import logging
import os
import sys
from pathlib import Path

import structlog

from supervisor import discreet, model_file

RESPONSE_TIMEOUT = 20  # seconds for one request; Rasa's default is an hour


def main() -> None:
    """Serve until SIGTERM."""
    formatter = discreet.install()
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
    # Imported late: importing Rasa already logs and warns.
    import rasa
    from sanic import Sanic

    from server.tracker_store import unwrap

    def serving(app: Sanic, *_: object) -> None:
        unwrap(app.ctx.agent)
        formatter.serve()

    rasa.run(
        model=sys.argv[1],
        endpoints="endpoints.yml",
        credentials="credentials.yml",
        interface="127.0.0.1",
        port=int(os.environ["RASA_PORT"]),
        enable_api=True,
        auth_token=os.environ["RASA_TOKEN"],
        response_timeout=RESPONSE_TIMEOUT,
        server_listeners=[(serving, "after_server_start")],
    )


if __name__ == "__main__":
    main()

"""The action server as this assistant runs it: on loopback, silent about what people wrote.

`python -m supervisor.actions_server`, in Rasa's environment, with ACTIONS_PORT set. The SDK's own command listens
on every address and answers an error with the whole request, that is the tracker, which Rasa then logs.
"""

import logging
import os

from sanic.request import Request
from sanic.response import HTTPResponse, json

from observability import logs, traces
from supervisor import requests_server

# Not __name__, which is "__main__" here.
logger = logging.getLogger("supervisor.actions_server")


def main() -> None:
    """Serve the actions of the package `actions` until SIGTERM."""
    formatter = logs.install("actions")
    traces.start("actions")
    # Imported late: importing the SDK already warns.
    from rasa_sdk import utils
    from rasa_sdk.endpoint import create_app

    utils.update_sanic_log_level()
    app = create_app("actions", cors_origins=None)
    # uvloop reads into one buffer that lives as long as the loop: whatever is longer than what comes after it stays in
    # there, and this server is sent whole conversations. asyncio's own loop keeps nothing of what it has read.
    app.config.USE_UVLOOP = False
    requests_server.follow(app)

    async def report_failure(_: Request, error: Exception) -> HTTPResponse:
        logger.error("a request failed", exc_info=error)
        return json({"error": type(error).__name__}, status=getattr(error, "status_code", 500))

    # The last handler registered for a class is the one that is asked.
    app.error_handler.add(Exception, report_failure)

    async def serving(*_: object) -> None:
        formatter.serve()

    app.register_listener(serving, "after_server_start")
    app.run("127.0.0.1", int(os.environ["ACTIONS_PORT"]), access_log=False, workers=1)


if __name__ == "__main__":
    main()

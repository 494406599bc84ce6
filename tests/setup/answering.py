"""A part that answers, and halts when it is told to: `python -m tests.setup.answering PORT SECONDS`.

It takes SECONDS to start. `GET /halt` is a dead loop: nothing is answered any more.
"""

import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer with a status that is an error, but an answer; or never again."""
        while self.path == "/halt":
            pass
        self.send_response(503)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: questions come all the time."""


if __name__ == "__main__":
    time.sleep(float(sys.argv[2]))
    # One request at a time, in one thread.
    HTTPServer(("127.0.0.1", int(sys.argv[1])), _Handler).serve_forever()

"""The bare limit: a message is classified, read against the conversation and written to it, and nothing else. Frozen.

Runs in .venvs/bench. `python -m evaluation.bench.limit_server MODEL DATABASE PORT` serves `POST /webhooks/rest/webhook`
on loopback, with the web server that Rasa uses. For a message ({"sender", "message"}) it reads one row of SQLite, the
conversation's last intent, writes one, committed, and answers [{"recipient_id", "text"}] with both intents. As in the
assistant, what was answered survives the process (write-ahead log, `synchronous=NORMAL`).
"""

import sqlite3
import sys
from pathlib import Path

from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from evaluation.bench.limit_classifier import Classifier

SCHEMA = """
CREATE TABLE IF NOT EXISTS turns (
  id INTEGER PRIMARY KEY, sender TEXT NOT NULL, text TEXT NOT NULL, intent TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS turns_by_sender ON turns (sender, id);
"""
_LAST = "SELECT intent FROM turns WHERE sender = ? ORDER BY id DESC LIMIT 1"
_KEEP = "INSERT INTO turns (sender, text, intent) VALUES (?, ?, ?)"


def application(model: Path, database: Path) -> Sanic:
    """The web application. Raises OSError, ValueError or sqlite3.Error."""
    classifier = Classifier(model)
    connection = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + SCHEMA)
    app = Sanic("limit", configure_logging=False)

    @app.post("/webhooks/rest/webhook")
    async def receive(request: Request) -> HTTPResponse:
        sender, text = request.json["sender"], request.json["message"]
        last = connection.execute(_LAST, (sender,)).fetchone()
        intent, _ = classifier.classify(text)
        connection.execute(_KEEP, (sender, text, intent))
        before = f" (after {last[0]})" if last else ""
        return response.json([{"recipient_id": sender, "text": f"{intent}{before}"}])

    return app


if __name__ == "__main__":
    application(Path(sys.argv[1]), Path(sys.argv[2])).run("127.0.0.1", int(sys.argv[3]), access_log=False, workers=1)

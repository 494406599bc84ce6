"""A peer that speaks what Rasa and the action server speak, to show the gateway the faults that the real ones have.

One listener plays both. What it answers is decided by `reply`, so that a test can make it fail, wait or lie.
"""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Turn = dict[str, Any]
Answer = tuple[int, bytes]


def custom(**changed: Any) -> dict[str, Any]:
    """A valid `custom`."""
    return {
        "status": "answered",
        "topics": ["recipients"],
        "country": "caraibe",
        "offer": None,
        "policy": {"id": "orange-caraibe", "title": "T", "updated": "2021-05-06", "sha256": "0" * 64},
        "contacts": [],
        "sources": [{"policy": "orange-caraibe", "section": "S", "excerpt": "E"}],
        **changed,
    }


def replying(*messages: Any) -> Callable[[Turn], Answer]:
    """Answer every turn with these messages."""
    return lambda turn: (200, json.dumps([{"recipient_id": turn["sender"], **m} for m in messages]).encode())


def answering(text: str = "Voici la réponse.", *buttons: tuple[str, str]) -> Callable[[Turn], Answer]:
    """Answer every turn with a text, choices and a valid `custom`."""
    shown = [{"title": title, "payload": payload} for title, payload in buttons]
    return replying({"text": text, "custom": custom(), **({"buttons": shown} if shown else {})})


class Peer:
    """The running peer: what it was told, and what it will answer."""

    def __init__(self) -> None:
        self.reply: Callable[[Turn], Answer] = answering()
        self.turns: list[Turn] = []
        self.asked_with: list[dict[str, str]] = []
        self.timing = ""
        self.resident = ""
        self.erased: list[str] = []
        self.erased_with: list[dict[str, str]] = []
        self.erasure_status = 204
        self.status: Answer = (200, b'{"model_file": "model.tar.gz"}')
        self.status_queries: list[str] = []
        self.actions_status = 200
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop listening: from now on nobody is there."""
        self._server.shutdown()
        self._server.server_close()

    def said(self) -> list[str]:
        """The messages it was told, in order."""
        return [turn["message"] for turn in self.turns]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                turn = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                peer.turns.append(turn)
                peer.asked_with.append(dict(self.headers.items()))
                try:
                    answer = peer.reply(turn)
                except ConnectionAbortedError:
                    # As a process that ends in the middle of a turn.
                    self.close_connection = True
                    return
                self._send(*answer)

            def do_DELETE(self) -> None:
                peer.erased.append(self.path.rpartition("/")[2])
                peer.erased_with.append(dict(self.headers.items()))
                self._send(peer.erasure_status)

            def do_GET(self) -> None:
                path, _, query = self.path.partition("?")
                if path == "/status":
                    peer.status_queries.append(query)
                    self._send(*peer.status)
                else:
                    self._send(peer.actions_status, b"{}")

            def _send(self, status: int, body: bytes = b"") -> None:
                self.send_response(status)
                if status != 204:
                    self.send_header("Content-Length", str(len(body)))
                for name, value in (("Server-Timing", peer.timing), ("X-Resident-Bytes", peer.resident)):
                    if value:
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        return Handler


def wait_for(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait until something that happens in the background has; fail when it does not."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)

"""What joins a turn in Rasa to the same turn elsewhere: its request's id goes on with each call of an action."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.utils.endpoints import EndpointConfig

from observability import request_id
from server import followed


@pytest.fixture
def asked() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """What plays the action server: its address, and the headers that it was asked with."""
    headers: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            headers.append(dict(self.headers.items()))
            answer = json.dumps({"events": [], "responses": []}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/webhook", headers
    server.shutdown()
    server.server_close()
    request_id.hold(None)


async def test_each_call_of_an_action_carries_the_id_of_its_own_request(
    asked: tuple[str, list[dict[str, str]]],
) -> None:
    url, headers = asked
    endpoint = EndpointConfig(url)
    agent: Any = SimpleNamespace(action_endpoint=endpoint, processor=object())
    followed.follow(agent)
    for held in ("first-0123456789", None, "second-0123456789"):
        request_id.hold(held)
        assert await endpoint.request(json={"a": 1}, method="post", headers={"X-Own": "kept"}) is not None
    assert [sent.get(request_id.HEADER) for sent in headers] == ["first-0123456789", None, "second-0123456789"]
    assert {sent["X-Own"] for sent in headers} == {"kept"}
    assert not [sent for sent in headers if "traceparent" in sent]


async def test_an_assistant_without_an_action_server_is_followed_too() -> None:
    agent: Any = SimpleNamespace(action_endpoint=None, processor=object())
    followed.follow(agent)
    assert not vars(agent)["action_endpoint"]

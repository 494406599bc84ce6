"""What must hold whatever is sent: of every answer, of the log, and of the memory of what answers."""

import json
import re
import threading
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from gateway.errors import Fault
from tests.conftest import Assistant, processes_with
from tests.hostile.corpora import MARK

WEBHOOK = "/webhooks/rest/webhook"
_CODES = {fault.code: fault.status for fault in Fault}
# What tells of our insides: tracebacks, paths, exceptions, other servers.
_INSIDES = re.compile(
    r"Traceback|File \"|site-packages|\.py\b|\w+Error\b|\w+Exception\b|sqlite3|pydantic|uvicorn|sanic"
)
_SENTENCE = re.compile(r"[A-ZÀ-ÖÉ].+\.", re.DOTALL)
# Between the first warm-up and the end; a leak of one message's size in each turn would be several times as much.
MOST_GROWTH = 1.15
_PARTS = ("gateway", "supervisor.rasa_server", "supervisor.actions_server")
_VXML = "{http://www.w3.org/2001/vxml}"


class Watch:
    """Counts what was tried by kind, and checks each answer. Threads share one."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self.tried: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._supervisor = _supervisor(assistant)
        self._log = _log(self._supervisor)
        self._log_start = self._log.stat().st_size
        self._memory: dict[str, int] = {}

    def client(self) -> httpx.Client:
        """A client for one thread."""
        return httpx.Client(base_url=self.assistant.url, timeout=60, trust_env=False)

    def key(self, door: str) -> dict[str, str]:
        """The header that opens a door."""
        return {} if door == "web" else {"Authorization": f"Bearer {self.assistant.keys[door]}"}

    def seen(self, kind: str, answer: httpx.Response, sent: str = "") -> httpx.Response:
        """Count an input of a kind and check what was answered to it; `sent` must not come back as markup."""
        try:
            content = check(answer.status_code, answer.headers, answer.content, answer.request.method)
            if answer.status_code == 200 and answer.request.url.path == WEBHOOK:
                check_reply(answer.json())
            kind_of_content = answer.headers.get("content-type", "")
            if sent and len(sent) > 8 and re.search(r"[<>\"'&]", sent) and "json" not in kind_of_content:
                assert sent not in content, "what was sent comes back as it was sent"
            assert MARK not in content or "json" in kind_of_content, "script comes back"
        except AssertionError as error:
            request = answer.request
            raise AssertionError(
                f"{kind}: {request.method} {request.url!s:.300} {request.content[:600]!r} -> {answer.status_code} "
                f"{answer.text[:600]!r}: {error}"
            ) from None
        self.count(kind, answer.status_code)
        return answer

    def count(self, kind: str, status: int) -> None:
        """Count an input of a kind."""
        with self._lock:
            self.tried[kind] += 1
            self.statuses[status] += 1

    def still_right(self) -> None:
        """The next good question is answered right."""
        with self.client() as client:
            opening = client.post("/conversations", json={"channel": "web", "country": "caraibe", "offer": "internet"})
            sender = opening.json()["sender"]
            reply = client.post(WEBHOOK, json={"sender": sender, "message": "je veux effacer mes données"}).json()
            assert client.delete(f"/conversations/{sender}").status_code == 204
        (custom,) = [part["custom"] for part in reply if part.get("custom")]
        assert (custom["status"], custom["topics"], custom["country"]) == ("answered", ["rights.erasure"], "caraibe")
        assert [contact["id"] for contact in custom["contacts"]] == ["caraibe.bordeaux"]

    def warm(self) -> None:
        """Memory is measured from here on."""
        self._memory = self._held()

    def growth(self) -> dict[str, float]:
        """The memory of the gateway, Rasa and the action server now, as a ratio of what it was when warm."""
        now = self._held()
        return {part: round(now[part] / self._memory[part], 3) for part in _PARTS}

    def _held(self) -> dict[str, int]:
        """The memory in kB of each part that is its own: what it shares with other programs is theirs to change."""
        found = {}
        for process, command in processes_with(f"PORT={urlsplit(self.assistant.url).port}").items():
            for part in _PARTS:
                if f"-m {part} " in command + " ":
                    status = Path(f"/proc/{process}/status").read_text("utf-8")
                    found[part] = int(re.findall(r"RssAnon:\s+(\d+)", status)[0])
        return found

    def finish(self) -> dict[str, float]:
        """Check the log and the memory; the growth of each part."""
        with self._log.open(encoding="utf-8", errors="replace") as log:
            log.seek(self._log_start)
            lines = log.read()
        for found in ("Traceback", MARK, "DROP TABLE", "onerror", 'File "'):
            assert found not in lines, f"{found} in the log: {lines[-3000:]}"
        grown = self.growth()
        assert max(grown.values()) < MOST_GROWTH, f"memory grew: {grown}"
        self.still_right()
        return grown


def check(status: int, headers: Any, body: bytes, method: str = "GET") -> str:
    """What holds of every answer; returns its text. Raises AssertionError."""
    text = body.decode("utf-8", "replace")
    assert status < 500 or status == 503, "a fault of our own"
    assert status != 503 or int(headers["retry-after"]) >= 1
    assert status != 429 or int(headers["retry-after"]) >= 1
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    if status >= 400:
        assert headers["content-type"] == "application/json"
        if method == "HEAD":
            return ""
        assert not _INSIDES.search(text), "it tells of our insides"
        found = json.loads(text)
        assert set(found) == {"error"}
        assert set(found["error"]) == {"code", "message"}
        assert _CODES[found["error"]["code"]] == status
        assert _SENTENCE.fullmatch(found["error"]["message"])
    elif "voicexml" in headers.get("content-type", "") and body:
        tags = {element.tag for element in ElementTree.fromstring(body).iter()}
        assert all(tag.startswith(_VXML) or "srgs" in tag or "2001/06/grammar" in tag for tag in tags), tags
    return text


def check_reply(reply: list[dict[str, Any]]) -> None:
    """What holds of every reply. Raises AssertionError."""
    assert sum("custom" in part for part in reply) == 1
    assert any(part.get("text", "").strip() for part in reply), "an empty reply"


def _supervisor(assistant: Assistant) -> int:
    """The process that runs the others: the first one with the assistant's port."""
    found = processes_with(f"PORT={urlsplit(assistant.url).port}")
    return min(process for process, command in found.items() if "-m supervisor" in command and "_server" not in command)


def _log(supervisor: int) -> Path:
    """The file that the supervisor prints to."""
    return Path(f"/proc/{supervisor}/fd/1").resolve()

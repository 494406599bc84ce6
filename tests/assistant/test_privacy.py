"""What a person types that identifies them, followed through the whole running assistant."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import Assistant

WEBHOOK = "/webhooks/rest/webhook"
IDENTIFYING = ["0690 55 12 34", "76 12 34 56", "rosalie.bellerose@example.fr", "FR76 3000 6000 0112 3456 7890 189"]


@pytest.fixture(scope="module")
def client(assistant: Assistant) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=assistant.url, timeout=30, trust_env=False) as client:
        yield client


def opened(client: httpx.Client) -> str:
    return str(client.post("/conversations", json={"channel": "web", "country": "mali"}).json()["sender"])


def holders(run_dir: Path, words: bytes) -> list[str]:
    """The files of the assistant's state that hold `words`."""
    return [path.name for path in run_dir.iterdir() if path.is_file() and words in path.read_bytes()]


@pytest.mark.parametrize("identifying", IDENTIFYING)
def test_what_identifies_a_person_is_in_no_file(identifying: str, client: httpx.Client, assistant: Assistant) -> None:
    assert assistant.run_dir
    said = {"sender": opened(client), "message": f"je veux effacer mes données, mon contact est {identifying}"}
    reply = client.post(WEBHOOK, json=said)
    assert reply.status_code == 200
    assert identifying not in reply.text
    for written in {identifying, identifying.replace(" ", "")}:
        assert holders(assistant.run_dir, written.encode()) == []


def test_an_erased_conversation_is_in_no_file_and_cannot_go_on(client: httpx.Client, assistant: Assistant) -> None:
    assert assistant.run_dir
    sender = opened(client)
    client.post(WEBHOOK, json={"sender": sender, "message": "combien de temps gardez-vous le mot zyzomys"})
    assert holders(assistant.run_dir, b"zyzomys")
    assert client.delete(f"/conversations/{sender}").status_code == 204
    assert holders(assistant.run_dir, b"zyzomys") == []
    again = client.post(WEBHOOK, json={"sender": sender, "message": "bonjour"})
    assert again.status_code == 404


def test_the_sender_is_in_no_file(client: httpx.Client, assistant: Assistant) -> None:
    assert assistant.run_dir
    sender = opened(client)
    client.post(WEBHOOK, json={"sender": sender, "message": "bonjour"})
    assert holders(assistant.run_dir, sender.encode()) == []

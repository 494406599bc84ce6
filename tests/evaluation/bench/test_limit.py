"""The bare limit, really trained on a few sentences, served and asked over HTTP."""

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest

from evaluation.bench import models
from evaluation.bench.choice import Script
from evaluation.bench.http_client import Connection, HttpError
from evaluation.bench.load import ask, hold_all, open_one
from evaluation.bench.models import Models, trained_limit
from evaluation.bench.names import LIMIT
from evaluation.bench.servers import Server, running
from evaluation.contenders.subset import Sentence

SAID = {
    "retention": ("Combien de temps gardez-vous mes données ?", "durée de conservation", "c'est gardé longtemps ?"),
    "transfers": ("Vers quels pays partent mes données ?", "transfert hors d'Europe", "mes données à l'étranger"),
    "greet": ("Bonjour", "salut à vous", "bonsoir"),
}
SCRIPTS = [
    Script("one", "web", None, None, ("Combien de temps gardez-vous mes données ?", "Bonjour")),
    Script("two", "web", None, None, ("transfert hors d'Europe",)),
    Script("three", "web", None, None, ("bonsoir", "Bonjour", "salut à vous")),
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model of these sentences."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models, "CACHE", tmp_path_factory.mktemp("cache"))
        sentences = [Sentence(text, intent, "plain") for intent, texts in SAID.items() for text in texts]
        folder = trained_limit(sentences)
        stamp = (folder / "model.npz").stat().st_mtime_ns
        assert trained_limit(sentences) == folder
        assert (folder / "model.npz").stat().st_mtime_ns == stamp, "trained twice for the same data"
    return folder


async def said(server: Server, messages: tuple[str, ...]) -> list[str]:
    """What the server answers to the messages of one conversation."""
    async with Connection(server.port) as connection:
        opened = await open_one(server, connection, Script("x", "web", None, None, messages))
        return [json.loads((await connection.send(message))[1])[0]["text"] for message in opened.messages]


async def asked(server: Server, message: bytes) -> float:
    async with Connection(server.port) as connection:
        return await ask(connection, message)


def test_it_classifies_reads_and_writes_each_message_and_is_timed(model: Path, tmp_path: Path) -> None:
    with running(LIMIT, tmp_path, Models(model, {}, model, "")) as server:
        assert server.seconds > 0
        texts = asyncio.run(said(server, tuple(texts[0] for texts in SAID.values())))
        assert texts == ["retention", "transfers (after retention)", "greet (after transfers)"]

        for clients in (1, 4):
            took = asyncio.run(hold_all(server, SCRIPTS, clients))
            assert len(took.messages) == 6
            assert 0 < max(took.messages) <= took.together
            assert took.clients > 0
        assert server.memory()["all"] > 50
        assert server.processor() > 0

        unknown = b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
        with pytest.raises(HttpError, match="no reply: 404"):
            asyncio.run(asked(server, unknown))
    written = sqlite3.connect(tmp_path / "turns.sqlite").execute("SELECT count(*), count(DISTINCT sender) FROM turns")
    # The message that told whether it was ready, three of one conversation, and twice six of three.
    assert written.fetchone() == (1 + 3 + 12, 1 + 1 + 6)
    assert all(process.returncode is not None for process in server.processes)

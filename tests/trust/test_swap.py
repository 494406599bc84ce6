"""A new knowledge base is put in the place of the old one while fifty conversations run: no reply is of both."""

import itertools
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.trust.stack import Stack, custom, stack

CONVERSATIONS = 50
MARK = "Version nouvelle. "
UPDATED, WRITTEN = "2026-10-01", "1er octobre 2026"
# Answered by the server, by the action server, by either, and by the action server's search.
QUESTIONS = (
    "combien de temps gardez-vous mes données ?",
    "à quelle adresse écrire pour effacer mes données ?",
    "et au Mali ?",
    "quels sont mes droits ?",
    "xyz des données hors de l'Union européenne xyz",
)


@dataclass(frozen=True)
class Heard:
    """A reply's two halves as a customer and as a program read them; times are seconds of one clock."""

    asked_at: float
    text: str
    policy: dict[str, Any]
    sources: tuple[str, ...]

    @property
    def signs(self) -> set[bool]:
        """For each sign of the reply whether it is of the new base."""
        signs = {self.policy["updated"] == UPDATED, self.policy["sha256"].startswith("ffff")}
        if "mise à jour" in self.text or "à jour" in self.text:
            signs.add(WRITTEN in self.text)
        signs |= {MARK.strip() in source for source in self.sources}
        return signs


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """An assistant of its own: its base is replaced."""
    with stack(tmp_path_factory.mktemp("swap")) as started:
        yield started


def _second_base(path: Path, out: Path) -> None:
    """The same base with other leads, excerpts, dates and hashes."""
    shutil.copy(path, out)
    with sqlite3.connect(out) as other:
        other.execute("UPDATE policies SET updated = ?, sha256 = 'ffff' || substr(sha256, 5)", (UPDATED,))
        other.execute("UPDATE cards SET lead = ? || lead", (MARK,))
        for table in ("card_excerpts", "passages", "contact_passages"):
            other.execute(f"UPDATE {table} SET text = ? || text", (MARK,))
    other.close()


def test_fifty_conversations_see_one_base_in_a_reply_and_never_the_old_one_again(here: Stack, tmp_path: Path) -> None:
    senders = [here.open(country=country) for country in itertools.islice(itertools.cycle(("mali", "caraibe")), 50)]
    draft = here.run_dir / ".second"
    _second_base(here.run_dir / "kb.sqlite", draft)
    enough, stop = threading.Event(), threading.Event()
    heard: dict[str, list[Heard]] = {sender: [] for sender in senders}

    def converse(sender: str) -> None:
        for question in itertools.cycle(QUESTIONS):
            if stop.is_set() and len(heard[sender]) > len(QUESTIONS):
                return
            asked_at = time.monotonic()
            reply = here.reply(sender, question)
            payload = custom(reply)
            if payload["policy"]:
                text = "\n".join(message.get("text", "") for message in reply)
                sources = tuple(source["excerpt"] for source in payload["sources"])
                heard[sender].append(Heard(asked_at, text, payload["policy"], sources))
            if len(heard[sender]) >= 3:
                enough.set()

    with ThreadPoolExecutor(CONVERSATIONS) as pool:
        talks = [pool.submit(converse, sender) for sender in senders]
        assert enough.wait(60)
        draft.replace(here.run_dir / "kb.sqlite")
        swapped_at = time.monotonic()
        time.sleep(3)
        stop.set()
        for talk in talks:
            talk.result()

    replies = [reply for of_one in heard.values() for reply in of_one]
    mixed = [reply for reply in replies if len(reply.signs) != 1]
    assert mixed == []
    assert {reply.signs == {True} for reply in replies} == {True, False}, "the base was not replaced while they talked"
    for of_one in heard.values():
        order = [reply.signs == {True} for reply in of_one]
        assert order == sorted(order), "a conversation went back to the old base"
    assert all(reply.signs == {True} for reply in replies if reply.asked_at > swapped_at)
    assert sum(MARK in reply.text for reply in replies) > CONVERSATIONS

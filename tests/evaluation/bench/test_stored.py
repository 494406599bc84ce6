"""Conversations copied in a server's file."""

import sqlite3
from pathlib import Path

from evaluation.bench.servers import FIRST
from evaluation.bench.stored import copy


def test_each_copy_is_another_conversation_with_the_same_rows(tmp_path: Path) -> None:
    path = tmp_path / "turns.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE turns (id INTEGER PRIMARY KEY, sender TEXT, text TEXT)")
        said = [("anna", "un"), ("anna", "deux"), ("bob", "trois"), (FIRST, "Bonjour")]
        connection.executemany("INSERT INTO turns (sender, text) VALUES (?, ?)", said)
    copy(path, "turns", "sender", 9)
    with sqlite3.connect(path) as connection:
        conversations = connection.execute(
            "SELECT sender, group_concat(text) FROM (SELECT * FROM turns ORDER BY id) GROUP BY sender"
        ).fetchall()
    assert len({sender for sender, _ in conversations}) == 21
    assert sorted(texts for _, texts in conversations) == ["Bonjour", *["trois"] * 10, *["un,deux"] * 10]

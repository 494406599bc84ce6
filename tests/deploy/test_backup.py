"""What is backed up of a cluster comes back, and nothing of conversations is in it."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from gateway.audit_entry import Given
from gateway.shared.audit import SharedAudit
from tests.conftest import ROOT
from tests.postgres_server import postgres

SCRIPTS = ROOT / "deploy" / "backup"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgres(tmp_path_factory.mktemp("postgres")) as url:
        yield url


@pytest.fixture
def database(server: str) -> str:
    """A database with an audit log of three rows, and a conversation."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS kept WITH (FORCE)")
        connection.execute("CREATE DATABASE kept")
    url = server.replace("/postgres?", "/kept?")
    asyncio.run(_answer(url, 3))
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE tracker_events (event text)")
        connection.execute("INSERT INTO tracker_events VALUES ('what somebody said')")
    return url


async def _answer(url: str, times: int) -> None:
    audit = SharedAudit(url, days=400)
    for _ in range(times):
        audit.record(Given("web", "mali", None, ("retention",), "answered", False, "1", None))
    await audit.flush()
    await audit.close()


def run(*arguments: str, url: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A Python module of the gateway, or a script of the folder."""
    program = [str(ROOT / ".venvs" / "gateway" / "bin" / "python")] if arguments[0] == "-m" else []
    return subprocess.run(
        [*program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "DATABASE_URL": url, **environment},
    )  # fmt: skip


def backup(url: str, folder: Path) -> Path:
    """Back up, and return the file that was written."""
    written = run(str(SCRIPTS / "backup.sh"), str(folder), url=url)
    assert written.returncode == 0, written.stderr
    return Path(written.stdout.strip())


def test_a_backup_brings_the_log_back_and_it_verifies(database: str, server: str, tmp_path: Path) -> None:
    head = run("-m", "gateway.audit", "head", url=database).stdout.strip()
    file = backup(database, tmp_path)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS empty WITH (FORCE)")
        connection.execute("CREATE DATABASE empty")
    empty = server.replace("/postgres?", "/empty?")
    assert run(str(SCRIPTS / "restore.sh"), str(file), url=empty).returncode == 0
    verified = run("-m", "gateway.audit", "verify", head, url=empty)
    assert verified.returncode == 0, verified.stderr
    assert verified.stdout.startswith("3 rows fit")


def test_a_log_that_is_there_is_replaced_only_when_that_is_said(database: str, tmp_path: Path) -> None:
    file = backup(database, tmp_path)
    with psycopg.connect(database) as connection:
        connection.execute("DELETE FROM audit_rows WHERE number = 3")
    refused = run(str(SCRIPTS / "restore.sh"), str(file), url=database)
    assert refused.returncode == 1
    assert "REPLACE=yes" in refused.stderr
    assert run("-m", "gateway.audit", "verify", url=database).stdout.startswith("2 rows fit")
    assert run(str(SCRIPTS / "restore.sh"), str(file), url=database, REPLACE="yes").returncode == 0
    assert run("-m", "gateway.audit", "verify", url=database).stdout.startswith("3 rows fit")


def test_a_backup_is_for_its_owner_and_holds_no_conversation(database: str, tmp_path: Path) -> None:
    file = backup(database, tmp_path)
    assert file.stat().st_mode & 0o077 == 0
    listed = subprocess.run(["pg_restore", "--list", file], capture_output=True, text=True, check=True).stdout
    assert "audit_rows" in listed
    assert "tracker_events" not in listed


def test_a_backup_that_fails_leaves_no_file(database: str, tmp_path: Path) -> None:
    failed = run(str(SCRIPTS / "backup.sh"), str(tmp_path), url=database.replace("/kept?", "/none?"))
    assert failed.returncode != 0
    assert list(tmp_path.iterdir()) == []

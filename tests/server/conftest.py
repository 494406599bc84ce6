"""Real databases for the tests of what runs inside Rasa, and turns to write into them."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from tests.postgres_server import postgres

_schemas = itertools.count()


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL for this session."""
    with postgres(tmp_path_factory.mktemp("postgres")) as url:
        yield url


@pytest.fixture
def database(postgres_url: str) -> str:
    """The URL of a schema of that PostgreSQL in which there is nothing yet."""
    schema = f"test{next(_schemas)}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
    return f"{postgres_url}&options={quote(f'-csearch_path={schema}')}"


@pytest.fixture
def tracker_file(tmp_path: Path) -> Path:
    """Where a SQLite file of trackers may be made."""
    return tmp_path / "run" / "tracker.sqlite"

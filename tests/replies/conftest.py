"""One base built from the real content, for tests that only read it."""

from pathlib import Path

import pytest

from policies_kb.base import KnowledgeBase
from policies_kb.build import build


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """The knowledge base as `make run` builds it."""
    path: Path = tmp_path_factory.mktemp("base") / "kb.sqlite"
    build(path)
    return KnowledgeBase.open(path)

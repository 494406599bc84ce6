"""An agent signed in at the whole running assistant, with the account that the installation made for itself."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import Assistant
from tests.console.conftest import Visitor


@pytest.fixture(scope="session")
def agent(assistant: Assistant) -> Iterator[Visitor]:
    """Signed in once for all tests."""
    run_dir = assistant.run_dir or Path(os.environ["ASSISTANT_KEYS"]).parent
    account = json.loads((run_dir / "console.json").read_text("utf-8"))
    with httpx.Client(base_url=assistant.url, timeout=30, trust_env=False) as client:
        visitor = Visitor(client)
        assert visitor.sign_in(account["username"], account["password"]).status_code == 200
        yield visitor

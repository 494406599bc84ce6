"""Somebody signed in at the whole running assistant, by an account of the tests: the first password is read once."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from gateway.console.passwords import AccountFile
from gateway.console.settings import ROLES
from tests.conftest import Assistant
from tests.console.conftest import PASSWORD, Visitor

NAME = "essai"


def signing_in(assistant: Assistant) -> str:
    """The name of an account with every role, and PASSWORD; made where there is none."""
    run_dir = assistant.run_dir or Path(os.environ["ASSISTANT_KEYS"]).parent
    accounts = AccountFile(run_dir / "console_accounts.json")
    if NAME not in accounts.all():
        accounts.put(NAME, PASSWORD, ROLES)
    return NAME


@pytest.fixture(scope="session")
def agent(assistant: Assistant) -> Iterator[Visitor]:
    """Signed in once for all tests."""
    with httpx.Client(base_url=assistant.url, timeout=30, trust_env=False) as client:
        visitor = Visitor(client)
        assert visitor.sign_in(signing_in(assistant)).status_code == 200
        yield visitor

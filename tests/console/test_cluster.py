"""The console of two gateways that share a Redis and a PostgreSQL: whichever of them is asked, it is one console."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import redis as redis_client

from gateway.audit_chain import verify
from gateway.console.attempts import ACCOUNT
from gateway.console.passwords import AccountFile
from gateway.console.settings import ConsoleSettings, Oidc
from gateway.settings import Settings
from gateway.shared.audit import SharedLog
from tests.conftest import ROOT
from tests.console.audit_logs import emptied
from tests.console.conftest import OpenId, Visitor, assert_refused, through_provider
from tests.gateway.conftest import Gateway, assert_error
from tests.gateway.peer import wait_for
from tests.redis_server import redis_server

Start = Callable[..., Gateway]


@dataclass
class Two:
    """Two gateways, and what they share."""

    one: Gateway
    other: Gateway
    settings: Settings
    database: str

    def visitors(self) -> tuple[Visitor, Visitor]:
        """One browser, as it reaches the one gateway and the other."""
        here = Visitor(self.one.client)
        there = Visitor(self.other.client, here.cookies)
        return here, there


@pytest.fixture
def two(start: Start, accounts: AccountFile, base: Path, redis: str, database: str, tmp_path: Path) -> Two:
    redis_client.Redis.from_url(redis).flushall()
    emptied(database)
    shared = {"redis_url": redis, "database_url": database}
    one = start(**shared)
    # What they do not share is a folder each.
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "kb.sqlite").write_bytes(base.read_bytes())
    other = start(**shared, run_dir=folder, console=ConsoleSettings(accounts=accounts.path))
    return Two(one, other, replace(one.settings), database)


def test_one_machine_loads_no_client_of_a_shared_server(settings: Settings) -> None:
    code = (
        "import os, sys; from gateway.app import create_app; from gateway.metrics import Metrics; "
        "from gateway.keys import KeyRing; from gateway.settings import Settings; "
        "here = Settings.from_environment(os.environ); create_app(here, KeyRing(here), Metrics()); "
        "print(sorted({'psycopg', 'redis', 'gateway.shared'} & set(sys.modules)))"
    )
    environment = {"PATH": os.environ["PATH"], "RUN_DIR": str(settings.run_dir)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_who_signed_in_at_one_is_signed_in_at_the_other_until_leaving_either(two: Two) -> None:
    here, there = two.visitors()
    assert here.sign_in("all").status_code == 200
    assert there.get("/conseiller/api/session").json()["csrf"] == here.csrf
    there.csrf = here.csrf
    kept = dict(here.cookies)
    assert there.post("/conseiller/api/signout").status_code == 200
    here.cookies.update(kept)
    assert_error(here.get("/conseiller/api/session"), 401, "session_missing")


def test_wrong_tries_are_counted_by_both_together(two: Two) -> None:
    here, there = two.visitors()
    for number in range(int(ACCOUNT.burst)):
        assert_error((here, there)[number % 2].sign_in("agent", "wrong"), 401, "credentials_refused")
    for visitor in (here, there):
        assert_error(visitor.sign_in("agent"), 429, "sign_in_locked")


def test_an_account_that_is_removed_is_signed_out_everywhere(two: Two, redis: str) -> None:
    here, there = two.visitors()
    here.sign_in("agent")
    command = [sys.executable, "-m", "gateway.console.accounts", "remove", "agent"]
    environment = {**os.environ, "RUN_DIR": str(two.settings.run_dir), "REDIS_URL": redis}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    for visitor in (here, there):
        assert_error(visitor.get("/conseiller/api/session"), 401, "session_missing")


def test_no_session_is_in_a_file(two: Two) -> None:
    two.visitors()[0].sign_in("agent")
    assert not (two.settings.run_dir / "console.sqlite").exists()
    assert not (two.settings.run_dir / "audit.sqlite").exists()


def test_the_replies_of_both_make_one_chain(two: Two) -> None:
    sender = two.one.open()
    for number in range(6):
        gateway = (two.one, two.other)[number % 2]
        assert gateway.say(sender, "bonjour", message_id=str(number)).status_code == 200
    log = SharedLog(two.database)
    wait_for(lambda: verify(log).rows == 6)
    assert verify(log).problem is None
    here, there = two.visitors()
    here.sign_in("auditor")
    found = [visitor.get("/conseiller/api/audit/verification").json() for visitor in (here, there)]
    assert found[0] == found[1]
    assert found[0]["rows"] == 6


def test_a_sign_in_begun_at_one_ends_at_the_other(
    provider: OpenId, start: Start, base: Path, redis: str, tmp_path: Path
) -> None:
    public_url = f"http://127.0.0.1:{provider.settings.port}"
    console = ConsoleSettings(public_url=public_url, oidc=Oidc(provider.issuer, "console"), local_accounts=False)
    one = start(port=provider.settings.port, console=console, redis_url=redis)
    other = start(console=console, redis_url=redis, run_dir=tmp_path / "other")
    here = Visitor(one.client)
    there = Visitor(other.client, here.cookies)
    back = through_provider(here, "ines.agent")
    answer = there.get(back)
    assert (answer.status_code, answer.headers["location"]) == (303, "/conseiller")
    assert here.get("/conseiller/api/session").json()["roles"] == ["agent"]
    # And once only, at either.
    again = Visitor(one.client, dict(here.cookies)).get(back)
    assert again.headers["location"] == "/conseiller/connexion?erreur=oidc_expired"


def test_without_redis_a_sign_in_by_the_provider_leads_back_with_a_sentence(
    provider: OpenId, start: Start, base: Path, tmp_path: Path
) -> None:
    oidc = Oidc(provider.issuer, "console")
    console = ConsoleSettings(public_url="http://127.0.0.1:1", oidc=oidc, local_accounts=False)
    visitor = Visitor(start(console=console, redis_url=f"unix://{tmp_path}/nowhere").client)
    for path in ("/conseiller/connexion/oidc", "/conseiller/connexion/retour?state=x&code=y"):
        assert_refused(visitor.get(path), "oidc_down")


def test_without_redis_who_was_signed_in_is_told_so_and_pages_for_all_are_served(
    start: Start, accounts: AccountFile, base: Path, tmp_path: Path
) -> None:
    with redis_server(tmp_path / "redis") as url:
        gateway = start(redis_url=url)
        visitor = Visitor(gateway.client)
        assert visitor.sign_in("agent").status_code == 200
    assert_error(visitor.get("/conseiller/api/session"), 503, "store_failed")
    assert_error(visitor.sign_in("agent"), 503, "store_failed")
    stranger = Visitor(gateway.client)
    assert_error(stranger.sign_in("agent"), 503, "store_failed")
    assert stranger.get("/").status_code == 200
    assert stranger.get("/conseiller/connexion").status_code == 200
    with redis_server(tmp_path / "redis"):
        assert stranger.sign_in("agent").status_code == 200

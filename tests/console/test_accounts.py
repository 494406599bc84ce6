"""Local accounts: hashes, the lock after wrong tries, the command, and the first account."""

import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.console.accounts import accounts_of, draw_first
from gateway.console.attempts import ACCOUNT
from gateway.console.passwords import AccountFile, AccountsError
from gateway.console.settings import ConsoleSettings
from gateway.settings import Settings
from tests.conftest import ROOT
from tests.console.conftest import PASSWORD, Visitor
from tests.gateway.conftest import Gateway, assert_error

Visit = Callable[..., Visitor]


def test_a_name_and_its_password_open_a_session(visit: Visit) -> None:
    visitor = visit()
    assert visitor.sign_in(" Agent ").status_code == 200
    assert visitor.get("/conseiller/api/session").json()["roles"] == ["agent"]


@pytest.mark.parametrize(
    ("name", "password"),
    [("agent", "wrong"), ("agent", ""), ("agent", PASSWORD + " "), ("nobody", PASSWORD), ("", "")],
)
def test_a_wrong_name_and_a_wrong_password_are_refused_alike(visit: Visit, name: str, password: str) -> None:
    body = json.dumps({"username": name, "password": password}).encode()
    headers = {"Content-Type": "application/json"}
    answer = visit().send("POST", "/conseiller/api/signin", content=body, headers=headers)
    assert_error(answer, 401, "credentials_refused")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("body", [{}, {"username": "agent"}, {"username": "a" * 65, "password": "x"}, [], "x"])
def test_what_is_no_sign_in_is_refused(visit: Visit, body: object) -> None:
    assert_error(visit().send("POST", "/conseiller/api/signin", json=body), 422, "request_invalid")


def test_a_name_that_does_not_exist_takes_the_time_of_one_that_does(accounts: AccountFile) -> None:
    accounts.verify("agent", PASSWORD)

    def seconds(name: str) -> float:
        started = time.process_time()
        assert accounts.verify(name, "wrong") is None
        return time.process_time() - started

    known, unknown = (min(seconds(name) for _ in range(3)) for name in ("agent", "nobody"))
    assert 0.5 < known / unknown < 2


def test_after_wrong_tries_even_the_right_password_waits(visit: Visit) -> None:
    visitor = visit()
    for _ in range(int(ACCOUNT.burst)):
        assert_error(visitor.sign_in("agent", "wrong"), 401, "credentials_refused")
    locked = visitor.sign_in("agent")
    assert_error(locked, 429, "sign_in_locked")
    assert int(locked.headers["retry-after"]) > 0
    assert visitor.sign_in("editor").status_code == 200


def test_a_name_that_does_not_exist_is_locked_like_one_that_does(visit: Visit) -> None:
    visitor = visit()
    for _ in range(int(ACCOUNT.burst)):
        visitor.sign_in("nobody", "wrong")
    assert_error(visitor.sign_in("nobody", "wrong"), 429, "sign_in_locked")


def test_right_tries_are_not_counted(visit: Visit) -> None:
    visitor = visit()
    for _ in range(int(ACCOUNT.burst) + 2):
        assert visitor.sign_in("agent").status_code == 200


def test_no_password_is_logged(visit: Visit, caplog: pytest.LogCaptureFixture) -> None:
    visit().sign_in("agent", "a password nobody should read")
    visit().sign_in("a name nobody should read", "wrong")
    assert caplog.text
    assert "nobody should read" not in caplog.text


def test_the_file_holds_argon2id_hashes_for_its_owner_alone(tmp_path: Path) -> None:
    file = AccountFile(tmp_path / "accounts.json")
    file.put("agent", PASSWORD, ["agent"])
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert json.loads(file.path.read_text())["agent"]["hash"].startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert PASSWORD not in file.path.read_text()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": 1}', '{"a": {"hash": "x", "roles": ["root"]}}'])
def test_a_file_that_cannot_be_understood_opens_nothing(tmp_path: Path, content: str) -> None:
    path = tmp_path / "accounts.json"
    path.write_text(content)
    with pytest.raises(AccountsError, match="repair it"):
        AccountFile(path).verify("a", "x")


def _run(settings: Settings, *arguments: str, password: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "gateway.console.accounts", *arguments], cwd=ROOT, input=f"{password}\n",
        env={**os.environ, "RUN_DIR": str(settings.run_dir)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_command_adds_lists_and_removes_while_the_gateway_runs(visit: Visit, gateway: Gateway) -> None:
    settings = gateway.settings
    added = _run(settings, "add", "zoe", "--role", "agent", "--role", "editor", "--password-stdin", password=PASSWORD)
    assert (added.returncode, added.stdout) == (0, "zoe: agent, editor\n")
    visitor = visit("zoe")
    assert "zoe: agent, editor\n" in _run(settings, "list").stdout
    assert _run(settings, "remove", "zoe").returncode == 0
    assert_error(visitor.get("/conseiller/api/session"), 401, "session_missing")
    assert_error(visitor.sign_in("zoe"), 401, "credentials_refused")
    assert _run(settings, "remove", "zoe").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "password", "status"),
    [
        (("add", "zoe", "--role", "agent", "--password-stdin"), "short", 1),
        (("add", "zoe", "--password-stdin"), PASSWORD, 2),
        (("add", "zoe", "--role", "root", "--password-stdin"), PASSWORD, 2),
        (("add", "../zoe", "--role", "agent", "--password-stdin"), PASSWORD, 2),
    ],
)
def test_the_command_refuses_what_is_no_account(
    settings: Settings, arguments: tuple[str, ...], password: str, status: int
) -> None:
    assert _run(settings, *arguments, password=password).returncode == status
    assert accounts_of(settings).all() == {}


def test_the_first_account_is_drawn_once_and_written_where_only_its_owner_reads_it(settings: Settings) -> None:
    draw_first(settings)
    path = settings.run_dir / "console.json"
    first = json.loads(path.read_text())
    assert set(first) == {"username", "password", "roles"}
    assert first["roles"] == ["agent", "editor", "auditor"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    account = accounts_of(settings).verify(first["username"], first["password"])
    assert account
    assert list(account.roles) == first["roles"]
    assert first["password"] not in accounts_of(settings).path.read_text()
    draw_first(settings)
    assert json.loads(path.read_text()) == first


def test_no_account_is_drawn_where_there_are_some_or_none_are_wanted(settings: Settings) -> None:
    draw_first(replace(settings, console=ConsoleSettings(local_accounts=False)))
    assert not (settings.run_dir / "console.json").exists()
    accounts_of(settings).put("zoe", PASSWORD, ["agent"])
    draw_first(settings)
    assert not (settings.run_dir / "console.json").exists()


def test_the_note_of_the_first_password_goes_when_somebody_signs_in_with_it(
    start: Callable[..., Gateway], settings: Settings
) -> None:
    draw_first(settings)
    path = settings.run_dir / "console.json"
    first = json.loads(path.read_text())
    accounts_of(settings).put("zoe", PASSWORD, ["agent"])
    visitor = Visitor(start().client)
    assert visitor.sign_in(first["username"], "wrong").status_code == 401
    assert visitor.sign_in("zoe").status_code == 200
    assert path.exists()
    for _ in range(2):
        assert visitor.sign_in(first["username"], first["password"]).status_code == 200
        assert not path.exists()
    # Nor is it drawn again.
    draw_first(settings)
    assert not path.exists()


def test_the_note_of_the_first_password_goes_when_the_password_does(settings: Settings) -> None:
    draw_first(settings)
    _run(settings, "add", "console", "--role", "agent", "--password-stdin", password=PASSWORD)
    assert not (settings.run_dir / "console.json").exists()

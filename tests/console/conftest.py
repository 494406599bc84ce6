"""A real gateway with its console, people who sign in at it, and a real OpenID provider."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from gateway.console.accounts import accounts_of
from gateway.console.passwords import AccountFile
from gateway.console.settings import ConsoleSettings, Oidc, Role
from gateway.settings import Settings
from tests.browser.conftest import browser
from tests.conftest import ROOT, free_port
from tests.gateway.conftest import Gateway, assert_error, base, built_base, gateway, peer, settings, start
from tests.postgres_server import postgres
from tests.redis_server import redis_server

__all__ = ["base", "browser", "built_base", "gateway", "peer", "settings", "start"]

PASSWORD = "correct horse battery"
SECRET = "secret: with/all+kinds of%20characters"
PROVIDER = ROOT / "tests" / "console" / "provider"


@dataclass
class Visitor:
    """A browser without its rules: keeps and sends cookies, and nothing else unless told to."""

    client: httpx.Client
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""

    def send(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        """Send a request with the cookies, and keep those of the answer."""
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.client.request(method, path, headers={"Cookie": jar, **(headers or {})}, **more)
        for line in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        self.client.cookies.clear()
        return answer

    def get(self, path: str, **more: Any) -> httpx.Response:
        """A GET."""
        return self.send("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        """A POST with the session's token."""
        return self.send("POST", path, headers={"X-CSRF-Token": self.csrf, **more.pop("headers", {})}, **more)

    def sign_in(self, username: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
        """Sign in with a local account, and learn the session's token."""
        body = {"username": username, "password": password}
        answer = self.send("POST", "/conseiller/api/signin", json={**body, **more})
        if answer.status_code == 200:
            self.csrf = self.get("/conseiller/api/session").json()["csrf"]
        return answer


ACCOUNTS: dict[str, tuple[Role, ...]] = {
    "agent": ("agent",), "editor": ("editor",), "auditor": ("auditor",), "all": ("agent", "editor", "auditor"),
    "none": (),
}  # fmt: skip


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL's URL."""
    with postgres(tmp_path_factory.mktemp("postgres")) as url:
        yield url


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Redis's URL."""
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(scope="session")
def hashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of ACCOUNTS, made once: hashing takes time on purpose."""
    file = AccountFile(tmp_path_factory.mktemp("accounts") / "console_accounts.json")
    for name, roles in ACCOUNTS.items():
        file.put(name, PASSWORD, roles)
    return file.path


@pytest.fixture
def accounts(hashed: Path, settings: Settings) -> AccountFile:
    """Local accounts, each with one role, one with all, and one with none."""
    file = accounts_of(settings)
    file.path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(hashed, file.path)
    return file


@pytest.fixture
def visit(accounts: AccountFile, base: object, gateway: Gateway) -> Callable[..., Visitor]:
    """Visitors of the console, signed in with the account of this name if one is given."""

    def visiting(name: str | None = None) -> Visitor:
        visitor = Visitor(gateway.client)
        if name is not None:
            assert visitor.sign_in(name).status_code == 200
        return visitor

    return visiting


@dataclass
class OpenId:
    """A running provider, the console that it serves, and what starts that."""

    issuer: str
    settings: Settings
    start: Callable[..., Gateway]

    def gateway(self, **changed: Any) -> Gateway:
        """A gateway that signs people in there."""
        oidc = replace(Oidc(self.issuer, "console"), **changed)
        public_url = f"http://127.0.0.1:{self.settings.port}"
        console = ConsoleSettings(public_url=public_url, oidc=oidc, local_accounts=False)
        return self.start(port=self.settings.port, console=console)


@pytest.fixture(scope="session")
def providers() -> Iterator[Callable[[str], tuple[int, int]]]:
    """Starts oidc-provider once for each place that it tells roles in; returns its port and that of its console."""
    running: dict[str, tuple[subprocess.Popen[bytes], int, int]] = {}

    def run(roles_in: str) -> tuple[int, int]:
        if roles_in not in running:
            port, console_port = free_port(), free_port()
            environment = {
                "PATH": os.environ["PATH"], "PORT": str(port), "CONSOLE": f"http://127.0.0.1:{console_port}",
                "ROLES_IN": roles_in, "SECRET": SECRET,
            }  # fmt: skip
            command = ["node", "provider.js"]
            process = subprocess.Popen(
                command, cwd=PROVIDER, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            running[roles_in] = process, port, console_port
            assert process.stdout
            assert process.stdout.readline() == b"ready\n", "run scripts/node_modules.sh tests/console/provider"
        return running[roles_in][1:]

    yield run
    for process, _, _ in running.values():
        process.kill()
        process.communicate()


@pytest.fixture
def provided(
    providers: Callable[[str], tuple[int, int]], settings: Settings, start: Callable[..., Gateway]
) -> Callable[[str], OpenId]:
    """The provider that tells the roles in "id_token" or in "userinfo", for a console of this test's own."""

    def of(roles_in: str) -> OpenId:
        port, console_port = providers(roles_in)
        return OpenId(f"http://127.0.0.1:{port}", replace(settings, port=console_port), start)

    return of


@pytest.fixture
def provider(provided: Callable[[str], OpenId]) -> OpenId:
    """A running provider that tells the roles in the ID token."""
    return provided("id_token")


def through_provider(visitor: Visitor, name: str, **wanted: str) -> str:
    """Go through the provider's own pages as `name`; returns the path and query that it sends the browser back to."""
    begun = visitor.get("/conseiller/connexion/oidc", params=wanted)
    assert begun.status_code == 303, begun.text
    with httpx.Client(trust_env=False) as there:
        answer = there.get(begun.headers["location"])
        for form in ({"prompt": "login", "login": name, "password": "any"}, {"prompt": "consent"}):
            interaction = str(answer.url.join(answer.headers["location"]))
            answer = there.post(interaction, data=form)
            answer = there.get(answer.headers["location"])
        back = urlsplit(answer.headers["location"])
    return f"{back.path}?{back.query}"


def assert_refused(answer: httpx.Response, reason: str) -> None:
    """Assert that a sign-in by the provider led back to the sign-in page with this reason, and opened no session."""
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/conseiller/connexion?erreur={reason}"
    assert "__Host-session=" not in answer.headers.get("set-cookie", "")


__all__ += ["assert_error"]

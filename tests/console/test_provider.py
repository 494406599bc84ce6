"""What the gateway asks of a provider that is not to be trusted: nothing away from the issuer, nothing without end."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from gateway.console.id_token import SignInError
from gateway.console.provider import Provider
from gateway.console.settings import Oidc


class Hostile:
    """An issuer that answers what a test has it answer; `None` is a redirect to another address of its own."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes | None] = {}
        self.asked: list[str] = []
        hostile = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hostile.asked.append(self.path)
                body = hostile.answers.get(self.path, b"{}")
                self.send_response(302 if body is None else 200)
                self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def discovery(self, **changed: Any) -> None:
        """Answer discovery with a document that is right but for what is changed."""
        document = {
            "issuer": self.url, "authorization_endpoint": f"{self.url}/auth", "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks", **changed,
        }  # fmt: skip
        self.answers["/.well-known/openid-configuration"] = json.dumps(document).encode()

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def issuer() -> Iterator[Hostile]:
    hostile = Hostile()
    yield hostile
    hostile.close()


async def test_a_document_that_is_right_is_asked_for_once(issuer: Hostile) -> None:
    issuer.discovery()
    provider = Provider(Oidc(issuer.url, "console"))
    assert (await provider.endpoints()).jwks == f"{issuer.url}/jwks"
    await provider.endpoints()
    assert issuer.asked == ["/.well-known/openid-configuration"]
    await provider.close()


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://evil.example"}, {"token_endpoint": "https://evil.example/token"},
        {"jwks_uri": "http://127.0.0.1:9/jwks"}, {"jwks_uri": "file:///etc/passwd"}, {"jwks_uri": None},
        {"userinfo_endpoint": "http://169.254.169.254/"}, {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "http://evil.example/auth"}, {"token_endpoint": ["x"]},
    ],
)  # fmt: skip
async def test_a_document_that_leads_elsewhere_is_refused(issuer: Hostile, changed: dict[str, Any]) -> None:
    issuer.discovery(**changed)
    provider = Provider(Oidc(issuer.url, "console"))
    with pytest.raises(SignInError) as refused:
        await provider.endpoints()
    assert refused.value.reason == "oidc_down"
    await provider.close()


@pytest.mark.parametrize("body", [None, b"", b"[]", b"<html>", b"{" + b" " * 2_000_000 + b"}", b"\xff"])
async def test_what_is_no_document_is_refused_and_no_redirect_followed(issuer: Hostile, body: bytes | None) -> None:
    issuer.answers["/.well-known/openid-configuration"] = body
    provider = Provider(Oidc(issuer.url, "console"))
    with pytest.raises(SignInError):
        await provider.endpoints()
    assert "/elsewhere" not in issuer.asked
    await provider.close()


async def test_unknown_keys_do_not_have_the_provider_asked_at_will(issuer: Hostile) -> None:
    issuer.discovery()
    key = RSAKey.generate_key(2048, {"kid": "known"}).as_dict(private=False)
    issuer.answers["/jwks"] = json.dumps({"keys": [key]}).encode()
    now = 0.0
    provider = Provider(Oidc(issuer.url, "console"), lambda: now)
    for wanted in ("known", "unknown", "unknown", "other", None):
        await provider.keys(wanted)
    assert issuer.asked.count("/jwks") == 1
    now = 31.0
    await provider.keys("unknown")
    assert issuer.asked.count("/jwks") == 2
    await provider.close()

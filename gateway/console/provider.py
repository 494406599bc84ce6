"""The OpenID provider as the gateway reaches it: what it says of itself, its keys, tokens for a code.

Every address that is asked lies at the issuer's origin, no redirect is followed, and answers are bounded in size and
time. The environment's proxy counts, but for a provider on this machine.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from gateway.console.id_token import Identity, SignInError, Tokens, with_roles
from gateway.console.settings import Oidc, is_private

_SECONDS = 8.0
_MOST_BYTES = 1 << 20
_FRESH_SECONDS = 3600
# A token that names an unknown key makes us ask for the keys again, but not at the pace of whoever sends such tokens.
_KEYS_AGAIN_SECONDS = 30


@dataclass(frozen=True)
class Endpoints:
    """The provider's addresses."""

    authorization: str
    token: str
    jwks: str
    userinfo: str | None
    end_session: str | None
    by_post: bool


class Provider:
    """One provider; what it says of itself is asked anew every hour."""

    def __init__(self, oidc: Oidc, clock: Callable[[], float] = time.time) -> None:
        self._oidc = oidc
        self._clock = clock
        on_this_machine = urlsplit(oidc.issuer).scheme == "http"
        self._http = httpx.AsyncClient(timeout=_SECONDS, follow_redirects=False, trust_env=not on_this_machine)
        self._endpoints: tuple[float, Endpoints] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def endpoints(self) -> Endpoints:
        """The provider's addresses, by discovery. Raises SignInError."""
        if self._endpoints is None or self._clock() - self._endpoints[0] > _FRESH_SECONDS:
            found = await self._json("GET", f"{self._oidc.issuer.rstrip('/')}/.well-known/openid-configuration")
            self._endpoints = self._clock(), self._checked(found)
        return self._endpoints[1]

    async def keys(self, wanted: str | None) -> KeySet:
        """The provider's keys, asked for again when `wanted` (a `kid`) is not among them. Raises SignInError."""
        if self._keys is not None:
            asked_at, keys = self._keys
            age = self._clock() - asked_at
            is_there = wanted is None or any(key.kid == wanted for key in keys.keys)
            if age <= (_FRESH_SECONDS if is_there else _KEYS_AGAIN_SECONDS):
                return keys
        found = await self._json("GET", (await self.endpoints()).jwks)
        try:
            keys = KeySet.import_key_set({"keys": found["keys"]})
        except (JoseError, ValueError, KeyError, TypeError):
            raise SignInError("oidc_down", "the provider's keys cannot be read") from None
        self._keys = self._clock(), keys
        return keys

    async def redeem(self, code: str, verifier: str, redirect: str) -> Tokens:
        """The tokens for a code. Raises SignInError: the provider refuses a code that was used or is another's."""
        there = await self.endpoints()
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "code_verifier": verifier}
        basic = None
        secret = self._oidc.client_secret
        if secret is None or there.by_post:
            asked |= {"client_id": self._oidc.client_id} | ({"client_secret": secret} if secret else {})
        else:
            # Encoded first: RFC 6749, 2.3.1.
            basic = httpx.BasicAuth(quote(self._oidc.client_id, safe=""), quote(secret, safe=""))
        found = await self._json("POST", there.token, refusal="oidc_invalid", data=asked, auth=basic)
        id_token, access_token = found.get("id_token"), found.get("access_token")
        if not isinstance(id_token, str):
            raise SignInError("oidc_invalid", "no ID token for the code")
        return Tokens(id_token, access_token if isinstance(access_token, str) else None)

    async def complete(self, tokens: Tokens, who: Identity) -> Identity:
        """The person with the roles of the userinfo endpoint, for a token that names none. Raises SignInError."""
        there = await self.endpoints()
        if there.userinfo is None or tokens.access_token is None:
            return who
        bearer = {"Authorization": f"Bearer {tokens.access_token}"}
        found = await self._json("GET", there.userinfo, refusal="oidc_invalid", headers=bearer)
        if found.get("sub") != who.subject:
            raise SignInError("oidc_invalid", "userinfo of another subject")
        return with_roles(who.subject, found, self._oidc)

    def _checked(self, found: Mapping[str, Any]) -> Endpoints:
        if found.get("issuer") != self._oidc.issuer:
            raise SignInError("oidc_down", "discovery names another issuer than CONSOLE_OIDC_ISSUER")
        methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        authorization, end_session = found.get("authorization_endpoint"), found.get("end_session_endpoint")
        if not (isinstance(authorization, str) and is_private(authorization)):
            raise SignInError("oidc_down", "discovery without a safe authorization endpoint")
        userinfo = found.get("userinfo_endpoint")
        return Endpoints(
            authorization=authorization,
            token=self._own(found.get("token_endpoint")),
            jwks=self._own(found.get("jwks_uri")),
            userinfo=None if userinfo is None else self._own(userinfo),
            end_session=end_session if isinstance(end_session, str) and is_private(end_session) else None,
            by_post=isinstance(methods, list) and "client_secret_basic" not in methods,
        )

    def _own(self, url: object) -> str:
        """The address, when it lies at the issuer's origin."""
        issuer = urlsplit(self._oidc.issuer)
        if not isinstance(url, str) or urlsplit(url)[:2] != issuer[:2]:
            raise SignInError("oidc_down", "discovery names an address away from the issuer's origin")
        return url

    async def _json(self, method: str, url: str, refusal: str = "oidc_down", **more: Any) -> dict[str, Any]:
        """The JSON object that the provider answers. Raises SignInError, with `refusal` for an answer of 4xx."""
        try:
            async with asyncio.timeout(_SECONDS), self._http.stream(method, url, **more) as answer:
                body = b""
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > _MOST_BYTES:
                        raise SignInError("oidc_down", "an answer without end")
        except (TimeoutError, httpx.HTTPError) as error:
            raise SignInError("oidc_down", type(error).__name__) from None
        if answer.status_code != 200:
            reason = refusal if 400 <= answer.status_code < 500 else "oidc_down"
            raise SignInError(reason, f"the provider answers {answer.status_code}")
        try:
            found = httpx.Response(200, content=body).json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise SignInError("oidc_down", "no JSON object")
        return found

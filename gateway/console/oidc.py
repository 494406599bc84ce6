"""Sign-in with an OpenID Connect provider: authorization code flow with PKCE (OpenID Connect Core 1.0, RFC 7636, 9207).

What is sent away with the browser - state, nonce, PKCE verifier - is kept for ten minutes (started.py), is good once,
and only for the browser that holds the cookie `__Host-signin`. The gateway itself talks to the issuer's own origin and
to nothing else, and keeps no token once it knows who signed in and with which roles.
"""

import asyncio
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from gateway.console.id_token import Identity, SignInError, identity
from gateway.console.provider import Provider
from gateway.console.settings import Oidc
from gateway.console.started import Begun, Started

CALLBACK = "/conseiller/connexion/retour"
COOKIE = "__Host-signin"


@dataclass(frozen=True)
class Departure:
    """Where the browser has to go, and the secret for its cookie."""

    url: str
    secret: str


class SignIn:
    """Sends browsers to the provider and takes them back."""

    def __init__(self, oidc: Oidc, public_url: str, started: Started, clock: Callable[[], float] = time.time) -> None:
        self._oidc = oidc
        self._clock = clock
        self._redirect = f"{public_url}{CALLBACK}"
        self._provider = Provider(oidc, clock)
        self._started = started

    async def close(self) -> None:
        """Close the connections to the provider."""
        await self._provider.close()

    async def start(self, then: str) -> Departure:
        """Begin a sign-in that ends at the path `then`. Raises SignInError when the provider cannot be asked."""
        there = await self._provider.endpoints()
        state, nonce, verifier, secret = (generate_token(length) for length in (43, 43, 64, 43))
        await self._started.keep(state, Begun(secret, nonce, verifier, then))
        url = prepare_grant_uri(
            there.authorization,
            client_id=self._oidc.client_id,
            response_type="code",
            redirect_uri=self._redirect,
            scope=self._oidc.scope,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return Departure(str(url), secret)

    async def finish(self, answer: dict[str, str], secret: str) -> tuple[Identity, str]:
        """Who came back with these parameters and this cookie, and the path to go to. Raises SignInError."""
        begun = await self._started.take(answer.get("state", ""))
        if begun is None or not hmac.compare_digest(begun.secret.encode(), secret.encode()):
            raise SignInError("oidc_expired", "state unknown, used, too old or of another browser")
        if answer.get("iss", self._oidc.issuer) != self._oidc.issuer:
            raise SignInError("oidc_invalid", "answer of another issuer")
        if "code" not in answer:
            raise SignInError("oidc_refused", "no code")
        tokens = await self._provider.redeem(answer["code"], begun.verifier, self._redirect)
        keys = await self._provider.keys(tokens.key_id)
        who = identity(tokens, keys, self._oidc, begun.nonce, self._clock())
        if not who.roles and not who.has_claim:
            who = await self._provider.complete(tokens, who)
        if not who.roles:
            raise SignInError("oidc_no_role", "no role")
        return who, begun.then

    async def farewell(self, back: str) -> str | None:
        """Where the browser signs out of the provider too, None when the provider has or gives no such address."""
        try:
            async with asyncio.timeout(3):
                there = await self._provider.endpoints()
        except (SignInError, TimeoutError):
            return None
        if there.end_session is None:
            return None
        asked = urlencode({"client_id": self._oidc.client_id, "post_logout_redirect_uri": back})
        return f"{there.end_session}{'&' if '?' in there.end_session else '?'}{asked}"

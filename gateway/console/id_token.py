"""An ID token: whether it is the provider's, for this console and this sign-in, and still good; the roles it gives."""

import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Error
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.util import urlsafe_b64decode

from gateway.console.sessions import subject_hash
from gateway.console.settings import Oidc, Role

# Signatures that only the provider can make. Not `none`, and not HMAC, whose key could be the public one.
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
# Clocks that differ.
_LEEWAY_SECONDS = 60


class SignInError(Exception):
    """A sign-in fails: `reason` is a sentence of messages.yml (`sign_in`), the message is for the log."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True)
class Tokens:
    """What the provider gave for a code; gone when the sign-in is done."""

    id_token: str = field(repr=False)
    access_token: str | None = field(repr=False)

    @property
    def key_id(self) -> str | None:
        """The `kid` that the ID token says it is signed with. Raises SignInError when it is no signed token."""
        try:
            header = json.loads(urlsafe_b64decode(self.id_token.split(".")[0].encode("ascii")))
            kid = header.get("kid")
        except (ValueError, AttributeError, binascii.Error):
            raise SignInError("oidc_invalid", "no signed token") from None
        return kid if isinstance(kid, str) else None


@dataclass(frozen=True)
class Identity:
    """Who signed in. `has_claim`: the token spoke of roles at all."""

    subject: str
    subject_hash: str
    roles: frozenset[Role]
    has_claim: bool


def identity(tokens: Tokens, keys: KeySet, oidc: Oidc, nonce: str, now: float) -> Identity:
    """The person whom a valid ID token names. Raises SignInError for one that is not valid in every respect."""
    try:
        token = jwt.decode(tokens.id_token, keys, algorithms=list(ALGORITHMS))
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": oidc.issuer},
                "sub": {"essential": True},
                "aud": {"essential": True, "value": oidc.client_id},
                "exp": {"essential": True},
            },
            {"nonce": nonce, "client_id": oidc.client_id, "access_token": tokens.access_token},
        )
        claims.validate(now=int(now), leeway=_LEEWAY_SECONDS)
    except (JoseError, OAuth2Error, ValueError, KeyError, TypeError, AttributeError) as error:
        # The message of these may quote the token.
        raise SignInError("oidc_invalid", f"ID token refused: {type(error).__name__}") from None
    subject = claims["sub"]
    if not isinstance(subject, str) or not subject:
        raise SignInError("oidc_invalid", "ID token without a subject")
    return with_roles(subject, token.claims, oidc)


def with_roles(subject: str, claims: Mapping[str, Any], oidc: Oidc) -> Identity:
    """The person with the roles that the configured claim gives; the claim may be nested: `realm_access.roles`."""
    value = claims.get(oidc.roles_claim)
    if value is None:
        value = claims
        for part in oidc.roles_claim.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    given = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    roles = frozenset(role for name, role in oidc.roles if name in given)
    return Identity(subject, subject_hash(oidc.issuer, subject), roles, value is not None)

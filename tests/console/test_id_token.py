"""ID tokens that are wrong in one respect each, signed by hand: with the provider's key, or with another."""

import base64
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from gateway.console.id_token import SignInError, Tokens, identity, with_roles
from gateway.console.settings import Oidc

OIDC = Oidc("https://id.example.fr", "console")
KEY = RSAKey.generate_key(2048, {"kid": "1"})
OTHER = RSAKey.generate_key(2048, {"kid": "1"})
KEYS = KeySet([RSAKey.import_key(KEY.as_dict(private=False))])
NOW = time.time()
NONCE = "the nonce of this sign-in"


def claims(**changed: Any) -> dict[str, Any]:
    """The claims of a valid token; None takes one out."""
    whole = {
        "iss": OIDC.issuer, "sub": "ines", "aud": "console", "exp": int(NOW) + 300, "iat": int(NOW), "nonce": NONCE,
        "roles": ["agent"], **changed,
    }  # fmt: skip
    return {name: value for name, value in whole.items() if value is not None}


def signed(content: Mapping[str, Any], key: Any = KEY, algorithm: str = "RS256") -> str:
    """A token of these claims."""
    return str(jwt.encode({"alg": algorithm, "kid": "1"}, dict(content), key, algorithms=[algorithm]))


def _read(token: str, keys: KeySet = KEYS, access_token: str | None = None) -> Any:
    return identity(Tokens(token, access_token), keys, OIDC, NONCE, NOW)


def _packed(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def test_a_valid_token_names_the_person_and_the_roles() -> None:
    who = _read(signed(claims()))
    assert (who.subject, who.roles) == ("ines", {"agent"})
    assert "ines" not in who.subject_hash


def test_a_token_for_several_is_good_when_it_was_issued_to_this_console() -> None:
    assert _read(signed(claims(aud=["other", "console"], azp="console"))).subject == "ines"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example"}, {"iss": "https://id.example.fr/"}, {"iss": None},
        {"aud": "other"}, {"aud": ["other"]}, {"aud": None}, {"aud": ["console", "other"]}, {"aud": 1},
        {"azp": "other"}, {"exp": int(NOW) - 61}, {"exp": None}, {"exp": "soon"}, {"iat": None},
        {"iat": int(NOW) + 3600}, {"nbf": int(NOW) + 3600},
        {"nonce": None}, {"nonce": "another"}, {"nonce": ""}, {"sub": None}, {"sub": ""}, {"sub": 7},
    ],
)  # fmt: skip
def test_a_token_that_is_wrong_in_one_respect_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(SignInError) as refused:
        _read(signed(claims(**changed)))
    assert refused.value.reason == "oidc_invalid"


def test_the_signature_of_another_key_is_refused() -> None:
    with pytest.raises(SignInError):
        _read(signed(claims(), OTHER))


def test_claims_changed_after_signing_are_refused() -> None:
    head, _, signature = signed(claims()).split(".")
    with pytest.raises(SignInError):
        _read(f"{head}.{_packed(claims(roles=['agent', 'auditor']))}.{signature}")


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE"])
def test_a_token_that_is_not_signed_is_refused(algorithm: str) -> None:
    with pytest.raises(SignInError):
        _read(f"{_packed({'alg': algorithm})}.{_packed(claims())}.")


def test_the_public_key_is_no_secret_to_sign_with() -> None:
    content = f"{_packed({'alg': 'HS256', 'kid': '1'})}.{_packed(claims())}"
    signature = hmac.digest(KEY.as_pem(private=False), content.encode(), "sha256")
    with pytest.raises(SignInError):
        _read(f"{content}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}")


def test_an_algorithm_that_is_not_on_the_list_is_refused() -> None:
    with pytest.raises(SignInError):
        _read(signed(claims(), KEY, "RS512"))


def test_an_elliptic_curve_key_is_as_good() -> None:
    key = ECKey.generate_key("P-256", {"kid": "1"})
    assert _read(signed(claims(), key, "ES256"), KeySet([key])).subject == "ines"


def test_the_hash_of_another_access_token_is_refused() -> None:
    with pytest.raises(SignInError):
        _read(signed(claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA")), access_token="substituted")


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "é", "e30.e30.e30", f"{_packed([])}.e30."])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(SignInError):
        _read(token)


@pytest.mark.parametrize("token", ["", "é", "a.b.c", f"{_packed([])}.e30."])
def test_the_key_of_what_is_no_token_is_not_looked_for(token: str) -> None:
    with pytest.raises(SignInError):
        assert Tokens(token, None).key_id


@pytest.mark.parametrize(
    ("claim", "content", "roles"),
    [
        ("roles", {"roles": ["agent", "auditor"]}, {"agent", "auditor"}),
        ("roles", {"roles": "editor"}, {"editor"}),
        ("roles", {"roles": ["root", 1, None, {"agent": 1}]}, set()),
        ("roles", {"roles": {"agent": True}}, set()),
        ("roles", {}, set()),
        ("realm_access.roles", {"realm_access": {"roles": ["agent"]}}, {"agent"}),
        ("https://a.fr/roles", {"https://a.fr/roles": ["agent"]}, {"agent"}),
    ],
)
def test_roles_come_from_the_configured_claim(claim: str, content: dict[str, Any], roles: set[str]) -> None:
    assert with_roles("ines", content, Oidc("https://id.example.fr", "console", roles_claim=claim)).roles == roles


def test_no_token_shows_when_it_is_printed() -> None:
    assert "eyJ" not in repr(Tokens(signed(claims()), "eyJ"))

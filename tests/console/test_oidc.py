"""Signing in through a real OpenID provider (oidc-provider), and what is refused on the way back."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.console.conftest import SECRET, OpenId, Visitor, assert_error, assert_refused, through_provider


@pytest.fixture
def visitor(provider: OpenId) -> Visitor:
    return Visitor(provider.gateway().client)


def test_a_person_of_the_provider_is_signed_in_with_the_roles_it_gives(visitor: Visitor) -> None:
    answer = visitor.get(through_provider(visitor, "ines.agent+auditor+cleaner"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/conseiller")
    assert visitor.get("/conseiller/api/session").json()["roles"] == ["agent", "auditor"]
    assert set(visitor.cookies) == {"__Host-session"}


def test_the_browser_is_sent_away_with_pkce_a_state_and_a_nonce(visitor: Visitor) -> None:
    asked = [parse_qs(urlsplit(visitor.get("/conseiller/connexion/oidc").headers["location"]).query) for _ in range(2)]
    for query in asked:
        assert query["response_type"] == ["code"]
        assert query["code_challenge_method"] == ["S256"]
        assert query["redirect_uri"] == [f"{str(visitor.client.base_url).rstrip('/')}/conseiller/connexion/retour"]
    for secret in ("state", "nonce", "code_challenge"):
        assert len(asked[0][secret][0]) >= 43
        assert asked[0][secret] != asked[1][secret]


def test_the_cookie_of_the_way_there_is_the_browsers_alone(visitor: Visitor) -> None:
    cookie = visitor.get("/conseiller/connexion/oidc").headers["set-cookie"]
    assert cookie.startswith("__Host-signin=")
    for attribute in ("Secure", "HttpOnly", "SameSite=lax", "Path=/", "Max-Age=600"):
        assert attribute in cookie


def test_roles_may_be_told_by_userinfo_alone(provided: Callable[[str], OpenId]) -> None:
    visitor = Visitor(provided("userinfo").gateway().client)
    visitor.get(through_provider(visitor, "ines.editor"))
    assert visitor.get("/conseiller/api/session").json()["roles"] == ["editor"]


def test_a_client_with_a_secret_shows_it(provider: OpenId) -> None:
    right = Visitor(provider.gateway(client_id="console with secret", client_secret=SECRET).client)
    assert right.get(through_provider(right, "ines.agent")).headers["location"] == "/conseiller"


def test_a_wrong_secret_is_refused(provider: OpenId) -> None:
    wrong = Visitor(provider.gateway(client_id="console with secret", client_secret="another").client)
    assert_refused(wrong.get(through_provider(wrong, "ines.agent")), "oidc_invalid")


def test_the_claim_and_its_values_are_configured(provider: OpenId) -> None:
    visitor = Visitor(provider.gateway(roles=(("conseillers", "agent"), ("dpo", "auditor"))).client)
    visitor.get(through_provider(visitor, "ines.dpo+agent"))
    assert visitor.get("/conseiller/api/session").json()["roles"] == ["auditor"]


def test_somebody_without_a_role_is_not_signed_in(visitor: Visitor) -> None:
    assert_refused(visitor.get(through_provider(visitor, "ines.cleaner")), "oidc_no_role")
    assert_error(visitor.get("/conseiller/api/session"), 401, "session_missing")


def test_the_way_back_is_good_once(visitor: Visitor) -> None:
    back = through_provider(visitor, "ines.agent")
    kept = dict(visitor.cookies)
    assert visitor.get(back).headers["location"] == "/conseiller"
    visitor.cookies = kept
    assert_refused(visitor.get(back), "oidc_expired")


def test_a_code_is_good_once_even_with_a_fresh_state(visitor: Visitor) -> None:
    back = through_provider(visitor, "ines.agent")
    used = parse_qs(urlsplit(back).query)["code"][0]
    visitor.get(back)
    state = parse_qs(urlsplit(visitor.get("/conseiller/connexion/oidc").headers["location"]).query)["state"][0]
    assert_refused(visitor.get(f"/conseiller/connexion/retour?code={used}&state={state}"), "oidc_invalid")


def test_another_browser_cannot_finish_what_this_one_began(visitor: Visitor) -> None:
    # An attacker who signs in and has a victim follow the way back would have the victim work in the attacker's name.
    back = through_provider(visitor, "mallory.agent")
    victim = Visitor(visitor.client)
    assert_refused(victim.get(back), "oidc_expired")
    assert_refused(visitor.get(back), "oidc_expired")


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?code=x&state=x", "?error=access_denied&state=x"])
def test_a_way_back_that_nobody_began_is_refused(visitor: Visitor, query: str) -> None:
    assert_refused(visitor.get(f"/conseiller/connexion/retour{query}"), "oidc_expired")


def test_the_answer_of_another_issuer_is_refused(visitor: Visitor) -> None:
    back = through_provider(visitor, "ines.agent")
    assert "&iss=http" in back
    mixed = back.replace("&iss=http", "&iss=https://evil.example/http")
    assert_refused(visitor.get(mixed), "oidc_invalid")


def test_a_refusal_at_the_provider_is_told(visitor: Visitor) -> None:
    state = parse_qs(urlsplit(visitor.get("/conseiller/connexion/oidc").headers["location"]).query)["state"][0]
    assert_refused(visitor.get(f"/conseiller/connexion/retour?error=access_denied&state={state}"), "oidc_refused")


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/conseiller/../", "javascript:a()"])
def test_no_page_of_another_site_can_be_had_as_the_end(visitor: Visitor, wanted: str) -> None:
    assert visitor.get(through_provider(visitor, "ines.agent", vers=wanted)).headers["location"] == "/conseiller"


def test_the_page_that_was_wanted_is_the_end(visitor: Visitor) -> None:
    back = through_provider(visitor, "ines.agent+auditor", vers="/conseiller/audit")
    assert visitor.get(back).headers["location"] == "/conseiller/audit"


def test_sign_out_ends_the_session_and_leads_to_the_providers_own(provider: OpenId) -> None:
    visitor = Visitor(provider.gateway().client)
    visitor.get(through_provider(visitor, "ines.agent"))
    visitor.csrf = visitor.get("/conseiller/api/session").json()["csrf"]
    kept = dict(visitor.cookies)
    then = visitor.post("/conseiller/api/signout").json()["then"]
    assert then.startswith(f"{provider.issuer}/session/end?client_id=console&post_logout_redirect_uri=http%3A%2F%2F127")
    assert visitor.cookies == {}
    visitor.cookies = kept
    assert_error(visitor.get("/conseiller/api/session"), 401, "session_missing")


def test_a_provider_that_is_down_is_told_in_a_sentence(provider: OpenId) -> None:
    visitor = Visitor(provider.gateway(issuer="http://127.0.0.1:9").client)
    answer = visitor.get("/conseiller/connexion/oidc")
    assert_refused(answer, "oidc_down")
    assert "Le service de connexion ne répond pas." in visitor.get(answer.headers["location"]).text


def test_local_accounts_are_off_beside_a_provider(visitor: Visitor) -> None:
    assert_error(visitor.sign_in("agent"), 404, "page_unknown")


def test_no_token_is_kept(provider: OpenId) -> None:
    gateway = provider.gateway()
    visitor = Visitor(gateway.client)
    visitor.get(through_provider(visitor, "ines.agent"))
    for path in gateway.settings.run_dir.glob("console.sqlite*"):
        kept = path.read_bytes()
        assert b"eyJ" not in kept
        assert b"ines" not in kept


def test_sign_ins_cannot_be_begun_without_end(visitor: Visitor) -> None:
    ends = [visitor.get("/conseiller/connexion/oidc").headers["location"] for _ in range(80)]
    assert ends[0].startswith("http")
    assert ends[-1] == "/conseiller/connexion?erreur=too_many"


def test_the_provider_is_what_the_tests_say(provider: OpenId) -> None:
    found = httpx.get(f"{provider.issuer}/.well-known/openid-configuration", trust_env=False).json()
    assert found["issuer"] == provider.issuer
    assert "S256" in found["code_challenge_methods_supported"]

"""Sessions at the door: what opens one, what ends it, and what is refused without it."""

import re
from collections.abc import Callable

import pytest
from fastapi.routing import iter_route_contexts

from gateway.app import create_app
from gateway.console.pages import FOLDER, PAGES, PUBLIC_FILES, STATIC
from gateway.console.sessions import subject_hash
from gateway.metrics import Metrics
from gateway.settings import Settings
from tests.console.conftest import PASSWORD, Visitor
from tests.gateway.conftest import KEYS, Gateway, assert_error

Visit = Callable[..., Visitor]
# What may be asked without a session: signing in itself.
OPEN = {
    "/conseiller/connexion", "/conseiller/connexion/oidc", "/conseiller/connexion/retour", "/conseiller/api/signin",
}  # fmt: skip
ROLE_OF = {"/conseiller/api/editor": "editor", "/conseiller/api/audit": "auditor"}
OF_ALL = {"/conseiller/api/session", "/conseiller/api/signout"}


def _calls(settings: Settings) -> list[tuple[str, str]]:
    """Every call of the console, by method and path."""
    app = create_app(settings, KEYS, Metrics())
    found = [
        (method, str(route.path))
        for route in iter_route_contexts(app.routes)
        if str(route.path).startswith("/conseiller") and route.path != STATIC
        for method in sorted(route.methods or ())
    ]
    assert len(found) > 15
    return found


def test_nothing_of_the_console_answers_without_a_session(visit: Visit, settings: Settings) -> None:
    calls = [(method, path) for method, path in _calls(settings) if path not in OPEN]
    assert len(calls) > 10
    for method, path in calls:
        answer = visit().send(method, path)
        if path in PAGES:
            assert (answer.status_code, answer.headers["location"]) == (303, f"/conseiller/connexion?vers={path}")
        elif method != "HEAD":
            assert_error(answer, 401, "session_missing")


def test_each_call_is_refused_without_its_role(visit: Visit, settings: Settings) -> None:
    visitor = visit("none")
    for method, path in _calls(settings):
        if path in OPEN | OF_ALL | PAGES.keys():
            continue
        assert_error(visitor.send(method, path, headers={"X-CSRF-Token": visitor.csrf}), 403, "role_missing")


@pytest.mark.parametrize("name", ["agent", "editor", "auditor"])
def test_a_role_opens_its_own_page_and_calls_and_no_other(visit: Visit, settings: Settings, name: str) -> None:
    visitor = visit(name)
    for path, (role, _) in PAGES.items():
        answer = visitor.get(path)
        assert answer.status_code == (200 if role == name else 403)
        assert answer.headers["content-type"].startswith("text/html")
    for method, path in _calls(settings):
        if path in OPEN | OF_ALL | PAGES.keys():
            continue
        wanted = next((role for prefix, role in ROLE_OF.items() if path.startswith(prefix)), "agent")
        answer = visitor.send(method, path, headers={"X-CSRF-Token": visitor.csrf})
        assert (answer.status_code == 403) == (wanted != name), path


def test_every_call_that_does_more_than_read_needs_the_token(visit: Visit, settings: Settings) -> None:
    visitor, other = visit("all"), visit("all")
    changing = [path for method, path in _calls(settings) if method not in ("GET", "HEAD") and path not in OPEN]
    assert "/conseiller/api/signout" in changing
    for path in changing:
        for headers in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": other.csrf}):
            assert_error(visitor.send("POST", path, headers=headers), 403, "token_refused")
    assert visitor.get("/conseiller/api/session").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
    ],
)  # fmt: skip
def test_a_page_of_another_origin_can_do_nothing(visit: Visit, headers: dict[str, str]) -> None:
    visitor = visit("agent")
    assert_error(visitor.post("/conseiller/api/signout", headers=headers), 403, "token_refused")
    credentials = {"username": "agent", "password": PASSWORD}
    assert_error(visit().post("/conseiller/api/signin", json=credentials, headers=headers), 403, "token_refused")


def test_the_consoles_own_pages_may(visit: Visit, gateway: Gateway) -> None:
    own = {"Origin": str(gateway.client.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    assert visit("agent").post("/conseiller/api/signout", headers=own).status_code == 200


def test_a_form_of_another_site_cannot_sign_in(visit: Visit) -> None:
    answer = visit().send(
        "POST", "/conseiller/api/signin", content=b'{"username":"agent","password":"x"}',
        headers={"Content-Type": "text/plain"},
    )  # fmt: skip
    assert_error(answer, 415, "body_type")


@pytest.mark.parametrize("token", ["", "x", "é", "../../etc/passwd", "a" * 5000])
def test_a_cookie_that_was_made_up_opens_nothing(visit: Visit, token: str) -> None:
    visitor = visit()
    answer = visitor.client.get("/conseiller/api/session", headers={b"Cookie": f"__Host-session={token}".encode()})
    assert_error(answer, 401, "session_missing")


def test_a_cookie_that_was_changed_opens_nothing(visit: Visit) -> None:
    visitor = visit("agent")
    token = visitor.cookies["__Host-session"]
    visitor.cookies["__Host-session"] = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert_error(visitor.get("/conseiller/api/session"), 401, "session_missing")


def test_the_cookie_is_for_this_host_over_a_private_way_and_not_for_scripts(visit: Visit) -> None:
    cookie = visit().sign_in("agent").headers["set-cookie"]
    assert re.fullmatch(r"__Host-session=[\w-]{43}; HttpOnly; Path=/; SameSite=lax; Secure", cookie), cookie


def test_sign_in_gives_a_new_session_and_ends_the_one_before(visit: Visit) -> None:
    visitor = visit()
    visitor.cookies["__Host-session"] = planted = "chosen-by-somebody-else"
    visitor.sign_in("agent")
    first = visitor.cookies["__Host-session"]
    assert first != planted
    visitor.sign_in("agent")
    assert visitor.cookies["__Host-session"] != first
    visitor.cookies["__Host-session"] = first
    assert_error(visitor.get("/conseiller/api/session"), 401, "session_missing")


def test_sign_out_ends_the_session_on_the_server(visit: Visit) -> None:
    visitor = visit("agent")
    kept = dict(visitor.cookies)
    assert visitor.post("/conseiller/api/signout").json() == {"then": "/conseiller/connexion"}
    assert visitor.cookies == {}
    visitor.cookies = kept
    assert_error(visitor.get("/conseiller/api/session"), 401, "session_missing")


def test_neither_cookie_nor_name_is_in_the_file(visit: Visit, settings: Settings) -> None:
    token = visit("auditor").cookies["__Host-session"]
    for path in settings.run_dir.glob("console.sqlite*"):
        assert token.encode() not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
    assert len(subject_hash("", "auditor")) == 64
    assert subject_hash("https://a", "b") != subject_hash("https://ab", "")


@pytest.mark.parametrize("path", [*PAGES, "/conseiller/connexion", "/conseiller/api/session"])
def test_answers_are_kept_nowhere_and_run_only_what_the_console_gives(visit: Visit, path: str) -> None:
    answer = visit("all").get(path)
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_only_what_the_sign_in_page_loads_is_served_to_anyone(visit: Visit) -> None:
    stranger, agent = visit(), visit("agent")
    files = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
    assert files >= PUBLIC_FILES
    for name in files:
        path = f"/conseiller/static/{name}"
        if name.endswith(".html"):
            assert_error(agent.get(path), 404, "page_unknown")
        elif name in PUBLIC_FILES:
            assert stranger.get(path).status_code == 200
        else:
            assert_error(stranger.get(path), 401, "session_missing")
            assert agent.get(path).content == (FOLDER / name).read_bytes()
    assert_error(stranger.get("/conseiller/static/../index.html"), 404, "page_unknown")
    assert_error(stranger.get("/conseiller/static/nowhere.js"), 401, "session_missing")


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/ailleurs", "/conseiller/nulle-part"])
def test_sign_in_leads_to_a_page_of_the_console_whatever_was_wanted(visit: Visit, wanted: str) -> None:
    assert visit().sign_in("agent", then=wanted).json() == {"then": "/conseiller"}
    assert wanted not in visit().get("/conseiller/connexion", params={"vers": wanted}).text


def test_sign_in_leads_to_the_page_that_was_wanted_or_the_first_that_is_open(visit: Visit) -> None:
    assert visit().sign_in("all", then="/conseiller/audit").json() == {"then": "/conseiller/audit"}
    assert visit().sign_in("auditor").json() == {"then": "/conseiller/audit"}
    assert visit("editor").get("/conseiller/connexion").headers["location"] == "/conseiller/redaction"


def test_what_the_sign_in_page_is_told_is_never_markup(visit: Visit) -> None:
    text = visit().get("/conseiller/connexion", params={"erreur": "<script>", "vers": '"><script>'}).text
    assert "<script>" not in text
    assert 'id="problem" class="problem" role="alert" hidden' in text


def test_many_look_ups_behind_one_address_are_counted_by_person(
    start: Callable[..., Gateway], accounts: object, base: object
) -> None:
    client = start(rate_limits=True).client
    busy, calm = Visitor(client), Visitor(client)
    busy.sign_in("agent")
    calm.sign_in("all")
    assert busy.post("/conseiller/api/start").status_code == 405
    # A busy machine may take little more than one a second more than there is room for.
    answers = (busy.post("/conseiller/api/start") for _ in range(2000))
    refused = next(answer for answer in answers if answer.status_code != 405)
    assert_error(refused, 429, "too_many")
    assert calm.post("/conseiller/api/start").status_code == 405

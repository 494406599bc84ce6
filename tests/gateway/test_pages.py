"""Pages, headers, other sites, and the description of it all."""

import json
from collections.abc import Callable

import pytest

from gateway.errors import Fault
from gateway.pages import WEB
from tests.gateway.conftest import Gateway, assert_error

SITE = "https://www.example.fr"


def test_the_page_and_its_files_are_served_as_they_are(gateway: Gateway) -> None:
    assert gateway.client.get("/").text == (WEB / "index.html").read_text(encoding="utf-8")
    for name in ("chat.js", "chat.css"):
        answer = gateway.client.get(f"/static/{name}")
        assert answer.content == (WEB / name).read_bytes()
        again = gateway.client.get(f"/static/{name}", headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
    assert gateway.client.head("/").status_code == 200


@pytest.mark.parametrize("path", ["/", "/static/chat.js"])
def test_a_page_may_load_only_what_this_server_gives(gateway: Gateway, path: str) -> None:
    policy = gateway.client.get(path).headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("path", ["/", "/static/chat.js", "/nowhere", "/health", "/openapi.json", "/conversations"])
def test_every_answer_carries_the_security_headers(gateway: Gateway, path: str) -> None:
    headers = gateway.client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["cache-control"] in ("no-store", "no-cache")
    assert "server" not in headers


def test_without_configuration_no_other_site_may_ask(gateway: Gateway) -> None:
    answer = gateway.client.post("/conversations", json={"channel": "web"}, headers={"Origin": SITE})
    assert "access-control-allow-origin" not in answer.headers


def test_a_configured_site_may_ask_and_another_may_not(start: Callable[..., Gateway]) -> None:
    gateway = start(cors_origins=(SITE,))
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    allowed = gateway.client.options("/conversations", headers={"Origin": SITE, **asking})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == SITE
    assert "access-control-allow-credentials" not in allowed.headers
    for other in ("https://www.example.fr.evil.fr", "http://www.example.fr", "null"):
        refused = gateway.client.options("/conversations", headers={"Origin": other, **asking})
        assert_error(refused, 400, "origin_refused")
        assert "access-control-allow-origin" not in refused.headers
    answer = gateway.client.get("/nowhere", headers={"Origin": SITE})
    assert answer.headers["access-control-allow-origin"] == SITE


def test_the_description_names_every_call_its_errors_and_its_keys(gateway: Gateway) -> None:
    answer = gateway.client.get("/openapi.json")
    document = answer.json()
    calls = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert calls == {
        ("/", "get"), ("/health", "get"), ("/conversations", "post"), ("/webhooks/rest/webhook", "post"),
        ("/conversations/{sender}", "delete"),
    }  # fmt: skip
    assert "HTTPValidationError" not in answer.text
    assert set(document["components"]["securitySchemes"]) == {"key", "password"}
    for path, method in calls - {("/", "get"), ("/health", "get")}:
        responses = document["paths"][path][method]["responses"]
        assert {"401", "429", "500", "503"} <= set(responses)
        for status, response in responses.items():
            if int(status) >= 400:
                content = response["content"]["application/json"]
                assert content["schema"] == {"$ref": "#/components/schemas/ErrorBody"}
                for code, example in content["examples"].items():
                    assert Fault(("", 0) if not code else (code, int(status))).body() == example["value"]


def test_the_description_resolves_and_holds_the_limits(gateway: Gateway) -> None:
    document = gateway.client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    references = json.dumps(document).split('"#/components/schemas/')[1:]
    assert {reference.partition('"')[0] for reference in references} <= set(schemas)
    assert schemas["Say"]["properties"]["message"]["maxLength"] == 1000
    assert schemas["OpenConversation"]["properties"]["channel"]["enum"] == ["web", "agent", "ivr"]

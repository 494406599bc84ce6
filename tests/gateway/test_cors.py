"""Which websites' pages may ask: exact origins, and nothing that looks like one."""

from collections.abc import Callable

import pytest

from tests.gateway.conftest import Gateway

OURS = ("https://www.example.fr", "http://localhost:3000")
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}


@pytest.mark.parametrize("origin", OURS)
def test_a_named_origin_may_ask_without_cookies(start: Callable[..., Gateway], origin: str) -> None:
    gateway = start(cors_origins=OURS)
    for answer in (
        gateway.client.options("/conversations", headers={"Origin": origin, **PREFLIGHT}),
        gateway.client.post("/conversations", json={"channel": "web"}, headers={"Origin": origin}),
        gateway.client.post("/conversations", content=b"{", headers={"Origin": origin}),
    ):
        assert answer.headers["access-control-allow-origin"] == origin
        assert "access-control-allow-credentials" not in answer.headers
        assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize("origins", [OURS, ()])
def test_an_origin_that_only_looks_like_one_is_told_nothing(
    start: Callable[..., Gateway], origins: tuple[str, ...]
) -> None:
    gateway = start(cors_origins=origins)
    for origin in (
        "https://www.example.fr.evil.example", "https://evil.example/https://www.example.fr", "https://example.fr",
        "https://www.example.fr:8443", "http://www.example.fr", "https://www.example.fr@evil.example", "null", "*", "",
        "https://wwwXexample.fr", "https://www.example.fr/", "https://www.example.fr https://evil.example", "file://",
        "http://localhost:30000", "https://sub.www.example.fr", "https://www.example.fr%00.evil.example",
    ):  # fmt: skip
        for answer in (
            gateway.client.options("/conversations", headers={"Origin": origin, **PREFLIGHT}),
            gateway.client.post("/conversations", json={"channel": "web"}, headers={"Origin": origin}),
        ):
            assert "access-control-allow-origin" not in answer.headers, origin
            assert "access-control-allow-credentials" not in answer.headers, origin

"""Pages, headers, other sites, and the description of it all."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from gateway.errors import Fault
from gateway.pages import ASSETS, SITE, policy_text
from policies_kb.source import Source, read_sources
from tests.gateway.conftest import Gateway, assert_error

OTHER_SITE = "https://www.example.fr"
SHOWN = ["/", "/caraibe", "/mali"]
PAGES = [*SHOWN, "/confidentialite"]
SOURCES = read_sources()


class Reader(HTMLParser):
    """The words of a policy's HTML, block by block, with the element that each block is."""

    BLOCKS = frozenset({"h2", "h3", "p", "li"})

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.blocks: list[tuple[str, str]] = []
        self._within: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a block."""
        if tag in self.BLOCKS:
            self._within.append(tag)
            self.blocks.append((tag, ""))

    def handle_endtag(self, tag: str) -> None:
        """Close a block."""
        if tag in self.BLOCKS:
            assert self._within.pop() == tag

    def handle_data(self, data: str) -> None:
        """Words, which all stand in a block."""
        if self._within:
            tag, text = self.blocks[-1]
            self.blocks[-1] = (tag, text + data)
        else:
            assert not data.strip(), data


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_and_costs_nothing_when_it_has_not_changed(gateway: Gateway, path: str) -> None:
    answer = gateway.client.get(path)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!DOCTYPE html>")
    assert "$" not in answer.text
    again = gateway.client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert gateway.client.get(path, headers={"If-None-Match": '"another"'}).status_code == 200
    head = gateway.client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(answer.content))


@pytest.mark.parametrize("name", ["site.css", "icon.svg"])
def test_style_and_images_are_served_as_they_are_and_page_files_are_not(gateway: Gateway, name: str) -> None:
    answer = gateway.client.get(f"/static/{name}")
    assert answer.content == (ASSETS / name).read_bytes()
    again = gateway.client.get(f"/static/{name}", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    for outside in ("home.html", "../home.html", "%2e%2e/home.html", "widget/api.js"):
        assert_error(gateway.client.get(f"/static/{outside}"), 404, "page_unknown")


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_a_policy_is_shown_word_for_word_and_in_order(gateway: Gateway, source: Source) -> None:
    page = gateway.client.get(f"/{source.country}").text
    text = policy_text(source)
    assert text in page
    blocks = Reader(text).blocks
    shown = " ".join([source.title, *(words for _, words in blocks)])
    assert shown.split() == re.sub(r"^- ", "", source.body, flags=re.MULTILINE).split()
    assert [words for tag, words in blocks if tag.startswith("h")] == list(source.sections[1:])
    assert [words for tag, words in blocks if tag == "li"] == [item.text for item in source.passages if item.is_item]


@pytest.mark.parametrize(
    ("country", "after"), [("caraibe", "Orange réalise également"), ("mali", "Orange Mali réalise")]
)
def test_what_follows_an_inner_section_stands_outside_it(country: str, after: str) -> None:
    # The reasons beside the contract do not belong under the heading that names the contract.
    before, _ = policy_text(SOURCES[country]).split(f"<p>{after}")
    opened = before[before.index('<h2 id="why">') :]
    assert opened.count("<section>") == opened.count("</section>") == 1


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_a_policy_says_its_title_its_date_and_its_contents(gateway: Gateway, source: Source) -> None:
    page = gateway.client.get(f"/{source.country}").text
    assert f"<h1>{source.title}</h1>" in page
    assert f'<time datetime="{source.updated.isoformat()}">' in page
    contents = page[page.index('<nav class="contents"') :].partition("</nav>")[0]
    links = re.findall(r'<a href="#([a-z-]+)">([^<]+)</a>', contents)
    assert links == re.findall(r'<h2 id="([a-z-]+)">([^<]+)</h2>', policy_text(source))
    assert len(links) >= 8


def test_the_home_page_dates_both_policies_and_its_example_is_a_policys_own_words(gateway: Gateway) -> None:
    page = gateway.client.get("/").text
    for source in SOURCES.values():
        assert f'<time datetime="{source.updated.isoformat()}">' in page
    assert ">6 mai 2021<" in page
    assert ">15 décembre 2021<" in page
    (quoted,) = re.findall(r"<blockquote><p>«\u202f(.+?)\u202f»</p></blockquote>", page)
    assert quoted in SOURCES["mali"].body


@pytest.mark.parametrize("path", SHOWN)
def test_a_page_carries_the_widget_of_its_country_and_says_that_it_is_a_demonstration(
    gateway: Gateway, path: str
) -> None:
    page = gateway.client.get(path).text
    (tag,) = re.findall(r"<script[^>]*></script>", page)
    country = "" if path == "/" else f' data-country="{path[1:]}"'
    assert tag == f'<script src="/widget.js"{country} defer></script>'
    assert "<strong>Démonstration</strong>" in page
    assert "<noscript>" in page
    assert page.count('aria-current="page"') == 1


def test_the_sites_texts_are_typeset_as_french_is() -> None:
    files = sorted(SITE.glob("*.html"))
    assert len(files) >= 6
    for file in files:
        markup = file.read_text(encoding="utf-8").removeprefix("<!DOCTYPE html>")
        prose = re.sub(r"<(code|blockquote)>.*?</\1>", "", markup, flags=re.DOTALL)  # not ours, or not French
        for words in re.split(r"<[^>]*>", prose):
            assert not re.search(r"[ \u00a0][;:?!»]|\w[;:?!](?=\s|$)|«(?!\u202f)|'", words), f"{file.name}: {words!r}"


@pytest.mark.parametrize("path", [*PAGES, "/static/site.css"])
def test_a_page_may_load_only_what_this_server_gives(gateway: Gateway, path: str) -> None:
    policy = gateway.client.get(path).headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("path", [*PAGES, "/static/site.css", "/nowhere", "/health", "/openapi.json", "/conversations"])
def test_every_answer_carries_the_security_headers(gateway: Gateway, path: str) -> None:
    headers = gateway.client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["cache-control"] in ("no-store", "no-cache")
    assert "server" not in headers


def test_without_configuration_no_other_site_may_ask(gateway: Gateway) -> None:
    answer = gateway.client.post("/conversations", json={"channel": "web"}, headers={"Origin": OTHER_SITE})
    assert "access-control-allow-origin" not in answer.headers


def test_a_configured_site_may_ask_and_another_may_not(start: Callable[..., Gateway]) -> None:
    gateway = start(cors_origins=(OTHER_SITE,))
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    allowed = gateway.client.options("/conversations", headers={"Origin": OTHER_SITE, **asking})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == OTHER_SITE
    assert "access-control-allow-credentials" not in allowed.headers
    for other in ("https://www.example.fr.evil.fr", "http://www.example.fr", "null"):
        refused = gateway.client.options("/conversations", headers={"Origin": other, **asking})
        assert_error(refused, 400, "origin_refused")
        assert "access-control-allow-origin" not in refused.headers
    answer = gateway.client.get("/nowhere", headers={"Origin": OTHER_SITE})
    assert answer.headers["access-control-allow-origin"] == OTHER_SITE


def test_the_description_names_every_call_its_errors_and_its_keys(gateway: Gateway) -> None:
    answer = gateway.client.get("/openapi.json")
    document = answer.json()
    calls = {(path, method) for path, methods in document["paths"].items() for method in methods}
    # Letters are read by anybody; tests/gateway/test_letters.py holds their description.
    calls -= {call for call in calls if call[0].startswith("/courriers/")}
    described = {(path, "get") for path in (*PAGES, "/widget.js", "/widget-{version}.js", "/widget.json")}
    described |= {(path, "get") for path in ("/courriers", "/conseiller", "/conseiller/redaction", "/conseiller/audit")}
    assert calls == described | {
        ("/health", "get"), ("/conversations", "post"), ("/webhooks/rest/webhook", "post"),
        ("/conversations/{sender}", "delete"), ("/feedback", "post"), ("/ivr/start", "get"),
        ("/ivr/calls", "post"), ("/ivr/calls/{call}/steps/{step}", "post"), ("/ivr/{call}/{step}", "get"),
    }  # fmt: skip
    assert "HTTPValidationError" not in answer.text
    assert set(document["components"]["securitySchemes"]) == {"key", "password", "session", "token"}
    for path, method in calls - described - {("/health", "get")}:
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

"""The letters over HTTP: each as the base holds it, the page that lists them, and what is said where there is none."""

import hashlib
import io
import re
import shutil
import sqlite3
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from pypdf import PdfReader

from gateway.chat import shown
from policies_kb.base import Letter, current
from tests.gateway.conftest import ROOT, Gateway, assert_error

CONTRACT: dict[str, Any] = yaml.safe_load((ROOT / "policies_kb/contract/topics.yml").read_text(encoding="utf-8"))
RIGHTS = {
    "acces": "rights.access",
    "rectification": "rights.rectification",
    "effacement": "rights.erasure",
    "opposition": "rights.objection",
    "limitation": "rights.restriction",
    "portabilite": "rights.portability",
    "directives-apres-le-deces": "rights.post_mortem",
    "retrait-du-consentement": "rights.withdraw_consent",
}


def _addresses() -> Iterator[tuple[str, str]]:
    """Where each letter is to be found, without extension, and the address that it goes to."""
    coverage = {topic["id"]: topic for topic in CONTRACT["topics"]}
    for contact in CONTRACT["contacts"]:
        if contact["kind"] == "postal" and not contact["id"].startswith("bloctel"):
            country = contact["country"]
            places = ["mali"] if country == "mali" else [f"caraibe/{of.replace('_', '-')}" for of in contact["for"]]
            for slug, right in RIGHTS.items():
                if coverage[right][country] != "silent":
                    yield from ((f"/courriers/{place}/{slug}", contact["text"]) for place in places)


ADDRESSES = dict(_addresses())


class Reader(HTMLParser):
    """The links, headings and ids of a page."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.headings: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the element is and where it leads."""
        found = dict(attrs)
        self.tags.append(tag)
        self.ids += [found["id"] or ""] if "id" in found else []
        self.links += [found["href"] or ""] if tag == "a" else []
        self.headings += [tag] if re.fullmatch(r"h[1-6]", tag) else []
        assert not {"style", "onclick"} & found.keys()


def test_every_letter_is_served_in_both_forms_with_its_address(gateway: Gateway, base: Path) -> None:
    assert len(ADDRESSES) == 61
    for place, address in ADDRESSES.items():
        lines = address.split(", ")
        pdf, text = gateway.client.get(f"{place}.pdf"), gateway.client.get(f"{place}.txt")
        name = "lettre" + place.removeprefix("/courriers").replace("/", "-")
        for answer, kind, media in ((pdf, "pdf", "application/pdf"), (text, "txt", "text/plain; charset=utf-8")):
            assert answer.status_code == 200, place
            assert answer.headers["content-type"] == media
            assert answer.headers["content-disposition"] == f'inline; filename="{name}.{kind}"'
            assert answer.headers["cache-control"] == "no-cache"
            assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
            assert answer.headers["x-content-type-options"] == "nosniff"
        assert "\n\n" + "\n".join(lines) + "\n\n" in text.text
        page = PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
        assert "\n".join(lines) in page


@pytest.mark.parametrize("path", ["/courriers/mali/acces.pdf", "/courriers/caraibe/tv/acces.txt", "/courriers"])
def test_what_has_not_changed_is_not_sent_again(gateway: Gateway, base: Path, path: str) -> None:
    first = gateway.client.get(path)
    again = gateway.client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert gateway.client.get(path, headers={"If-None-Match": '"another"'}).status_code == 200
    head = gateway.client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(first.content))


@pytest.mark.parametrize(
    "path",
    [
        "/courriers/mali/portabilite.pdf",
        "/courriers/mali/retrait-du-consentement.txt",
        "/courriers/mali/mobile/acces.pdf",
        "/courriers/caraibe/acces.pdf",
        "/courriers/caraibe/satellite/acces.pdf",
        "/courriers/caraibe/mobile/acces",
        "/courriers/caraibe/mobile/acces.odt",
        "/courriers/caraibe/mobile/acces.pdf.pdf",
        "/courriers/caraibe/mobile_entreprise/acces.pdf",
        "/courriers/caraibe/mobile/%27%20OR%20%271%27=%271.pdf",
        "/courriers/senegal/mobile/acces.pdf",
        "/courriers/",
    ],
)
def test_where_there_is_no_letter_a_sentence_says_what_there_is(gateway: Gateway, base: Path, path: str) -> None:
    message = assert_error(gateway.client.get(path), 404, "letter_unknown")
    assert "/courriers" in message
    assert "par opérateur, par offre et par droit" in message


@pytest.mark.parametrize("path", ["/courriers", "/courriers/mali/acces.pdf", "/courriers/mali/acces.txt"])
def test_without_a_base_the_gateway_says_that_it_is_not_ready(gateway: Gateway, path: str) -> None:
    answer = gateway.client.get(path)
    assert_error(answer, 503, "not_ready")
    assert answer.headers["retry-after"]


def test_a_replaced_base_gives_its_own_letters_at_the_next_request(gateway: Gateway, base: Path) -> None:
    before = gateway.client.get("/courriers/mali/acces.txt")
    listed = gateway.client.get("/courriers")
    other = Path(shutil.copy(base, base.with_name("other.sqlite")))
    connection = sqlite3.connect(other)
    connection.execute("UPDATE letters SET text = 'Autre' WHERE path = '/courriers/mali/acces'")
    connection.execute("DELETE FROM letters WHERE path = '/courriers/mali/opposition'")
    connection.commit()
    connection.close()
    other.replace(base)
    after = gateway.client.get("/courriers/mali/acces.txt", headers={"If-None-Match": before.headers["etag"]})
    assert (after.status_code, after.text) == (200, "Autre")
    assert_error(gateway.client.get("/courriers/mali/opposition.pdf"), 404, "letter_unknown")
    page = gateway.client.get("/courriers", headers={"If-None-Match": listed.headers["etag"]})
    assert page.status_code == 200
    assert "/courriers/mali/opposition" not in page.text


def test_the_page_leads_to_every_letter_once(gateway: Gateway, base: Path) -> None:
    answer = gateway.client.get("/courriers")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    found = Reader(answer.text)
    letters = [link for link in found.links if link.startswith("/courriers/")]
    assert sorted(letters) == sorted(f"{place}.{kind}" for place in ADDRESSES for kind in ("pdf", "txt"))
    for contact in set(ADDRESSES.values()):
        assert contact in answer.text


def test_the_page_is_in_order_for_a_screen_reader_and_runs_nothing(gateway: Gateway, base: Path) -> None:
    answer = gateway.client.get("/courriers")
    found = Reader(answer.text)
    assert '<html lang="fr">' in answer.text
    assert found.tags.count("h1") == found.tags.count("main") == 1
    assert all(
        int(after[1]) - int(before[1]) <= 1 for before, after in zip(found.headings, found.headings[1:], strict=False)
    )
    anchors = [link[1:] for link in found.links if link.startswith("#")]
    assert anchors[0] == "content"
    # The widget's own element is made when its script runs.
    assert set(anchors) - {"assistant-donnees"} <= set(found.ids)
    assert len(found.ids) == len(set(found.ids))
    assert not {"style", "form", "iframe"} & set(found.tags)
    assert re.findall(r"<script[^>]*>\s*", answer.text) == ['<script src="/widget.js" defer>']
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_the_page_says_what_it_rests_on_and_that_nothing_typed_reaches_it(gateway: Gateway, base: Path) -> None:
    page = gateway.client.get("/courriers").text
    for policy in current(base).policies.values():
        assert policy.title in page
        assert f'<time datetime="{policy.updated.isoformat()}">' in page
    assert ">6 mai 2021<" in page
    assert ">15 décembre 2021<" in page
    assert "rien de ce que vous écrivez dans une lettre ne lui parvient" in page


def test_the_description_lists_the_letters(gateway: Gateway) -> None:
    paths = gateway.client.get("/openapi.json").json()["paths"]
    places = {"/courriers/mali/{right}": 1, "/courriers/{country}/{offer}/{right}": 3}
    for place, parameters in places.items():
        for kind, media in (("pdf", "application/pdf"), ("txt", "text/plain; charset=utf-8")):
            call = paths[f"{place}.{kind}"]["get"]
            assert media in call["responses"]["200"]["content"]
            assert {"404", "503"} <= set(call["responses"])
            assert len(call["parameters"]) == parameters
    identities = [
        call["operationId"] for methods in paths.values() for call in methods.values() if "operationId" in call
    ]
    assert len(identities) == len(set(identities))


def test_the_terminal_prints_where_a_letter_is(built_base: Path) -> None:
    letter: Letter = current(built_base).letters[0]
    offered = {"right": letter.right, "title": letter.title, "pdf": f"{letter.path}.pdf", "text": f"{letter.path}.txt"}
    reply: list[dict[str, Any]] = [{"text": "Vous disposez d'un droit d'accès."}, {"custom": {"letters": [offered]}}]
    lines = shown(reply, "http://127.0.0.1:8080").splitlines()
    assert lines[0] == "Vous disposez d'un droit d'accès."
    assert lines[1].endswith(f"{letter.title}.")
    assert lines[2] == f"  http://127.0.0.1:8080{letter.path}.pdf"

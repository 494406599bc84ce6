"""The widget's one script: how it is put together, sent and pinned, and that it stays small."""

import base64
import gzip
import hashlib
import re
import shutil
from pathlib import Path

import pytest

from gateway.widget import ORDER, SOURCES, build
from policies_kb.source import read_sources
from tests.gateway.conftest import Gateway, assert_error

MOST_COMPRESSED_BYTES = 20_000
SITE = "https://www.example.fr"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A copy of the sources, to change."""
    return Path(shutil.copytree(SOURCES, tmp_path / "widget"))


def test_with_its_style_it_is_under_20_kb_compressed(gateway: Gateway, capsys: pytest.CaptureFixture[str]) -> None:
    script = gateway.client.get("/widget.js").content
    size = len(gzip.compress(script, 9))
    with capsys.disabled():
        print(f"\nwidget.js: {size:,} bytes with gzip, {len(script):,} without")
    assert size < MOST_COMPRESSED_BYTES


def test_it_says_its_version_its_hash_and_its_sizes(gateway: Gateway) -> None:
    about = gateway.client.get("/widget.json").json()
    answer = gateway.client.get("/widget.js")
    assert set(about) == {"version", "src", "integrity", "bytes", "compressed_bytes"}
    assert about["version"] == hashlib.sha256(answer.content).hexdigest()[:16]
    assert about["src"] == f"/widget-{about['version']}.js"
    assert about["integrity"] == "sha384-" + base64.b64encode(hashlib.sha384(answer.content).digest()).decode()
    assert about["bytes"] == len(answer.content)
    assert about["compressed_bytes"] == int(answer.headers["content-length"])
    assert gateway.client.get(about["src"]).content == answer.content


def test_any_page_may_load_it(gateway: Gateway) -> None:
    for path in ("/widget.js", gateway.client.get("/widget.json").json()["src"]):
        headers = gateway.client.get(path, headers={"Origin": SITE}).headers
        assert headers["content-type"] == "text/javascript; charset=utf-8"
        assert headers["cross-origin-resource-policy"] == "cross-origin"
        assert headers["access-control-allow-origin"] == "*"
        assert headers["x-content-type-options"] == "nosniff"


def test_the_current_one_is_asked_again_and_a_version_is_kept_for_a_year(gateway: Gateway) -> None:
    src = gateway.client.get("/widget.json").json()["src"]
    assert gateway.client.get("/widget.js").headers["cache-control"] == "no-cache"
    assert gateway.client.get(src).headers["cache-control"] == "public, max-age=31536000, immutable"


def test_what_has_not_changed_is_not_sent_again(gateway: Gateway) -> None:
    for accepted in ("gzip", "identity"):
        headers = {"Accept-Encoding": accepted}
        first = gateway.client.get("/widget.js", headers=headers)
        assert "accept-encoding" in first.headers["vary"].lower()
        for tags in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
            again = gateway.client.get("/widget.js", headers={**headers, "If-None-Match": tags})
            assert (again.status_code, again.content) == (304, b"")
        assert gateway.client.get("/widget.js", headers={**headers, "If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "zipped"),
    [("gzip", True), ("br, gzip;q=0.8", True), ("identity", False), ("gzip;q=0", False), ("", False)],
)
def test_it_is_compressed_for_those_who_take_it(gateway: Gateway, accepted: str, zipped: bool) -> None:
    answer = gateway.client.get("/widget.js", headers={"Accept-Encoding": accepted})
    assert (answer.headers.get("content-encoding") == "gzip") == zipped
    assert answer.content == build().script


@pytest.mark.parametrize("version", ["0" * 16, "", "x", "%2e%2e"])
def test_another_version_is_not_there(gateway: Gateway, version: str) -> None:
    assert_error(gateway.client.get(f"/widget-{version}.js"), 404, "page_unknown")


def test_the_version_changes_with_any_source(sources: Path) -> None:
    versions = {build(sources).about.version}
    for name in ("texts.js", "widget.css"):
        text = (sources / name).read_text(encoding="utf-8")
        (sources / name).write_text(text.replace("44px", "45px").replace("Menu", "Choix"), encoding="utf-8")
        versions.add(build(sources).about.version)
    assert len(versions) == 3


def test_comments_and_modules_are_gone_from_what_is_sent() -> None:
    script = build().script.decode()
    assert script.startswith('(() => {\n"use strict";\n')
    assert not re.search(r"^\s*//|^import |^export |/\*", script, re.MULTILINE)


@pytest.mark.parametrize(
    ("added", "complaint"),
    [
        ('import { start } from "./main.js";\n', "ORDER does not put before"),
        ('import all from "elsewhere";\n', "only `import"),
        ("export default 1;\n", "only `import"),
        ("const LIMIT = 1;\n", "is declared in"),
    ],
)
def test_sources_that_cannot_be_joined_are_refused(sources: Path, added: str, complaint: str) -> None:
    path = sources / "dom.js"
    path.write_text(added + path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(ValueError, match=complaint):
        build(sources)


def test_every_source_is_in_it() -> None:
    assert {path.name for path in SOURCES.glob("*.js")} == set(ORDER) - {"css.js"}


def test_nothing_in_it_makes_markup_or_code_of_text_or_stores_anything() -> None:
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|setHTML|document\.write|DOMParser|createContextualFragment|\beval\b|"
        r"\bFunction\(|localStorage|sessionStorage|indexedDB|document\.cookie|XMLHttpRequest|sendBeacon|importScripts"
    )
    assert re.findall(forbidden, build().script.decode()) == []


def test_its_sentences_stand_in_one_file_and_are_typeset_as_french_is() -> None:
    texts = (SOURCES / "texts.js").read_text(encoding="utf-8")
    sentences = re.findall(r': "([^"\n]*)",$', texts, re.MULTILINE)
    assert len(sentences) > 50
    for sentence in sentences:
        assert "'" not in sentence
        assert not re.search(r"\w[?!;:»](?:\s|$)|«\S", sentence), sentence
    accented = re.compile(r"[éèêàçùôîœ’«»]")
    for path in SOURCES.glob("*.js"):
        if path.name != "texts.js":
            code = re.sub(r"^\s*//.*$|/[^/\n]+/u", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
            words = re.findall(r'"([^"\n]*)"', code)
            assert [each for each in words if accented.search(each) and each not in ("«", "»")] == [], path.name


def test_it_names_the_policies_as_they_stand() -> None:
    texts = (SOURCES / "texts.js").read_text(encoding="utf-8")
    for source in read_sources().values():
        assert f'title: "{source.title}"' in texts
        assert f'updated: "{source.updated.isoformat()}"' in texts

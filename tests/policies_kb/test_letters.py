"""Every letter, read back: the one right address in the window, the policy's words and no others, a sound PDF.

What is expected is read from the contract and the policies here, and from nothing that composes letters.
"""

import hashlib
import io
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from pypdf import PageObject, PdfReader
from pypdf.generic import DictionaryObject

from policies_kb.base import KnowledgeBase, read_letter
from policies_kb.build import build
from policies_kb.content import ROOT, load_content
from policies_kb.letters.composing import address_lines, letters
from policies_kb.letters.pdf import Press
from policies_kb.letters.plain import WIDTH, plain
from policies_kb.source import read_sources

if TYPE_CHECKING:
    from tests.policies_kb.conftest import Copy

CONTRACT: dict[str, Any] = yaml.safe_load((ROOT / "contract" / "topics.yml").read_text(encoding="utf-8"))
TOPICS: dict[str, dict[str, str]] = {topic["id"]: topic for topic in CONTRACT["topics"]}
CONTACTS: dict[str, dict[str, Any]] = {contact["id"]: contact for contact in CONTRACT["contacts"]}
POLICIES = read_sources()
DATES = {"caraibe": "6 mai 2021", "mali": "15 décembre 2021"}
OFFERS = {
    "mobile": "offre mobile",
    "open": "offre Open",
    "internet": "offre Internet",
    "fixe": "offre fixe",
    "tv": "offre TV",
    "obs": "Orange Business Service",
    "mobile_entreprise": "offre mobile entreprise",
}
# The words by which each letter names its right.
RIGHTS = {
    "rights.access": "droit d'accès",
    "rights.rectification": "droit de rectification",
    "rights.erasure": "droit de suppression",
    "rights.objection": "droit de m'opposer",
    "rights.restriction": "droit de demander la limitation des traitements réalisés",
    "rights.portability": "portabilité des données qui me concernent",
    "rights.post_mortem": "directives sur mes données personnelles après mon décès",
    "rights.withdraw_consent": "retrait de mon consentement",
}
DELAY = "Une réponse vous sera adressée dans un délai d'un mois à compter de la réception de votre demande."
PROOF = {
    "caraibe": "photocopie d'un justificatif d'identité (carte nationale d'identité délivrée par l'Etat français ou "
    "carte d'identité de l'union Européenne ou passeport, carte de résident délivrée par l'Etat français, carte de "
    "séjour délivrée par l'Etat français ou livret de circulation délivré par l'Etat français).",
    "mali": "photocopie d'un justificatif d'identité valide.",
}
# What a window of 35 or 45 by 100 mm shows wherever the sheet lies in its DL envelope, and all that it can ever show:
# millimetres from the left and the top of the sheet (docs/letters.md).
ALWAYS_SHOWN = (100.0, 190.0, 55.0, 79.0)
EVER_SHOWN = (90.0, 200.0, 34.0, 95.0)
MM = 72 / 25.4
A4_POINTS = (595.2756, 841.8898)
QUOTED = re.compile(r"«\s*(.+?)\s*»")


@dataclass(frozen=True)
class Expected:
    """A letter that there must be, and whom it goes to."""

    country: str
    offer: str | None
    right: str
    contact: str


def _expected() -> Iterator[Expected]:
    for right, topic in TOPICS.items():
        for contact in CONTACTS.values():
            country = contact["country"]
            if contact["kind"] != "postal" or contact["id"].startswith("bloctel.") or not right.startswith("rights."):
                continue
            if topic[country] != "silent":
                offers = [None] if country == "mali" else contact["for"]
                yield from (Expected(country, offer, right, contact["id"]) for offer in offers)


EXPECTED = list(_expected())


def _named(expected: Expected) -> str:
    return f"{expected.country}-{expected.offer}-{expected.right}"


every_letter = pytest.mark.parametrize("expected", EXPECTED, ids=_named)


@pytest.fixture(scope="module")
def base(base_path: Path) -> KnowledgeBase:
    return KnowledgeBase.open(base_path)


@dataclass(frozen=True)
class Read:
    """A letter as the base holds it, read back; pages are texts with single spaces."""

    reader: PdfReader
    pages: tuple[str, ...]
    text: str


@cache
def _read(base_path: Path, path: str) -> Read:
    found = read_letter(base_path, path)
    assert found is not None
    reader = PdfReader(io.BytesIO(found[0]))
    return Read(reader, tuple(_flat(page.extract_text()) for page in reader.pages), found[1])


@pytest.fixture
def read(base: KnowledgeBase, base_path: Path, expected: Expected) -> Read:
    """The letter that is expected."""
    letter = base.letter(expected.right, expected.country, expected.offer)
    assert letter is not None
    return _read(base_path, letter.path)


def _flat(text: str) -> str:
    return " ".join(text.split())


def _placed(page: PageObject) -> list[tuple[float, float, str]]:
    """The lines of a page with where they begin, in millimetres from its left and top."""
    found: list[tuple[float, float, str]] = []

    def visit(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        if text.strip():
            found.append((x / MM, (float(page.mediabox.height) - y) / MM, text.strip()))

    page.extract_text(visitor_text=visit)
    return found


def _within(placed: list[tuple[float, float, str]], area: tuple[float, float, float, float]) -> list[str]:
    left, right, top, bottom = area
    return [text for x, y, text in placed if left <= x <= right and top <= y <= bottom]


def test_there_is_a_letter_for_every_right_that_a_policy_holds_and_every_offer_and_no_other(
    base: KnowledgeBase,
) -> None:
    found = {Expected(letter.country, letter.offer, letter.right, letter.contact) for letter in base.letters}
    assert found == set(EXPECTED)
    assert len(base.letters) == len(EXPECTED) == 7 * 8 + 5
    assert len({letter.path for letter in base.letters}) == len({letter.title for letter in base.letters}) == 61


@pytest.mark.parametrize("right", ["rights.portability", "rights.post_mortem", "rights.withdraw_consent"])
def test_where_a_policy_is_silent_there_is_no_letter(base: KnowledgeBase, right: str) -> None:
    assert TOPICS[right]["mali"] == "silent"
    assert base.letter(right, "mali", None) is None
    assert base.letter(right, "mali", "mobile") is None


def test_in_caraibe_no_letter_is_found_without_an_offer(base: KnowledgeBase) -> None:
    assert base.letter("rights.access", "caraibe", None) is None


@every_letter
def test_the_window_shows_the_address_and_nothing_else(read: Read, expected: Expected) -> None:
    placed = _placed(read.reader.pages[0])
    address = CONTACTS[expected.contact]["text"]
    assert ", ".join(_within(placed, ALWAYS_SHOWN)) == address
    assert ", ".join(_within(placed, EVER_SHOWN)) == address
    assert not _within(placed, (0.0, 210.0, 95.0, 100.0)), "nothing may stand across the fold"


@every_letter
def test_no_other_contact_is_in_the_letter(read: Read, expected: Expected) -> None:
    own = CONTACTS[expected.contact]["text"]
    # The parts of an address that tell it from the others: postcode and town, post box, building.
    own_parts = set(own.split(", "))
    for text in (" ".join(read.pages), _flat(read.text)):
        assert own.split(", ")[-1] in text
        for contact in CONTACTS.values():
            if contact["text"] != own:
                assert contact["text"] not in text
                for part in set(contact["text"].split(", ")) - own_parts - {"6"}:  # 6, rue Nicolas Siret
                    assert part.lower() not in text.lower() or part.lower() in own.lower(), part
        assert not re.search(r"7400|@|www\.|\bté?l(?:éphon|\.)", text)


@every_letter
def test_both_forms_state_the_same_facts_in_the_policys_words(read: Read, expected: Expected) -> None:
    policy = POLICIES[expected.country]
    body = _flat(policy.body)
    for text in (read.pages[0], _flat(read.text)):
        assert f"Objet : exercice de mes droits – {RIGHTS[expected.right]}" in text
        assert f"« {policy.title} »" in text
        assert f"mise à jour du {DATES[expected.country]}, indique :" in text
        assert f"« {DELAY} »" in text
        assert f"Pièce jointe : {PROOF[expected.country]}" in text
        named = re.findall(r"Offre concernée : (.+?) Madame, Monsieur,", text)
        assert named == ([] if expected.offer is None else [OFFERS[expected.offer]])
        for blank in ("Nom et prénom :", "Adresse :", "N° de ligne ou de client :", "Signature :"):
            assert blank in text
    for text in (" ".join(read.pages), _flat(read.text)):
        quoted = QUOTED.findall(text)
        assert len(quoted) >= 6
        assert [words for words in quoted if words not in body] == []


@every_letter
def test_the_second_page_is_the_persons_own(read: Read, expected: Expected) -> None:
    assert len(read.reader.pages) == 2
    letter, advice = read.pages
    assert "Avant d'envoyer" not in letter
    assert advice.startswith("Avant d'envoyer votre lettre Cette page est pour vous : ne l'envoyez pas avec la lettre.")
    for text in (advice, _flat(read.text)):
        assert "Un conseil, qui ne vient pas de la politique : envoyée en recommandé" in text
        assert "Lettre reçue le" in text
        assert "réponse attendue au plus tard le" in text
        assert ("La politique n'indique" in text) == (TOPICS[expected.right][expected.country] == "partial")


@every_letter
def test_the_pdf_is_a4_tagged_titled_in_french_and_carries_its_fonts(
    read: Read, expected: Expected, base: KnowledgeBase
) -> None:
    reader = read.reader
    root: Any = reader.trailer["/Root"].get_object()
    for page in reader.pages:
        assert [float(side) for side in page.mediabox] == pytest.approx([0, 0, *A4_POINTS], abs=0.01)
        resources: Any = page["/Resources"]
        fonts = resources["/Font"].values()
        assert fonts
        for font in fonts:
            (descendant,) = font.get_object()["/DescendantFonts"]
            assert {"/FontFile2", "/FontFile3"} & descendant.get_object()["/FontDescriptor"].get_object().keys()
            assert "/ToUnicode" in font.get_object()
    assert root["/MarkInfo"]["/Marked"].value is True
    assert str(root["/Lang"]) == "fr"
    kinds = set(_kinds(root["/StructTreeRoot"]))
    assert {"/Document", "/H1", "/P", "/BlockQuote", "/L", "/LI"} <= kinds
    letter = base.letter(expected.right, expected.country, expected.offer)
    assert letter is not None
    assert reader.metadata is not None
    assert reader.metadata.title == letter.title
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()


def _kinds(node: Any) -> Iterator[str]:
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            yield from _kinds(child)
    elif isinstance(node, DictionaryObject):
        if "/S" in node:
            yield str(node["/S"])
        if "/K" in node:
            yield from _kinds(node["/K"])


@every_letter
def test_the_text_can_be_copied_anywhere(read: Read, expected: Expected) -> None:
    lines = read.text.splitlines()
    assert max(len(line) for line in lines) <= WIDTH == 76
    assert [line for line in lines if line != line.rstrip()] == []
    address = CONTACTS[expected.contact]["text"].split(", ")
    start = lines.index(address[0])
    assert lines[start - 1] == lines[start + len(address)] == ""
    assert lines[start : start + len(address)] == address


@every_letter
def test_a_letter_is_french_as_it_is_printed(read: Read) -> None:
    own = re.sub(r"(?<=«\u00a0)[^»]*(?=\u00a0»)|^B\.P\..*$", "…", read.text, flags=re.MULTILINE)
    assert not re.search(r"(?<!\u00a0)[:;?!»]|«(?!\u00a0)|[{}]|\.\.|[’]", own)


@pytest.mark.parametrize("contact", [contact for contact in CONTACTS.values() if contact["kind"] == "postal"])
def test_an_address_broken_into_lines_is_the_same_text_again(contact: dict[str, Any]) -> None:
    lines = address_lines(contact["text"])
    assert ", ".join(lines) == contact["text"]
    assert len(lines) >= 3
    assert all(line == line.strip() and "," not in line for line in lines)


def test_only_mali_asks_for_legitimate_grounds(base: KnowledgeBase, base_path: Path) -> None:
    for letter in base.letters:
        asked = "Mes motifs légitimes\u00a0:" in _read(base_path, letter.path).text
        assert asked == ((letter.country, letter.right) == ("mali", "rights.objection"))


def test_the_same_letter_gives_the_same_bytes_whatever_was_set_before() -> None:
    first, *_, last = letters(load_content())
    press = Press()
    once = press.pdf(first)
    press.pdf(last)
    assert press.pdf(first) == once == Press().pdf(first)
    assert plain(first) == plain(first)


def test_the_base_keeps_the_hash_of_each_pdf(base: KnowledgeBase, base_path: Path) -> None:
    connection = sqlite3.connect(base_path)
    rows = connection.execute("SELECT path, sha256, pdf FROM letters").fetchall()
    connection.close()
    assert {path: hashlib.sha256(pdf).hexdigest() for path, _, pdf in rows} == {
        path: digest for path, digest, _ in rows
    }
    assert {letter.path: letter.sha256 for letter in base.letters} == {path: digest for path, digest, _ in rows}


def test_without_letters_written_the_base_has_none(tmp_path: Path, copy: "Copy") -> None:
    (copy.root / "letters.yml").unlink()
    build(tmp_path / "kb.sqlite", copy.root)
    assert KnowledgeBase.open(tmp_path / "kb.sqlite").letters == ()
    assert read_letter(tmp_path / "kb.sqlite", "/courriers/mali/acces") is None

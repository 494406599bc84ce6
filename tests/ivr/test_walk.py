"""Every document that keys can reach, fetched and executed as a voice platform does it."""

import re
import secrets
import sqlite3
from collections import deque
from pathlib import Path

from starlette.testclient import TestClient

from gateway.ivr import content
from gateway.ivr.store import digest
from tests.ivr.browser import Browser
from tests.ivr.conftest import Start
from tests.ivr.schemas_of import Schemas

_CALL = re.compile(rb"/ivr/[\w-]+/\d+")
Way = tuple[str, ...]


def _walked(line: TestClient, way: Way) -> Browser:
    browser = Browser(line).dial()
    for key in way:
        browser.press(key)
    return browser


def _copied(browser: Browser, run_dir: Path) -> Browser:
    """Another call at the same position, so that a second key can be tried there without dialling again."""
    (address,) = browser.next
    call, other = address.split("/")[2], secrets.token_urlsafe()
    with sqlite3.connect(run_dir / "calls.sqlite") as database:
        names = (digest(other), digest(call))
        database.execute("INSERT INTO calls SELECT ?, started_at FROM calls WHERE id = ?", names)
        database.execute(
            "INSERT INTO steps (call, step, state, actions, sender) "
            "SELECT ?, step, state, actions, sender FROM steps WHERE call = ?",
            names,
        )
    return Browser(browser.client, content=browser.content.replace(call.encode(), other.encode()))


def test_every_document_is_valid_and_none_is_a_dead_end(line: TestClient, schemas: Schemas, tmp_path: Path) -> None:
    """Breadth first from the opening: documents are the same when only their addresses differ."""
    leads_to: dict[bytes, set[bytes]] = {}
    ends: set[bytes] = set()
    waiting: deque[tuple[Way, bytes | None, Browser]] = deque([((), None, Browser(line).dial())])
    while waiting:
        way, before, browser = waiting.popleft()
        here = _CALL.sub(b"", browser.content)
        if before is not None:
            leads_to[before].add(here)
        if here in leads_to:
            continue
        leads_to[here] = set()
        assert schemas.wrong(browser.content) == "", way
        assert len(browser.next) == 1, "every way out of a document is the same step"
        if browser.kind != "collect":
            ends.add(here)
            continue
        assert set("0*#") <= set(browser.keys)
        for key in browser.keys:
            waiting.append(((*way, key), here, _copied(browser, tmp_path / "run").press(key)))
    assert len(ends) == 1, "keys end a call with an adviser alone"
    assert all(ends <= following for here, following in leads_to.items() if here not in ends)
    assert len(leads_to) > 28 + len(content.load().menus)


def test_keys_alone_reach_every_topic(line: TestClient) -> None:
    said = content.load()

    def ways(menu: str, way: Way) -> dict[str, Way]:
        found: dict[str, Way] = {}
        for key, choice in enumerate(said.menus[menu].choices, 1):
            to = (*way, str(key))
            found.update(ways(choice.menu, to) if choice.menu else {choice.topic or "": to})
        return found

    reached = ways(content.MAIN, ())
    assert set(reached) == set(said.names)
    assert len(reached) == 28
    for topic, way in reached.items():
        assert len(way) <= content.MOST_LEVELS
        text = _walked(line, way).text
        assert "deux mille vingt et un" in text, topic
        assert text.count("deux mille vingt et un") == 1, topic


def test_the_whole_call_of_the_issue(line: TestClient) -> None:
    browser = Browser(line).dial()
    assert browser.prompts[0].startswith("Bonjour. Je suis une machine")
    assert "droit de suppression" in browser.press("1").press("1").text
    assert "justificatif d'identité" in browser.text
    assert "un mois" in browser.text
    assert "Je n'enregistre pas de demande" in browser.text
    address = browser.press("2").prompts
    assert "boîte postale E, trois neuf, neuf un." in address
    assert browser.press("*").prompts == address
    assert browser.press("0").kind == "exit"
    assert "conseiller" in browser.text
    assert (browser.run_blocks().exited or {})["reason"] == "adviser"


def test_parameters_in_the_query_string_do_as_well(line: TestClient) -> None:
    browser = Browser(line, by_query=True).dial("GET")
    assert "droit de suppression" in browser.press("1").press("1").text
    assert browser.press("#").prompts[0] == "Vos droits."


def test_a_key_that_the_grammar_refuses_is_checked_again(line: TestClient) -> None:
    for junk in ("9", "12", "", "A", "<vxml/>", "' OR 1", "\x00", "٣", "x" * 32):
        browser = Browser(line).dial().fill(junk)
        assert browser.prompts[0] == "Ce choix n'existe pas ici.", junk
        assert browser.press("1").prompts[0] == "Vos droits."


def test_names_of_keys_that_platforms_send_are_understood(line: TestClient) -> None:
    for name in ("*", "star", "dtmf-star", "asterisk"):
        assert Browser(line).dial().fill("1").fill(name).prompts[0] == "Vos droits."
    for name in ("#", "pound", "hash", "dtmf-pound"):
        assert Browser(line).dial().fill("1").fill(name).prompts[0] == "Menu principal."


def test_three_misses_lead_to_an_adviser_in_ever_more_words(line: TestClient) -> None:
    browser = Browser(line).dial().noinput()
    assert browser.prompts[0] == "Je n'ai rien reçu."
    assert "zéro pour un conseiller" in browser.nomatch().prompts[0]
    assert browser.noinput().kind == "exit"
    assert "je vous mets en relation" in browser.text.lower()


def test_a_hang_up_is_reported_and_the_call_is_forgotten(line: TestClient) -> None:
    browser = Browser(line).dial()
    (address,) = browser.next
    assert browser.throw("connection.disconnect.hangup").kind == "exit"
    assert line.post(address, data={"event": "noinput"}).status_code == 404


def test_a_fault_of_the_platform_ends_politely(line: TestClient) -> None:
    browser = Browser(line).dial()
    (address,) = browser.next
    browser.throw("error.badfetch.http.503")
    assert browser.exited == {"reason": "error", "resume": address}


def test_a_platform_that_transfers_by_document_reports_what_became_of_it(start: Start, schemas: Schemas) -> None:
    line = start(ivr_transfer_to="tel:+22370000000")
    browser = Browser(line).dial().press("0")
    assert browser.kind == "transfer"
    assert schemas.wrong(browser.content) == ""
    assert browser.throw("error.connection.noroute").prompts[0].startswith("Je n'ai pas pu")
    assert browser.kind == "collect"
    goodbye = browser.press("0").throw("error.unsupported.transfer.blind")
    assert goodbye.kind == "disconnect"
    assert schemas.wrong(goodbye.content) == ""
    assert "au revoir" in goodbye.text
    browser = Browser(line).dial().press("0").throw("connection.disconnect.transfer")
    assert browser.kind == "exit"
    assert schemas.wrong(browser.content) == ""


def test_a_caller_whose_number_the_platform_sends_stays_unknown(line: TestClient, tmp_path: Path) -> None:
    number = "22376543210"
    extra = {"session.telephone.ani": number, "ani": number, "session.connection.remote.uri": f"sip:{number}@x"}
    browser = Browser(line, extra=extra).dial("GET").press("1").press("1")
    assert number.encode() not in browser.content
    kept = b"".join(path.read_bytes() for path in (tmp_path / "run").glob("calls.sqlite*"))
    assert number.encode() not in kept

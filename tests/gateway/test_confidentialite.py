"""The page about the assistant itself: served, strict, and no figure on it that the code does not keep to."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.console.settings import ConsoleSettings
from gateway.headers import PAGE_POLICY
from gateway.information import AUDITED, PATH, WORDS, duration, read_controller, values
from gateway.limits import CONVERSATION
from gateway.privacy import PLACEHOLDERS, redact
from gateway.settings import Settings, SettingsError
from tests.gateway.conftest import Gateway

SECTION = re.compile(r'<section>\s*<h2 id="([a-z]+)">.*?</section>', re.DOTALL)


def sections(gateway: Gateway) -> dict[str, str]:
    """The page's sections by their anchors, as a person reads them."""
    page = gateway.client.get(PATH).text
    return {found[1]: words(found[0]) for found in SECTION.finditer(page)}


def words(markup: str) -> str:
    """The words of HTML, with plain spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def test_the_page_stands_in_the_sites_frame_under_its_strict_policy(gateway: Gateway) -> None:
    answer = gateway.client.get(PATH)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == PAGE_POLICY
    assert "set-cookie" not in answer.headers
    assert "$" not in answer.text
    assert answer.text.count('aria-current="page"') == 1
    assert re.findall(r"<script[^>]*>", answer.text) == ['<script src="/widget.js" defer>']
    assert "style=" not in answer.text
    again = gateway.client.get(PATH, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_its_contents_lead_to_its_sections_in_order(gateway: Gateway) -> None:
    page = gateway.client.get(PATH).text
    contents = page[page.index('<nav class="contents"') :].partition("</nav>")[0]
    assert re.findall(r'href="#([a-z]+)">([^<]+)<', contents) == re.findall(r'<h2 id="([a-z]+)">([^<]+)</h2>', page)
    assert len(sections(gateway)) == 11


@pytest.mark.parametrize("path", ["/", "/caraibe", "/mali", PATH])
def test_every_page_of_the_site_leads_to_it(gateway: Gateway, path: str) -> None:
    footer = gateway.client.get(path).text.partition("<footer>")[2]
    assert re.search(rf'<a href="{PATH}"[^>]*>Confidentialité de l’assistant</a>', footer)


def test_the_widget_leads_to_it_at_the_assistants_own_address(gateway: Gateway) -> None:
    script = gateway.client.get("/widget.js").text
    assert f"`${{origin}}{PATH}`" in script
    assert 'privacy: "Confidentialité de l’assistant"' in script


def test_the_times_and_limits_on_it_are_those_that_the_assistant_keeps_to(gateway: Gateway) -> None:
    said = sections(gateway)
    settings = gateway.settings
    opened = gateway.client.post("/conversations", json={"channel": "web"}).json()
    assert opened["expires_in"] == settings.idle_seconds == 30 * 60
    for section in ("essentiel", "duree"):
        assert "30 minutes" in said[section]
    assert f"{settings.console.audit_days} jours" in said["duree"]
    assert "5 minutes" in said["telephone"]
    assert "après 30 minutes sans usage" in said["conseillers"]
    assert "10 heures" in said["conseillers"]
    assert f"{CONVERSATION.burst:.0f} messages d’affilée, puis {CONVERSATION.per_second:g} par seconde" in said["tchat"]
    assert "1 000 caractères" in said["tchat"]
    sender = gateway.open()
    assert gateway.say(sender, "x" * 1001).json()["error"]["code"] == "message_too_long"


def test_other_settings_give_another_page(start: Callable[..., Gateway]) -> None:
    console = ConsoleSettings(idle_seconds=600, audit_days=1095)
    said = sections(start(idle_seconds=90, ivr_call_seconds=3600, console=console))
    assert "effacée 90 secondes après votre dernier message" in said["essentiel"]
    assert "90 secondes sans nouveau message" in said["duree"]
    assert "1 095 jours" in said["duree"]
    assert "au bout de 1 heure environ" in said["telephone"]
    assert "après 10 minutes sans usage" in said["conseillers"]


def test_every_kind_that_the_filter_replaces_is_named_and_no_other(gateway: Gateway) -> None:
    assert set(PLACEHOLDERS) <= set(WORDS["masked"])
    said = sections(gateway)["masque"]
    for kind, named in WORDS["masked"].items():
        assert (words(named) in said) == (kind in PLACEHOLDERS), kind
    masked = redact("mon numéro est le 0690 55 12 34")
    assert list(masked.kinds) == ["phone"]
    assert PLACEHOLDERS["phone"] in masked.text
    assert PLACEHOLDERS["phone"] in sections(gateway)["essentiel"]


def test_every_field_of_the_audit_log_is_named_and_no_other(gateway: Gateway) -> None:
    assert set(AUDITED) == set(WORDS["audited"])
    said = sections(gateway)["comptage"]
    for field, named in WORDS["audited"].items():
        assert words(named) in said, field


def test_the_cookies_named_are_those_of_the_console_and_nobody_else_gets_one(gateway: Gateway) -> None:
    said = sections(gateway)["conseillers"]
    assert "__Host-session" in said
    assert "__Host-signin" in said
    sender = gateway.open()
    for answer in (
        gateway.client.get("/"),
        gateway.client.get("/widget.js"),
        gateway.say(sender, "bonjour"),
        gateway.client.post("/feedback", json={"sender": sender, "helpful": True}),
        gateway.erase(sender),
    ):
        assert answer.is_success
        assert "set-cookie" not in answer.headers
    assert list(gateway.client.cookies) == []


def test_what_the_operator_has_not_said_shows_as_a_blank(gateway: Gateway) -> None:
    page = gateway.client.get(PATH).text
    assert page.count("[à compléter\u202f: ") == len(WORDS["blanks"])
    for what in WORDS["blanks"].values():
        assert f"<strong>[à compléter\u202f: {what}]</strong>" in page


def test_what_the_operator_says_stands_there_as_text(start: Callable[..., Gateway], tmp_path: Path) -> None:
    file = tmp_path / "controller.yml"
    file.write_text('controller: "Opérateur <b>& Fils</b>, Fort-de-France $idle"\ndpo: ""\n', encoding="utf-8")
    page = start(controller_file=file).client.get(PATH).text
    assert "Opérateur &lt;b&gt;&amp; Fils&lt;/b&gt;, Fort-de-France $idle" in page
    assert WORDS["blanks"]["controller"] not in page
    assert WORDS["blanks"]["dpo"] in page


@pytest.mark.parametrize(
    "content", ["- a list", "controler: a slip", "controller: [a, list]", "controller: 'open", "\0"]
)
def test_a_file_that_cannot_be_used_is_refused_with_its_name(tmp_path: Path, content: str) -> None:
    file = tmp_path / "controller.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"controller\.yml"):
        read_controller(file)


def test_the_file_is_named_by_the_environment_and_must_be_there(tmp_path: Path) -> None:
    settings = Settings.from_environment({"CONTROLLER_FILE": str(tmp_path / "absent.yml")})
    with pytest.raises(SettingsError, match="CONTROLLER_FILE"):
        values(settings)
    assert values(replace(settings, controller_file=None))["idle"] == "30\u00a0minutes"


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(1, "1 seconde"), (60, "1 minute"), (90, "90 secondes"), (1800, "30 minutes"), (5400, "90 minutes"),
     (36_000, "10 heures"), (86_400, "1 jour")],
)  # fmt: skip
def test_a_time_is_said_exactly(seconds: int, written: str) -> None:
    assert duration(seconds).replace("\u00a0", " ") == written

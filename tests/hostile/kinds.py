"""Hostile inputs by kind. Each function tries `count` of them, drawn with `draw`, and checks every answer."""

import gzip
import json
import random
import re
import socket
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import cycle, islice
from urllib.parse import quote, urlsplit

import httpx
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.hostile import corpora
from tests.hostile.watch import WEBHOOK, Watch, check

Kind = Callable[[Watch, int, random.Random], None]
JSON = {"Content-Type": "application/json"}
# A conversation is opened anew after so many messages: what one of them left there is then gone.
_TURNS = 40


class Talk:
    """Messages to one door, in conversations that are opened and erased on the way."""

    def __init__(self, watch: Watch, kind: str, door: str = "web") -> None:
        self._watch = watch
        self._kind = kind
        self._door = door
        self._client = watch.client()
        self._left = 0
        self._sender = ""

    def say(self, message: str, **more: object) -> httpx.Response:
        """Say something, with what JSON needs for it escaped, and check the answer."""
        key = self._watch.key(self._door)
        if self._left == 0:
            if self._sender:
                self._watch.seen(self._kind, self._client.delete(f"/conversations/{self._sender}", headers=key))
            opened = self._client.post("/conversations", json={"channel": self._door}, headers=key)
            self._sender, self._left = opened.json()["sender"], _TURNS
        self._left -= 1
        content = json.dumps({"sender": self._sender, "message": message, **more})
        answer = self._client.post(WEBHOOK, content=content.encode(), headers={**JSON, **key})
        assert answer.status_code in (200, 413, 422, 503), (answer.status_code, message[:200])
        return self._watch.seen(self._kind, answer, message)


# The kinds of characters that are seldom typed, one kind at a time: controls, formats, surrogates, marks, symbols…
_RARE: tuple[st.SearchStrategy[str], ...] = (
    st.characters(categories=["Cc"]),
    st.characters(categories=["Cf"]),
    st.characters(categories=["Cs"]),
    st.characters(categories=["Co", "Cn"]),
    st.characters(categories=["M"]),
    st.characters(categories=["Z"]),
    st.characters(categories=["Lo", "Lm"]),
    st.characters(categories=["S"]),
    st.characters(categories=["N"]),
    st.characters(categories=["P"]),
)
_ODD = st.sampled_from(_RARE).flatmap(lambda characters: st.text(characters, max_size=60))
_FRENCH = st.sampled_from(
    [
        "quels sont mes droits",
        "guadeloupe",
        "mes données",
        "supprimer",
        "orange mali",
        "qui ?",
        "/restart",
        "combien de temps",
        "'",
    ]
)
MESSAGES = st.one_of(
    st.text(st.characters(), max_size=400),
    st.lists(st.one_of(_ODD, _FRENCH), max_size=8).map(" ".join),
    st.tuples(_FRENCH, st.lists(st.sampled_from("\u0301\u0327\u200d\u202e\u2066\ufe0f\u0000\u200b"), max_size=80)).map(
        lambda pair: pair[0] + "".join(pair[1])
    ),
)


def any_text(watch: Watch, count: int, draw: random.Random) -> None:
    """Messages that Hypothesis makes of all of Unicode, lone surrogates among them, at the three doors."""
    for door in ("web", "agent", "ivr"):
        _any_text(Talk(watch, "any text", door), count // 3 + 1, draw.randrange(2**32))


def _any_text(talk: Talk, count: int, number: int) -> None:
    @seed(number)
    @settings(
        max_examples=count, database=None, deadline=None, phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(MESSAGES)
    def said(message: str) -> None:
        talk.say(message)

    said()


def _texts(watch: Watch, kind: str, texts: list[str], count: int, draw: random.Random) -> None:
    """Texts of a list as messages at each door and, now and then, wherever else a text can be sent."""
    draw.shuffle(texts)
    talks = [Talk(watch, kind, door) for door in ("web", "agent", "ivr")]
    client = watch.client()
    for number, text in enumerate(islice(cycle(texts), count)):
        where = number % 10
        content = text.encode("utf-8", "replace")
        path = quote(content[:1000], safe="")
        header = re.sub(rb"[^\x21-\x7e]+", b" ", content)[:1000].strip()
        if where < 6:
            talks[number % 3].say(text)
        elif where == 6:
            target = draw.choice(
                ["/conversations/{}", "/courriers/mali/{}.pdf", "/widget-{}.js", "/static/{}", "/{}", "/conseiller/{}"]
            )
            watch.seen(kind, client.request(draw.choice(["GET", "DELETE"]), target.format(path)), text)
        elif where == 7:
            body = {draw.choice(["channel", "country", "offer"]): text, "channel": "web"}
            watch.seen(kind, client.post("/conversations", content=json.dumps(body).encode(), headers=JSON), text)
        elif where == 8:
            body = {"sender": text[:80], "message": "bonjour", "message_id": text[:80]}
            watch.seen(kind, client.post(WEBHOOK, content=json.dumps(body).encode(), headers=JSON), text)
        else:
            name = draw.choice(
                [
                    b"Authorization",
                    b"Cookie",
                    b"Origin",
                    b"Referer",
                    b"X-Forwarded-For",
                    b"If-None-Match",
                    b"User-Agent",
                ]
            )
            watch.seen(kind, client.request("GET", f"/caraibe?q={path}", headers=[(name, header)]), text)


def markup(watch: Watch, count: int, draw: random.Random) -> None:
    """Markup and script."""
    _texts(watch, "markup", corpora.markup(), count, draw)


def sql(watch: Watch, count: int, draw: random.Random) -> None:
    """SQL."""
    _texts(watch, "SQL", corpora.sql(), count, draw)


def commands(watch: Watch, count: int, draw: random.Random) -> None:
    """What Rasa takes for commands."""
    _texts(watch, "Rasa commands", corpora.commands(), count, draw)


def floods(watch: Watch, count: int, draw: random.Random) -> None:
    """Long texts and long runs of what combines, reorders or cannot be seen."""
    _texts(watch, "floods", corpora.floods(), count, draw)


_VALUES = [
    "null", "true", "0", "-1", "1e999", "-1e-999", "9" * 5000, "1." + "0" * 400, "NaN", "Infinity", "[]", "{}", '""',
    '"\\ud800"', '"\\u0000"', "[" * 3000, "[" * 7000 + "]" * 7000, '{"a":' * 1500 + "1" + "}" * 1500, '["web"]',
    '{"$gt": ""}', '"web\\u0000"', "1 2", "'web'", "undefined", '"' + "a" * 70 + '"', '"' + "a" * 15_000 + '"',
    "0x10", "01", "+1", "// x", '"\\x41"', '"\t"',
]  # fmt: skip
_FIELDS = [
    ("/conversations", {"channel": '"web"', "country": '"mali"', "offer": "null"}),
    (WEBHOOK, {"sender": '"inconnu"', "message": '"bonjour"', "message_id": '"1"'}),
    ("/feedback", {"sender": '"inconnu"', "helpful": "true"}),
    (
        "/ivr/calls/inconnu/steps/1",
        {"event": '"digits"', "digits": '"1"', "nbest": '[{"text": "a", "confidence": 0.5}]'},
    ),
    ("/conseiller/api/lookup", {"text": '"a"'}),
]
_TYPES = [
    "application/json", "application/json; charset=utf-16", "text/plain", "application/x-www-form-urlencoded", "",
    "multipart/form-data; boundary=x", "application/problem+json", "application/json, text/html", "application/xml",
    "a" * 5000,
]  # fmt: skip


def bodies(watch: Watch, count: int, draw: random.Random) -> None:
    """JSON that is deep, double, huge, of wrong types, cut, mixed up, or in another encoding."""
    client = watch.client()
    for _ in range(count):
        path, fields = draw.choice(_FIELDS)
        pairs = [[f'"{name}"', value] for name, value in fields.items()]
        for _ in range(draw.randint(1, 3)):
            change = draw.randrange(5)
            if change == 0:
                draw.choice(pairs)[1] = draw.choice(_VALUES)
            elif change == 1:
                pairs.append([draw.choice(pairs)[0], draw.choice(_VALUES)])
            elif change == 2:
                pairs.append(
                    [draw.choice(['"__proto__"', '"\\u0000"', '""', "1", f'"{"k" * 3000}"']), draw.choice(_VALUES)]
                )
            elif change == 3 and len(pairs) > 1:
                pairs.remove(draw.choice(pairs))
            else:
                draw.shuffle(pairs)
        content = ("{" + ", ".join(f"{name}: {value}" for name, value in pairs) + "}").encode("utf-8", "surrogatepass")
        change = draw.randrange(8)
        if change == 0:
            content = content[: draw.randrange(len(content) + 1)]
        elif change == 1:
            at = draw.randrange(len(content))
            content = content[:at] + bytes([draw.randrange(256)]) + content[at + 1 :]
        elif change == 2:
            content = content.decode("utf-8", "replace").encode(draw.choice(["utf-16", "utf-32", "utf-8-sig", "utf-7"]))
        elif change == 3:
            content = draw.choice(_VALUES).encode()
        headers = {
            **watch.key(draw.choice(["web", "agent", "ivr"])),
            "Content-Type": draw.choice([_TYPES[0]] * 6 + _TYPES),
        }
        watch.seen("bodies", client.post(path, content=content, headers=headers))


_PATHS = [
    "/", "/mali", "/health", "/openapi.json", "/conversations", "/conversations/x", WEBHOOK, "/feedback",
    "/widget.js", "/courriers", "/courriers/mali/acces.pdf", "/ivr/start", "/ivr/calls", "/ivr/x/1", "/conseiller",
    "/conseiller/api/session", "/static/site.css", "*", "http://127.0.0.1:5005/status", "//evil.example/",
    "/conseiller/api/audit/export.csv", "/?" + "a=b&" * 2000, "/%", "/%00", "/%ff%fe",
]  # fmt: skip
_METHODS = [
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "QUERY",
    "PROPFIND",
    "get",
    "A" * 300,
]
_HEADERS = [
    "Transfer-Encoding: chunked", "Transfer-Encoding: chunked, chunked", "Transfer-Encoding:\tchunked",
    "Transfer-Encoding: x", "Content-Length: 5", "Content-Length: +5", "Content-Length: 5\r\nContent-Length: 5",
    "Content-Length: 0x5", "Content-Length: 99999999999", "Content-Encoding: gzip", "Content-Encoding: br",
    "Expect: 100-continue", "Expect: x", "Upgrade: websocket\r\nConnection: Upgrade",
    "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__", "Connection: close",
    "Connection: keep-alive", "X-HTTP-Method-Override: DELETE", "X-Original-URL: /conseiller",
    "X-Rewrite-URL: /conseiller", "X-Forwarded-Host: evil.example", "X-Forwarded-For: 127.0.0.1",
    "Forwarded: for=127.0.0.1", "Range: bytes=0-0,1-1,2-2", "Range: bytes=-", "If-None-Match: *",
    "If-Modified-Since: x", "Accept: application/xml", "Accept-Encoding: gzip;q=x",
    "Accept-Encoding: " + "gzip," * 500, "Origin: null", "Origin: https://evil.example",
    "Cookie: __Host-session=" + "a" * 4000, "Cookie: ;;;=;\"", "Authorization: Bearer", "Authorization: \t",
    "Authorization: Basic " + "A" * 4000, "Content-Type: application/json", "Host: evil.example", "A: \x80\xff",
    " folded: x", "No-Colon", ": no name", "X" * 9000 + ": x", "\x00: x",
]  # fmt: skip
_BODIES = [
    b"", b"{}", b"0\r\n\r\n", b"5\r\n{\"a\":\r\n0\r\n\r\n", b"0\r\n\r\nGET /conseiller HTTP/1.1\r\nHost: x\r\n\r\n",
    b"fffffff\r\n{}", b"-1\r\n", b'{"channel": "web"}', b"\x00" * 5000, gzip.compress(b" " * 20_000_000),
    zlib.compress(b"[" * 20_000_000), b"x" * 20_000, gzip.compress(b'{"channel": "web"}'),
    b"5;" + b"e" * 5000 + b"\r\nabcde\r\n0\r\n\r\n", b"1\r\n{\r\n" * 200, b"GET / HTTP/1.1\r\n\r\n" * 5,
]  # fmt: skip


def http(watch: Watch, count: int, draw: random.Random) -> None:
    """Requests by raw sockets: methods, targets, lengths, encodings, bombs, and headers for other parsers than ours."""
    where = urlsplit(watch.assistant.url)
    for _ in range(count):
        version = draw.choice(["1.1"] * 8 + ["1.0", "0.9", "2", "9.9"])
        lines = [f"{draw.choice(_METHODS)} {draw.choice(_PATHS)} HTTP/{version}"]
        lines += ["Host: x"] * draw.choice([1] * 8 + [0, 2])
        lines += draw.sample(_HEADERS, draw.randint(0, 4))
        if draw.random() < 0.5:
            lines.append("Connection: close")
        end = draw.choice(["\r\n"] * 8 + ["\n", "\r"])
        body = draw.choice(_BODIES)
        if draw.random() < 0.4:
            lines.append(f"Content-Length: {len(body)}")
        sent = (end.join(lines) + end * 2).encode("latin-1") + body
        received = _exchanged(where.hostname or "", where.port or 80, sent, patience=0.3)
        answers = list(_answers(received))
        try:
            # Half of what is sent here is never finished: then silence is right, and ends by the gateway's own clock.
            for status, headers, content in answers:
                check(status, headers, content, method="GET" if content else "HEAD")
        except (AssertionError, ValueError, KeyError) as error:
            raise AssertionError(f"{sent[:1500]!r} -> {received[:1500]!r}: {error!r}") from None
        watch.count("HTTP", answers[0][0] if answers else 0)


def _exchanged(host: str, port: int, sent: bytes, patience: float = 30.0) -> bytes:
    """What comes back for some bytes until the gateway closes or, after `patience` seconds of silence, is told to."""
    received = b""
    with socket.create_connection((host, port), timeout=patience) as connection, suppress(ConnectionError):
        connection.sendall(sent)
        while True:
            try:
                piece = connection.recv(65536)
            except TimeoutError:
                connection.settimeout(30)
                connection.shutdown(socket.SHUT_WR)
                continue
            if not piece:
                return received
            received += piece
    return received


def _answers(received: bytes) -> Iterator[tuple[int, httpx.Headers, bytes]]:
    """The responses in what came."""
    while received.startswith(b"HTTP/1.1 "):
        head, separator, rest = received.partition(b"\r\n\r\n")
        if not separator:
            return
        status, *fields = head.split(b"\r\n")
        pairs = [(name, value) for name, _, value in (field.partition(b": ") for field in fields)]
        headers = httpx.Headers(pairs)
        code = int(status.split()[1])
        length = int(headers.get("content-length", 0))
        if code == 100:
            received = rest
            continue
        # An answer to HEAD has a length and no body.
        body = b"" if rest.startswith(b"HTTP/1.1 ") else rest[:length]
        yield code, headers, body
        received = rest[len(body) :]


_PARAMETERS = [
    "event", "digits", "text1", "text2", "confidence1", "nbest", "session.sessionid", "session.connection.remote.uri",
    "callerid", "_message", "event.", "digits[]", "", "__proto__", "maxtime",
]  # fmt: skip
_EVENTS = [
    "digits",
    "noinput",
    "nomatch",
    "speech",
    "hangup",
    "transferred",
    "transfer_failed",
    "maxtime",
    "",
    "DIGITS",
    "error.semantic",
]


def voicexml(watch: Watch, count: int, draw: random.Random) -> None:
    """Parameters of voice platforms, in the query and in the body, in calls that go on meanwhile."""
    client, key = watch.client(), watch.key("ivr")
    hostile = (
        corpora.markup()
        + corpora.sql()
        + ["1" * 500, "٣", "１", "#", "*", "-1", "\ud800", "\u0000", "NaN", "1e999", "inf"]
    )
    address = ""
    for number in range(count):
        if number % 8 == 0 or not address:
            started = watch.seen("VoiceXML", client.request(draw.choice(["GET", "POST"]), "/ivr/start", headers=key))
            address = next(iter(re.findall(r"/ivr/[^\"/]+/\d+", started.text)), "")
        pairs = [("event", draw.choice(_EVENTS)), ("digits", draw.choice([*"0123456789*#", draw.choice(hostile)]))]
        pairs += [(draw.choice(_PARAMETERS), draw.choice(hostile)) for _ in range(draw.choice([0, 1, 2, 80]))]
        draw.shuffle(pairs)
        form = "&".join(f"{quote(name)}={quote(value, errors='surrogatepass')}" for name, value in pairs)
        if draw.random() < 0.1:
            form = draw.choice(
                [
                    "%",
                    "%zz",
                    "&&&=",
                    "=" * 500,
                    "a;b;c",
                    form[: draw.randrange(len(form))],
                    "event=digits&digits=" + "%F0" * 9,
                ]
            )
        target = (
            address
            if draw.random() < 0.7
            else draw.choice(["/ivr/x/1", "/ivr/x/x", address.rpartition("/")[0] + "/99999999999", "/ivr/%00/1"])
        )
        if draw.random() < 0.5:
            answer = client.get(f"{target}?{form}", headers=key)
        else:
            kind = {
                "Content-Type": draw.choice(
                    ["application/x-www-form-urlencoded"] * 4 + ["multipart/form-data", "", "text/xml"]
                )
            }
            answer = client.post(target, content=form.encode(), headers={**kind, **key})
        watch.seen("VoiceXML", answer)
        if answer.status_code == 200:
            address = next(iter(re.findall(r"/ivr/[^\"/]+/\d+", answer.text)), "")


def paths(watch: Watch, count: int, draw: random.Random) -> None:
    """Ways out of the folders that files are served from, and into what asks for a session."""
    where = urlsplit(watch.assistant.url)
    starts = [
        "/static/", "/conseiller/static/", "/conseiller/static/vendor/", "/courriers/", "/courriers/mali/",
        "/courriers/caraibe/internet/", "/widget-", "/conseiller/", "/conseiller/api/", "/ivr/", "/",
        "/conversations/",
    ]  # fmt: skip
    ups = [
        "../",
        "..%2f",
        "%2e%2e/",
        "%2e%2e%2f",
        "..\\",
        "..%5c",
        "%252e%252e%252f",
        ".../",
        "....//",
        "..;/",
        "%c0%ae%c0%ae/",
        "./",
        "//",
        "%00/",
    ]
    files = [
        "etc/passwd", "gateway/doors.py", ".run/keys.json", "keys.json", "conversations.sqlite",
        "models/assistant.tar.gz", "proc/self/environ", "acces.pdf", "acces.txt", ".pdf", "site.css%00.pdf", "con",
        "a" * 3000, "audit", "api/audit", "api/editor", "static", "", "?", "#",
    ]  # fmt: skip
    for _ in range(count):
        path = (
            draw.choice(starts)
            + draw.choice(ups) * draw.randint(0, 8)
            + draw.choice(files)
            + draw.choice(["", "", ".js", ".pdf", "%20", "/"])
        )
        # By a raw socket: a client would take the dots away.
        request = f"{draw.choice(['GET', 'HEAD', 'POST'])} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        received = _exchanged(where.hostname or "", where.port or 80, request.encode("ascii"))
        (answer,) = _answers(received)
        try:
            content = check(*answer, method=request.split()[0])
            if answer[0] == 200:
                assert "root:" not in content
                assert not any(key in content for key in watch.assistant.keys.values())
                assert "def " not in content
        except AssertionError as error:
            raise AssertionError(f"{request!r} -> {received[:600]!r}: {error}") from None
        watch.count("paths", answer[0])


def console(watch: Watch, count: int, draw: random.Random) -> None:
    """The console without a session, with sessions that are none, and with forged tokens."""
    client = watch.client()
    calls = [
        ("GET", "/conseiller"), ("GET", "/conseiller/redaction"), ("GET", "/conseiller/audit"),
        ("GET", "/conseiller/connexion?vers=//evil.example"), ("GET", "/conseiller/connexion?erreur=<script>"),
        ("GET", "/conseiller/connexion/retour?code=x&state=x"), ("GET", "/conseiller/connexion/oidc"),
        ("GET", "/conseiller/api/session"), ("GET", "/conseiller/api/start"), ("POST", "/conseiller/api/lookup"),
        ("POST", "/conseiller/api/card"), ("POST", "/conseiller/api/question"),
        ("GET", "/conseiller/api/editor?jours=1e9"), ("POST", "/conseiller/api/editor/preview"),
        ("GET", "/conseiller/api/audit?du=0001-01-01&au=9999-12-31"),
        ("GET", "/conseiller/api/audit/export.csv?du='"), ("POST", "/conseiller/api/signout"),
        ("GET", "/conseiller/api/audit/verification?tete=" + "f" * 500),
    ]  # fmt: skip
    texts = corpora.sql() + corpora.markup()
    for _ in range(count):
        method, path = draw.choice(calls)
        headers = [(b"Cookie", b"__Host-session=" + re.sub(rb"[^\x21-\x7e]", b"", draw.choice(texts).encode()))]
        if draw.random() < 0.5:
            headers.append((b"X-CSRF-Token", re.sub(rb"[^\x21-\x7e]", b"", draw.choice(texts).encode())))
        if draw.random() < 0.5:
            headers.append((draw.choice([b"Origin", b"Sec-Fetch-Site", b"Referer"]), b"https://evil.example"))
        body = {draw.choice(["text", "username", "question", "topic"]): draw.choice(texts)}
        answer = client.request(method, path, headers=headers, content=json.dumps(body).encode())
        watch.seen("console", answer)
        assert answer.status_code != 200 or path.startswith(("/conseiller/connexion", "/conseiller/api/session")), path
        assert not answer.is_redirect or answer.headers["location"].startswith("/conseiller"), answer.headers[
            "location"
        ]
        assert "access-control-allow-origin" not in answer.headers

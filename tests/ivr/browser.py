"""A small voice browser: executes what the line's documents are made of, and fails at anything else.

Of VoiceXML 2.1 it knows forms with blocks, fields and transfers, catches, variables that are literals, conditions on
the input mode, submit and exit: the profile of docs/ivr-profile.md. It keeps nothing of a call beyond the document.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx
from lxml import etree
from starlette.testclient import TestClient

_NS = {"v": "http://www.w3.org/2001/vxml"}
_LITERAL = re.compile(r"'([^'\\]*)'")
_READING = re.compile(r"application\.lastresult\$\.length > (\d) \? application\.lastresult\$\[\1\]\.(\w+) : ('')?0?")
Said = list[tuple[str, float]]


@dataclass
class Browser:
    """One call. `by_query`: sends what it submits in the query string, with an empty body, as some browsers do."""

    client: TestClient
    by_query: bool = False
    extra: dict[str, str] = field(default_factory=dict)
    exited: dict[str, str] | None = None
    content: bytes = b""

    def dial(self, method: str = "POST") -> "Browser":
        """Fetch the first document."""
        self._load(self.client.request(method, "/ivr/start", params=self.extra))
        return self

    @property
    def prompts(self) -> list[str]:
        """What the document says, in order."""
        return [str(prompt.xpath("string()")) for prompt in self._form.iterfind(".//v:prompt", _NS)]

    @property
    def text(self) -> str:
        """What the document says, as one text."""
        return " ".join(self.prompts)

    @property
    def keys(self) -> str:
        """The keys that the document's grammar accepts; none when it waits for no key."""
        return "".join(item.text or "" for item in self._form.iterfind(".//v:grammar[@mode='dtmf']//v:item", _NS))

    @property
    def kind(self) -> str:
        """What the document is for: collect, transfer, disconnect or exit."""
        for kind, path in (("collect", "v:field"), ("transfer", "v:transfer"), ("disconnect", "v:block/v:disconnect")):
            if self._form.find(path, _NS) is not None:
                return kind
        return "exit"

    @property
    def next(self) -> set[str]:
        """The addresses that the document leads to."""
        return {submit.get("next") or "" for submit in self._root.iterfind(".//v:submit", _NS)}

    def press(self, key: str) -> "Browser":
        """Press a key; one that the grammar refuses is a nomatch."""
        return self.fill(key) if key in self.keys else self.nomatch()

    def fill(self, value: str) -> "Browser":
        """Fill the field whatever the grammar says: there are browsers that do."""
        return self._run(self._one("v:field/v:filled"), {"digits": value, "digits$.inputmode": "dtmf"}, [])

    def speak(self, *readings: tuple[str, float]) -> "Browser":
        """Have a question recognised, with these readings."""
        return self._run(self._one("v:field/v:filled"), {"digits": "", "digits$.inputmode": "voice"}, list(readings))

    def noinput(self) -> "Browser":
        """Say nothing."""
        return self._run(self._one("v:field/v:noinput"))

    def nomatch(self) -> "Browser":
        """Press what the grammar refuses."""
        return self._run(self._one("v:field/v:nomatch"))

    def throw(self, event: str) -> "Browser":
        """An event of the call or of the platform: the innermost handler whose name it begins with."""
        for path in ("v:form/*/v:catch", "v:catch", "v:error"):
            for handler in self._root.iterfind(path, _NS):
                names = (handler.get("event") or "error").split()
                if any(event == name or event.startswith(f"{name}.") for name in names):
                    return self._run(handler)
        raise AssertionError(f"nobody catches {event}")

    def run_blocks(self) -> "Browser":
        """Execute the blocks of a document that waits for nothing."""
        return self._run(self._one("v:block"))

    @property
    def _root(self) -> etree._Element:
        return etree.fromstring(self.content)

    @property
    def _form(self) -> etree._Element:
        form = self._root.find("v:form", _NS)
        assert form is not None
        return form

    def _one(self, path: str) -> etree._Element:
        found = self._form.find(path, _NS)
        assert found is not None, f"no {path} in the document"
        return found

    def _run(self, parent: etree._Element, known: dict[str, str] | None = None, heard: Said | None = None) -> "Browser":
        self._execute(parent, dict(known or {}), heard or [])
        return self

    def _execute(self, parent: etree._Element, values: dict[str, str], heard: Said) -> bool:
        """Execute a handler; whether it led away from the document."""
        for element in parent:
            match etree.QName(element).localname:
                case "var":
                    values[element.get("name") or ""] = _evaluated(element.get("expr") or "", heard)
                case "prompt" | "disconnect":
                    pass
                case "if":
                    assert element.get("cond") == "digits$.inputmode == 'voice'"
                    if values["digits$.inputmode"] == "voice" and self._execute(element, values, heard):
                        return True
                case "submit":
                    self._submit(element, values)
                    return True
                case "exit":
                    self.exited = {name: values[name] for name in (element.get("namelist") or "").split()}
                    return True
                case other:
                    raise AssertionError(f"{other} is outside the profile")
        return False

    def _submit(self, submit: etree._Element, values: dict[str, str]) -> None:
        assert submit.get("method") == "post"
        sent = {name: values[name] for name in (submit.get("namelist") or "").split()} | self.extra
        address = submit.get("next") or ""
        if self.by_query:
            self._load(self.client.post(f"{address}?{urlencode(sent)}"))
        else:
            self._load(self.client.post(address, data=sent))

    def _load(self, answer: httpx.Response) -> None:
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/voicexml+xml"
        assert answer.headers["cache-control"] == "no-store"
        self.content = answer.content


def _evaluated(expression: str, heard: Said) -> str:
    if literal := _LITERAL.fullmatch(expression):
        return literal.group(1)
    reading = _READING.fullmatch(expression)
    assert reading is not None, expression
    number = int(reading.group(1))
    if number >= len(heard):
        return "" if reading.group(2) == "utterance" else "0"
    text, confidence = heard[number]
    return text if reading.group(2) == "utterance" else str(confidence)

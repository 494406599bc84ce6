"""A turn as a VoiceXML 2.1 document (https://www.w3.org/TR/voicexml21/), within the profile of docs/ivr-profile.md.

The document only says, collects and reports: every event goes to the server, which alone knows what follows. What it is
made of stays within what voice browsers agree on; `profile.rng` describes it.
"""

from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from gateway.ivr.actions import Collect, Hangup, Say, Transfer
from gateway.ivr.calls import Turn
from gateway.ivr.content import Prompts

MEDIA_TYPE = "application/voicexml+xml"
NAMESPACE = "http://www.w3.org/2001/vxml"
MOST_READINGS = 3
_XML = "http://www.w3.org/XML/1998/namespace"
_HANGUP = "connection.disconnect.hangup"
_TRANSFERRED = "connection.disconnect.transfer"
_NOT_TRANSFERRED = "error.connection error.unsupported.transfer"
# An answer by keys takes milliseconds, one to a question said aloud may wait for Rasa (rasa_client.py).
_FETCH, _FETCH_SPOKEN = "10s", "30s"
# By default « # » would end the input and never be heard; no telephone has this key.
_NO_TERMINATOR = "A"


@dataclass(frozen=True)
class Platform:
    """What the voice platform does: `transfer_to` is a tel: or sip: address, None when the platform transfers once the
    document has exited; `speech_grammar` is the address of a grammar for whole questions, None for keys alone.
    """

    transfer_to: str | None = None
    speech_grammar: str | None = None


def document(turn: Turn, prompts: Prompts, platform: Platform) -> bytes:
    """The document of a turn, in UTF-8."""
    return _Document(turn, prompts, platform).written()


class _Document:
    def __init__(self, turn: Turn, prompts: Prompts, platform: Platform) -> None:
        self._turn = turn
        self._platform = platform
        self._says = [action for action in turn.actions if isinstance(action, Say)]
        self._last = turn.actions[-1]
        self._next = f"/ivr/{turn.call}/{turn.step}"
        self._listens = isinstance(self._last, Collect) and self._last.speech and bool(platform.speech_grammar)
        self._root = Element("vxml", {"version": "2.1", "xmlns": NAMESPACE, f"{{{_XML}}}lang": "fr-FR"})
        self._add_properties()
        if not self._is_last:
            self._report(SubElement(self._root, "catch", event=_HANGUP), "hangup")
        error = SubElement(self._root, "error")
        SubElement(error, "prompt", bargein="false").text = prompts.say("failure")
        self._exit(error, "error")
        form = SubElement(self._root, "form", id="turn")
        match self._last:
            case Collect() as collect:
                self._add_field(form, collect)
            case Transfer():
                self._add_transfer(form)
            case _:
                self._add_end(form)

    @property
    def _is_last(self) -> bool:
        """Whether the caller has gone: nothing is said, nothing will be reported."""
        return isinstance(self._last, Hangup) and not self._says

    def written(self) -> bytes:
        """The document's bytes."""
        return bytes(tostring(self._root, encoding="utf-8", xml_declaration=True))

    def _add_properties(self) -> None:
        fetch = _FETCH_SPOKEN if self._listens else _FETCH
        modes = "dtmf voice" if self._listens else "dtmf"
        for name, value in (
            ("fetchtimeout", fetch),
            ("documentmaxage", "0"),
            ("documentmaxstale", "0"),
            ("inputmodes", modes),
            ("termchar", _NO_TERMINATOR),
            ("universals", "none"),
            *((("maxnbest", str(MOST_READINGS)),) if self._listens else ()),
        ):
            SubElement(self._root, "property", name=name, value=value)

    def _add_field(self, form: Element, collect: Collect) -> None:
        field = SubElement(form, "field", name="digits")
        grammar = SubElement(field, "grammar", mode="dtmf", version="1.0", root="keys")
        keys = SubElement(SubElement(grammar, "rule", id="keys", scope="public"), "one-of")
        for digit in collect.digits:
            SubElement(keys, "item").text = digit
        if self._listens:
            SubElement(field, "grammar", mode="voice", src=self._platform.speech_grammar or "")
        self._say(field, collect.timeout_ms)
        self._report(SubElement(field, "noinput"), "noinput")
        self._report(SubElement(field, "nomatch"), "nomatch")
        filled = SubElement(field, "filled")
        if self._listens:
            spoken = SubElement(filled, "if", cond="digits$.inputmode == 'voice'")
            self._report_speech(spoken)
        self._report(filled, "digits", "digits")

    def _report_speech(self, spoken: Element) -> None:
        names = []
        for number in range(MOST_READINGS):
            result = f"application.lastresult$[{number}]"
            for name, value, absent in (("text", "utterance", "''"), ("confidence", "confidence", "0")):
                names.append(f"{name}{number + 1}")
                expression = f"application.lastresult$.length > {number} ? {result}.{value} : {absent}"
                SubElement(spoken, "var", name=names[-1], expr=expression)
        self._report(spoken, "speech", *names)

    def _add_transfer(self, form: Element) -> None:
        if self._platform.transfer_to is None:
            block = SubElement(form, "block")
            self._say(block)
            self._exit(block, "adviser")
            return
        self._say(SubElement(form, "block"))
        transfer = SubElement(form, "transfer", name="adviser", type="blind", dest=self._platform.transfer_to)
        self._report(SubElement(transfer, "catch", event=_TRANSFERRED), "transferred")
        self._report(SubElement(transfer, "catch", event=_NOT_TRANSFERRED), "transfer_failed")
        # Some browsers report an outcome of a blind transfer instead of throwing it.
        self._report(SubElement(transfer, "filled"), "transfer_failed")

    def _add_end(self, form: Element) -> None:
        block = SubElement(form, "block")
        self._say(block)
        if self._is_last:
            self._exit(block, "over")
        else:
            SubElement(block, "disconnect")

    def _say(self, parent: Element, timeout_ms: int | None = None) -> None:
        for say in self._says:
            prompt = SubElement(parent, "prompt", bargein="true" if say.barge_in else "false")
            if timeout_ms is not None:
                prompt.set("timeout", f"{timeout_ms}ms")
            if say.rate == "slow":
                SubElement(prompt, "prosody", rate="slow").text = say.text
                SubElement(prompt, "break", time="700ms")
            else:
                prompt.text = say.text

    def _report(self, parent: Element, event: str, *names: str) -> None:
        """Tell the server what happened, and go on with the document that it answers."""
        SubElement(parent, "var", name="event", expr=f"'{event}'")
        SubElement(parent, "submit", next=self._next, method="post", namelist=" ".join(["event", *names]))

    def _exit(self, parent: Element, reason: str) -> None:
        """Give the call back to the platform, with why and where the dialogue can be taken up again."""
        SubElement(parent, "var", name="reason", expr=f"'{reason}'")
        SubElement(parent, "var", name="resume", expr=f"'{self._next}'")
        SubElement(parent, "exit", namelist="reason resume")

"""Documents against the W3C's schema of VoiceXML 2.1 and against the line's own profile."""

from pathlib import Path

from lxml import etree

import gateway.ivr

_W3C = Path(__file__).parent / "schemas" / "vxml.xsd"
_PROFILE = Path(gateway.ivr.__file__).parent / "profile.rng"


class Schemas:
    """Both schemas, read once."""

    def __init__(self) -> None:
        self._w3c = etree.XMLSchema(etree.parse(str(_W3C)))
        self._profile = etree.RelaxNG(etree.parse(str(_PROFILE)))

    def wrong(self, document: bytes) -> str:
        """What either schema says against a document; empty when nothing."""
        tree = etree.fromstring(document)
        if self._w3c.validate(tree) and self._profile.validate(tree):
            return ""
        return f"{self._w3c.error_log}{self._profile.error_log}"

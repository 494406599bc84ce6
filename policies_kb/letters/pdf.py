"""A letter as PDF: A4, tagged (PDF/UA-1), fonts embedded, the same bytes for the same letter."""

import dataclasses
import datetime
import json
import pathlib

import typst

from policies_kb.letters.composing import Letter

_TEMPLATE = pathlib.Path(__file__).with_name("letter.typ")


class Press:
    """Sets letters with one compiler: it reads its fonts and template once."""

    def __init__(self) -> None:
        # Only the fonts that come with the library: those of a machine would make its letters differ.
        self._compiler = typst.Compiler(_TEMPLATE, root=_TEMPLATE.parent, ignore_system_fonts=True)

    def pdf(self, letter: Letter) -> bytes:
        """The letter's PDF. Raises typst.TypstError when the template does not compile."""
        made = self._compiler.compile(
            format="pdf",
            sys_inputs={"letter": json.dumps(dataclasses.asdict(letter), ensure_ascii=False)},
            pdf_standards=["ua-1"],
            timestamp=datetime.datetime(*letter.updated, tzinfo=datetime.timezone.utc),
        )
        assert isinstance(made, bytes)
        return made

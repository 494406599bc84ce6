"""A letter as plain text, to copy where it can be completed: lines of at most 76 characters."""

import textwrap
from collections.abc import Iterator, Sequence

from policies_kb.letters.composing import Letter
from policies_kb.letters.written import PDF, Blank

WIDTH = 76
_RULE = "_"
_SIGNED = 3
_INDENT = "  "


def plain(letter: Letter) -> str:
    """The letter, then, below a line, what the person should know before sending it. Ends with a line feed."""
    parts = [
        "\n".join(_blanks(letter.sender)),
        "\n".join(letter.address),
        f"{letter.place} {_RULE * 24} {letter.date} {_RULE * 16}",
        _wrapped(letter.subject) + (f"\n{_wrapped(letter.offer_line)}" if letter.offer_line else ""),
        _wrapped(letter.greeting),
        _wrapped(letter.basis),
        _quoted(letter.passage),
        *(_wrapped(part) if isinstance(part, str) else "\n".join(_blanks([part])) for part in letter.body),
        _wrapped(letter.delay),
        _quoted(letter.delay_passage),
        _wrapped(letter.thanks),
        _wrapped(letter.closing),
        f"{letter.signature}\u00a0:" + "\n" * _SIGNED,
        _wrapped(letter.enclosure),
        "-" * WIDTH,
        _wrapped(letter.advice.title),
        _wrapped(letter.advice.opening),
        *_steps(letter),
        *([_wrapped(letter.advice.not_said)] if letter.advice.not_said else []),
        _wrapped(letter.advice.source),
    ]
    return "\n\n".join(parts) + "\n"


def _steps(letter: Letter) -> Iterator[str]:
    for number, step in enumerate((step for step in letter.advice.steps if step.only != PDF), start=1):
        lines = [_wrapped(f"{number}. {step.text}", hanging="   ")]
        if step.quotation:
            lines.append(_quoted(step.quotation, "   "))
        lines += [f"   {label} {_RULE * 16}" for label in step.blanks]
        yield "\n".join(lines)


def _blanks(blanks: Sequence[Blank]) -> Iterator[str]:
    for blank in blanks:
        label = f"{blank.label}\u00a0: "
        yield label + _RULE * (WIDTH - len(label))
        yield from [_RULE * WIDTH] * (blank.lines - 1)


def _quoted(words: str, indent: str = "") -> str:
    return _wrapped(f"«\u00a0{words}\u00a0»", first=indent + _INDENT, hanging=indent + _INDENT)


def _wrapped(text: str, first: str = "", hanging: str = "") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )

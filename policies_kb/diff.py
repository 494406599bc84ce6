"""What a new version of a policy changes, and which cards and contacts have to be read again.

Cards and contacts cite passages by their place in the current version (OLD): whatever is removed, reworded, moved to
another title or only renumbered touches those that cite it.
"""

import difflib
import pathlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies_kb.content import ROOT, Content, load_content
from policies_kb.findings import shown
from policies_kb.source import Passage, Source, read_source

REMOVED, ADDED, CHANGED, RENUMBERED = "removed", "added", "changed", "renumbered"
# Below this two passages are two different sentences rather than one reworded.
_SAME_SENTENCE = 0.5
_Pair = tuple[str, Passage | None, Passage | None]


class VersionsError(ValueError):
    """The two files are not versions of one policy."""


@dataclass(frozen=True)
class Change:
    """One passage that differs; `touches` are the cards (their file) and contacts (their id) that cite it."""

    kind: str
    old: Passage | None
    new: Passage | None
    touches: tuple[str, ...]

    def __str__(self) -> str:
        names = " -> ".join(dict.fromkeys(passage.id for passage in (self.old, self.new) if passage is not None))
        lines = [f"{self.kind} {names}"]
        if self.kind == RENUMBERED:
            lines[0] += f" {shown(self.old.text) if self.old else ''}"
        else:
            lines += [f"  - {shown(self.old.text, 500)} [{self.old.section}]"] if self.old else []
            lines += [f"  + {shown(self.new.text, 500)} [{self.new.section}]"] if self.new else []
        if self.old is None:
            lines.append("  no card cites it yet: map it in coverage/ and cite it")
        else:
            lines.append(f"  touches: {', '.join(self.touches) or 'nothing'}")
        return "\n".join(lines)


def diff(old: pathlib.Path, new: pathlib.Path, root: pathlib.Path = ROOT) -> list[Change]:
    """The changes from one source file to another of the same country, in the order of the text.

    Raises SourceError when a file is no source, OSError when it cannot be read, ContentError when the content cannot,
    and VersionsError when the files are policies of two countries.
    """
    before, after = read_source(old), read_source(new)
    if before.country != after.country:
        raise VersionsError(
            f"{old.name} is the policy of {before.country}, {new.name} of {after.country}: "
            "compare two versions of one policy"
        )
    content = load_content(root)
    return [Change(kind, left, right, _touched(content, before, left)) for kind, left, right in _pairs(before, after)]


def _pairs(before: Source, after: Source) -> Iterator[_Pair]:
    left, right = before.passages, after.passages
    matcher = difflib.SequenceMatcher(
        None, [passage.text for passage in left], [passage.text for passage in right], autojunk=False
    )
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        if kind == "equal":
            for one, other in zip(left[start:end], right[other_start:other_end], strict=True):
                if one.section != other.section:
                    yield CHANGED, one, other
                elif one.id != other.id:
                    yield RENUMBERED, one, other
        else:
            yield from _reworded(left[start:end], right[other_start:other_end])


def _reworded(left: Sequence[Passage], right: Sequence[Passage]) -> Iterator[_Pair]:
    """A block that differs: each old passage with the new one it became, if any, both kept in order."""
    place = 0
    for passage in left:
        likeness = [difflib.SequenceMatcher(None, passage.text, other.text).ratio() for other in right[place:]]
        best = max(likeness, default=0.0)
        if best < _SAME_SENTENCE:
            yield REMOVED, passage, None
            continue
        found = place + likeness.index(best)
        yield from ((ADDED, None, other) for other in right[place:found])
        yield CHANGED, passage, right[found]
        place = found + 1
    yield from ((ADDED, None, other) for other in right[place:])


def _touched(content: Content, source: Source, passage: Passage | None) -> tuple[str, ...]:
    if passage is None:
        return ()
    cards = [
        card.file
        for card in content.cards
        if card.country == source.country and any(passage.id == cited.id for run in card.runs for cited in run.passages)
    ]
    contacts = [
        f"contact {contact.id}"
        for contact in content.contacts
        if contact.country == source.country
        and any(passage.id == cited.id for run in contact.runs.values() for cited in run.passages)
    ]
    return (*cards, *contacts)

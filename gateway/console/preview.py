"""What a new version of a policy would change, in a process of its own: `python -m gateway.console.preview COUNTRY`.

The text comes on the standard input, the answer goes to the standard output as JSON, and nothing is stored: the text is
handed to `policies_kb.diff` as a file that is only in memory. A comparison of texts takes long when they are made to,
so it is bounded in time and memory here, where that hurts nobody.
"""

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from policies_kb.content import ContentError
from policies_kb.diff import Change, VersionsError, diff
from policies_kb.source import SOURCES, Passage, SourceError, read_sources

MOST_SECONDS = 20
_MOST_MEMORY = 1 << 30
_FENCE = "---\n"


def preview(country: str, text: str) -> dict[str, Any]:
    """The changes from the policy in force to `text`, whole with its front matter or the bare text of the policy.

    `problem` is None, "headings" (with those that are missing in `headings`) or "unreadable".
    """
    sources = read_sources()
    source = sources[country]
    in_force = next(
        path for path in sorted(SOURCES.glob("*.md")) if f"\ncountry: {country}\n" in path.read_text("utf-8")
    )
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").strip() + "\n"
    if not text.startswith(_FENCE):
        lines = {line.strip() for line in text.splitlines()}
        missing = [title for title in source.sections if title not in lines]
        if missing:
            return {"problem": "headings", "headings": missing, "changes": []}
        head = in_force.read_text("utf-8")[len(_FENCE) :].split(_FENCE, 1)[0]
        text = f"{_FENCE}{head}{_FENCE}{text}"
    descriptor = os.memfd_create("version.md")
    try:
        os.write(descriptor, text.encode("utf-8"))
        changes = diff(in_force, Path(f"/proc/self/fd/{descriptor}"))
    except (SourceError, VersionsError, ContentError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {"problem": "unreadable", "headings": [], "changes": []}
    finally:
        os.close(descriptor)
    return {"problem": None, "headings": [], "changes": [_shown(change) for change in changes]}


def _shown(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "old": _passage(change.old),
        "new": _passage(change.new),
        "touches": list(change.touches),
    }


def _passage(passage: Passage | None) -> dict[str, str] | None:
    return None if passage is None else {"id": passage.id, "section": passage.section, "text": passage.text}


def main() -> None:
    """Read a text, print what it changes."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    print(json.dumps(preview(sys.argv[1], sys.stdin.buffer.read().decode("utf-8"))))


if __name__ == "__main__":
    main()

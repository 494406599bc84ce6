"""Checks on what is heard: voice forms go to a speech synthesiser and to people who see nothing."""

import re
from collections.abc import Iterator

from policies_kb.check_cards import VOICE_SENTENCES, sentences
from policies_kb.content import Content
from policies_kb.findings import Finding

# Each with what to do instead; the caller may already be on the 7400 line.
_UNSPEAKABLE = (
    (
        re.compile(r"https?:|www\.|\b[\w-]+\.(?:fr|com|ml|org|net)\b", re.IGNORECASE),
        "a web address",
        "name the site in words",
    ),
    (re.compile(r"[*_#<>\[\]{}|`•]|^\s*[-–—]\s", re.MULTILINE), "markup or a list mark", "write sentences"),
    (re.compile(r"\bclique[rz]?\b", re.IGNORECASE), "« cliquez »", "nothing can be clicked in a call"),
    (re.compile(r"\bci-(?:dessous|dessus|contre|après)\b", re.IGNORECASE), "a reference to a page", "say it in full"),
    (
        re.compile(r"\b(?:appel|téléphon|compos|join)\w*\b[^.?!]*\b74 ?00\b", re.IGNORECASE),
        "« appelez le 7400 »",
        "the caller is on that line: name it, do not send there",
    ),
)


def check_voice(content: Content) -> Iterator[Finding]:
    """Voice forms are short sentences that make sense when heard."""
    spoken = [(card.file, card.voice) for card in content.cards]
    for file, voice in spoken:
        if sentences(voice) > VOICE_SENTENCES:
            yield Finding(file, f"voice has {sentences(voice)} sentences", f"keep {VOICE_SENTENCES}")
    spoken += [(f"contacts.yml, {contact.id}", contact.voice) for contact in content.contacts]
    spoken += [(f"notices.yml, {notice.id}", notice.voice) for notice in content.notices]
    for file, voice in spoken:
        for pattern, what, remedy in _UNSPEAKABLE:
            if pattern.search(voice):
                yield Finding(file, f"voice holds {what}", remedy)

"""Checks on what is heard: voice forms go to a speech synthesiser and to people who see nothing."""

from collections.abc import Iterator

from policies_kb.check_cards import VOICE_SENTENCES, sentences
from policies_kb.content import Content
from policies_kb.findings import Finding
from policies_kb.speech import unspeakable


def check_voice(content: Content) -> Iterator[Finding]:
    """Voice forms are short sentences that make sense when heard."""
    spoken = [(card.file, card.voice) for card in content.cards]
    for file, voice in spoken:
        if sentences(voice) > VOICE_SENTENCES:
            yield Finding(file, f"voice has {sentences(voice)} sentences", f"keep {VOICE_SENTENCES}")
    spoken += [(f"contacts.yml, {contact.id}", contact.voice) for contact in content.contacts]
    spoken += [(f"notices.yml, {notice.id}", notice.voice) for notice in content.notices]
    for file, voice in spoken:
        for what, remedy in unspeakable(voice):
            yield Finding(file, f"voice holds {what}", remedy)

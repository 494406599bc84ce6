"""Checks on letters: one for every right that a policy holds, and nothing in it that the policy does not bear."""

import re
from collections.abc import Iterator

from policies_kb.agreed import SILENT
from policies_kb.base import ANY_OFFER
from policies_kb.check_cards import in_words
from policies_kb.content import Content
from policies_kb.findings import Finding, shown
from policies_kb.grounding import altered_quotations, ground, unborne_negations, unborne_quantities, unborne_words
from policies_kb.letters.composing import Letter, letters
from policies_kb.letters.written import FILE, LettersText, RightText
from policies_kb.references import Run

_RIGHTS = "rights."
_SLUG = re.compile(r"[a-z]+(?:-[a-z]+)*")
_DOCUMENT_TOPIC, _DELAY_TOPIC = "exercise.identity_proof", "exercise.deadline"


def check_letters(content: Content) -> Iterator[Finding]:
    """Every right held has its letter, its words are those of passages on that right, and no other contact is in it."""
    written = content.letters
    if written is None:
        yield Finding(FILE, "there are no letters", "write them")
        return
    yield from _complete(content, written)
    yield from _slugs(written)
    for (right, country), text in written.rights.items():
        yield from _right(content, right, country, text)
    yield from _policies(content, written)
    yield from _offers(content, written)
    for letter in letters(content):
        yield from _facts(content, written, letter)


def _complete(content: Content, written: LettersText) -> Iterator[Finding]:
    for country in content.sources:
        if country not in written.policies:
            yield Finding(f"{FILE}, policies", f"{country} is missing", "say how its letters name the policy")
        for topic, coverage in content.contract.coverage.items():
            has, wanted = (topic, country) in written.rights, coverage[country] != SILENT
            if topic.startswith(_RIGHTS) and wanted and not has:
                yield Finding(
                    f"{FILE}, rights", f"{topic} has no letter for {country}", "write it: the policy holds it"
                )
            if has and not (topic.startswith(_RIGHTS) and wanted):
                yield Finding(
                    f"{FILE}, rights, {topic}", f"the policy of {country} does not hold this right", "take it out"
                )
    for right in sorted({right for right, _ in written.rights} - content.contract.coverage.keys()):
        yield Finding(f"{FILE}, rights", f"{right} is no topic", "use the ids of contract/topics.yml")


def _slugs(written: LettersText) -> Iterator[Finding]:
    for group, slugs in (
        ("rights", {right: text.slug for (right, _), text in written.rights.items()}),
        ("offers", {offer: name.slug for offer, name in written.offers.items()}),
    ):
        for key, slug in slugs.items():
            if not _SLUG.fullmatch(slug):
                yield Finding(f"{FILE}, {group}, {key}", f"slug {slug!r} is no slug", "use a-z and hyphens")
            if list(slugs.values()).count(slug) > 1:
                yield Finding(f"{FILE}, {group}, {key}", f"slug {slug!r} is another's too", "give each its own")


def _right(content: Content, right: str, country: str, text: RightText) -> Iterator[Finding]:
    place = f"{FILE}, rights, {right}, {country}"
    yield from _mapped(content, place, country, text.run, right)
    borne = ground([text.run.text, *content.labels.get(right, ())])
    for token in (*unborne_words(text.subject, borne), *unborne_negations(text.subject, borne)):
        yield Finding(place, f"subject: « {token.text} » does not stand in its passage", "use the policy's words")


def _mapped(content: Content, place: str, country: str, run: Run, topic: str) -> Iterator[Finding]:
    mapped = content.coverage[country]
    for passage in run.passages:
        if topic not in (mapped[passage.id].topics if passage.id in mapped else ()):
            yield Finding(
                place,
                f"{passage.id} {shown(passage.text)} is not mapped to {topic}",
                f"map it in coverage/{country}.yml or do not quote it",
            )


def _policies(content: Content, written: LettersText) -> Iterator[Finding]:
    for country, policy in written.policies.items():
        place = f"{FILE}, policies, {country}"
        yield from _mapped(content, place, country, policy.document, _DOCUMENT_TOPIC)
        yield from _mapped(content, place, country, policy.delay, _DELAY_TOPIC)
        if policy.enclosed not in policy.document.text:
            yield Finding(place, f"enclosed {shown(policy.enclosed)} is not verbatim", "use the words of the passage")
        for contact in content.contacts:
            if contact.country != country or contact.kind != "postal" or not _about_rights(contact.topics):
                continue
            for offer, run in contact.runs.items():
                if policy.assigned not in run.text or contact.text not in run.text.partition(policy.assigned)[2]:
                    yield Finding(
                        place,
                        f"assigned {shown(policy.assigned)} does not introduce {contact.id} ({offer})",
                        f"use the words of {run.reference} before the address",
                    )
        # The site's addresses in the name of the policy stand in the passage that says whom it is for.
        title = content.sources[country].title
        for name in re.findall(r"[\w.]+\.(?:fr|com)\b", policy.named.replace("{title}", title)):
            if name not in policy.run.text:
                yield Finding(place, f"named: {name} does not stand in its passage", "name what the passage names")


def _about_rights(topics: tuple[str, ...]) -> bool:
    return any(topic.startswith(_RIGHTS) for topic in topics)


def _offers(content: Content, written: LettersText) -> Iterator[Finding]:
    runs = {offer: run for contact in content.contacts for offer, run in contact.runs.items() if offer != ANY_OFFER}
    for offer in sorted(runs.keys() - written.offers.keys()):
        yield Finding(f"{FILE}, offers", f"{offer} is missing", "name it as its policy does")
    for offer, name in written.offers.items():
        if offer not in runs:
            yield Finding(f"{FILE}, offers, {offer}", "no contact is given for it", "take it out")
        elif set(name.named.split()) - set(re.findall(r"\w+", runs[offer].text)):
            yield Finding(
                f"{FILE}, offers, {offer}",
                f"{shown(name.named)} is not how {runs[offer].reference} names it",
                f"the passage says {shown(runs[offer].text, 200)}",
            )


def _facts(content: Content, written: LettersText, letter: Letter) -> Iterator[Finding]:
    """Numbers, dates and quotations of a letter, and contacts that are not its own."""
    policy, right = written.policies[letter.country], written.rights[letter.right, letter.country]
    source = content.sources[letter.country]
    contact = next(contact for contact in content.contacts if contact.id == letter.contact)
    borne = ground(
        [
            *(run.text for run in (right.run, policy.run, policy.document, policy.delay, *contact.runs.values())),
            source.title,
            f"politique du {in_words(content, letter.country)}",
        ]
    )
    place = f"{FILE}, letters to {contact.id}"
    for text in said(letter):
        for found in unborne_quantities(text, borne):
            yield Finding(place, f"{found} stands in none of its passages: {shown(text)}", "take it out")
        for quoted in altered_quotations(text, borne):
            yield Finding(place, f"the quotation {shown(quoted)} is not verbatim", "quote the policy as it is")
        for other in content.contacts:
            if other.text in text and other.text != contact.text:
                yield Finding(place, f"it holds the contact {other.id}", f"it goes to {contact.id} alone")


def said(letter: Letter) -> Iterator[str]:
    """Every text of a letter and of its advice but for the address, each by itself."""
    yield from (letter.title, letter.subject, letter.offer_line or "", letter.greeting, letter.basis, letter.delay)
    yield from (letter.thanks, letter.closing, letter.signature, letter.enclosure, letter.place, letter.date)
    yield from (part if isinstance(part, str) else part.label for part in (*letter.sender, *letter.body))
    yield from (letter.passage, letter.delay_passage)
    advice = letter.advice
    yield from (advice.title, advice.opening, advice.not_said or "", advice.source)
    for step in advice.steps:
        yield from (step.text, step.quotation or "", *step.blanks)

"""Checks on the policies' sources and on the map of their passages: the agreed text, and all of it reached?"""

import hashlib
from collections.abc import Iterator, Mapping

from policies_kb.content import Content
from policies_kb.findings import Finding, shown

SUMS = "SHA256SUMS"


def check_sources(content: Content) -> Iterator[Finding]:
    """Each source file is the recorded one, byte for byte, and says of itself what the contract says."""
    folder = content.root / "sources"
    recorded = {}
    if (folder / SUMS).is_file():
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
        recorded = {name.lstrip("*"): digest for digest, name in (line.split(maxsplit=1) for line in lines if line)}
    for path in sorted(folder.glob("*.md")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if recorded.pop(path.name, None) != digest:
            yield Finding(
                f"sources/{path.name}",
                f"sha256 {digest[:12]}... is not the one recorded in {SUMS}",
                f"restore the file or, for a new version of the policy, record it (sha256sum *.md > {SUMS})",
            )
    for name in recorded:
        yield Finding(f"sources/{name}", f"recorded in {SUMS} but absent", "restore the file or take its line out")
    for country, agreed in content.contract.policies.items():
        source = content.sources.get(country)
        if source is None:
            yield Finding("sources", f"no policy for {country}", f"add the source of {agreed.id}")
            continue
        for name in ("id", "title", "issuer", "updated"):
            if getattr(source, name) != getattr(agreed, name):
                yield Finding(
                    f"sources, {source.id}",
                    f"{name} {getattr(source, name)!s} is not the contract's",
                    f"write {getattr(agreed, name)!s}",
                )


def check_coverage(content: Content) -> Iterator[Finding]:
    """Every passage is mapped, by its first words verbatim, to topics that exist; nothing else is."""
    for country, source in content.sources.items():
        file, mapped = f"coverage/{country}.yml", content.coverage[country]
        passages = {passage.id: passage for passage in source.passages}
        for name in sorted(mapped.keys() - passages.keys()):
            yield Finding(file, f"{name} is no passage of {source.id}", "take it out")
        for name, passage in passages.items():
            if name not in mapped:
                yield Finding(file, f"passage {name} {shown(passage.text)} is not mapped", "give it its topics")
                continue
            starts = mapped[name].starts
            if not passage.text.startswith(starts):
                yield Finding(
                    file, f"{name}: starts {shown(starts)} is not verbatim", f"the passage begins {shown(passage.text)}"
                )
            for topic in mapped[name].topics:
                if topic not in content.contract.coverage:
                    yield Finding(file, f"{name}: {topic} is no topic", "use the ids of contract/topics.yml")


def check_reached(content: Content) -> Iterator[Finding]:
    """Every passage is cited by a card or comes with a contact."""
    for country, names in reached(content).items():
        for passage in content.sources[country].passages:
            if passage.id not in names:
                topics = content.coverage[country].get(passage.id)
                where = ", ".join(topics.topics) if topics else "the topic it belongs to"
                yield Finding(
                    f"cards/{country}",
                    f"no card or contact reaches {passage.id} {shown(passage.text)}",
                    f"cite it in the card of {where}",
                )


def reached(content: Content) -> Mapping[str, frozenset[str]]:
    """The passages that cards and contacts reach, by country."""
    found: dict[str, set[str]] = {country: set() for country in content.sources}
    for card in content.cards:
        found[card.country] |= {passage.id for run in card.runs for passage in run.passages}
    for contact in content.contacts:
        found[contact.country] |= {passage.id for run in contact.runs.values() for passage in run.passages}
    return {country: frozenset(names) for country, names in found.items()}

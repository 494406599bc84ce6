"""The knowledge base's commands: `python -m policies_kb build | check | diff | search | show`."""

import argparse
import pathlib
import sys
from datetime import date

from policies_kb.agreed import read_contract
from policies_kb.base import DEFAULT_PATH, BaseError, current
from policies_kb.content import ROOT, ContentError, load_content
from policies_kb.diff import VersionsError, diff
from policies_kb.source import SourceError

# How many passages `search` prints.
_SHOWN = 5


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit status: 0 done, 1 something to correct, 2 bad arguments."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except ContentError as error:
        print("\n".join(error.problems), file=sys.stderr)
    except (BaseError, SourceError, OSError, VersionsError) as error:
        print(error, file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m policies_kb", description="The knowledge base of the assistant.")
    contract = read_contract(ROOT / "contract" / "topics.yml")
    countries = list(contract.policies)
    commands = parser.add_subparsers(required=True, metavar="command")

    build = commands.add_parser("build", help="write kb.sqlite from the content")
    build.add_argument("--out", type=pathlib.Path, default=DEFAULT_PATH, help=f"the file to write ({DEFAULT_PATH})")
    build.set_defaults(run=_build)

    check = commands.add_parser("check", help="refuse content that the policies do not bear")
    check.add_argument("--on", type=_day, default=date.today(), metavar="DATE", help="the day notices must be good on")
    check.set_defaults(run=_check)

    diff = commands.add_parser("diff", help="what a new version of a policy changes, and what it touches")
    diff.add_argument("old", type=pathlib.Path, help="the source file that the content cites")
    diff.add_argument("new", type=pathlib.Path, help="the source file of the new version")
    diff.set_defaults(run=_diff)

    search = commands.add_parser("search", help="the passages nearest to a question")
    search.add_argument("query", help="a question in French")
    search.add_argument("--country", choices=countries, help="search one policy only")
    search.set_defaults(run=_search)

    show = commands.add_parser("show", help="a card with its excerpts and contacts")
    show.add_argument("topic", choices=list(contract.coverage), metavar="topic", help="an id of contract/topics.yml")
    show.add_argument("country", choices=countries)
    show.set_defaults(run=_show)
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date: write it as 2026-11-21") from None


def _build(options: argparse.Namespace) -> int:
    from policies_kb.build import build
    from policies_kb.letters.composing import letters

    content = build(options.out)
    print(
        f"{options.out}: {len(content.cards)} cards, {len(content.contacts)} contacts, {len(content.notices)} notices, "
        f"{sum(1 for _ in letters(content))} letters"
    )
    return 0


def _check(options: argparse.Namespace) -> int:
    from policies_kb.check import check, summary

    findings = check(options.on)
    for finding in findings:
        print(finding)
    print(summary(load_content()))
    print(f"{len(findings)} to correct" if findings else "nothing to correct")
    return 1 if findings else 0


def _diff(options: argparse.Namespace) -> int:
    changes = diff(options.old, options.new)
    for change in changes:
        print(change)
    touched = sorted({name for change in changes for name in change.touches})
    print(f"{len(changes)} passages differ; to read again: {', '.join(touched) or 'nothing'}")
    return 0


def _search(options: argparse.Namespace) -> int:
    from policies_kb.search import PassageSearch

    for hit in PassageSearch(DEFAULT_PATH).search(options.query, options.country, _SHOWN):
        print(
            f"{hit.score:.2f}  {hit.excerpt.policy}, {hit.excerpt.section} ({', '.join(hit.topics)})\n"
            f"      {hit.excerpt.text}"
        )
    return 0


def _show(options: argparse.Namespace) -> int:
    from policies_kb.show import show

    try:
        print(show(current(DEFAULT_PATH), options.topic, options.country, date.today()))
    except KeyError:
        print(
            f"no card of {options.topic} for {options.country}: write cards/{options.country}/{options.topic}.yml "
            "and build",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""axe-core in a page that is open in the browser.

Its source is given to the page through the debugging protocol, which no Content-Security-Policy forbids: the page's own
policy stays as strict as it is for everybody.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_CORE = Path(__file__).parents[1] / "axe" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "RGAAv4", "best-practice"]
_KINDS = ("violations", "incomplete", "passes", "inapplicable")
# Rules of RGAA that axe calls experimental are left out by their tag and let in again one by one.
_RUN = """async (tags) => {
  const rules = Object.fromEntries(axe.getRules(["RGAAv4"]).map(({ ruleId }) => [ruleId, { enabled: true }]));
  return axe.run(
    document, { runOnly: { type: "tag", values: tags }, rules, resultTypes: ["violations", "incomplete"] });
}"""


@dataclass(frozen=True)
class Finding:
    """A rule and the places, as CSS paths through shadow roots, where it fails or where a person has to look."""

    rule: str
    help: str
    places: tuple[str, ...]

    def __str__(self) -> str:
        return "\n    ".join([f"{self.rule}: {self.help}", *self.places])


@dataclass(frozen=True)
class Report:
    """What axe found in a page, the rules that it passed, and all that it ran."""

    violations: tuple[Finding, ...]
    incomplete: tuple[Finding, ...]
    passed: frozenset[str]
    run: frozenset[str]


def check(page: Page) -> Report:
    """Check all of the page as it is now, shadow roots included."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_source())
    found = page.evaluate(_RUN, TAGS)
    return Report(
        _findings(found["violations"]),
        _findings(found["incomplete"]),
        frozenset(rule["id"] for rule in found["passes"]),
        frozenset(rule["id"] for kind in _KINDS for rule in found[kind]),
    )


@cache
def _source() -> str:
    assert _CORE.is_file(), "axe-core is not there: scripts/node_modules.sh tests/axe"
    return _CORE.read_text(encoding="utf-8")


def _findings(rules: list[dict[str, Any]]) -> tuple[Finding, ...]:
    return tuple(Finding(rule["id"], rule["help"], tuple(map(_place, rule["nodes"]))) for rule in rules)


def _place(node: dict[str, Any]) -> str:
    path = " >> ".join(" ".join(part) if isinstance(part, list) else part for part in node["target"])
    return f"{path}: {' '.join(node['failureSummary'].split())}"

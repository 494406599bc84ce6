"""Alerts and dashboard: they ask for metrics that there are, and fire when they should."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.metrics import Metrics
from tests.conftest import ROOT

RULES = ROOT / "deploy" / "prometheus"
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "dashboard.json").read_text("utf-8"))
METRIC = re.compile(r"\b(?:assistant|process)_[a-z_]+\b")


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Prometheus' own checker, of the system package « prometheus »."""
    program = shutil.which("promtool")
    assert program, "promtool is missing: scripts/system_package.sh prometheus"
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)


def expressions() -> list[str]:
    """The queries of the dashboard's panels, with Grafana's own variable filled in."""
    targets = [target for panel in DASHBOARD["panels"] for target in panel["targets"]]
    return [target["expr"].replace("$__rate_interval", "5m") for target in targets]


def known() -> set[str]:
    """The names of the samples that a gateway gives."""
    kinds = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
    return {family.name + ending for family in Metrics().registry.collect() for ending in kinds[family.type]}


def test_alerts_fire_when_they_should_and_stay_silent_otherwise() -> None:
    tested = promtool("test", "rules", RULES / "alerts.test.yml")
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_every_alert_is_tested_both_ways_and_says_what_to_do() -> None:
    rules = yaml.safe_load((RULES / "alerts.yml").read_text("utf-8"))
    alerts = [rule for group in rules["groups"] for rule in group["rules"] if "alert" in rule]
    tests = yaml.safe_load((RULES / "alerts.test.yml").read_text("utf-8"))["tests"]
    checks = [check for test in tests for check in test["alert_rule_test"]]
    for alert in alerts:
        fired = {bool(check["exp_alerts"]) for check in checks if check["alertname"] == alert["alert"]}
        assert fired == {True, False}, alert["alert"]
        assert alert["annotations"].keys() == {"summary", "action"}
        assert alert["labels"]["severity"] in ("page", "ticket")


def test_rules_and_dashboard_ask_for_metrics_that_there_are() -> None:
    text = (RULES / "alerts.yml").read_text("utf-8")
    recorded = set(re.findall(r"record: (\S+)", text))
    names = known()
    for asked in (text, *expressions()):
        assert set(METRIC.findall(asked)) <= names
        assert set(re.findall(r"\bassistant(?::[a-z0-9_]+)+", asked)) <= recorded


def test_the_dashboards_queries_are_promql(tmp_path: Path) -> None:
    rules: dict[str, Any] = {
        "groups": [
            {
                "name": "panels",
                "rules": [{"record": f"panel:{number}", "expr": expr} for number, expr in enumerate(expressions())],
            }
        ]
    }
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump(rules), "utf-8")
    checked = promtool("check", "rules", file)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    file.write_text(yaml.safe_dump(rules).replace("rate(", "rat(", 1), "utf-8")
    assert promtool("check", "rules", file).returncode != 0


@pytest.mark.parametrize("subject", ["status", "unsure", "part_seconds", "reply_seconds", "failed", "redactions"])
def test_the_dashboard_shows_what_an_operator_looks_for(subject: str) -> None:
    assert any(subject in expr for expr in expressions())


def test_panels_have_titles_and_do_not_overlap() -> None:
    panels = DASHBOARD["panels"]
    places = [panel["gridPos"] for panel in panels]
    cells = [
        (column, row)
        for place in places
        for column in range(place["x"], place["x"] + place["w"])
        for row in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert all(column < 24 for column, _ in cells)
    assert all(panel["title"] for panel in panels)
    assert len({panel["id"] for panel in panels}) == len(panels)

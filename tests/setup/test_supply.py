"""What is run is listed, can be audited, and is run with no more rights than it needs."""

import http.server
import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT, free_port

REQUIREMENTS = ROOT / "requirements"
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
PIN = re.compile(r"^([a-z0-9][a-z0-9.\-_]*)==([^\s;\\]+)", re.IGNORECASE | re.MULTILINE)


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command of the project, from its root."""
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


class _Vulnerabilities(http.server.BaseHTTPRequestHandler):
    """Answers as OSV's /v1/query does: one vulnerability for the packages named in `known`, none for the others."""

    known: tuple[str, ...] = ()
    failing = False
    asked: list[dict[str, object]]

    def do_POST(self) -> None:
        """Answer one query."""
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(query)
        found = {"vulns": [self._vulnerability(query["package"]["name"])]} if self._is_known(query) else {}
        body = json.dumps(found).encode()
        self.send_response(503 if self.failing else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _is_known(self, query: dict[str, dict[str, str]]) -> bool:
        return query["package"]["name"] in self.known

    @staticmethod
    def _vulnerability(name: str) -> dict[str, object]:
        events = [{"introduced": "0"}, {"fixed": "9999.1"}]
        affected = {"package": {"name": name, "ecosystem": "PyPI"}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
        return {"id": "PYSEC-0000-1", "summary": "Planted", "aliases": ["CVE-0000-0001"], "affected": [affected]}

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def database(known: tuple[str, ...] = (), failing: bool = False) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """A vulnerability service on loopback: its address, and what it was asked."""
    asked: list[dict[str, object]] = []
    handler = type("Handler", (_Vulnerabilities,), {"known": known, "failing": failing, "asked": asked})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/query", asked
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def bills(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documents."""
    folder = tmp_path_factory.mktemp("bills")
    made = run("scripts/sbom.sh", str(folder))
    assert made.returncode == 0, made.stderr
    return folder


@pytest.mark.parametrize("environment", ["gateway", "rasa"])
def test_every_package_that_is_run_is_listed_with_its_version_and_all_its_hashes(bills: Path, environment: str) -> None:
    document = json.loads((bills / f"{environment}.cdx.json").read_text("utf-8"))
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    lock = (REQUIREMENTS / f"{environment}.txt").read_text("utf-8")
    listed = {(component["name"], component["version"]) for component in document["components"]}
    assert listed == set(PIN.findall(lock))
    assert all(component["purl"].startswith("pkg:pypi/") for component in document["components"])
    hashes = {
        held["content"]
        for component in document["components"]
        for reference in component["externalReferences"]
        for held in reference.get("hashes", ())
    }
    assert hashes == set(re.findall(r"--hash=sha256:([0-9a-f]{64})", lock))


def test_the_same_lock_gives_the_same_bytes(bills: Path, tmp_path: Path) -> None:
    assert run("scripts/sbom.sh", str(tmp_path), "gateway").returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["gateway.cdx.json"]
    assert (tmp_path / "gateway.cdx.json").read_bytes() == (bills / "gateway.cdx.json").read_bytes()


def test_the_tools_that_list_and_audit_are_locked_too() -> None:
    assert {"cyclonedx-bom", "pip-audit"} <= {
        name for name, _ in PIN.findall((REQUIREMENTS / "supply.txt").read_text())
    }
    assert "supply" in (ROOT / "scripts" / "lock.sh").read_text("utf-8")


def test_without_an_answer_the_audit_says_that_nothing_is_known_and_fails() -> None:
    nobody = f"http://127.0.0.1:{free_port()}/v1/query"
    audited = run("scripts/audit.sh", "requirements/tools.txt", OSV_URL=nobody)
    assert audited.returncode == 2
    assert "NOT CHECKED" in audited.stderr
    assert "No known vulnerab" not in audited.stdout + audited.stderr


def test_a_service_that_fails_is_no_answer() -> None:
    with database(failing=True) as (url, _):
        audited = run("scripts/audit.sh", "requirements/tools.txt", OSV_URL=url)
    assert audited.returncode == 2
    assert "NOT CHECKED" in audited.stderr


def test_a_vulnerable_version_is_named_and_fails_the_audit() -> None:
    with database(known=("mypy",)) as (url, _):
        audited = run("scripts/audit.sh", "requirements/tools.txt", "requirements/lint.txt", OSV_URL=url)
    assert audited.returncode == 1
    assert re.search(r"^mypy +\S+ +PYSEC-0000-1", audited.stdout, re.MULTILINE)
    assert "docs/hardening.md" in audited.stderr
    assert (ROOT / "docs" / "hardening.md").is_file()


def test_nothing_known_passes_and_names_and_versions_are_all_that_is_sent() -> None:
    with database() as (url, asked):
        audited = run("scripts/audit.sh", "requirements/lint.txt", OSV_URL=url)
    assert audited.returncode == 0, audited.stderr
    assert "No known vulnerability in any" in audited.stdout
    lock = PIN.findall((REQUIREMENTS / "lint.txt").read_text("utf-8"))
    assert sorted(map(str, asked)) == sorted(
        str({"package": {"name": name, "ecosystem": "PyPI"}, "version": version}) for name, version in lock
    )


def test_the_audit_covers_every_lock_unless_some_are_named() -> None:
    assert "set -- requirements/*.txt" in (ROOT / "scripts" / "audit.sh").read_text("utf-8")


def directives(unit: Path) -> dict[str, list[str]]:
    """What a unit says, in all its sections."""
    said: dict[str, list[str]] = {}
    for line in unit.read_text("utf-8").splitlines():
        name, separator, value = line.partition("=")
        if separator and not line.startswith("#"):
            said.setdefault(name, []).append(value)
    return said


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_gives_a_user_of_its_own_nothing_that_it_does_not_need(unit: Path) -> None:
    said = directives(unit)
    assert said["User"] == said["Group"] == [unit.stem]
    assert said["ProtectSystem"] == ["strict"]
    for name in (
        "NoNewPrivileges", "PrivateTmp", "PrivateDevices", "PrivateUsers", "ProtectHome", "ProtectKernelTunables",
        "ProtectKernelModules", "ProtectKernelLogs", "ProtectControlGroups", "ProtectClock", "ProtectHostname",
        "RestrictSUIDSGID", "RestrictNamespaces", "RestrictRealtime", "LockPersonality",
    ):  # fmt: skip
        assert said[name] == ["yes"], name
    assert said["CapabilityBoundingSet"] == said["AmbientCapabilities"] == [""]
    assert (said["IPAddressDeny"], said["IPAddressAllow"]) == (["any"], ["localhost"])
    assert said["UMask"] == ["0077"]
    assert said["LimitCORE"] == ["0"]
    assert {"MemoryMax", "TasksMax", "LimitNOFILE"} <= set(said)
    # Nothing but its own state or cache is opened for writing, and nothing is run as root before it.
    assert not {"ReadWritePaths", "ExecStartPre", "PermissionsStartOnly", "SupplementaryGroups"} & set(said)


def test_the_units_start_what_the_scripts_start() -> None:
    assert {unit.stem for unit in UNITS} == {"assistant", "assistant-phone"}
    started = {unit.stem: directives(unit)["ExecStart"][0].partition(" ")[2] for unit in UNITS}
    for unit, script in (("assistant", "run.sh"), ("assistant-phone", "phone.sh")):
        assert started[unit] in (ROOT / "scripts" / script).read_text("utf-8")


def test_every_test_that_the_threat_model_names_is_there() -> None:
    named = set(re.findall(r"tests/[\w/.]+\.py", (ROOT / "SECURITY.md").read_text("utf-8")))
    assert len(named) > 20
    assert [path for path in sorted(named) if not (ROOT / path).is_file()] == []


def test_the_threat_model_answers_each_chapter_of_asvs_once() -> None:
    rows = re.findall(
        r"^\| V(\d+) [^|]+\| (met|partly|not met|not applicable) \| [^|]+\|$",
        (ROOT / "SECURITY.md").read_text("utf-8"),
        re.MULTILINE,
    )
    assert [int(number) for number, _ in rows] == list(range(1, 18))


@pytest.mark.parametrize("document", ["privacy", "registre", "dpia", "hardening"])
def test_what_a_document_refers_to_is_there(document: str) -> None:
    path = ROOT / "docs" / f"{document}.md"
    text = path.read_text("utf-8")
    for link in re.findall(r"\]\(([^)#:]+)[^)]*\)", text):
        assert (path.parent / link).is_file(), link
    for named in set(re.findall(r"`((?:tests|gateway|deploy|scripts|server|supervisor)/[\w/.-]+\.\w+)`", text)):
        assert (ROOT / named).is_file(), named

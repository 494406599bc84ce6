"""The commands, as they are typed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from policies_kb.content import ROOT
from policies_kb.source import SOURCES


def run(base_path: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "policies_kb", *arguments],
        cwd=ROOT.parent,
        text=True,
        env={**os.environ, "RUN_DIR": str(base_path.parent)},
        capture_output=True,
        check=False,
    )


def test_build_writes_the_base_where_it_is_told(tmp_path: Path, base_path: Path) -> None:
    done = run(base_path, "build", "--out", str(tmp_path / "new" / "kb.sqlite"))
    assert done.returncode == 0, done.stderr
    assert "56 cards, 7 contacts, 2 notices, 61 letters" in done.stdout
    assert (tmp_path / "new" / "kb.sqlite").read_bytes() == base_path.read_bytes()


def test_check_passes_on_the_day_and_fails_when_notices_have_expired(base_path: Path) -> None:
    done = run(base_path, "check", "--on", "2026-11-21")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "100 % of passages reached: caraibe 97/97, mali 72/72\n" in done.stdout
    late = run(base_path, "check", "--on", "2036-11-21")
    assert late.returncode == 1
    assert "notices.yml, mali.apdp: expired on" in late.stdout


def test_show_prints_the_card_its_excerpts_and_its_contacts(base_path: Path) -> None:
    done = run(base_path, "show", "exercise", "caraibe")
    assert done.returncode == 0, done.stderr
    assert "contact caraibe.bordeaux (internet, fixe, tv): Orange Service Client" in done.stdout
    assert "Toute demande d'exercice de vos droits doit être accompagnée" in done.stdout


def test_search_prints_passages_with_score_section_and_topics(base_path: Path) -> None:
    done = run(base_path, "search", "portabilité", "--country", "caraibe")
    assert done.returncode == 0, done.stderr
    first = done.stdout.splitlines()[:2]
    assert "orange-caraibe, Quels sont vos droits ?" in first[0]
    assert "rights.portability" in first[0]
    assert first[1].strip() == "Vous pouvez demander la portabilité de ces dernières."


def test_diff_prints_what_a_new_version_touches(tmp_path: Path, base_path: Path) -> None:
    old = SOURCES / "orange-mali_2021-12-15.md"
    new = tmp_path / "new.md"
    new.write_text(old.read_text(encoding="utf-8").replace("délai d'un mois", "délai de trois mois"), encoding="utf-8")
    done = run(base_path, "diff", str(old), str(new))
    assert done.returncode == 0, done.stderr
    assert "changed exercise.3" in done.stdout
    assert "1 passages differ; to read again: cards/mali/exercise.deadline.yml" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        ((), 2, "required: command"),
        (("check", "--on", "demain"), 2, "'demain' is no date: write it as 2026-11-21"),
        (("show", "rights", "senegal"), 2, "invalid choice: 'senegal' (choose from 'caraibe', 'mali')"),
        (("show", "droits", "mali"), 2, "invalid choice: 'droits'"),
        (("diff", "missing.md", "other.md"), 1, "missing.md"),
        (("build", "--out", "/proc/kb/kb.sqlite"), 1, "/proc/kb"),
    ],
)
def test_a_bad_argument_gives_a_sentence_and_no_traceback(
    base_path: Path, arguments: tuple[str, ...], status: int, sentence: str
) -> None:
    done = run(base_path, *arguments)
    assert done.returncode == status
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_base_search_and_show_say_what_to_do(tmp_path: Path) -> None:
    for arguments in (("search", "portabilité"), ("show", "rights", "mali")):
        done = run(tmp_path / "kb.sqlite", *arguments)
        assert done.returncode == 1
        assert "run 'make run' or 'python -m policies_kb build'" in done.stderr
        assert "Traceback" not in done.stderr

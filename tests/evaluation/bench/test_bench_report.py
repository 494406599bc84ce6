"""The page, written in its own environment from small results."""

import json
import subprocess
from pathlib import Path

import yaml

from evaluation.targets import met
from tests.conftest import ROOT
from tests.evaluation.bench.results import results

LARGEST = 150_000  # bytes of a picture


def written(folder: Path) -> tuple[str, str]:
    """The page in `folder`, and what was printed."""
    (folder / "results.json").write_text(json.dumps(results()), "utf-8")
    arguments = ["--results", str(folder / "results.json"), "--out", str(folder)]
    command = [str(ROOT / ".venvs" / "evaluation" / "bin" / "python"), "-m", "evaluation.bench.report", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return (folder / "performance.md").read_text("utf-8"), done.stdout


def test_the_page_says_of_every_goal_whether_it_is_met_and_the_last_line_is_json(tmp_path: Path) -> None:
    page, printed = written(tmp_path)
    assert "| Quicker than stock Rasa, median, one client (times) | at least 4 | 5 | met |" in page
    assert "| Turn 200 of a conversation against turn 5 (times as long) | at most 2 | 3 | **missed** |" in page
    assert "not measured" not in page
    figures = json.loads(printed.splitlines()[-1])
    assert (figures["p50_ms"], figures["stock_rps"], figures["limit_p95_ms"]) == (8.0, 20.0, 8.0)


def test_every_picture_of_the_page_is_there_and_the_same_figures_draw_it_again(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "other")]
    pictures = []
    for folder in folders:
        folder.mkdir()
        page, _ = written(folder)
        drawn = {path.name: path.read_bytes() for path in (folder / "performance").iterdir()}
        assert all(f"(performance/{name})" in page for name in drawn)
        assert page.count("](performance/") == len(drawn)
        assert all(len(content) < LARGEST for content in drawn.values())
        pictures.append(drawn)
    assert pictures[0] == pictures[1]


def test_every_goal_is_a_figure_of_the_results() -> None:
    targets = yaml.safe_load((ROOT / "evaluation" / "bench" / "targets.yml").read_text("utf-8"))
    assert all(met(target, results())[0] is not None for target in targets)


def test_without_results_it_says_what_to_do(tmp_path: Path) -> None:
    command = [str(ROOT / ".venvs" / "evaluation" / "bin" / "python"), "-m", "evaluation.bench.report"]
    done = subprocess.run(
        [*command, "--results", str(tmp_path / "none.json")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "`make bench` measures" in done.stderr

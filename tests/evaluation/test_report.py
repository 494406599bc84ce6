"""The report, written in its own environment from small results."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from evaluation.figures import outcomes, summary
from evaluation.held import summary as held_summary
from tests.conftest import ROOT
from tests.evaluation.test_held import held, turn
from tests.evaluation.test_summary import TOPICS, answered

LARGEST = 200_000  # bytes of a picture


def contender(title: str, accuracy: float) -> dict[str, Any]:
    return {
        "title": title,
        "accuracy": accuracy,
        "accuracy_95": [accuracy - 0.05, accuracy + 0.05],
        "topic_accuracy": 0.7,
        "top_3": 0.9,
        "auroc_refusal": 0.91,
        "median_ms": 2.0,
        "p95_ms": 3.0,
        "classifying_median_ms": 0.5,
        "training_seconds": 20.0,
        "peak_mb": 500.0,
    }


def against(middle: float, half: float) -> dict[str, Any]:
    difference = [middle, middle - half, middle + half]
    return {
        "ahead": {"accuracy": middle > 0, "classifying_median_ms": middle > 0.1},
        "accuracy_difference_95": difference,
        "auroc_refusal_difference_95": difference,
    }


def results() -> dict[str, dict[str, Any]]:
    """One result of each kind; the figures of conversations and sentences come from the functions that make them."""
    answers = [answered(topic, decided) for topic in TOPICS for decided in (topic, "dpo", "nlu_fallback")]
    answers += [answered("out_of_scope", "out_of_scope", register="meteo"), answered("greet", "greet")]
    point = {"topics": outcomes(["right", "wrong"]), "refusals": {**outcomes(["right"]), "wrong_topic": 0}}
    curve = [{"threshold": value, **point} for value in (0.2, 0.35, 0.5)]
    rivals = {name: contender(f"rival {name}", 0.5) for name in ("stock_rasa", "node_nlp")}
    return {
        "crossvalidation": {"data": {"hash": "ab" * 32, "sentences": 11, "folds": 5}, **summary(answers, TOPICS)},
        "conversations": {
            "date": "2026-01-02",
            "set": "cd" * 32,
            **held_summary([held("a", turn(topic=["dpo"])), held("b", turn("x"), file="sms")]),
            "memory_mb": {"gateway": 50.0, "all": 50.0},
        },
        "tradeoff": {
            "messages": 3,
            "chosen": {"topic_threshold": 0.35, "refusal_threshold": 0.35},
            "curves": {"topic_threshold": curve, "refusal_threshold": curve},
        },
        "latency": {"messages": 10, "median_ms": 5.0, "p95_ms": 9.0, "p99_ms": 11.0, "processors": 2},
        "contenders": {
            "data": {"training": 100, "test": 50, "training_per_intent": 10},
            "all_data": {"training": 1000},
            "contenders": {"ours": contender("ours", 0.7), **rivals},
            "apart": {"ours_all_data": contender("ours, all data", 0.8)},
            "ours_against": {"stock_rasa": against(0.2, 0.05), "node_nlp": against(0.01, 0.05)},
        },
    }


def report(folder: Path, found: dict[str, dict[str, Any]], sealed: dict[str, Any] | None = None) -> str:
    """The page that is written for `found`."""
    for name, content in found.items():
        (folder / f"{name}.json").write_text(json.dumps(content), "utf-8")
    if sealed:
        (folder / "RESULT.json").write_text(json.dumps(sealed), "utf-8")
    command = [str(ROOT / ".venvs" / "evaluation" / "bin" / "python"), "-m", "evaluation.report"]
    places = {
        "results": folder,
        "out": folder / "docs",
        "selection": folder / "selection.json",
        "sealed": folder / "RESULT.json",
    }
    for name, place in places.items():
        command += [f"--{name}", str(place)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return (folder / "docs" / "evaluation.md").read_text("utf-8")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a report on everything was written."""
    folder = tmp_path_factory.mktemp("whole")
    report(folder, results())
    return folder


def test_the_report_tells_what_was_measured(whole: Path) -> None:
    page = (whole / "docs" / "evaluation.md").read_text("utf-8")
    assert "**1 of 2 conversations go as they must (50.0 % (9 to 91)).**" in page
    assert "Right answers by the way people write](evaluation/registers.png)" in page
    assert "`dpo` | 3 | 2 | 1 | 0 | 0 |" in page
    assert "| **0.35** | 50.0 %" in page
    assert "rival node_nlp is within chance" in page
    assert "+20.0 points right (+15.0 to +25.0)" in page
    assert "ours, all data | 80.0 %" in page
    assert "| ours | 70.0 % (65 to 75) | 70.0 % | 90.0 % | 0.910 | 2.00 | 3.00 | 0.50 | 20 | 500 |" in page
    assert "behind in sentences right" not in page
    assert "behind in the time that ranking its intents takes" in page
    assert "`sms` | text messages | 0 of 1 |" in page
    assert "Not held yet" in page
    assert "Not measured yet" not in page


def test_the_summary_names_what_is_missed(whole: Path) -> None:
    summary = (whole / "docs" / "evaluation.md").read_text("utf-8").partition("## What the numbers mean")[0]
    targets = yaml.safe_load((ROOT / "evaluation/targets.yml").read_text())
    assert re.search(rf"\d+ of {len(targets)} targets are met\. Missed: Conversations of the development set", summary)


def test_every_picture_that_the_page_shows_is_there_and_small(whole: Path) -> None:
    page = (whole / "docs" / "evaluation.md").read_text("utf-8")
    shown = [line.rpartition("(")[2].rstrip(")") for line in page.splitlines() if line.startswith("![")]
    assert len(shown) == 4
    for name in shown:
        drawn = (whole / "docs" / name).read_bytes()
        assert drawn.startswith(b"\x89PNG")
        assert len(drawn) < LARGEST


def test_the_same_results_give_the_same_files(whole: Path, tmp_path: Path) -> None:
    report(tmp_path, results())
    one, other = (
        {path.name: path.read_bytes() for path in (folder / "docs").rglob("*") if path.is_file()}
        for folder in (whole, tmp_path)
    )
    assert one == other


def test_targets_are_said_to_be_met_missed_or_not_measured(tmp_path: Path) -> None:
    found = results()
    found["conversations"]["wrong_contacts"] = 2
    verdicts = {
        line.split(" | ")[0].removeprefix("| "): line.split(" | ")[3].removesuffix(" |")
        for line in report(tmp_path, found).splitlines()
        if line.startswith("| ") and line.count(" | ") == 3
    }
    named = {
        target["figure"]: target["what"] for target in yaml.safe_load((ROOT / "evaluation/targets.yml").read_text())
    }
    assert verdicts[named["conversations/wrong_contacts"]] == "**missed**"
    assert verdicts[named["conversations/not_grounded"]] == "met"
    assert verdicts[named["contenders/ours_against/stock_rasa/accuracy_difference_95/0"]] == "met"
    assert verdicts[named["contenders/ours_against/node_nlp/accuracy_difference_95/0"]] == "met, but within chance"
    assert verdicts[named["contenders/ours_against/node_nlp/auroc_refusal_difference_95/0"]] == "met, but within chance"
    assert verdicts[named["contenders/ours_against/node_nlp/ahead/classifying_median_ms"]] == "**missed**"
    assert verdicts[named["sealed/conversations/share"]] == "not measured"


def test_a_target_that_is_a_question_is_answered_by_yes_or_no(whole: Path) -> None:
    lines = (whole / "docs" / "evaluation.md").read_text("utf-8").splitlines()
    quicker = [line for line in lines if line.startswith("| Quicker to rank the intents of a message than")]
    assert [line.split(" | ")[1:] for line in quicker[:2]] == [["yes", "yes", "met |"], ["yes", "no", "**missed** |"]]


def test_variants_are_shown_with_how_they_were_measured(tmp_path: Path) -> None:
    share = {"share": 0.8}
    crossed = {
        "topics_first": share,
        "first": {"share": 0.81},
        "surest": {"share": 0.88},
        "auroc_refusal": 0.9,
        "log_loss": 0.7,
    }
    figures = {
        "what": "what it is",
        "crossvalidation": {**crossed, "calibration_error": 0.02},
        "development": {"topics_first": share, "refused_right": share},
        "training_seconds": 25.4,
    }
    selection = {
        "data": {
            "folds": 2,
            "sentences": 1200,
            "written": 2400,
            "messages": 300,
            "asked_back": 0.1,
            "encoding_ms": {"use": 3.2, "e5": 20.1},
        },
        "variants": {
            "as written": {**figures, "difference": None},
            "within chance": {**figures, "difference": [-0.01, -0.03, 0.01]},
            "worse": {**figures, "difference": [-0.02, -0.03, -0.01]},
            "better": {**figures, "difference": [0.01, 0.005, 0.015]},
            "best": {**figures, "difference": [0.02, 0.015, 0.025]},
        },
        "whole": {
            "as written": {**figures, "difference": None},
            "best": {**figures, "difference": [0.001, -0.005, 0.007]},
        },
    }
    page = report(tmp_path, {"selection": selection})
    assert "5 variants of the classifier alone, on 1,200 of 2,400 hand-written sentences" in page
    assert "in 2 parts, each read by a model that learned from the others" in page
    assert (
        "| **as written** | what it is | 80.0 % | 81.0 % | – | 88.0 % | 0.900 | 0.700 | 2.0 | 80.0 % | 80.0 % | 25 |"
        in page
    )
    assert "| within chance | what it is | 80.0 % | 81.0 % | -1.0 (-3.0 to +1.0) |" in page
    assert "« Surest 90 % »" in page
    assert "it takes 3 (use) and 20 (e5) thousandths of a second" in page
    assert "Better beyond chance: best (+2.0) and better (+1.0). Worse beyond chance: 1 of 4." in page
    assert "with all 2,400 sentences: Better beyond chance: none. Worse beyond chance: 0 of 1." in page
    assert "| best | what it is | 80.0 % | 81.0 % | +0.1 (-0.5 to +0.7) |" in page


def test_what_was_not_measured_is_said_to_be_missing(tmp_path: Path) -> None:
    page = report(tmp_path, {"latency": results()["latency"]})
    assert page.count("Not measured yet") == 4
    assert "median 5.0 ms" in page


def test_of_the_sealed_set_the_first_run_counts(tmp_path: Path) -> None:
    first = {"date": "2026-03-04", **held_summary([held("a", turn()), held("b", turn("x"))])}
    later = {"date": "2026-05-06", **held_summary([held("a", turn()), held("b", turn())])}
    page = report(tmp_path, {}, {"runs": [first, later]})
    assert "Held on 2026-03-04" in page
    assert "**On the sealed conversations, when they were first held: 50.0 % (9 to 91) right.**" in page
    assert "Held again on 2026-05-06, by a later version: 100.0 % (34 to 100) right (2 of 2), 0 replies" in page

"""What measured seconds amount to."""

import pytest

from evaluation.bench.figures import by_turn, last_line, level, percentiles
from evaluation.bench.load import Took
from tests.evaluation.bench.results import results


def test_percentiles_are_of_the_sorted_times_in_milliseconds() -> None:
    found = percentiles([one / 1000 for one in range(100, -1, -1)])
    assert found == pytest.approx({"p50_ms": 50, "p95_ms": 95, "p99_ms": 99})


def test_a_level_is_the_median_of_its_rounds_and_one_slow_round_does_not_move_it() -> None:
    usual = Took(messages=[0.010, 0.020, 0.030], together=0.060, server=0.030, clients=0.003)
    slow = Took(messages=[1.0, 2.0, 3.0], together=6.0, server=0.030, clients=0.003)
    found = level([usual, slow, usual])
    assert found["p50_ms"] == pytest.approx(20)
    assert found["rps"] == pytest.approx(50)
    assert found["server_ms"] == pytest.approx(10)
    assert found["clients_ms"] == pytest.approx(1)
    assert found["rps_spread"] == pytest.approx([0.5, 50])
    # Of all rounds together.
    assert found["p99_ms"] > 2000


def test_a_turn_costs_the_median_of_what_was_measured_around_it() -> None:
    growing = [turn / 1000 for turn in range(1, 198)]
    found = by_turn({5: [0.001, 0.003, 9.0], 200: [0.002]}, [growing, growing, [one + 5 for one in growing]])
    assert found["turns"] == pytest.approx({"5": 3, "200": 2})
    assert found["curve"][:2] == pytest.approx([3.5, 8.5], abs=1)
    assert len(found["curve"]) == 40


def test_the_last_line_holds_the_figures_of_all_three_and_how_they_compare() -> None:
    found = last_line(results())
    assert found["p50_ms"] == 8.0
    assert found["stock_p50_ms"] == 40.0
    assert found["limit_rps"] == 200.0
    assert found["p50_over_limit"] == 2.0
    assert found["stock_p50_over_p50"] == 5.0
    assert {f"{prefix}{name}" for prefix in ("", "stock_", "limit_") for name in ("p50_ms", "p95_ms", "rps")} <= set(
        found
    )

"""The run that judges the lead row: its statuses, its figures, and the tables that it writes into the docs."""

from pathlib import Path

import pytest

from accuracy.count_comparison import answer, answer_seed, scenario_rows, write_docs
from marrowgate.simulate.cohorts.count_scenarios import COUNT_EFFECTS, COUNT_SCENARIOS, CountScenario, draw_counts_of


def test_answer_seed__statuses_of_settings_that_mislead() -> None:
    assert answer_seed("equal_120", 1)["status"] == "ok"
    assert answer_seed("more_cells_5", 1)["status"] == "flagged"
    assert answer_seed("smears", 1)["status"] == "not_estimable"
    assert answer_seed("trend_early", 1)["status"] == "refused"


def test_answer__a_planted_shift_is_found_and_covered() -> None:
    found = answer(CountScenario("a shift", events=200, shift=1.5), 3)
    assert found["p_value"] < 1e-6
    assert found["ci_low"] < 1.5 / 0.6931 < found["ci_high"]


def test_draw_counts_of__is_the_same_for_a_seed_and_follows_its_scenario() -> None:
    first, again = (draw_counts_of(COUNT_SCENARIOS["more_cells_5"], 4) for _ in range(2))
    assert (first.during == again.during).all()
    assert set(first.cells_during[first.in_first].ravel()) == {400_000}
    assert set(first.cells_during[~first.in_first].ravel()) == {100_000}
    early = draw_counts_of(COUNT_SCENARIOS["trend_early"], 4)
    assert early.times[~early.in_first].max() < 1.6 < early.times[early.in_first].max()
    only = draw_counts_of(COUNT_SCENARIOS["baseline_only"], 4)
    assert 5 <= (~only.took_place.any(axis=1)).sum() <= 25


def test_truth__is_the_mean_difference_of_the_arms() -> None:
    assert COUNT_EFFECTS["some_5"].truth == pytest.approx(6 / 22 * 2.8875, abs=1e-3)
    assert COUNT_EFFECTS["double_5"].truth == pytest.approx(1)
    assert all(scenario.truth == 0 for scenario in COUNT_SCENARIOS.values())


def test_scenario_rows__shares_are_of_the_rows_that_are_ok(tmp_path: Path) -> None:
    row = {"status": "ok", "estimate": 0.1, "ci_low": -1.0, "ci_high": 1.2, "p_value": 0.8}
    beside = {"change_score": 0.01, "ancova": 0.9, "half_event": 0.9}
    wrong = row | {"ci_low": 0.05, "p_value": 0.03}
    flagged = wrong | {"status": "flagged"}
    answers = {k: (wrong if k < 5 else flagged if k < 15 else row) | beside for k in range(40)}
    found = {line["name"]: line["value"] for line in scenario_rows("zeros", answers)}
    assert found["zeros: ok, lead significant"] == pytest.approx(100 * 5 / 30)
    assert found["zeros: ok, lead covers the truth"] == pytest.approx(100 * 25 / 30)
    assert found["zeros: with numbers, lead significant"] == pytest.approx(100 * 15 / 40)
    assert found["zeros: change_score significant"] == 100
    page = tmp_path / "page.md"
    marks = [f"<!-- {end}count comparison, {name} -->" for name in ("null", "effect") for end in ("", "end of ")]
    page.write_text("before\n" + "\nold\n".join(marks) + "\nafter\n")
    write_docs(page, {"zeros": answers})
    text = page.read_text()
    assert "| 60 % true zeros, arms alike | 40 | 75.0 % | 16.7 % | 83.3 % | 37.5 %, covers 62.5 % | +0.10 |" in text
    assert text.startswith("before")
    assert text.endswith("after\n")
    write_docs(page, {"zeros": answers})
    assert page.read_text() == text

"""Cells counted, zeros and the window in time, held against each other between the arms."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from accuracy.count_comparison import ALL, MEASURE, make_comparison
from marrowgate.cohort.comparability import arm_phases, arm_windows, check_comparability
from marrowgate.cohort.compared_arms import ComparedArms
from marrowgate.cohort.courses import Course
from marrowgate.cohort.design_table import design_table
from marrowgate.cohort.study import Comparison
from marrowgate.cohort.visits import Clock
from marrowgate.settings.project import Project
from marrowgate.simulate.cohorts.count_scenarios import COUNT_SCENARIOS, CountScenario, DrawnCounts, draw_counts_of


def study_of(scenario: str | CountScenario, seed: int = 1) -> Comparison:
    wanted = ALL[scenario] if isinstance(scenario, str) else scenario
    return make_comparison(draw_counts_of(wanted, seed))


def codes(study: Comparison) -> dict[str, str]:
    found = check_comparability(study.courses[MEASURE], study.arms, study.clock)
    return {finding.code: finding.level for finding in found}


@pytest.mark.parametrize("seed", range(5))
def test_check_comparability__arms_alike_have_no_finding(seed: int) -> None:
    assert codes(study_of("equal_120", seed)) == {}


@pytest.mark.parametrize(
    ("scenario", "code", "level"),
    [
        ("more_cells_5", "unequal_depth", "flagged"),
        ("arms_120_30", "unequal_depth", "flagged"),
        ("smears", "unequal_depth", "flagged"),
        ("trend_early", "other_window", "refused"),
        ("stops_one_arm", "stops_early", "flagged"),
        ("stops_both_arms", "stops_early", "flagged"),
        ("loses_low", "missing_visits", "flagged"),
        ("baseline_only", "baseline_only", "flagged"),
    ],
)
def test_check_comparability__what_differs_is_found(scenario: str, code: str, level: str) -> None:
    for seed in range(4):
        assert codes(study_of(scenario, seed)).get(code) == level


def test_check_comparability__a_window_that_is_a_little_shifted_is_flagged() -> None:
    drawn = draw_counts_of(COUNT_SCENARIOS["equal_120"], 3)
    moved = np.where(drawn.in_first[:, None], drawn.times, np.maximum(drawn.times - 0.4, 0.01))
    assert codes(make_comparison(replace(drawn, times=moved)))["shifted_window"] == "flagged"


@pytest.mark.parametrize(("n_empty", "flagged"), [(4, False), (5, True)])
def test_check_comparability__empty_visits_between_full_ones_are_flagged(n_empty: int, flagged: bool) -> None:
    """Two per cent of the 235 visits between two others are 4.7."""
    drawn = draw_counts_of(COUNT_SCENARIOS["equal_120"], 3)
    during = drawn.during.copy()
    during[np.arange(10, 10 + n_empty), np.arange(n_empty)] = 0
    found = check_comparability(*_parts(replace(drawn, during=during)))
    said = [finding.sentence for finding in found if finding.code == "empty_visits"]
    assert bool(said) == flagged
    if flagged:
        assert said[0].startswith("5 of 235 visits between two others have no event at all although the visits before")


def test_check_comparability__cells_that_come_or_go_leave_no_empty_visits() -> None:
    drawn = draw_counts_of(COUNT_SCENARIOS["equal_120"], 3)
    before, during = drawn.before.copy(), drawn.during.copy()
    before[:15], during[:15, 0], during[15:30, -1], during[15:30, -2] = 0, 0, 0, 0
    found = check_comparability(*_parts(replace(drawn, before=before, during=during)))
    assert "empty_visits" not in {finding.code for finding in found}


@pytest.mark.parametrize("scenario", ["zeros", "equal_5", "equal_1", "more_cells_zeros", "large_smears"])
def test_check_comparability__patients_without_the_cells_have_no_empty_visits(scenario: str) -> None:
    assert not any("empty_visits" in codes(study_of(scenario, seed)) for seed in range(6))


def _parts(drawn: DrawnCounts) -> tuple[Mapping[str, Course], ComparedArms, Clock]:
    study = make_comparison(drawn)
    return study.courses[MEASURE], study.arms, study.clock


def test_check_comparability__zeros_of_one_arm_are_found() -> None:
    drawn = draw_counts_of(COUNT_SCENARIOS["equal_120"], 3)
    none = drawn.in_first & (np.arange(47) % 2 == 0)
    study = make_comparison(
        replace(
            drawn,
            before=np.where(none[:, None], 0, drawn.before),
            during=np.where(none[:, None], 0, drawn.during),
        )
    )
    assert codes(study)["unequal_zeros"] == "flagged"
    first = arm_phases(study.courses[MEASURE], study.arms)[0]
    assert (first.phase, first.n_patients, first.zero_patients, first.n_cells) == ("baseline", 22, 11, 100_000)


def test_arm_windows__early_stop_after_a_rise_is_counted() -> None:
    study = study_of("stops_one_arm", 2)
    first, second = arm_windows(study.courses[MEASURE], study.arms, study.clock)
    assert first.stops.stopped >= 5
    assert first.stops.after_rise > 0.7 * first.stops.stopped
    assert second.stops.stopped == 0
    assert (second.n_window, second.n_visits, second.most_visits) == (25, 150, 150)


def test_design_table__counts_cells_zeros_and_findings(
    project: Callable[..., Project], rows: Callable[..., list[dict[str, object]]]
) -> None:
    from marrowgate.cohort.study import make_study

    made = project()
    counts = rows(made, lambda sample, place: 0 if place == 0 else 100 + place)
    found = design_table(make_study(made, counts, []))
    assert next(row for row in found if row["item"] == "estimand")["status"] == "declared"
    own = {
        (row["item"], row["phase"]): row
        for row in found
        if row.get("measure") == "immature_per_100_cd45" and row.get("phase")
    }
    zeros = own["patients_without_events", "baseline"]
    assert (zeros["n_arm_1"], zeros["n_arm_2"]) == (1, 0)
    assert own["cells_counted_median", "window"]["value_arm_1"] == 100_000
    assert own["events", "baseline"]["n_arm_2"] == 104 + 105 + 106 + 107
    assert own["mean_time", "window"]["unit"] == "days"
    assert {row["contrast"] for row in found} == {"triplet - doublet"}

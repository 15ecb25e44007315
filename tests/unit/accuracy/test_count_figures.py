"""Rates over cohorts, from outcomes that are written by hand; and one cohort drawn for real."""

import math

import pytest

from accuracy.count_cohorts import CXCR4, MEASURES
from accuracy.count_figures import Outcome, call_figures, estimate_figures, rate_figures, run_cohorts

MEASURE = "immature_per_100_cd45"


def values(figures):
    return {(figure.item, figure.band, figure.measure): figure.value for figure in figures}


def outcome(p: float, low: float = -1.0, high: float = 1.0, true: float = 0.0) -> Outcome:
    middle = (low + high) / 2
    calls = ((True, "responder"), *[(False, "non_responder")] * 3)
    return Outcome({MEASURE: p}, dict.fromkeys(MEASURES, (middle, low, high)), {MEASURE: true}, calls, {MEASURE: 3})


def test_rates__cohorts_without_a_p_value_do_not_count():
    found = values(rate_figures("null", [outcome(0.01), outcome(0.2), outcome(math.nan)], "false positives"))
    assert found["null", f"{MEASURE} (primary)", "false positives"] == 50
    assert found["null", f"{MEASURE} (primary)", "cohorts"] == 2


def test_estimates__intervals_are_held_against_the_mean_of_the_true_differences():
    outcomes = [outcome(0.5, 0.0, 2.0, true=1.0), outcome(0.5, 3.0, 5.0, true=2.0)]
    found = values(estimate_figures("weak", outcomes))
    assert found["weak", MEASURE, "true difference"] == 1.5
    assert found["weak", MEASURE, "mean estimate"] == 2.5
    assert found["weak", MEASURE, "coverage"] == 50
    assert found["weak", MEASURE, "patients with both values"] == 75


def test_calls__sensitivity_and_specificity_leave_unknown_verdicts_out():
    calls = [(True, "responder"), (True, "non_responder"), (True, "unknown"), (False, "non_responder")]
    found = values(call_figures("published", "counts", calls))
    assert found["published", "counts", "sensitivity"] == 50
    assert found["published", "counts", "specificity"] == 100
    assert found["published", "counts", "verdict unknown"] == 25


@pytest.fixture(scope="module")
def two_cohorts():
    return run_cohorts("published", 5, 2, 2)


def test_run_cohorts__does_not_depend_on_the_number_of_processes(two_cohorts):
    first, second = two_cohorts
    assert run_cohorts("published", 6, 1, 1) == [second]
    assert first.p[MEASURE] != second.p[MEASURE]
    assert 0 < first.p[MEASURE] < 1


def test_run_cohorts__the_published_effect_has_the_right_sign(two_cohorts):
    found = two_cohorts[0]
    assert found.estimates[MEASURE][0] > 0
    for measure in CXCR4:
        assert found.true_estimates[measure] < 0
        assert found.estimates[measure][0] == pytest.approx(found.true_estimates[measure], abs=0.25)
        # a sample needs five CD34+ cells, and a control in its batch
        assert found.patients[measure] > 0.9 * len(found.calls)
    assert found.true_estimates[MEASURE] == pytest.approx(found.estimates[MEASURE][0], abs=0.3)


def test_estimates__cohorts_without_an_estimate_do_not_count():
    without = Outcome({}, {}, {MEASURE: 1.0}, (), {})
    found = values(estimate_figures("weak", [outcome(0.5, 0.0, 2.0, true=1.0), without]))
    assert found["weak", MEASURE, "coverage"] == 100

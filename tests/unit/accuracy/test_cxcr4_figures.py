"""Figures of CXCR4 on samples that are written by hand."""

import math

import pytest

from accuracy.cxcr4_figures import Measured, fold_error, fold_figures, intensity_figures
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.intensities import IntensityTruth

PLAN = make_plan("published", 3)
TUBES = [sample for sample in PLAN.samples if sample.panel == "hspc" and sample.visit and sample.control_type == "none"]


def measured(place: int, ratio: float | None, true: float, n_events: int = 60, abc: float | None = None) -> Measured:
    row = {"n_events": n_events}
    for column, value in (("ratio_fi", ratio), ("delta_fi", 90.0), ("median_fi", 100.0), ("abc", abc)):
        row |= {column: value, f"{column}_low": value and 0.9 * value, f"{column}_high": value and 1.1 * value}
    sample = TUBES[place]
    truth = IntensityTruth(sample.sample_id, "cd34_hspc", "CXCR4", 100.0, 10.0, 90.0, true)
    return Measured(sample, row, truth, 5000.0)


def values(figures):
    return {(figure.band, figure.measure): figure.value for figure in figures}


def test_fold_error__is_the_log_of_the_found_over_the_true_change():
    # found 5 / 10, true 6 / 10
    assert fold_error(measured(0, 10.0, 10.0), measured(1, 5.0, 6.0)) == pytest.approx(math.log(5 / 6))


def test_folds__are_taken_against_the_patient_s_own_baseline():
    assert TUBES[0].visit.patient_id == TUBES[2].visit.patient_id
    assert TUBES[0].visit.day <= 0 < TUBES[1].visit.day
    tubes = [measured(0, 10.0, 10.0), measured(1, 5.0, 4.0, n_events=30), measured(2, 5.0, 5.0)]
    found = values(fold_figures(tubes))
    assert found["20 to 50 events", "bias of the fold change"] == pytest.approx(25)
    assert found["20 to 50 events", "typical error of the fold change"] == pytest.approx(25)
    assert found["50 to 100 events", "bias of the fold change"] == pytest.approx(0)


def test_folds__a_tube_without_a_ratio_has_no_change():
    assert fold_figures([measured(0, 10.0, 10.0), measured(1, None, 4.0)]) == []


def test_intensities__bias_and_coverage_of_each_column():
    tubes = [measured(0, 10.5, 10.0, abc=5000.0), measured(1, 12.0, 10.0, abc=5500.0), measured(2, None, 10.0)]
    found = values(intensity_figures(tubes))
    band = "50 to 100 events"
    assert found[band, "with ratio_fi"] == pytest.approx(200 / 3)
    assert found[band, "median bias of ratio_fi"] == pytest.approx(12.5)
    assert found[band, "coverage of ratio_fi"] == 50
    assert found[band, "median bias of delta_fi"] == pytest.approx(0)
    assert found[band, "coverage of delta_fi"] == 100
    assert found[band, "median bias of abc"] == pytest.approx(5)

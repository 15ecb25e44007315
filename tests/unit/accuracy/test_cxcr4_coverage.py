"""CXCR4 at fixed numbers of events: bias and coverage within what the intensities promise."""

import pytest

from accuracy.cxcr4_coverage import CONTROLS, EVENTS, coverage_figures

# bounds for 240 draws: 4 standard errors beyond what the page's thousands of draws are held against
DRAWS = 240


@pytest.fixture(scope="module")
def found():
    return {(one.item, one.band, one.measure): one for one in coverage_figures(3, DRAWS, 1)}


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("n", EVENTS)
def test_cxcr4__intervals_cover_the_truth(found, control, n):
    for column in ("median_fi", "delta_fi", "ratio_fi", "abc"):
        assert found[control, f"{n} events", f"coverage of {column}"].value > 88


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("n", [100, 500])
def test_cxcr4__ratio_and_abc_are_hardly_biased(found, control, n):
    assert abs(found[control, f"{n} events", "median bias of ratio_fi"].value) < 6
    assert abs(found[control, f"{n} events", "median bias of abc"].value) < 6


@pytest.mark.parametrize("control", CONTROLS)
def test_cxcr4__the_ratio_is_given_for_nearly_all_tubes(found, control):
    assert found[control, "50 events", "with ratio_fi"].value > 90

"""Figures of abundance on samples that are written by hand."""

import math

import pytest

from accuracy.abundance_figures import abundance_figures, coverage_figures
from marrowgate.simulate.truth import PopulationTruth

# 3 per uL, 2 per 100 CD45+ in the blood; 25 of 1,000 in the file
TRUTH = PopulationTruth("ig", 3.0, 2.0, None, 25, 1000, 2.5)


def values(figures):
    return {(figure.item, figure.band, figure.measure): figure.value for figure in figures}


def tube(make_scored, fraction, per_ul):
    row = {"pct_of_cd45": fraction, "cells_per_ul": per_ul}
    row |= {"pct_of_cd45_low": fraction - 0.5, "pct_of_cd45_high": fraction + 0.5}
    row |= {"cells_per_ul_low": per_ul / 2, "cells_per_ul_high": per_ul * 2}
    return make_scored((20, 0, 5), truth=TRUTH, **row)


def test_abundance__gates_are_held_against_the_file_and_the_rest_against_the_blood(make_scored):
    found = values(abundance_figures([tube(make_scored, 2.4, 3.3), tube(make_scored, 2.4, 2.7)]))
    band = "2 to 5 per uL"
    assert found["ig", band, "median bias of the gates"] == pytest.approx(-4)
    assert found["ig", band, "bias of fraction"] == pytest.approx(20)
    assert found["ig", band, "bias of cells per uL"] == pytest.approx(0)
    assert found["ig", band, "RMSE of cells per uL"] == pytest.approx(10)
    # 2 % of 1,000 CD45+ are 20 events
    assert found["ig", band, "counting alone"] == pytest.approx(100 / math.sqrt(20))


def test_abundance__a_tube_without_numbers_has_no_error(make_scored):
    found = values(abundance_figures([make_scored(None, truth=TRUTH)]))
    assert found["ig", "2 to 5 per uL", "samples"] == 1
    assert found["ig", "2 to 5 per uL", "bias of cells per uL"] is None


def test_coverage__intervals_are_held_against_the_blood(make_scored):
    found = values(coverage_figures([tube(make_scored, 2.4, 3.3), tube(make_scored, 2.6, 9.0)]))
    assert found["ig", "15 to 60 events", "coverage of pct_of_cd45"] == 50
    assert found["ig", "15 to 60 events", "coverage of cells_per_ul"] == 50
    assert found["ig", "15 to 60 events", "coverage of per_100_cd45"] is None

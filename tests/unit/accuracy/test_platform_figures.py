"""CD34+ cells per uL by both ways of counting, for the same samples."""

import math

import pytest

from accuracy.count_cohorts import sheet_row
from accuracy.gate_coverage import Run, gate_run, plan_runs
from accuracy.platform_figures import BAND, METHODS, platform_errors


@pytest.fixture(scope="module")
def tubes():
    run = next(run for run in plan_runs(3, 60) if (run.panel, run.band) == ("hspc", BAND))
    return gate_run(3, Run("hspc", BAND, run.sample_ids[:4]))


def test_platform_errors__both_ways_of_counting_are_near_the_blood(tubes):
    for tube in tubes:
        errors = platform_errors(tube, sheet_row(tube.sample))
        assert tuple(errors) == METHODS
        # counting error of 250 and more events, pipetting and analyser: less than 9 % together; 4 of these
        assert all(abs(error) < 36 for error in errors.values())


def test_platform_errors__a_label_that_says_too_many_beads_moves_the_count_by_beads_alone(tubes):
    sheet = sheet_row(tubes[0].sample)
    right = platform_errors(tubes[0], sheet)
    wrong = platform_errors(tubes[0], sheet.model_copy(update={"beads_per_tube": 1.1 * sheet.beads_per_tube}))
    assert 1 + wrong["beads"] / 100 == pytest.approx(1.1 * (1 + right["beads"] / 100))
    assert wrong["dual_platform"] == right["dual_platform"]


def test_platform_errors__without_the_analyser_there_is_no_second_count(tubes):
    sheet = sheet_row(tubes[0].sample).model_copy(update={"wbc_per_ul": None})
    errors = platform_errors(tubes[0], sheet)
    assert math.isnan(errors["dual_platform"])
    assert not math.isnan(errors["beads"])


def test_platform_errors__a_tube_that_was_counted_in_another_way_is_refused(tubes):
    sheet = sheet_row(tubes[0].sample).model_copy(update={"beads_per_tube": None})
    with pytest.raises(ValueError, match="was counted by dual_platform and not by beads"):
        platform_errors(tubes[0], sheet)

"""CXCR4 at the level of counts says what the workflow says of the same cells."""

import numpy as np
import pytest

from accuracy.count_cohorts import sheet_row
from accuracy.count_cxcr4 import BEADS, MARKER, POPULATION, drawn_batch, measured_rows
from accuracy.cxcr4_coverage import bead_line
from accuracy.scratch import REPOSITORY
from marrowgate.measure.intensity.controls import choose_controls
from marrowgate.measure.intensity.intensities import intensity_rows
from marrowgate.settings.config import Measure
from marrowgate.settings.panel import load_panel
from marrowgate.simulate.blood import cxcr4_abc_median
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import find_sample

PLAN = make_plan("published", 5)
TUBES = [tube for tube in PLAN.samples if tube.panel == "hspc" and tube.visit and tube.control_type == "none"]
BATCH = [sheet_row(tube) for tube in TUBES if tube.batch == TUBES[0].batch]
MANY = {sample.sample_id: 60 for sample in BATCH}


def by_sample(n_events):
    return {row["sample_id"]: row for row in measured_rows(PLAN, BATCH, n_events)}


@pytest.fixture(scope="module")
def measured():
    return by_sample(MANY)


def test_measured__every_tube_has_the_answer_of_the_workflow_s_own_steps(measured):
    sheet, records = drawn_batch(PLAN, BATCH, MANY)
    line = bead_line(PLAN, load_panel(REPOSITORY / "config" / "panels" / "hspc.yaml"), BATCH[0].batch, BEADS)
    lines = {("hspc", BATCH[0].batch, MARKER): line}
    tubes = []
    for sample in BATCH:
        controls = choose_controls(sample, sheet, records, Measure())
        tubes.append(len(controls[POPULATION, MARKER].control_samples))
        (row,) = intensity_rows(records[sample.sample_id], sample, None, controls, Measure(), 1, lines)
        own = measured[sample.sample_id]
        # the control's median is a mean of random draws
        assert own["abc"] == pytest.approx(row["abc"], rel=0.002)
        assert own["ratio_fi"] == pytest.approx(row["ratio_fi"], rel=0.05)
        assert own["abc_high"] - own["abc_low"] == pytest.approx(row["abc_high"] - row["abc_low"], rel=0.25)
    # a large control of the sample's own serves alone, a small one with those of the batch
    assert min(tubes) == 1
    assert max(tubes) > 10


def test_measured__molecules_are_those_of_the_blood(measured):
    truth = {name: cxcr4_abc_median(find_sample(PLAN, name).blood) for name in measured}
    errors = [np.log(row["abc"] / truth[name]) for name, row in measured.items()]
    # 60 cells whose molecules spread by 0.7 to 0.9 (ln), and gains that drift by a few per cent
    assert np.mean(errors) == pytest.approx(0, abs=0.1)
    assert 0.05 < np.std(errors) < 0.25


def test_measured__fewer_than_five_cells_have_no_value():
    few = by_sample({name: 4 if place % 2 else 0 for place, name in enumerate(MANY)})
    assert all(row["abc"] is None and row["ratio_fi"] is None for row in few.values())


def test_measured__a_tube_s_cells_do_not_depend_on_the_others(measured):
    first = BATCH[0].sample_id
    alone = by_sample(MANY | {name: 4 for name in MANY if name != first})
    assert alone[first]["abc"] == pytest.approx(measured[first]["abc"], rel=0.002)

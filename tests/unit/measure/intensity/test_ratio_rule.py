"""Whether there is a ratio is decided for a batch."""

import numpy as np
import pytest

from marrowgate.measure.intensity.controls import choose_controls
from marrowgate.measure.intensity.intensities import intensity_rows
from marrowgate.measure.intensity.ratio_rule import deciding_controls, why_no_ratio
from marrowgate.measure.intensity.sketch import make_sketch
from marrowgate.settings.config import Measure
from unit.measure.samples import control, record, sample

KEY = ("cd34_hspc", "CXCR4")


def batch(medians, n=40, spread=100.0, seed=1, name="B1"):
    """Return the sheet and records of one batch: stained samples, each with a control of the given median."""
    rng = np.random.default_rng(seed)
    sheet, records = [], {}
    for i, median in enumerate(medians):
        stained, blank = f"{name}S{i}", f"{name}C{i}"
        values = rng.normal(0, spread, n)
        sheet += [sample(stained, batch=name), control(blank, control_for=stained, batch=name)]
        records[stained] = record(stained, rng.normal(3000, 300, 200))
        records[blank] = record(blank, values - np.median(values) + median)
    return sheet, records


def ratios(sheet, records):
    found = {}
    for one in sheet:
        if one.control_type == "none":
            controls = choose_controls(one, sheet, records, Measure())
            (row,) = intensity_rows(records[one.sample_id], one, None, controls, Measure(), 1)
            found[one.sample_id] = row
    return found


def test_ratio__of_a_weak_batch_is_given_for_none_of_its_samples():
    # standard error of one control's median: about 1.25 * 100 / sqrt(40) = 20
    found = ratios(*batch([10, 20, 30, 40, 90]))
    assert {row.get("ratio_fi") for row in found.values()} == {None}
    said = "no ratio: the median of the 5 controls that decide is within 3 standard errors of 0"
    assert all(said in row["reason"] for row in found.values())
    assert all(row["delta_fi"] > 2000 for row in found.values())


def test_ratio__of_a_clear_batch_is_given_for_all_also_where_a_control_is_dim_by_chance():
    found = ratios(*batch([100, 130, 120, 110, 45]))
    assert all(row["ratio_fi"] > 10 for row in found.values())


def test_ratio__controls_below_0_give_none():
    assert why_no_ratio([make_sketch(*KEY, np.linspace(-300, -100, 99))]) == "no ratio: the control's median is below 0"


def test_ratio__few_controls_of_a_batch_are_judged_with_those_of_the_panel():
    sheet, records = batch([90], seed=2)
    more, others = batch([20, 30, 10, 20], seed=3, name="B2")
    assert ratios(sheet, records)["B1S0"]["ratio_fi"] is not None
    assert ratios(sheet + more, records | others)["B1S0"].get("ratio_fi") is None
    deciding = deciding_controls(sheet[0], sheet + more, records | others, "fmo", KEY)
    assert [round(sketch.median) for sketch in deciding] == [90, 20, 30, 10, 20]
    assert len(deciding_controls(more[0], sheet + more, records | others, "fmo", KEY)) == 4


@pytest.mark.parametrize("errors", [3.0, 4.0])
def test_ratio__is_not_biased_by_the_choice_of_batches(errors):
    rng = np.random.default_rng(12)
    spread, n, true = 100.0, 40, errors * 1.2533 * 100 / np.sqrt(40)
    inverse, chosen_alone = [], []
    for _ in range(300):
        controls = [make_sketch(*KEY, rng.normal(true, spread, n)) for _ in range(5)]
        medians = np.array([sketch.median for sketch in controls])
        inverse += [] if why_no_ratio(controls) else (true / medians).tolist()
        chosen_alone += [true / median for median in medians if median > 3 * true / errors]
    # half of the ratios are too high and half too low; with a choice of each sample by itself most are too low
    assert abs(np.mean(np.array(inverse) > 1) - 0.5) < 0.12
    assert np.mean(np.array(chosen_alone) > 1) < (0.1 if errors == 3 else 0.45)

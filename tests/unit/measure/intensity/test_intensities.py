"""Medians against a control: values, intervals, missing ones and their reasons."""

from dataclasses import replace

import numpy as np
import pytest

from marrowgate.measure.intensity.controls import choose_controls
from marrowgate.measure.intensity.intensities import intensity_rows
from marrowgate.measure.intensity.sketch import LARGEST, make_sketch
from marrowgate.settings.config import Measure
from marrowgate.signal.beads.molecule_line import fit_line
from unit.measure.samples import control as control_tube
from unit.measure.samples import record, sample

RNG = np.random.default_rng(4)


def row(stained, control=None, **settings):
    tubes = [sample("S1"), control_tube("F1", "S1")]
    records = {"S1": record("S1", stained)}
    if control is not None:
        records["F1"] = record("F1", control)
    controls = choose_controls(tubes[0], tubes, records, Measure())
    (found,) = intensity_rows(records["S1"], tubes[0], "triplet", controls, Measure(**settings), 7)
    return found


def test_intensity__delta_and_ratio_are_those_of_the_medians():
    stained, control = RNG.lognormal(7, 0.5, 400), RNG.lognormal(5, 0.5, 300)
    found = row(stained, control)
    assert found["median_fi"] == pytest.approx(np.median(stained))
    assert found["delta_fi"] == pytest.approx(np.median(stained) - np.median(control))
    assert found["ratio_fi"] == pytest.approx(np.median(stained) / np.median(control))
    assert (found["control_type"], found["control_sample_id"], found["status"]) == ("fmo", "F1", "ok")
    for name in ("median_fi", "delta_fi", "ratio_fi"):
        assert found[f"{name}_low"] < found[name] < found[f"{name}_high"]


def test_intensity__ratio_is_missing_near_zero_and_says_why():
    found = row(RNG.normal(100, 300, 400), RNG.normal(0, 300, 400))
    assert "ratio_fi" not in found
    assert found["reason"].startswith("no ratio: the control's median is within 3 standard errors of 0; ")
    assert "delta_fi" in found


def test_intensity__ratio_to_a_negative_control_is_missing_and_says_why():
    found = row(RNG.lognormal(6, 0.3, 400), RNG.normal(-200, 30, 400))
    assert "ratio_fi" not in found
    assert found["reason"] == "no ratio: the control's median is below 0"
    assert found["delta_fi"] > found["median_fi"]


def test_intensity__few_events_keep_their_value_and_say_so():
    found = row(RNG.normal(500, 50, 12), RNG.normal(100, 20, 200))
    assert (found["status"], found["reason"]) == ("few_events", "12 events, 20 are wanted")
    assert found["median_fi"] > 0


def test_intensity__below_five_events_there_is_no_value():
    found = row(np.array([1.0, 2.0, 3.0, 4.0]))
    assert (found["status"], found["reason"]) == ("few_events", "4 events, 5 are needed")
    assert "median_fi" not in found


def test_intensity__no_control_is_said():
    found = row(RNG.normal(500, 50, 200))
    assert (found["control_type"], found["reason"]) == ("none", "no control with enough events")


def test_intensity__a_control_s_bad_luck_is_said_too():
    found = row(RNG.normal(500, 50, 200), np.array([1.0, 2.0]))
    assert (found["control_type"], found["reason"]) == ("none", "no control with enough events")


def test_intensity__few_events_of_the_control_are_told_and_widen_the_interval():
    stained, blank = RNG.normal(5000, 50, 200), RNG.normal(400, 100, 400)
    few, many = row(stained, blank[:12]), row(stained, blank)
    assert (few["status"], few["reason"]) == ("few_events", "control has 12 events, 20 are wanted")
    assert (few["control_n_events"], many["control_n_events"], many["status"]) == (12, 400, "ok")
    for name in ("delta_fi", "ratio_fi"):
        assert few[f"{name}_high"] - few[f"{name}_low"] > 2 * (many[f"{name}_high"] - many[f"{name}_low"])


def test_intensity__share_above_the_control_s_quantile():
    found = row(np.concatenate([np.zeros(50), np.full(50, 1000.0)]), RNG.normal(0, 10, 1000))
    assert found["pct_above_control"] == pytest.approx(50)


@pytest.mark.parametrize("n", [20, 50, 100, 500])
def test_intensity__median_interval_covers_in_95_percent(n):
    generator = np.random.default_rng(n)
    hits = 0
    for draw in range(400):
        values = generator.lognormal(6, 0.7, n)
        tube = sample(f"S{draw}")
        (found,) = intensity_rows(record(tube.sample_id, values), tube, None, {}, Measure(), 3)
        hits += found["median_fi_low"] <= np.exp(6) <= found["median_fi_high"]
    assert 0.92 <= hits / 400 <= 0.985


def test_intensity__negative_values_never_break_or_bias_a_statistic():
    values = RNG.normal(-50, 100, 4001)
    blank = RNG.normal(-80, 100, 4000)
    found = row(values, blank)
    assert found["median_fi"] == pytest.approx(np.median(values))
    assert found["delta_fi"] == pytest.approx(np.median(values) - np.median(blank), abs=0.2)
    assert found["median_fi_low"] < -50 < found["median_fi_high"] < 0
    assert found["delta_fi_low"] < 30 < found["delta_fi_high"]
    assert found["pct_above_control"] == pytest.approx(100 * np.mean(values > np.quantile(blank, 0.99)), abs=0.1)
    assert found["geo_mean_fi"] is None
    assert all(np.isfinite(value) for value in found.values() if isinstance(value, float))


def test_intensity__geometric_mean_where_all_values_are_above_0():
    values = RNG.lognormal(6, 0.5, 5000)
    found = row(values, RNG.lognormal(4, 0.5, 300))
    assert found["geo_mean_fi"] == pytest.approx(np.exp(np.log(values).mean()))
    assert found["reason"] == ""


def test_intensity__geometric_mean_is_missing_with_a_reason_where_a_value_is_not():
    found = row(np.append(RNG.lognormal(6, 0.5, 99), 0.0), RNG.lognormal(4, 0.5, 300))
    assert found["geo_mean_fi"] is None
    assert found["reason"] == "no geometric mean: 1 of 100 values are not above 0"


def test_intensity__any_marker_and_population_can_be_asked_for_and_stand_beside_each_other():
    sketches = tuple(
        make_sketch(population, marker, RNG.lognormal(6, 0.4, 80))
        for population, marker in (("cd34_hspc", "CXCR4"), ("lymphocytes", "CXCR4"), ("monocytes", "CD14"))
    )
    tube = sample("S1")
    found = intensity_rows(replace(record("S1", np.array([])), sketches=sketches), tube, None, {}, Measure(), 7)
    assert [(one["population"], one["marker"]) for one in found] == [
        ("cd34_hspc", "CXCR4"),
        ("lymphocytes", "CXCR4"),
        ("monocytes", "CD14"),
    ]
    alone = intensity_rows(replace(record("S1", np.array([])), sketches=sketches[:1]), tube, None, {}, Measure(), 7)
    assert alone[0] == found[0]


def test_intensity__negative_cells_that_were_not_asked_for_have_no_row():
    asked = [{"population": "cd34_hspc", "marker": "CXCR4", "negative": "erythroid"}]
    settings = Measure(intensities=asked)
    own = record("S1", RNG.normal(5000, 900, 80), erythroid=RNG.normal(90, 20, 400))
    controls = choose_controls(sample("S1"), [sample("S1")], {"S1": own}, settings)
    (found,) = intensity_rows(own, sample("S1"), None, controls, settings, 7)
    assert (found["population"], found["control_type"], found["control_sample_id"]) == ("cd34_hspc", "internal", "S1")
    assert found["reason"] == "the control is erythroid of the same sample"
    assert 40 < found["ratio_fi"] < 70


def test_intensity__strata_have_rows_and_the_whole_a_standardised_median():
    asked = [{"population": "cd34_hspc", "marker": "CXCR4", "strata": {"cd38_low": 0.2, "cd38_high": 0.8}}]
    low, high = RNG.normal(6000, 500, 40), RNG.normal(3000, 500, 40)
    own = record("S1", np.concatenate([low, high]), cd38_low=low, cd38_high=high)
    found = {
        one["population"]: one for one in intensity_rows(own, sample("S1"), None, {}, Measure(intensities=asked), 7)
    }
    assert found["cd38_low"]["median_fi"] == pytest.approx(np.median(low))
    assert found["cd38_high"]["median_fi"] == pytest.approx(np.median(high))
    assert found["cd34_hspc"]["std_status"] == "ok"
    assert found["cd34_hspc"]["std_median_fi"] < 3500 < found["cd34_hspc"]["median_fi"]
    assert "std_median_fi" not in found["cd38_low"]


def test_intensity__a_marker_that_the_batch_s_beads_do_not_calibrate_is_told():
    line = fit_line(np.array([50.0, 500.0, 5000.0]), np.array([80.0, 900.0, 8800.0]), with_bead=False)
    line = replace(line, unit="MEF")
    own, blank = record("S1", RNG.normal(900, 90, 80)), record("F1", RNG.normal(90, 9, 300))
    tubes = [sample("S1"), control_tube("F1", "S1")]
    controls = choose_controls(tubes[0], tubes, {"S1": own, "F1": blank}, Measure())
    (with_line,) = intensity_rows(own, tubes[0], None, controls, Measure(), 7, {("hspc", "B1", "CXCR4"): line})
    (without,) = intensity_rows(own, tubes[0], None, controls, Measure(), 7, {("hspc", "B1", "CD34"): line})
    assert with_line["abc_low"] < with_line["abc"] < with_line["abc_high"]
    assert with_line["abc_unit"] == "MEF"
    assert "abc" not in without
    assert without["reason"] == "no abc: the beads of the batch do not calibrate this marker's channel"


def test_sketch__many_values_keep_their_quantiles():
    values = RNG.lognormal(5, 1, 300_000)
    sketch = make_sketch("lymphocytes", "CXCR4", values)
    assert sketch.values.size == LARGEST
    assert sketch.n_events == 300_000
    assert np.median(sketch.values) == pytest.approx(np.median(values), rel=1e-6)

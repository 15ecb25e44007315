"""Medians against a control: values, intervals, missing ones and their reasons."""

import numpy as np
import pytest

from marrowgate.measure.intensities import choose_controls, intensity_rows
from marrowgate.measure.record import SampleRecord
from marrowgate.measure.sketch import LARGEST, make_sketch
from marrowgate.settings.config import Measure
from marrowgate.settings.sheets import Sample

RNG = np.random.default_rng(4)


def sample(sample_id, **cells):
    given = {"sample_id": sample_id, "fcs": "x.fcs", "panel": "hspc", "batch": "B1", "patient_id": "P1", "day": 3.0}
    return Sample.model_validate({**given, **cells})


def record(sample_id, values):
    return SampleRecord(sample_id, {"verdict": "accepted"}, (), (), (make_sketch("cd34_hspc", "CXCR4", values),))


def row(stained, control=None, **settings):
    tubes = [sample("S1"), sample("F1", control_type="fmo", control_marker="CXCR4", control_for="S1")]
    records = {"S1": record("S1", stained)}
    if control is not None:
        records["F1"] = record("F1", control)
    controls = choose_controls(tubes[0], tubes, records)
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
    assert found["reason"] == "no ratio: the control's median is within 3 standard errors of 0"
    assert "delta_fi" in found


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
    assert (found["control_type"], found["reason"]) == ("none", "no control tube")


def test_intensity__a_control_s_bad_luck_is_said_too():
    found = row(RNG.normal(500, 50, 200), np.array([1.0, 2.0]))
    assert found["reason"] == "control has 2 events"


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


def test_intensity__the_batch_s_control_serves_when_there_is_no_own():
    tubes = [sample("S1"), sample("F9", control_type="fmo", control_marker="CXCR4", patient_id=None)]
    records = {"S1": record("S1", RNG.normal(9, 1, 50)), "F9": record("F9", RNG.normal(1, 1, 50))}
    controls = choose_controls(tubes[0], tubes, records)
    assert controls["cd34_hspc", "CXCR4"].sample_id == "F9"


def test_sketch__many_values_keep_their_quantiles():
    values = RNG.lognormal(5, 1, 300_000)
    sketch = make_sketch("lymphocytes", "CXCR4", values)
    assert sketch.values.size == LARGEST
    assert sketch.n_events == 300_000
    assert np.median(sketch.values) == pytest.approx(np.median(values), rel=1e-6)

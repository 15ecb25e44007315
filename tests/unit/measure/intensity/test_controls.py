"""Which control serves, what the table says of it, and how far its median may be off."""

import numpy as np
import pytest

from marrowgate.measure.intensity.controls import (
    Control,
    ControlSamples,
    choose_controls,
    control_medians,
    measure_controls,
    median_in_sample,
)
from marrowgate.measure.intensity.sketch import make_sketch
from marrowgate.settings.config import Measure
from unit.measure.samples import control, record, sample

RNG = np.random.default_rng(5)
KEY = ("cd34_hspc", "CXCR4")
STAINED = sample("S1")


def values(n, centre=80.0):
    return RNG.normal(centre, 150, n)


def chosen(tubes, events, **settings):
    records = {name: record(name, values(n)) for name, n in events.items()}
    records["S1"] = record("S1", values(60, 4000), lymphocytes=values(500, 90))
    return choose_controls(STAINED, [STAINED, *tubes], records, Measure(**settings)).get(KEY)


def names(found):
    return [name for name, _ in found.control_samples]


def test_control__the_tube_that_names_the_sample_serves_before_those_of_the_batch():
    found = chosen([control("F0"), control("F1", "S1")], {"F0": 500, "F1": 300})
    assert (found.control_type, names(found), found.note) == ("fmo", ["F1"], "")


def test_control__fmo_before_isotype():
    found = chosen([control("A1", "S1", "isotype"), control("F1", "S1")], {"A1": 500, "F1": 300})
    assert (found.control_type, names(found)) == ("fmo", ["F1"])


def test_control__isotype_serves_where_there_is_no_fmo():
    found = chosen([control("A1", "S1", "isotype")], {"A1": 500})
    assert (found.control_type, names(found)) == ("isotype", ["A1"])


def test_control__of_another_marker_panel_or_batch_does_not_serve():
    tubes = [
        control("F1").model_copy(update={"control_marker": "CD34"}),
        control("F2", panel="other"),
        control("F3", batch="B2"),
    ]
    assert chosen(tubes, {"F1": 500, "F2": 500, "F3": 500}) is None


def test_control__those_of_the_batch_serve_when_the_own_one_has_too_few_events():
    found = chosen([control("F1", "S1"), control("F2")], {"F1": 4, "F2": 30})
    assert names(found) == ["F2"]
    assert found.note == (
        "control F1 has 4 events; controls of the batch; too few samples to tell how much samples differ"
    )


def test_control__those_of_the_batch_before_those_of_other_samples():
    found = chosen([control("F2", "S2"), control("F3")], {"F2": 30, "F3": 30})
    assert names(found) == ["F3"]


def test_control__those_of_other_samples_of_the_batch_serve_at_last_and_it_is_said():
    tubes = [control("F2", "S2"), control("F3", "S3"), control("F4", "S4")]
    found = chosen(tubes, {"F2": 30, "F3": 30, "F4": 40})
    assert (names(found), found.n_events) == (["F2", "F3", "F4"], 100)
    assert found.note == "controls of other samples of the batch"


def test_control__a_small_own_one_is_helped_by_its_batch_and_it_is_said():
    tubes = [control("F1", "S1"), control("F2", "S2"), control("F3", "S3")]
    found = chosen(tubes, {"F1": 30, "F2": 30, "F3": 40})
    assert (names(found), found.n_events) == (["F1", "F2", "F3"], 100)
    assert found.note == "control F1 has 30 events, so 2 more of the batch were taken into account"


def test_control__a_large_own_one_needs_no_help():
    tubes = [control("F1", "S1"), control("F2", "S2"), control("F3", "S3")]
    assert names(chosen(tubes, {"F1": 200, "F2": 30, "F3": 40})) == ["F1"]
    assert names(chosen(tubes, {"F1": 30, "F2": 30, "F3": 40}, control_events=30)) == ["F1"]


def test_control__two_tubes_are_too_few_to_help():
    found = chosen([control("F1", "S1"), control("F2", "S2")], {"F1": 30, "F2": 300})
    assert (names(found), found.note) == (["F1"], "")


def test_control__negative_cells_of_the_same_tube_serve_when_no_tube_does():
    asked = [{"population": "cd34_hspc", "marker": "CXCR4", "negative": "lymphocytes"}]
    found = chosen([control("F1", "S1")], {"F1": 2}, intensities=asked)
    assert (found.control_type, names(found), found.n_events) == ("internal", ["S1"], 500)
    assert found.note == "the control is lymphocytes of the same sample"


def test_control__nothing_serves_without_tubes_and_negative_cells():
    assert chosen([], {}) is None


def test_control_median__of_one_tube_is_its_own():
    sketch = make_sketch(*KEY, values(300))
    median, draws = control_medians(Control("fmo", ("F1", sketch)), np.random.default_rng(1))
    assert median == np.median(sketch.values)
    assert np.std(draws) == pytest.approx(1.2533 * 150 / np.sqrt(300), rel=0.2)


def tubes_of(rng, truths, n):
    return [(f"F{i}", make_sketch(*KEY, rng.normal(true, 150, n))) for i, true in enumerate(truths)]


@pytest.mark.parametrize("between", [0.0, 10.0, 75.0])
@pytest.mark.parametrize("own", [True, False])
def test_control_median__interval_of_several_tubes_holds_the_differences_between_them(between, own):
    rng = np.random.default_rng(8)
    hits, off, alone = 0, [], []
    for _ in range(400):
        truths = rng.normal(80, between, 9) if between else np.full(9, 80.0)
        first, *others = tubes_of(rng, truths, 30)
        median, draws = control_medians(Control("fmo", first if own else None, tuple(others)), rng)
        low, high = np.quantile(draws, [0.025, 0.975])
        hits += low <= truths[0] <= high
        off.append(median - truths[0])
        alone.append(np.median(first[1].values) - truths[0])
    # 75 is half the spread of the events; where samples hardly differ the interval is too wide for one not measured
    assert 0.925 <= hits / 400 <= (0.98 if between == 75 else 1.0)
    assert abs(np.mean(off)) < (12 if between == 75 else 4)
    if between < 75:
        assert np.std(off) < (0.8 if between == 0 else 0.9) * np.std(alone)


def test_control_median__a_large_own_tube_is_hardly_moved_by_the_batch():
    rng = np.random.default_rng(9)
    (_, own), *others = tubes_of(rng, [140.0, *[80.0] * 8], 30)
    own = make_sketch(*KEY, rng.normal(140, 150, 100_000))
    median, _ = control_medians(Control("fmo", ("F0", own), tuple(others)), rng)
    assert median == pytest.approx(np.median(own.values), abs=1.5)


@pytest.mark.parametrize("place", [0, 3, 8])
def test_median_in_sample__tubes_that_were_measured_once_serve_each_of_their_samples(place):
    sketches = [sketch for _, sketch in tubes_of(np.random.default_rng(10), np.linspace(60, 100, 9), 30)]
    measured = measure_controls(sketches, np.random.default_rng(11))
    own_first = [place, *(other for other in range(9) if other != place)]
    reordered = ControlSamples(
        measured.medians[own_first], measured.errors[own_first], measured.draws[own_first], measured.scale
    )
    median, draws = median_in_sample(measured, place, np.random.default_rng(12))
    alone, alone_draws = median_in_sample(reordered, 0, np.random.default_rng(12))
    assert median == pytest.approx(alone)
    assert draws == pytest.approx(alone_draws)


def test_control_median__is_that_of_the_first_of_its_measured_tubes():
    tubes = tubes_of(np.random.default_rng(10), np.linspace(60, 100, 9), 30)
    rng = np.random.default_rng(11)
    measured = median_in_sample(measure_controls([sketch for _, sketch in tubes], rng), 0, rng)
    found = control_medians(Control("fmo", tubes[0], tuple(tubes[1:])), np.random.default_rng(11))
    assert found[0] == measured[0]
    assert np.array_equal(found[1], measured[1])


def test_median_in_sample__of_a_single_tube_is_its_own():
    sketch = make_sketch(*KEY, values(30))
    tubes = measure_controls([sketch], np.random.default_rng(1))
    assert median_in_sample(tubes, None, np.random.default_rng(2))[0] == np.median(sketch.values)


def test_measure_controls__error_of_a_median_is_that_of_the_events_not_of_the_values_kept():
    """Of 4,000 and 64,000 events as many values are kept; the errors of the medians are as 4 to 1."""
    rng = np.random.default_rng(5)
    sketches = [make_sketch("cd34", "CXCR4", rng.normal(500, 100, n)) for n in (4_000, 64_000)]
    assert sketches[0].values.size == sketches[1].values.size
    errors = measure_controls(sketches, rng).errors
    assert errors[0] / errors[1] == pytest.approx(4.0)
    assert errors[0] == pytest.approx(np.sqrt(np.pi / 2) * 100 / np.sqrt(4_000), rel=0.1)

"""What tells whether a detector reads as in a release: which cells are watched, how sharply, and what is said."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from marrowgate.fcs.model import Channel, FcsFile, Verdict
from marrowgate.gating.batch_scales import BatchScales
from marrowgate.gating.landmarks.readings import cells_of_sample, sample_readings
from marrowgate.gating.landmarks.watches import read_detectors, watches_of
from marrowgate.gating.releases.following import followed_ratios, with_ratios
from marrowgate.gating.sample_events import SampleEvents
from marrowgate.signal.transforms import Transform

RNG = np.random.default_rng(5)
SPREADS = {"lymphocytes": (0.02, 0.20, 0.10), "granulocytes": (0.05, 0.30, 0.08), "high_scatter": (0.20, 0.30, 0.30)}
LEVELS = {"lymphocytes": 300.0, "granulocytes": 900.0, "high_scatter": 1000.0}


def sample(rng, factor=1.0, only="", missing=()):
    """Return readings of one detector in three kinds of cells; a factor of all of them, or of one kind alone."""
    return {
        kind: {
            "CD34": tuple(
                LEVELS[kind] * (factor if only in {"", kind} else 1.0) * math.exp(sd * rng.standard_normal())
                for sd in sds
            )
        }
        for kind, sds in SPREADS.items()
        if kind not in missing
    }


def watches_of_samples(seed, n_samples=20):
    rng = np.random.default_rng(seed)
    return watches_of([[sample(rng) for _ in range(n_samples)]])


def test_watches__are_the_two_sharpest_kinds_each_by_its_sharpest_measure():
    watches = watches_of([[sample(RNG) for _ in range(30)]])
    assert [(watch.of, watch.by) for watch in watches] == [("lymphocytes", "median"), ("granulocytes", "median")]
    assert watches[0].sd == pytest.approx(0.02, rel=0.3)
    assert watches[0].log_value == pytest.approx(math.log(300), abs=0.02)


def test_watches__limit_is_the_prediction_interval_of_one_more_sample():
    away = np.array([-0.12, -0.05, 0.0, 0.03, 0.12])
    samples = [{"lymphocytes": {"CD34": (math.exp(value),) * 3, "CD38": (1.0,) * 3}} for value in away]
    (watch,) = [watch for watch in watches_of([samples]) if watch.dimension == "CD34"]
    sd = math.sqrt(float(np.sum(away**2)) / 4)
    assert watch.sd == pytest.approx(sd, abs=1e-5)
    # 1 % of the samples in any of two dimensions, both ends
    moderated = math.sqrt((4 * sd**2 + 8 * 0.04**2) / 12)
    assert watch.limit == pytest.approx(stats.t.ppf(1 - 0.01 / 4, 12) * moderated * math.sqrt(1.2), rel=0.01)


def test_watches__one_that_would_miss_a_factor_of_1_6_is_none():
    away = (-0.3, -0.15, 0.0, 0.15, 0.3)
    samples = [{"lymphocytes": {"CD34": (math.exp(value),) * 3}} for value in away]
    assert watches_of([samples]) == ()


def test_watches__spread_is_that_inside_the_batches_and_not_between_them():
    rng = np.random.default_rng(6)
    batches = [[sample(rng, factor) for _ in range(12)] for factor in (1.0, 1.3, 1.7)]
    watch = watches_of(batches)[0]
    assert watch.sd == pytest.approx(0.02, rel=0.4)
    assert watch.log_value == pytest.approx(math.log(300 * 1.3), abs=0.02)


def test_watches__a_sample_whose_own_detector_read_otherwise_does_not_widen_the_limit():
    rng = np.random.default_rng(7)
    samples = [sample(rng) for _ in range(11)]
    alone, beside = watches_of([samples])[0], watches_of([[*samples, sample(rng, 2.0)]])[0]
    assert beside.limit < alone.limit + 0.02
    assert beside.n_samples == 11


def test_watches__cells_that_most_samples_lack_are_not_watched():
    rng = np.random.default_rng(8)
    samples = [sample(rng, missing=("lymphocytes",) if n % 2 else ()) for n in range(12)]
    assert "lymphocytes" not in {watch.of for watch in watches_of([samples])}


@pytest.mark.parametrize("n_samples", [5, 10, 20])
def test_read_detectors__a_detector_turned_up_is_seen_and_others_are_left_alone(n_samples):
    rng = np.random.default_rng(n_samples)
    called = {1.0: 0, 1.3: 0}
    for _ in range(300):
        watches = watches_of([[sample(rng) for _ in range(n_samples)]])
        for factor in called:
            called[factor] += read_detectors(sample(rng, factor), watches)["CD34"].state == "changed"
    # 1 % is asked for; of five samples the sharpest cells are often those that happened to vary little
    assert called[1.0] <= (6 if n_samples > 5 else 10)
    assert called[1.3] >= (295 if n_samples > 5 else 240)


def test_read_detectors__one_kind_of_cells_alone_is_no_detector():
    watches = watches_of_samples(9)
    state = read_detectors(sample(np.random.default_rng(10), 1.5, only="lymphocytes"), watches)["CD34"].state
    assert state == "cells_disagree"


def test_read_detectors__a_factor_beyond_1_6_is_too_far():
    watches = watches_of_samples(11)
    assert read_detectors(sample(np.random.default_rng(12), 2.0), watches)["CD34"].state == "too_far"
    assert read_detectors(sample(np.random.default_rng(12), 0.5), watches)["CD34"].state == "too_far"


def test_read_detectors__without_the_sharpest_cells_the_next_ones_tell_and_without_any_nothing():
    watches = watches_of_samples(13)
    seen = read_detectors(sample(np.random.default_rng(14), 1.3, missing=("lymphocytes",)), watches)["CD34"]
    assert (seen.watch.of, seen.state) == ("granulocytes", "changed")
    assert read_detectors({}, watches) == {}


# in a sample's events


def events(gain=1.0):
    """Return a sample of lymphocytes and granulocytes, whose CD34 detector reads by a factor."""
    rng = np.random.default_rng(3)
    n_lymphocytes, n_granulocytes = 2000, 4000

    def column(lymphocytes, granulocytes):
        return np.concatenate([rng.normal(*lymphocytes, n_lymphocytes), rng.normal(*granulocytes, n_granulocytes)])

    columns = [column((20000, 2000), (150000, 20000)), column((20000, 2000), (6000, 900)), column((100, 60), (300, 90))]
    names = {"SSC-A": "SSC-A", "CD45": "V500-A", "CD34": "PE-A"}
    channels = {
        marker: Channel(index, name, "", marker, "", "fluorescence", "", 32, 262144.0, (0.0, 0.0), None, None)
        for index, (marker, name) in enumerate(names.items())
    }
    table = np.column_stack([columns[0], columns[1], gain * columns[2]])
    file = FcsFile(
        1, Verdict("accepted"), "3.1", len(table), tuple(channels.values()), None, "", {}, {}, table.astype(np.float64)
    )
    return SampleEvents(file, channels, {}, {name: Transform("logicle", 262144.0) for name in names}, {"CD45": 2.0})


def released(n_samples=8):
    samples = [events(factor) for factor in np.linspace(0.99, 1.01, n_samples)]
    return BatchScales({}, (), watches_of([[sample_readings(own, cells_of_sample(own)) for own in samples]]))


def test_readings__are_median_upper_and_width_of_each_kind():
    own = events()
    readings = sample_readings(own, cells_of_sample(own))
    assert set(readings) >= {"lymphocytes", "granulocytes"}
    assert readings["lymphocytes"]["CD34"] == pytest.approx((100, 160, 120), rel=0.06)
    assert readings["granulocytes"]["CD34"] == pytest.approx((300, 390, 180), rel=0.06)


def test_followed_ratios__are_those_of_the_detector_alone():
    scales = released()
    assert followed_ratios(events(), scales) == {}
    assert followed_ratios(events(1.3), scales) == {"CD34": pytest.approx(1.3, rel=0.01)}
    assert followed_ratios(events(2.0), scales) == {}
    assert followed_ratios(events(1.3), BatchScales({})) == {}
    assert followed_ratios(replace(events(1.3), unplaced=frozenset({"CD34"})), scales) == {}


def test_with_ratios__cells_lie_where_they_lay_on_the_stretched_scale_and_numbers_go_with_them():
    usual, bright = events(), with_ratios(events(1.3), {"CD34": 1.3})
    rows = np.arange(50)
    assert bright.scaled("CD34", rows) == pytest.approx(usual.scaled("CD34", rows))
    assert bright.scaled("CD45", rows) == pytest.approx(usual.scaled("CD45", rows))
    assert dict(bright.factors) == {"CD45": 2.0, "CD34": 1.3}
    again = with_ratios(bright, {"CD45": 1.5})
    assert dict(again.factors) == {"CD45": 3.0, "CD34": 1.3}

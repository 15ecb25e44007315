"""What tells whether a detector reads as in a release: which cells are watched, how sharply, and what is said."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from marrowgate.fcs.model import Channel, FcsFile, Verdict
from marrowgate.gating.batch_scales import BatchScales
from marrowgate.gating.landmarks.choose_watches import PatientReadings, watches_of
from marrowgate.gating.landmarks.readings import cells_of_sample, sample_readings
from marrowgate.gating.landmarks.watches import read_detectors, watches_from_plain, watches_to_plain
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


def release_of(*batches):
    """Return the watches of batches of readings, each sample of a patient of its own."""
    numbered = iter(range(1000))
    return watches_of([[PatientReadings(f"P{next(numbered)}", own) for own in batch] for batch in batches])


def watches_of_samples(seed, n_samples=20):
    rng = np.random.default_rng(seed)
    return release_of([sample(rng) for _ in range(n_samples)])


def lone(values):
    """Return readings of lymphocytes alone, in two dimensions."""
    return [{"lymphocytes": {"CD34": (math.exp(value),) * 3, "CD38": (1.0,) * 3}} for value in values]


def test_watches__are_all_kinds_together_and_each_alone_by_its_sharpest_measure():
    watches = release_of([sample(RNG) for _ in range(30)])
    named = [[(own.of, own.by) for own in watch.cells] for watch in watches]
    both = [("lymphocytes", "median"), ("granulocytes", "median")]
    assert named == [both, both[:1], both[1:]]  # high_scatter varies too much beside them
    together, alone, _ = watches
    weights = [own.weight for own in together.cells]
    # half-way to the diagonal these are independent: 1 / (variance + floor)
    expected = np.array([1 / (0.02**2 + 0.02**2), 1 / (0.05**2 + 0.02**2)])
    assert weights == pytest.approx(expected / expected.sum(), abs=0.08)
    assert alone.sd == pytest.approx(0.02, rel=0.3)
    assert alone.cells[0].log_value == pytest.approx(math.log(300), abs=0.02)
    assert (alone.cells[0].weight, alone.cells[0].apart) == (1.0, None)
    assert together.named == "lymphocytes"  # granulocytes have less than a fifth of the say


def test_watches__limit_is_the_prediction_interval_of_one_more_sample():
    away = np.array([-0.12, -0.05, 0.0, 0.03, 0.12])
    (watch,) = [watch for watch in release_of(lone(away)) if watch.dimension == "CD34"]
    sd = float(np.std(away, ddof=1))
    assert watch.sd == pytest.approx(sd, abs=1e-5)
    # 4 % of the samples in any of two dimensions, both ends; of batches 1 %
    moderated = math.sqrt((4 * sd**2 + 8 * 0.04**2) / 12)
    assert watch.limit == pytest.approx(stats.t.ppf(1 - 0.04 / 4, 12) * moderated * math.sqrt(1.2), rel=0.01)
    assert watch.reach == pytest.approx(stats.t.ppf(1 - 0.01 / 4, 12) * moderated, rel=0.01)
    assert watch.n_patients == 5


def test_watches__one_that_would_miss_a_factor_of_1_6_is_none():
    assert [watch.dimension for watch in release_of(lone((-0.4, -0.2, 0.0, 0.2, 0.4)))] == ["CD38"]


def test_watches__spread_is_that_inside_the_batches_and_not_between_them():
    rng = np.random.default_rng(6)
    watches = release_of(*([sample(rng, factor) for _ in range(12)] for factor in (1.0, 1.3, 1.7)))
    alone = next(watch for watch in watches if [own.of for own in watch.cells] == ["lymphocytes"])
    assert alone.sd == pytest.approx(0.02, rel=0.4)
    assert alone.cells[0].log_value == pytest.approx(math.log(300 * 1.3), abs=0.02)


def test_watches__where_each_batch_is_one_patient_the_batches_differences_count():
    away = (-0.12, -0.05, 0.0, 0.03, 0.12)
    apart, together = release_of(*([own] for own in lone(away))), release_of(lone(away))
    assert apart == together


def test_watches__visits_of_a_patient_count_as_one_and_two_patients_say_nothing():
    away = (-0.12, -0.05, 0.0, 0.03, 0.12)
    visits = [PatientReadings(f"P{at}", own) for at, own in enumerate(lone(away)) for _ in range(4)]
    assert watches_of([visits]) == release_of(lone(away))
    assert watches_of([[own for own in visits if own.patient in {"P0", "P1"}]]) == ()
    assert watches_of([]) == ()


def test_watches__a_sample_whose_own_detector_read_otherwise_does_not_widen_the_limit():
    rng = np.random.default_rng(7)
    samples = [sample(rng) for _ in range(11)]
    alone, beside = release_of(samples)[0], release_of([*samples, sample(rng, 2.0)])[0]
    assert beside.limit < alone.limit + 0.02
    assert beside.n_patients == 11


def test_watches__cells_that_most_samples_lack_are_not_watched():
    rng = np.random.default_rng(8)
    samples = [sample(rng, missing=("lymphocytes",) if n % 2 else ()) for n in range(12)]
    assert "lymphocytes" not in {own.of for watch in release_of(samples) for own in watch.cells}


@pytest.mark.parametrize("n_samples", [3, 5, 10, 20])
def test_read_detectors__a_detector_turned_up_is_seen_and_others_are_left_alone(n_samples):
    rng = np.random.default_rng(n_samples)
    called = {1.0: 0, 1.3: 0}
    for _ in range(100):
        watches = release_of([sample(rng) for _ in range(n_samples)])
        for factor in called:
            called[factor] += read_detectors(sample(rng, factor), watches)["CD34"].state == "changed"
    # 4 % is asked for; below a change of 10 % nothing is called
    assert called[1.0] <= 3
    assert called[1.3] >= {3: 70, 5: 82, 10: 97, 20: 97}[n_samples]


def test_read_detectors__what_all_kinds_share_is_seen_more_sharply_together():
    """Three equally sharp kinds that vary on their own: together they vary less than any of them."""
    rng = np.random.default_rng(15)

    def equal(factor=1.0):
        return {
            kind: {"CD34": (level * factor * math.exp(0.08 * rng.standard_normal()),) * 3}
            for kind, level in LEVELS.items()
        }

    together, *alone = release_of([equal() for _ in range(20)])
    assert len(together.cells) == 3
    assert together.sd == pytest.approx(0.08 / math.sqrt(3), rel=0.3)
    assert together.sd < 0.8 * np.mean([watch.sd for watch in alone])


@pytest.mark.parametrize("kind", ["lymphocytes", "granulocytes"])
def test_read_detectors__one_kind_of_cells_alone_is_no_detector(kind):
    watches = watches_of_samples(9)
    state = read_detectors(sample(np.random.default_rng(10), 2.0, only=kind), watches)["CD34"].state
    assert state == "cells_disagree"


def test_read_detectors__a_factor_beyond_1_6_is_too_far():
    watches = watches_of_samples(11)
    assert read_detectors(sample(np.random.default_rng(12), 2.0), watches)["CD34"].state == "too_far"
    assert read_detectors(sample(np.random.default_rng(12), 0.5), watches)["CD34"].state == "too_far"


def test_read_detectors__a_sample_that_lacks_some_cells_is_held_against_those_it_has():
    watches = watches_of_samples(13)
    seen = read_detectors(sample(np.random.default_rng(14), 1.3, missing=("lymphocytes",)), watches)["CD34"]
    assert (seen.watch.named, seen.state) == ("granulocytes", "changed")
    assert read_detectors({}, watches) == {}


def test_watches__come_back_as_they_were_written():
    watches = watches_of_samples(16)
    assert watches_from_plain(json.loads(json.dumps(watches_to_plain(watches)))) == watches


def test_watches__of_an_earlier_form_are_read_as_they_were_meant():
    """The sharpest kind counted, and the second had to lie within both limits of it."""
    shared = {"dimension": "CD34", "by": "median", "sd": 0.03, "n_samples": 12}
    old = [
        {**shared, "of": "lymphocytes", "log_value": math.log(300), "limit": 0.12},
        {**shared, "of": "granulocytes", "log_value": math.log(900), "limit": 0.16},
    ]
    watches = watches_from_plain(old)

    def seen(**factors):
        return read_detectors(
            {kind: {"CD34": (LEVELS[kind] * factor,) * 3} for kind, factor in factors.items()}, watches
        )["CD34"]

    assert (seen(lymphocytes=1.2, granulocytes=1.0).ratio, seen(lymphocytes=1.2, granulocytes=1.0).state) == (
        pytest.approx(1.2),
        "changed",
    )
    assert seen(lymphocytes=1.1, granulocytes=1.1).state == "as_released"
    assert seen(lymphocytes=1.25, granulocytes=1.0).state == "cells_disagree"  # ln 1.25 > hypot(0.12, 0.16)
    assert seen(granulocytes=1.3).watch.named == "granulocytes"
    assert (seen(granulocytes=1.3).limit, seen(lymphocytes=1.3).limit) == (0.16, 0.12)
    assert seen(lymphocytes=1.3).watch.reach == pytest.approx(0.12 / math.sqrt(1 + 1 / 12))


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
    return BatchScales({}, (), release_of([sample_readings(own, cells_of_sample(own)) for own in samples]))


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

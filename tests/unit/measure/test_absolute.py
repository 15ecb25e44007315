"""Absolute counts by beads, volume and analyser: hand-worked values, errors of the bench, platforms that disagree."""

import math

import numpy as np
import pytest

from marrowgate.measure.absolute import (
    AbsoluteCount,
    Counted,
    CountingSample,
    absolute_counts,
    platform_difference_pct,
)
from marrowgate.measure.record import GateCv
from marrowgate.settings.config import Measure
from marrowgate.settings.sheets import Sample
from marrowgate.stats.intervals import binomial_interval, poisson_interval, ratio_interval

Z = 1.959963984540054
EXACT = Measure(pipetting_cv_pct=0, bead_lot_cv_pct=0, analyser_cv_pct=0)
HSPC = Counted(40, in_cd45=True)


def tube(n_cd45=10_000, n_beads=None, viability=None, volume_ul=None, **cells):
    sample = Sample(sample_id="S1", fcs="x.fcs", panel="hspc", batch="B1", **cells)
    return CountingSample(sample, n_cd45, n_beads, viability, volume_ul)


LYOPHILISED = tube(n_beads=2000, beads_per_tube=50_000, sample_volume_ul=100, dilution=2)
LIQUID = tube(n_beads=2000, beads_per_ul=1000, bead_volume_ul=50, sample_volume_ul=100, dilution=2)
MEASURED = tube(volume_ul=200, tube_volume_ul=2000, sample_volume_ul=100, dilution=2)
ANALYSED = tube(wbc_per_ul=5000, nrbc_per_100_wbc=25)


def limits(count):
    return count.low / count.cells_per_ul, count.high / count.cells_per_ul


@pytest.mark.parametrize(
    ("counting", "method", "per_ul", "exact"),
    [
        (LYOPHILISED, "beads", 40 / 2000 * 50_000 / 100 * 2, np.array(ratio_interval(40, 2000)) * 2000 / 40),
        (LIQUID, "beads", 40 / 2000 * 1000 * 50 / 100 * 2, np.array(ratio_interval(40, 2000)) * 2000 / 40),
        (MEASURED, "volumetric", 40 / 200 * 2000 / 100 * 2, np.array(poisson_interval(40)) / 40),
        (ANALYSED, "dual_platform", 5000 / 1.25 * 40 / 10_000, np.array(binomial_interval(40, 10_000)) * 10_000 / 40),
    ],
)
def test_absolute__each_way_with_its_exact_interval(counting, method, per_ul, exact):
    found = absolute_counts(HSPC, counting, EXACT)
    assert list(found) == [method]
    assert found[method].cells_per_ul == pytest.approx(per_ul)
    assert limits(found[method]) == pytest.approx(exact)


@pytest.mark.parametrize(
    ("counting", "method", "cv"),
    [
        (LYOPHILISED, "beads", math.hypot(0.05, 0.02)),
        (LIQUID, "beads", math.hypot(0.05, 0.05, 0.02)),
        (MEASURED, "volumetric", math.hypot(0.05, 0.05)),
        (ANALYSED, "dual_platform", 0.03),
    ],
)
def test_absolute__the_bench_widens_the_interval_by_its_steps(counting, method, cv):
    settings = Measure(pipetting_cv_pct=5, bead_lot_cv_pct=2, analyser_cv_pct=3)
    exact = np.abs(np.log(limits(absolute_counts(HSPC, counting, EXACT)[method])))
    wide = np.abs(np.log(limits(absolute_counts(HSPC, counting, settings)[method])))
    assert wide == pytest.approx(np.hypot(exact, Z * cv))


def test_absolute__the_gates_widen_the_interval_with_what_moves_the_ratio():
    counted = Counted(40, in_cd45=True, gate_cv=GateCv(count=0.3, of_parent=0.2, of_cd45=0.1))
    for counting, method, cv in ((LYOPHILISED, "beads", 0.3), (ANALYSED, "dual_platform", 0.1)):
        exact = np.abs(np.log(limits(absolute_counts(HSPC, counting, EXACT)[method])))
        wide = np.abs(np.log(limits(absolute_counts(counted, counting, EXACT)[method])))
        assert wide == pytest.approx(np.hypot(exact, Z * cv))


def test_absolute__the_analysers_dead_cells_are_taken_off():
    living = tube(wbc_per_ul=5000, viability=0.9)
    assert absolute_counts(HSPC, living, EXACT)["dual_platform"].cells_per_ul == pytest.approx(5000 * 0.9 * 0.004)


def test_absolute__cells_outside_cd45_have_the_interval_of_a_ratio():
    found = absolute_counts(Counted(40, in_cd45=False), ANALYSED, EXACT)["dual_platform"]
    assert limits(found) == pytest.approx(np.array(ratio_interval(40, 10_000)) * 10_000 / 40)


def test_absolute__beads_come_first_then_volume_then_analyser():
    every = tube(
        n_beads=2000, volume_ul=200, beads_per_tube=50_000, tube_volume_ul=2000, sample_volume_ul=100, wbc_per_ul=5000
    )
    assert list(absolute_counts(HSPC, every, EXACT)) == ["beads", "volumetric", "dual_platform"]


@pytest.mark.parametrize(
    "counting",
    [
        tube(),
        tube(n_beads=0, beads_per_tube=50_000, sample_volume_ul=100),
        tube(n_beads=2000, beads_per_tube=50_000),
        tube(n_beads=2000, bead_volume_ul=50, sample_volume_ul=100),
        tube(volume_ul=200, sample_volume_ul=100),
        tube(n_cd45=0, wbc_per_ul=5000),
        tube(n_cd45=None, wbc_per_ul=5000),
    ],
)
def test_absolute__what_is_not_known_gives_no_count(counting):
    assert absolute_counts(HSPC, counting, EXACT) == {}


def test_absolute__no_event_has_an_upper_limit():
    found = absolute_counts(Counted(0, in_cd45=True), LYOPHILISED, Measure())["beads"]
    assert (found.cells_per_ul, found.low) == (0, 0)
    assert found.high > 1000 * ratio_interval(0, 2000)[1]


def test_platform_difference__of_the_highest_from_the_lowest():
    counts = {"beads": AbsoluteCount("beads", 6000.0), "dual_platform": AbsoluteCount("dual_platform", 5000.0)}
    assert platform_difference_pct(counts) == pytest.approx(20)
    assert platform_difference_pct({"beads": AbsoluteCount("beads", 6000.0)}) is None


@pytest.mark.parametrize("method", ["beads", "dual_platform"])
def test_absolute__counts_of_many_tubes_are_unbiased_and_covered(method):
    generator = np.random.default_rng(21)
    true_wbc, true_cd34, volume, beads = 6000.0, 12.0, 100.0, 50_000.0
    answers, values = [], []
    for _ in range(1500):
        pipetted, label, analyser = 1 + np.array([0.05, 0.02, 0.03]) * generator.standard_normal(3)
        taken = 0.1
        n_cd34, n_cd45, n_beads = generator.poisson(
            taken * np.array([true_cd34 * volume * pipetted, true_wbc * volume * pipetted, beads])
        )
        sheet = {"beads_per_tube": beads * label, "sample_volume_ul": volume, "wbc_per_ul": true_wbc * analyser}
        counting = tube(n_cd45=int(n_cd45), n_beads=int(n_beads), **sheet)
        found = absolute_counts(Counted(int(n_cd34), in_cd45=True), counting, Measure())[method]
        values.append(found.cells_per_ul)
        answers.append(found.low <= true_cd34 <= found.high)
    # bias: 120 events, 1,500 samples: standard error 0.28 %; coverage: standard error 0.56 %
    assert np.mean(values) == pytest.approx(true_cd34, rel=0.02)
    assert 0.93 <= np.mean(answers) <= 0.975

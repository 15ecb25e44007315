"""Drift of a whole distribution."""

import numpy as np
import pytest

from marrowgate.signal.stability.drift import signal_drift


def run(rng, end, n=30_000):
    bright = rng.random(n) < 0.3
    return np.where(bright, rng.lognormal(8, 0.6, n), rng.normal(0, 60, n)) * np.linspace(1, end, n)


@pytest.mark.parametrize("end", [0.6, 0.8, 1.0, 1.25, 1.6])
def test_signal_drift__factor_is_recovered(end):
    assert signal_drift(run(np.random.default_rng(1), end)) == pytest.approx(end, rel=0.06)


@pytest.mark.parametrize(
    "values",
    [np.array([]), np.zeros(5000), np.random.default_rng(2).normal(0, 1, 900), np.full(20_000, 5.0)],
    ids=["empty", "zeros", "few", "constant"],
)
def test_signal_drift__what_cannot_be_told_is_not_told(values):
    assert signal_drift(values) is None


def test_signal_drift__other_cells_at_the_end_are_no_drift():
    rng = np.random.default_rng(3)
    values = np.concatenate([rng.lognormal(6, 0.3, 10_000), rng.lognormal(9, 1.2, 20_000)])
    values[::2] = rng.normal(0, 5, values[::2].size)
    assert signal_drift(values) is None


@pytest.mark.parametrize("end", [0.7, 1.0, 1.4])
def test_signal_drift__two_peaks_of_which_one_is_twice_the_other(end):
    rng = np.random.default_rng(4)
    peaks = np.where(rng.random(30_000) < 0.8, 45_000.0, 90_000.0) * rng.lognormal(0, 0.05, 30_000)
    values = np.where(rng.random(30_000) < 0.9, peaks, rng.normal(200, 60, 30_000)) * np.linspace(1, end, 30_000)
    assert signal_drift(values) == pytest.approx(end, rel=0.06)


def test_signal_drift__narrow_range_above_the_floor():
    rng = np.random.default_rng(5)
    values = np.where(rng.random(30_000) < 0.1, 1.0, rng.uniform(5.0, 15.0, 30_000))
    assert signal_drift(values) == pytest.approx(1.0, abs=0.1)

"""Drift of a whole distribution."""

import numpy as np
import pytest

from marrowgate.signal.drift import signal_drift


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

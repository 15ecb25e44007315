"""Stretches with a shifted mean: how much of a run must be usual to tell the mix from the signal."""

import numpy as np
import pytest

from marrowgate.fcs.model import Channel
from marrowgate.signal.stability.signal_stretches import unusual_signal

CHANNELS = tuple(
    Channel(at, name, "", "", "", "fluorescence", "", 32, 262144.0, (0.0, 0.0), None, None)
    for at, name in enumerate(("A", "B"))
)


@pytest.mark.parametrize(("n_usual", "of_mix"), [(800, False), (1200, True)])
def test_unusual_signal__with_little_to_compare_with_a_shift_is_one_of_the_signal(n_usual, of_mix):
    rng = np.random.default_rng(1)
    n = 4000
    first = rng.random(n) < np.where(np.arange(n) < 3000, 0.5, 0.05)
    events = np.column_stack([np.where(first, *pair) * rng.lognormal(0, 0.2, n) for pair in ((9e4, 5e3), (200.0, 8e3))])
    found = unusual_signal(events.astype(np.float32), np.arange(n) < n_usual, CHANNELS, 0.3)
    assert {(stretch.first, stretch.last, stretch.channel) for stretch in found} == {(3000, n, "A"), (3000, n, "B")}
    assert {stretch.of_mix for stretch in found} == {of_mix}


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1.0, 1e5, 1e25])
def test_unusual_signal__a_shift_is_found_as_soon_as_it_exceeds_the_limit(kind, size):
    rng = np.random.default_rng(2)
    values = rng.normal(200.0, 300.0, 20_000)
    values[8000:12_000] += 90.0
    events = (values * size).astype(kind)[:, np.newaxis]
    usual = np.ones(len(events), dtype=np.bool_)
    with np.errstate(over="ignore"):
        scaled = np.arcsinh(events[:, 0] / float(np.median(np.abs(events[:, 0]))))
    levels = scaled.reshape(100, -1).mean(axis=1, dtype=np.float64)
    levels = (levels - np.median(levels)) / scaled.std(dtype=np.float64)
    largest_window = np.abs(np.convolve(levels, np.full(5, 0.2), "valid")).max()
    assert unusual_signal(events, usual, CHANNELS[:1], largest_window * (1 + 1e-6)) == ()
    shift = levels[40:60].mean()
    assert [(found.first, found.last) for found in unusual_signal(events, usual, CHANNELS[:1], shift * (1 - 1e-6))] == [
        (8000, 12_000)
    ]

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

"""Antibody binding capacity and its interval."""

import numpy as np
import pytest

from marrowgate.signal.beads.binding_capacity import binding_capacity
from marrowgate.signal.beads.molecule_line import fit_line

MOLECULES = np.array([520.0, 5600.0, 24_500.0, 64_000.0])


def line(noise=0.0, seed=1):
    signal = 1.6 * MOLECULES * 10 ** np.random.default_rng(seed).normal(0, noise, 4)
    return fit_line(signal, MOLECULES, with_bead=False)


def draws(median, sd, seed=2):
    return median + np.random.default_rng(seed).normal(0, sd, 2000)


def capacity(used, stained, control, sd=0.0):
    generator = np.random.default_rng(3)
    return binding_capacity(used, stained, control, draws(stained, sd), draws(control, sd, 4), generator)


def test_binding_capacity__is_the_difference_in_molecules():
    found = capacity(line(), 8000.0, 160.0)
    assert found.value == pytest.approx(5000 - 100)
    assert found.status == "ok"
    assert found.reason == ""


def test_binding_capacity__interval_comes_from_the_events():
    found = capacity(line(), 8000.0, 160.0, sd=80.0)
    half = 1.96 * np.hypot(80, 80) / 1.6
    assert found.high - found.value == pytest.approx(half, rel=0.1)
    assert found.value - found.low == pytest.approx(half, rel=0.1)


def test_binding_capacity__interval_carries_the_uncertainty_of_the_line():
    sure, unsure = capacity(line(), 8000.0, 160.0), capacity(line(noise=0.02), 8000.0, 160.0)
    assert sure.high - sure.low < 1
    assert unsure.high - unsure.low > 200


def test_binding_capacity__interval_covers_the_truth():
    covered = 0
    for seed in range(200):
        signal = 1.6 * MOLECULES * 10 ** np.random.default_rng(seed).normal(0, 0.02, 4)
        used = fit_line(signal, MOLECULES, with_bead=False)
        found = binding_capacity(used, 8000.0, 160.0, draws(8000, 0), draws(160, 0), np.random.default_rng(seed + 1000))
        covered += found.low <= 4900 <= found.high
    assert 0.90 <= covered / 200 <= 0.99


@pytest.mark.parametrize(
    ("stained", "control", "status", "sentence"),
    [
        (400.0, 10.0, "below_range", "the signal 400 is below the range of the beads, 832 to 1.024e"),
        (200_000.0, 10.0, "above_range", "the signal 2e+05 is above the range of the beads"),
        (3200.0, 1600.0, "near_control", "1000 molecules are less than 2 times the control's 1000"),
    ],
)
def test_binding_capacity__outside_of_its_use_it_says_so(stained, control, status, sentence):
    found = capacity(line(), stained, control)
    assert found.status == status
    assert found.reason.startswith(sentence)


def test_binding_capacity__control_below_zero_takes_nothing_away():
    assert capacity(line(), 8000.0, -20.0).value == pytest.approx(5000)

"""The score of the first tenth of a run, on columns that are drawn here."""

import numpy as np
import pytest

from accuracy.signal_start import OCTILES, WINDOWS, start_score, window_shares

N = 20_000


def columns(rng, n_channels=6):
    return list(rng.normal(0, 1, (n_channels, N)))


def test_window_shares__are_those_of_the_octiles():
    shares = window_shares([np.arange(N, dtype=float)])
    assert shares.shape == (WINDOWS, OCTILES)
    assert shares.sum(axis=1) == pytest.approx(np.ones(WINDOWS))
    # an ascending channel: the first tenth lies in the lowest octile
    assert shares[0] == pytest.approx([1, 0, 0, 0, 0, 0, 0, 0])


def test_start_score__is_about_one_without_anything_carried_over_and_with_a_steady_trend():
    rng = np.random.default_rng(1)
    steady = [start_score(window_shares(columns(rng)), N) for _ in range(30)]
    # t with 7 degrees of freedom has a mean square of 7/5; variances are not let below half of that of counting
    assert 0.9 < np.mean(steady) < 1.5
    drifting = [one + np.linspace(0, 0.3, N) for one in columns(rng)]
    assert start_score(window_shares(drifting), N) < 3


def test_start_score__rises_when_a_quarter_of_the_first_tenth_is_of_another_kind():
    rng = np.random.default_rng(2)
    mixed = columns(rng)
    for values in mixed:
        values[: N // 40] += 2
    assert start_score(window_shares(mixed), N) > 5

"""Change points of a series."""

import numpy as np
import pytest

from marrowgate.signal.stability.change_points import change_points, noise_of, window_means


@pytest.mark.parametrize("scale", [0.01, 1.0, 500.0])
def test_change_points__steps_are_found_whatever_the_noise(scale):
    series = np.repeat([0.0, 5.0, 1.0], [60, 30, 50]) + np.random.default_rng(1).normal(0, 1, 140)
    ends = change_points(scale * series, 3)
    assert len(ends) == 3
    assert ends == pytest.approx((60, 90, 140), abs=1)


def test_change_points__noise_has_none():
    rng = np.random.default_rng(2)
    assert sum(len(change_points(rng.normal(0, 1, 200), 3)) > 1 for _ in range(100)) <= 3


def test_change_points__short_or_constant_series_is_one_piece():
    assert change_points(np.ones(4), 3) == (4,)
    assert change_points(np.ones(50), 3) == (50,)


def test_noise_of__trend_does_not_count():
    noise = np.random.default_rng(3).normal(0, 2, 4000)
    assert noise_of(noise + np.linspace(0, 500, 4000)) == pytest.approx(2, rel=0.1)
    assert noise_of(np.ones(2)) == 0.0


def test_window_means__equal_the_definition():
    series = np.random.default_rng(4).normal(size=30)
    assert window_means(series, 5) == pytest.approx([series[i : i + 5].mean() for i in range(26)])

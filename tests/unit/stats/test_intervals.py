"""Exact intervals against hand-worked and independent values."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2

from marrowgate.stats.intervals import binomial_interval, poisson_interval, ratio_interval, widened


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (16, 22, 0.4978, 0.8927),
        (0, 25, 0.0, 0.1372),
        (8, 9, 0.518, 0.997),
        (3, 100, 0.0062, 0.0852),
        (10, 400, 0.012, 0.0455),
        (0, 40_000, 0.0, 9.22e-5),
    ],
)
def test_binomial_interval__published_values(successes, trials, low, high):
    found = binomial_interval(successes, trials)
    assert found == pytest.approx((low, high), rel=0.01, abs=5e-5)


def test_binomial_interval__twenty_events_of_many_are_a_poisson_interval():
    low, high = (limit * 1e7 for limit in binomial_interval(20, 10_000_000))
    assert (low, high) == pytest.approx((12.2, 30.9), abs=0.05)


@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0.0, 3.689), (20, 12.2, 30.9), (50, 37.1, 65.9), (100, 81.4, 121.6)]
)
def test_poisson_interval__published_values(count, low, high):
    assert poisson_interval(count) == pytest.approx((low, high), abs=0.05)


@given(count=st.integers(0, 10**7))
def test_poisson_interval__equals_chi_squared_quantiles(count):
    low = chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    assert poisson_interval(count) == pytest.approx((low, chi2.ppf(0.975, 2 * count + 2) / 2), rel=1e-9)


@given(trials=st.integers(1, 5000), data=st.data())
def test_binomial_interval__equals_scipy(trials, data):
    successes = data.draw(st.integers(0, trials))
    theirs = binomtest(successes, trials).proportion_ci(0.95, method="exact")
    assert binomial_interval(successes, trials) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@pytest.mark.parametrize(("successes", "trials"), [(1, 0), (0, 0), (5, 4), (-1, 4)])
def test_binomial_interval__nonsense_is_refused(successes, trials):
    with pytest.raises(ValueError, match=f"{successes} of {trials} is not a proportion"):
        binomial_interval(successes, trials)


def test_ratio_interval__none_observed_has_an_upper_limit():
    low, high = ratio_interval(0, 100)
    assert low == 0
    assert high == pytest.approx(1 / (1 - (1 - 0.025 ** (1 / 100))) - 1, rel=1e-6)


def test_ratio_interval__without_a_reference_it_is_open_above():
    assert math.isinf(ratio_interval(5, 0)[1])


def test_ratio_interval__covers_the_ratio_of_two_poisson_means():
    generator = np.random.default_rng(9)
    cells, beads = generator.poisson(60, 4000), generator.poisson(800, 4000)
    limits = [ratio_interval(int(a), int(b)) for a, b in zip(cells, beads, strict=True)]
    covered = np.mean([low <= 60 / 800 <= high for low, high in limits])
    assert 0.94 <= covered <= 0.98


def test_widened__adds_errors_in_quadrature_on_the_log_scale():
    low, high = widened(100.0, 100 / 1.2, 100 * 1.2, 0.1)
    distance = math.hypot(math.log(1.2), 1.959964 * 0.1)
    assert (low, high) == pytest.approx((100 * math.exp(-distance), 100 * math.exp(distance)))


def test_widened__without_a_further_error_nothing_changes():
    assert widened(5.0, 3.0, 8.0, 0.0) == pytest.approx((3.0, 8.0))


def test_widened__zero_keeps_its_lower_limit():
    assert widened(0.0, 0.0, 2.0, 0.05) == (0.0, pytest.approx(2.0 * math.exp(1.959964 * 0.05)))

"""Medians and quantiles are numpy's own, to the last bit."""

import numpy as np
import pytest
from numpy.typing import NDArray

from marrowgate.stats.order_statistics import median_of, quantiles_of, quantiles_of_sorted

SHARES = (0.0, 0.01, 0.16, 0.25, 0.5, 0.84, 0.998, 1.0)


def _samples() -> list[NDArray[np.floating]]:
    generator = np.random.default_rng(7)
    sizes = (1, 2, 3, 4, 5, 10, 101, 1000, 4097)
    spread = [generator.normal(3.0, 50.0, n).astype(kind) for n in sizes for kind in (np.float64, np.float32)]
    tied = [generator.integers(0, 4, n).astype(np.float64) for n in sizes]
    return [*spread, *tied, np.arange(50.0)[::-1], np.array([1.0, np.inf, 2.0, np.inf, 3.0])]


@pytest.mark.parametrize("values", _samples())
def test_median_is_numpys(values: NDArray[np.floating]) -> None:
    assert median_of(values) == np.median(values)


@pytest.mark.parametrize("values", _samples())
def test_quantiles_are_numpys_in_any_order_of_shares(values: NDArray[np.floating]) -> None:
    finite = values[np.isfinite(values)]
    for shares in (SHARES, SHARES[::-1], (0.3,), (0.7, 0.7)):
        assert quantiles_of(finite, shares) == [np.quantile(finite, share) for share in shares]


@pytest.mark.parametrize("values", _samples())
def test_quantiles_of_sorted_values_are_numpys(values: NDArray[np.floating]) -> None:
    ordered = np.sort(values[np.isfinite(values)].astype(np.float64))
    shares = np.linspace(0.0, 1.0, 2001)
    np.testing.assert_array_equal(quantiles_of_sorted(ordered, shares), np.quantile(ordered, shares))


def test_nan_is_not_lost() -> None:
    values = np.array([1.0, np.nan, 2.0, 3.0])
    assert np.isnan(median_of(values))
    assert np.isnan(quantiles_of(values, (0.0, 0.5))).all()


def test_values_stay_in_their_order() -> None:
    values = np.array([3.0, 1.0, 2.0])
    median_of(values)
    quantiles_of(values, (0.5,))
    assert values.tolist() == [3.0, 1.0, 2.0]


def test_median_of_nothing_is_not_a_number() -> None:
    assert np.isnan(median_of(np.array([])))

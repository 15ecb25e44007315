"""What a change score costs, on pairs that are drawn here."""

import numpy as np
import pytest

from accuracy.cohort_correlation import correlation_and_price, correlation_rows, power_at
from marrowgate.cohort.contrasts.changes import Pairs


def test_correlation_and_price__are_those_the_pairs_were_drawn_with():
    rng = np.random.default_rng(1)
    n, correlation = 20_000, 0.6
    before = rng.normal(0, 1, n)
    after = correlation * before + np.sqrt(1 - correlation**2) * rng.normal(0, 1, n)
    in_first = np.arange(n) < n // 2
    # a difference of the arms is taken off
    pairs = Pairs(("P",) * n, in_first, before + 3.0 * in_first, after - 2.0 * in_first, np.zeros(n))
    found, price = correlation_and_price(pairs)
    assert found == pytest.approx(correlation, abs=0.02)
    # equal variances: 2 (1 - r) over 1 - r^2
    assert price == pytest.approx(2 / (1 + correlation), rel=0.03)


def test_power_at__by_hand():
    assert power_at(0.34, 1.0) == pytest.approx(0.34)
    # 1.960 + norm.ppf(0.34) is 1.548; over the root of 1.3 it is 1.357, and norm.cdf(1.357 - 1.960) is 0.273
    assert power_at(0.34, 1.3) == pytest.approx(0.273, abs=0.001)


def test_correlation_rows__are_the_same_each_time():
    rows = correlation_rows(3)
    assert rows == correlation_rows(3)
    assert 0 < rows[0]["value"] < 1

"""Counts at a common depth, in expectation."""

import math

import numpy as np
import pytest
from scipy.stats import binom, hypergeom

from marrowgate.stats.thinning import thinned_log2


@pytest.mark.parametrize(("events", "share"), [(1, 0.5), (7, 0.2), (40, 0.9), (300, 0.03)])
def test_thinned_log2__is_the_expectation_over_all_that_may_be_kept(events: int, share: float) -> None:
    kept = np.arange(events + 1)
    wanted = float(binom.pmf(kept, events, share) @ np.log2(kept + 0.5))
    assert thinned_log2(events, share) == pytest.approx(wanted, abs=1e-9)


def test_thinned_log2__all_kept_is_the_count_with_half_an_event() -> None:
    assert thinned_log2(12, 1.0) == math.log2(12.5)
    assert thinned_log2(0, 0.1) == -1


def test_thinned_log2__many_events_are_near_the_log_of_the_mean() -> None:
    assert thinned_log2(5_000_000, 0.1) == pytest.approx(math.log2(500_000), abs=1e-4)


def test_thinned_log2__is_rarefaction_where_few_cells_are_kept() -> None:
    """Drawing 50 of 5,000 cells without replacement is all but binomial."""
    kept = np.arange(31)
    wanted = float(hypergeom.pmf(kept, 5000, 30, 50) @ np.log2(kept + 0.5))
    assert thinned_log2(30, 0.01) == pytest.approx(wanted, abs=2e-3)

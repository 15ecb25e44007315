"""Values of a marker on a population, kept small: all of them when they are few, quantiles when they are many."""

import math
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from marrowgate.frozen import Frozen
from marrowgate.stats.order_statistics import quantiles_of_sorted

LARGEST = 2001


class Sketch(Frozen, eq=False):
    """Sorted values of a marker on a population of one sample.

    Parameters
    ----------
    population, marker : str
        What was measured on what.
    n_events : int
        Events of the population.
    values : ndarray of float64, ascending
        All values, or `LARGEST` evenly spaced quantiles of them; compensated linear scale.
    n_not_positive : int
        Events whose value is 0 or below.
    mean_log : float or None
        Mean of the natural logarithm of all events' values; None where there is no event or one is not above 0.
    """

    population: str
    marker: str
    n_events: int
    values: NDArray[np.float64]
    n_not_positive: int
    mean_log: float | None

    @property
    def geometric_mean(self) -> float | None:
        """Return the geometric mean, channel units; None where it is not defined."""
        return None if self.mean_log is None else math.exp(self.mean_log)

    # a control sample may serve many samples of its batch, so these are found once

    @cached_property
    def median(self) -> float:
        """Return the median, channel units; there must be events."""
        return float(np.median(self.values))

    @cached_property
    def robust_sd(self) -> float:
        """Return the standard deviation of a normal distribution with the same quartiles, channel units."""
        low, high = np.quantile(self.values, (0.25, 0.75))
        return float(high - low) / 1.349


def make_sketch(population: str, marker: str, values: NDArray[np.float64]) -> Sketch:
    """Sketch values in any order."""
    kept = np.sort(values)
    not_positive = int(np.count_nonzero(kept <= 0))
    mean_log = float(np.mean(np.log(kept))) if kept.size and not not_positive else None
    if kept.size > LARGEST:
        kept = quantiles_of_sorted(kept, np.linspace(0.0, 1.0, LARGEST))
    return Sketch(population, marker, int(values.size), kept, not_positive, mean_log)

"""Values of a marker on a population, kept small: all of them when they are few, quantiles when they are many."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LARGEST = 2001


@dataclass(frozen=True, eq=False)
class Sketch:
    """Sorted values of a marker on a population of one tube.

    Parameters
    ----------
    population, marker : str
        What was measured on what.
    n_events : int
        Events of the population.
    values : ndarray of float64, ascending
        All values, or `LARGEST` evenly spaced quantiles of them; compensated linear scale.
    """

    population: str
    marker: str
    n_events: int
    values: NDArray[np.float64]


def make_sketch(population: str, marker: str, values: NDArray[np.float64]) -> Sketch:
    """Sketch values in any order."""
    kept = np.sort(values)
    if kept.size > LARGEST:
        kept = np.quantile(kept, np.linspace(0.0, 1.0, LARGEST))
    return Sketch(population, marker, int(values.size), kept)

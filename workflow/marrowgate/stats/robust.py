"""Location and spread that a few outliers do not move."""

import numpy as np
from numpy.typing import NDArray

MAD_TO_SD = 1.4826
"""A normal distribution's standard deviation over its median absolute deviation: 1 / quantile(0.75)."""


def robust_sd(values: NDArray[np.float64]) -> float:
    """Return 1.4826 times the median absolute deviation: of a normal density its standard deviation."""
    return MAD_TO_SD * float(np.median(np.abs(values - np.median(values))))


def weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return the value at which half of the weight is reached.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        At least one value.
    weights : ndarray of float64, shape (n,)
        Weights, none negative.

    Returns
    -------
    float
        One of the values.
    """
    order = np.argsort(values, kind="stable")
    upto = np.cumsum(weights[order])
    return float(values[order][int(np.searchsorted(upto, upto[-1] / 2))])

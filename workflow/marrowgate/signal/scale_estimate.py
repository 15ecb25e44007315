"""Choose the width of a logicle scale from the negative values of a batch, once for all its tubes."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from marrowgate.signal.transforms import Transform

MIN_NEGATIVE = 50
"""Fewer negative values say nothing of their 5 % quantile."""


def estimate_logicle(
    tubes: Sequence[NDArray[np.floating]], t: float, m: float = 4.5, quantile: float = 0.05
) -> Transform | None:
    """Choose W so that the usual negative values of a batch lie in the linear part of the scale.

    For each tube r is a quantile of the values below 0, by default the 5 % quantile, and W = (M - log10(T / |r|)) / 2.
    The batch gets the median W of its tubes, so that one odd tube does not change the scale of all.

    Parameters
    ----------
    tubes : sequence of ndarray of float
        Compensated values of one channel, one array for each tube, linear channel units.
    t : float
        Top of the scale, channel units.
    m : float
        Decades.
    quantile : float
        Quantile of the values below 0.

    Returns
    -------
    Transform or None
        W lies between 0 and M / 2. None when no tube has 50 values below 0: nothing is known then, and the caller keeps
        the scale of its strategy.

    References
    ----------
    Parks, Roederer and Moore 2006, Cytometry A 69:541; Moore and Parks 2012, Cytometry A 81:273.
    """
    widths = []
    for values in tubes:
        negative = values[values < 0]
        if negative.size >= MIN_NEGATIVE:
            reference = abs(float(np.quantile(negative, quantile)))
            widths.append((m - math.log10(t / reference)) / 2)
    if not widths:
        return None
    return Transform("logicle", t=t, m=m, w=min(max(float(np.median(widths)), 0.0), m / 2))

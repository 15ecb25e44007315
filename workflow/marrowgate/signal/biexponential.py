"""FlowJo's biexponential scale: a table of the linear value at each display channel.

Source: the calibration table of FlowJo, as documented by FlowJo ("Biexponential transform") and made public in cytolib
(Finak et al., Bioconductor) and FlowKit, with which it agrees.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

CHANNELS = 4096
"""Display channels of the scale; the table has one entry more."""


@lru_cache(maxsize=64)
def biexponential_table(top: float, positive: float, negative: float, width_basis: float) -> NDArray[np.float64]:
    """Return the linear value at every display channel.

    Between the zero channel and the top it is ``low (exp(k p) - s exp(-k n))`` less its value at the zero channel;
    below the zero channel it is mirrored.

    Parameters
    ----------
    top : float
        FlowJo's `maxRange`, channel units.
    positive, negative : float
        FlowJo's decades `pos` and extra negative decades `neg`.
    width_basis : float
        FlowJo's `width`, -1 or less.

    Returns
    -------
    ndarray of float64, shape (CHANNELS + 1,)
        Ascending, read-only.
    """
    width = math.log10(-width_basis)
    decades = positive - width / 2
    extra = max(negative, 0.0) + width / 2
    zero = min(int(extra * CHANNELS / (extra + decades)), CHANNELS // 2)
    if zero > 0:
        decades = extra * CHANNELS / zero
    linear = width / (2 * decades)
    rise = decades * math.log(10.0)
    fall = _negative_rate(rise, linear)
    share = np.arange(CHANNELS + 1) / (CHANNELS + 1)
    curve = np.exp(rise * share) - math.exp((rise + fall) * (linear + extra / decades)) * np.exp(-fall * share)
    table: NDArray[np.float64] = (curve - curve[zero]) * (top / math.exp(rise))
    table[:zero] = -table[2 * zero : zero : -1]
    table.setflags(write=False)
    return table


def _negative_rate(rise: float, linear: float) -> float:
    """Solve 2 ln(n) + linear n = 2 ln(rise) - linear rise for the rate n of the negative exponential, by bisection."""
    target = 2 * math.log(rise) - linear * rise
    low, high = 0.0, rise
    while True:
        middle = (low + high) / 2
        if middle in {low, high}:
            return middle
        if 2 * math.log(middle) + linear * middle < target:
            low = middle
        else:
            high = middle

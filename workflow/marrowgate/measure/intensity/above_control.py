"""Share of events that are brighter than the control, by the control's quantile and by subtraction of histograms."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def pct_above_quantile(stained: Values, control: Values, quantile: float) -> float:
    """Return the percentage of stained events above a quantile of the control.

    Parameters
    ----------
    stained, control : ndarray of float64, shapes (n,) and (m,)
        Compensated channel units.
    quantile : float
        For example 0.99.
    """
    return 100 * float(np.mean(stained > np.quantile(control, quantile)))


def pct_overton(stained: Values, control: Values) -> float:
    """Return the percentage of positive events by cumulative subtraction of histograms.

    Both histograms are shares. From the brightest channel downwards the control is subtracted from the stained events;
    a negative difference is not set to 0 but carried to the next dimmer channel. What remains sums to the largest
    excess of stained over control events above any threshold, so no channels are needed: with one channel for each
    value the sum is ``100 max(0, max over x of P(stained > x) - P(control > x))``.

    Parameters
    ----------
    stained, control : ndarray of float64, shapes (n,) and (m,)
        Compensated channel units, in any order; at least one each.

    Returns
    -------
    float
        Per cent, not below 0. Where stained and control are alike the mean is about ``63 sqrt(1/n + 1/m)``.

    References
    ----------
    Overton 1988, Cytometry 9:619; the mean of the largest one-sided difference: Smirnov 1939.
    """
    thresholds = np.concatenate([stained, control])
    excess = _share_above(np.sort(stained), thresholds) - _share_above(np.sort(control), thresholds)
    return 100 * max(0.0, float(excess.max()))


def _share_above(ascending: Values, thresholds: Values) -> Values:
    return 1.0 - np.searchsorted(ascending, thresholds, side="right") / ascending.size

"""Counts brought to a common depth: what would have been seen in fewer cells."""

import math

import numpy as np
from scipy.special import gammaln, xlogy

REACH = 9.0
"""Standard deviations on either side of the mean that are summed over."""


def thinned_log2(events: int, share: float) -> float:
    """Return the expected log2(X + 1/2) of a count of which each event is kept with a probability.

    It is rarefaction (Hurlbert 1971, Ecology 52:577) by expectation instead of by draws, so that no seed enters. Values
    of samples that are thinned to one depth have one distribution where the shares are the same, whatever the numbers
    of cells were; half an event added at that depth biases both arms alike.

    Parameters
    ----------
    events : int
        Events that were counted; 0 or more.
    share : float
        Part of the cells that is kept, above 0; 1 or more keeps all.

    Returns
    -------
    float
        log2 of events at the common depth.
    """
    if share >= 1 or events == 0:
        return math.log2(events + 0.5)
    mean = events * share
    reach = REACH * math.sqrt(mean * (1 - share)) + REACH
    kept = np.arange(max(0, math.floor(mean - reach)), min(events, math.ceil(mean + reach)) + 1)
    logs = gammaln(events + 1) - gammaln(kept + 1) - gammaln(events - kept + 1)
    chances = np.exp(logs + xlogy(kept, share) + xlogy(events - kept, 1 - share))
    return float(chances @ np.log2(kept + 0.5) / chances.sum())

"""The mean change of counts in one arm, whatever the numbers of cells that were counted."""

import math

import numpy as np

from marrowgate.errors import NotEstimableError
from marrowgate.stats.conditional_binomial import (
    HALF_SPAN,
    OPEN_END,
    POINTS,
    PairedCounts,
    check_events,
    common_change,
    fit_arm,
)
from marrowgate.stats.two_arms import Estimate


def mean_change(counts: PairedCounts) -> Estimate:
    """Estimate the mean change of all patients by the conditional binomial model of `compare_counts`.

    With many events this is Student's t interval of the log ratios with n - 1 degrees of freedom.

    Returns
    -------
    Estimate
        log2 of the typical ratio of the events' shares during and before treatment.

    Raises
    ------
    NotEstimableError
        As `compare_counts`.
    """
    everyone = np.ones(counts.before.size, dtype=np.bool_)
    check_events(counts, everyone)
    grid = common_change(counts) + np.linspace(-HALF_SPAN, HALF_SPAN, POINTS)
    fitted = fit_arm(counts, everyone, grid)
    if max(fitted.density[0], fitted.density[-1]) > OPEN_END * fitted.density.max():
        msg = "too few events: the counts set no limit to the change of an arm"
        raise NotEstimableError(msg)
    below = np.cumsum(fitted.density) - fitted.density / 2
    low, middle, high = (float(np.interp(q, below, grid)) / math.log(2) for q in (0.025, 0.5, 0.975))
    tail = float(np.interp(0.0, grid, below))
    events = f"{counts.before.sum():.0f} before and {counts.during.sum():.0f} during treatment"
    note = f"{fitted.n} patients with events; events: {events}"
    return Estimate(middle, low, high, 2 * min(tail, 1 - tail), note)

"""The slope of each detector against a fluorochrome's own: its spillover.

The slope of the line through the background that has the least sum of absolute deviations over the stained events,
each divided by the square root of its signal because photon noise grows with it. It is a weighted median of ratios, so
that events which are not what they should be (doublets, autofluorescent cells, debris) pull it as little as they pull a
median.

Sources: Bagwell and Adams 1993, Ann N Y Acad Sci 677:167 (spillover as the ratio of background-corrected signals);
Roca et al. 2021, Nat Commun 12:2890 (robust regression on gated controls instead of two medians); Bloomfield and
Steiger 1983, Least Absolute Deviations, 1.2 (the slope as a weighted median).
"""

import numpy as np

from marrowgate.signal.spillover.stained_events import Events, StainedEvents
from marrowgate.stats.robust import weighted_median

STEPS = 10
"""Steps of brightness that slopes among stained events are taken between."""


def spillover_slopes(picked: StainedEvents, own: int) -> Events:
    """Return the spillover of one fluorochrome into every detector: a slope for each.

    The sum of ``|y - s x| / sqrt(x)`` over stained events, x and y above their background, is least at the median of
    ``y / x`` weighted by ``sqrt(x)``.

    Parameters
    ----------
    picked : StainedEvents
        Stained events and their background.
    own : int
        Index of the fluorochrome's own detector.

    Returns
    -------
    ndarray of float64, shape (k,)
        1 in its own detector.
    """
    excess = picked.stained - np.median(picked.background, axis=0)
    weights = np.sqrt(excess[:, own])
    row = np.array([weighted_median(column / excess[:, own], weights) for column in excess.T])
    row[own] = 1.0
    return row


def slopes_within(stained: Events, own: int) -> Events:
    """Return the slopes among the stained events alone, which need no background.

    Each is the median of the slopes between medians at steps of brightness (Theil 1950, Indag Math 12:85),
    weighted by the distance.

    Parameters
    ----------
    stained : ndarray of float64, shape (n, k)
        Stained events.
    own : int
        Index of the fluorochrome's own detector.

    Returns
    -------
    ndarray of float64, shape (k,)
        One for each detector.
    """
    steps = np.array_split(stained[np.argsort(stained[:, own])], STEPS)
    medians = np.array([np.median(step, axis=0) for step in steps])
    low, high = np.triu_indices(STEPS, 1)
    rise = medians[high] - medians[low]
    run = np.maximum(rise[:, own], float(np.finfo(np.float32).tiny))
    return np.array([weighted_median(column / run, run) for column in rise.T])

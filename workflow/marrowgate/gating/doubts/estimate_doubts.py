"""What speaks against a gate that was found: each doubt is a reason, and any of them makes the gate `doubtful`."""

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.densities.density import BINS, CENTRES, Counts
from marrowgate.gating.reasons import Reasons, because

Floats = NDArray[np.float64]

MOST_OUTSIDE = 0.10
"""Share of a cluster's 90 % ellipse that may lie outside the box that it was sought in."""
MOST_SHIFT = 0.4
"""Distance, in standard deviations of the cluster, that its centre may go when the box no longer holds it."""
LEAST_MIDDLE = 0.235
"""Events inside a cluster's 25 % ellipse over those inside its 90 % ellipse; of a normal cluster 0.278."""
MOST_BETWEEN = 0.05
"""Share of a population's events that may lie between two valleys of which one is the boundary."""
MOST_FOREIGN = 0.20
"""Share of the events in the ellipse of a component of a mixture that may belong to the other components."""
MOST_NEAR = 0.10
"""Events within one standard deviation of a boundary that nobody measured, as a share of those in the gate."""
MOST_NEAR_MEASURED = 0.20
"""The same of a boundary that was measured: to either side of it a tenth of the count hangs on its error."""
FEWEST_NEAR = 20
"""Events near a boundary that are no chance."""
_RINGS, _SPOKES = 20, 72


def cut_by_box(share: float, shift: float) -> Reasons:
    """Doubt a cluster that reaches out of the box it was sought in and does not stay where it is without the box.

    Parameters
    ----------
    share : float
        Share of its 90 % ellipse outside the box, see `share_outside`.
    shift : float
        How far its centre goes without the box, in standard deviations of the cluster.

    Returns
    -------
    tuple of Note
        Empty without a doubt.
    """
    if share <= MOST_OUTSIDE or shift <= MOST_SHIFT:
        return ()
    sentence = f"{100 * share:.0f} % of the cluster's 90 % ellipse lies outside the target box"
    return (because("cut_by_box", sentence),)


def share_outside(mean: Floats, covariance: Floats, low: Floats, high: Floats) -> float:
    """Return the share of the area of a normal cluster's 90 % ellipse that lies outside a box.

    Parameters
    ----------
    mean, covariance : ndarray of float64, shapes (2,) and (2, 2)
        The cluster, transformed scale.
    low, high : ndarray of float64, shape (2,)
        Corners of the box, transformed scale.
    """
    reach = np.sqrt(-2.0 * np.log(1.0 - 0.9))
    # rings of the same area, so that every point stands for the same part of the ellipse
    radii = reach * np.sqrt((np.arange(_RINGS) + 0.5) / _RINGS)
    angles = 2 * np.pi * (np.arange(_SPOKES) + 0.5) / _SPOKES
    circle = np.column_stack([np.outer(radii, turn(angles)).ravel() for turn in (np.cos, np.sin)])
    points = mean + circle @ np.linalg.cholesky(covariance).T
    return float(1.0 - ((points >= low) & (points <= high)).all(axis=1).mean())


def hollow(distance_square: Floats) -> Reasons:
    """Doubt a cluster whose middle is emptier than a normal one's: two clusters lie in it, or the flank of one.

    Parameters
    ----------
    distance_square : ndarray of float64, shape (n,)
        Squared Mahalanobis distances of the events.

    Returns
    -------
    tuple of Note
        Empty without a doubt, or where three standard errors of the counts reach the share of a normal cluster.
    """
    middle, most = (np.count_nonzero(distance_square <= -2.0 * np.log(1.0 - share)) for share in (0.25, 0.9))
    if not most:
        return ()
    share, normal = middle / most, 0.25 / 0.9
    error = np.sqrt(normal * (1 - normal) / most)
    if share >= LEAST_MIDDLE or normal - share <= 3 * error:
        return ()
    sentence = f"{100 * share:.0f} % of the events in the cluster lie in its middle, {100 * normal:.0f} % are expected"
    return (because("hollow", sentence),)


def second_valley(counts: Counts, density: Counts, ratio: Counts, at: int, max_ratio: float) -> Reasons:
    """Doubt a valley when another one parts the events as well, and many events lie between the two.

    Parameters
    ----------
    counts, density : ndarray of float64, shape (BINS,)
        Events, and the same smoothed.
    ratio : ndarray of float64, shape (BINS,)
        Depth of the valley at each place; 1 where there is none.
    at : int
        Bin of the boundary.
    max_ratio : float
        Depth of a valley that counts.

    Returns
    -------
    tuple of Note
        Empty without a doubt.
    """
    share = share_between(counts, density, ratio, at, max_ratio)
    if share <= MOST_BETWEEN:
        return ()
    sentence = f"another valley parts the events as well; {100 * share:.0f} % of them lie between the two"
    return (because("second_valley", sentence),)


def share_between(counts: Counts, density: Counts, ratio: Counts, at: int, max_ratio: float) -> float:
    """Return the largest share of events between the boundary and another valley; arguments as in `second_valley`."""
    inner = np.arange(1, BINS - 1)
    lowest = inner[(ratio[inner] < ratio[inner - 1]) & (ratio[inner] <= ratio[inner + 1]) & (ratio[inner] <= max_ratio)]
    shares = [0.0]
    for other in lowest:
        first, last = sorted((at, int(other)))
        if last - first < 2:
            continue
        mode = density[first : last + 1].max()
        if max(density[first], density[last]) <= max_ratio * mode:
            shares.append(float(counts[first:last].sum() / max(counts.sum(), 1.0)))
    return max(shares)


def crowded_border(values: Floats, low: float | None, high: float | None, sd: float) -> Reasons:
    """Doubt a boundary that nobody measured when many events lie near it: elsewhere it would give another count.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        The parent's events, transformed scale.
    low, high : float or None
        Bounds of the gate; None is open.
    sd : float
        Standard deviation of each bound.

    Returns
    -------
    tuple of Note
        Empty without a doubt.
    """
    inside = (values >= (-np.inf if low is None else low)) & (values < (np.inf if high is None else high))
    bounds = [bound for bound in (low, high) if bound is not None]
    near = sum(int(np.count_nonzero(np.abs(values - bound) < sd)) for bound in bounds)
    return crowded(near, int(np.count_nonzero(inside)), sd)


def crowded(near: int, inside: int, sd: float, most: float = MOST_NEAR) -> Reasons:
    """Doubt a boundary by how many events lie near it.

    Parameters
    ----------
    near, inside : int
        Events within one standard deviation of the boundary, and those in the gate.
    sd : float
        Standard deviation of the boundary, parts of full scale.
    most : float
        Share of the events in the gate that may lie there; the usual one is that of a boundary nobody measured.
    """
    if near < FEWEST_NEAR or near <= most * inside:
        return ()
    sentence = f"{near} events lie within {sd:.2g} of full scale of the boundary, beside {inside} in the gate"
    return (because("crowded_border", sentence),)


def foreign_events(own_share: float) -> Reasons:
    """Doubt a component on the flank of its neighbours: too many events in its ellipse belong to them.

    Parameters
    ----------
    own_share : float
        Mean probability that an event inside the ellipse belongs to the population's components.
    """
    if 1.0 - own_share <= MOST_FOREIGN:
        return ()
    sentence = f"{100 * (1 - own_share):.0f} % of the events in the ellipse belong to neighbouring components"
    return (because("on_a_flank", sentence),)


def bin_of(value: float) -> int:
    """Return the bin that holds a place of the transformed scale."""
    return int(np.argmin(np.abs(CENTRES - value)))

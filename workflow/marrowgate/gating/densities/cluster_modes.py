"""Several modes in a target box or in an ellipse: which one is meant, and whether two clusters are taken for one."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.densities.density import bandwidth, binned, smoothed
from marrowgate.gating.densities.valleys import depths
from marrowgate.gating.landmarks.modes import Mode, find_modes
from marrowgate.gating.reasons import Reasons, because

Floats = NDArray[np.float64]
End = Literal["high", "low"]

LEAST_SHARE = 0.05
"""Share of the events in the box that a mode must hold to be the start of a cluster."""
LEAST_SECOND = 0.08
"""Share of the events in an ellipse that the smaller of two clusters must hold to be a doubt."""
LEAST_EVENTS = 50
"""Events that a mode must hold, and that are needed to look for a second one."""
MOST_DEPTH = 0.8
"""Density between two modes, as a share of the lower one, above which they are not held apart."""
LEAST_APART = 1.0
"""Standard deviations of the cluster between two modes; what is nearer is counting noise at the top of one."""
RISE = 3.0
"""Standard errors by which the lower of two modes must hold more events than the valley between them."""
FAR_APART, RISE_OF_FAR = 3.0, 1.0
"""Between modes so many standard deviations apart this rise is enough: counting noise is not as far from the top."""
_HALF_PATH = 1.0
_CLEAR = 6.0
_FEWEST_BINS, _MOST_BINS = 24, 100
_FIRST, _SECOND = 0.25, 0.75


def mode_towards(
    points: Floats, low: Floats, high: Floats, towards: Sequence[End], spread: Floats
) -> tuple[Floats, Floats] | None:
    """Return the mode in a box that lies furthest towards one of its corners, and the spread to begin with there.

    Where blasts and lymphocytes lie in the same box the fuller cluster may be either; the brighter one in CD45 with
    less side scatter is that of the lymphocytes.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 2)
        The events in the box, transformed scale.
    low, high : ndarray of float64, shape (2,)
        Corners of the box.
    towards : sequence of str
        For each dimension the end of the box that is meant.
    spread : ndarray of float64, shape (2,)
        Usual standard deviations to begin with.

    Returns
    -------
    tuple of (ndarray of float64, ndarray of float64), each of shape (2,), or None
        The mode, and the spread, made smaller until no other mode lies within six of it. None when no mode holds
        enough events.
    """
    signs = np.array([1.0 if end == "high" else -1.0 for end in towards])
    full = [mode for mode in _modes(points) if mode.share >= max(LEAST_SHARE, LEAST_EVENTS / len(points))]
    if not full:
        return None
    centres = np.array([(mode.x, mode.y) for mode in full])
    start = centres[int(np.argmax(((centres - low) / (high - low)) @ signs))]
    apart = np.hypot(*((centres - start) / spread).T)
    nearest = float(apart[apart > 0].min(initial=np.inf))
    return start, spread * min(1.0, nearest / _CLEAR)


def second_cluster(points: Floats, mean: Floats, covariance: Floats, distance_square: float) -> Reasons:
    """Doubt an ellipse that holds a second mode with a valley between the two.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 2)
        The parent's events, transformed scale.
    mean, covariance : ndarray of float64, shapes (2,) and (2, 2)
        The cluster.
    distance_square : float
        Squared Mahalanobis distance of the edge of the ellipse.

    Returns
    -------
    tuple of Note
        Empty without a doubt.
    """
    round_points = np.linalg.solve(np.linalg.cholesky(covariance), (points - mean).T).T
    inside = round_points[np.square(round_points).sum(axis=1) <= distance_square]
    if len(inside) < LEAST_EVENTS:
        return ()
    modes = _modes(inside)
    # the cluster's own mode is the one that its mean stands on
    own, *others = sorted(modes, key=lambda mode: mode.x**2 + mode.y**2)
    for second in others:
        if min(own.share, second.share) >= LEAST_SECOND and _are_apart(inside, own, second):
            smaller = min(own.share, second.share)
            sentence = f"the ellipse holds two clusters; {100 * smaller:.0f} % of the events are in the smaller"
            return (because("second_cluster", sentence),)
    return ()


def _modes(points: Floats) -> list[Mode]:
    x, y = points.T
    bins = int(np.clip(np.sqrt(len(points)) / 1.5, _FEWEST_BINS, _MOST_BINS))
    return find_modes(x, y, bins) if np.ptp(x) > 0 and np.ptp(y) > 0 else []


def _are_apart(points: Floats, first: Mode, second: Mode) -> bool:
    """Say whether two modes are apart and a valley lies on the straight path from one to the other."""
    start, way = np.array([first.x, first.y]), np.array([second.x - first.x, second.y - first.y])
    length = float(np.hypot(*way))
    if length < LEAST_APART:
        return False
    along = (points - start) @ way / length**2
    beside = np.abs((points - start) @ np.array([-way[1], way[0]])) / length
    on_path = (beside < _HALF_PATH) & (np.abs(along - 0.5) < 1.0)
    # the modes stand at fixed places of the grid, so that the valley is looked for between them
    counts = binned(_FIRST + (_SECOND - _FIRST) * along[on_path])
    if counts.sum() < LEAST_EVENTS:
        return False
    rise = RISE_OF_FAR if length >= FAR_APART else RISE
    valley = depths(smoothed(counts, bandwidth(counts)), _FIRST, _SECOND, rise)
    return valley is not None and valley.ratio <= MOST_DEPTH

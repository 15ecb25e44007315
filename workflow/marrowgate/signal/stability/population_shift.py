"""Where the populations of an odd stretch lie, to tell a change of the signal from one of the mix of cells.

The mean of a channel moves when its signal moves, and when cells come in other shares. Only the first moves the places
of the populations. So each population of the usual stretches is looked for in the odd one, from where it usually lies,
and the distances are averaged; shares drop out.
"""

import warnings

import numpy as np
from numpy.typing import NDArray

from marrowgate.frozen import Frozen
from marrowgate.stats.robust import MAD_TO_SD

Points = NDArray[np.float64]

_FEWEST_OF_A_CLUSTER = 60
_CLUSTERS, _SEED = 12, 1
_REACH, _FARTHEST = 3.0, 9.0
_SAME_PLACE = 0.5
_STEPS, _SETTLED = 30, 0.01
_NARROWEST = 0.05


class PopulationShift(Frozen):
    """How far the populations of a stretch lie from their usual places.

    Parameters
    ----------
    shifts : ndarray of float64, shape (n_channels,)
        Mean over the populations, weighted by their events in the stretch; unit of the points.
    covered : float
        Share of the stretch's events that lie in a population, over the same share in the usual stretches; 0 when no
        population is found.
    """

    shifts: Points
    covered: float


class _Places(Frozen):
    """Centres and spreads of populations, both of shape (n_populations, n_channels)."""

    centres: Points
    spreads: Points


def population_shift(usual: Points, odd: Points) -> PopulationShift:
    """Compare the places of the populations in an odd stretch with their usual ones.

    Populations are the places at which the mean of the events around settles (mean shift with a biweight kernel, wide
    as the spread of a cluster in each channel), started from clusters (k-means) of the usual events.

    Parameters
    ----------
    usual, odd : ndarray of float64, shape (n_events, n_channels)
        Events of the usual stretches (some thousands are enough) and of the odd one, on a scale on which populations
        are about as wide everywhere.

    Returns
    -------
    PopulationShift

    References
    ----------
    Comaniciu and Meer 2002, IEEE Trans Pattern Anal Mach Intell 24:603 (mean shift).
    """
    homes = _homes(usual)
    pairs = zip(homes.centres, homes.spreads, strict=True)
    centres = np.array([_settle(odd, *pair) for pair in pairs])
    # where a population is missing, the search ends in its neighbour, which lies nearer to its own home
    moved = np.mean(((centres - homes.centres) / homes.spreads) ** 2, axis=1)
    kept = _distinct(_Places(centres, homes.spreads), np.argsort(moved, kind="stable"))
    here = _Places(centres[kept], homes.spreads[kept])
    nearest, inside = _members(odd, here)
    _, usually_inside = _members(usual, homes)
    weights = np.bincount(nearest[inside], minlength=len(kept))
    if not weights.any():
        return PopulationShift(np.zeros(usual.shape[1]), 0.0)
    shifts = weights @ (here.centres - homes.centres[kept]) / weights.sum()
    return PopulationShift(shifts, float(inside.mean() / usually_inside.mean()))


def _homes(usual: Points) -> _Places:
    """Return where the populations usually lie; clusters that settle at the same place are one population."""
    clusters = _clusters(usual)
    pairs = zip(clusters.centres, clusters.spreads, strict=True)
    settled = _Places(np.array([_settle(usual, *pair) for pair in pairs]), clusters.spreads)
    kept = _distinct(settled, np.arange(len(settled.centres)))
    return _Places(settled.centres[kept], settled.spreads[kept])


def _clusters(points: Points) -> _Places:
    from scipy.cluster.vq import kmeans2

    with warnings.catch_warnings():
        # of few distinct events some clusters start at the same place and stay empty; they are left out
        warnings.filterwarnings("ignore", "One of the clusters is empty", UserWarning)
        warnings.filterwarnings("ignore", "invalid value encountered in divide", RuntimeWarning)
        _, cluster = kmeans2(points, _CLUSTERS, iter=20, minit="++", rng=np.random.default_rng(_SEED))
    members = [points[cluster == number] for number in range(_CLUSTERS)]
    large = [rows for rows in members if len(rows) >= min(_FEWEST_OF_A_CLUSTER, len(points) // _CLUSTERS)]
    centres = np.array([np.median(rows, axis=0) for rows in large])
    spreads = MAD_TO_SD * np.array(
        [np.median(np.abs(rows - centre), axis=0) for rows, centre in zip(large, centres, strict=True)]
    )
    return _Places(centres, np.maximum(spreads, _NARROWEST))


def _distances(points: Points, centre: Points, spread: Points) -> Points:
    """Return the mean squared distance in spreads over the channels; one far channel does not decide."""
    return np.asarray(np.minimum(((points - centre) / spread) ** 2, _FARTHEST).mean(axis=1))


def _settle(points: Points, centre: Points, spread: Points) -> Points:
    """Return where the weighted mean of the events within reach settles; the start where none is within reach."""
    for _ in range(_STEPS):
        weights = np.maximum(1 - _distances(points, centre, spread) / _REACH, 0.0) ** 2
        if not weights.any():
            return centre
        before, centre = centre, weights @ points / weights.sum()
        if np.abs((centre - before) / spread).max() < _SETTLED:
            break
    return centre


def _distinct(places: _Places, order: NDArray[np.intp]) -> list[int]:
    """Return the places without those that lie at a place of an earlier one in the order."""
    kept: list[int] = []
    for number in order:
        spreads = np.minimum(places.spreads[kept], places.spreads[number])
        apart = (((places.centres[kept] - places.centres[number]) / spreads) ** 2).mean(axis=1)
        if (apart > _SAME_PLACE).all():
            kept.append(int(number))
    return kept


def _members(points: Points, places: _Places) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the nearest place of each event, and whether it is within reach."""
    distances = np.column_stack(
        [_distances(points, centre, spread) for centre, spread in zip(places.centres, places.spreads, strict=True)]
    )
    return np.argmin(distances, axis=1), distances.min(axis=1) < _REACH

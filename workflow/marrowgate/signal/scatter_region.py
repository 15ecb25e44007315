"""The region of forward and side scatter where most events of a kind lie, found from the events themselves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marrowgate.errors import NotEstimableError

Points = NDArray[np.floating]

_BINS = 100
_SMOOTHING = 2.0
_LOWEST = 1e-3
_FEWEST = 20


@dataclass(frozen=True, eq=False)
class ScatterRegion:
    """A set of cells of a grid over logarithmic forward and side scatter.

    Parameters
    ----------
    edges : ndarray of float64, shape (2, _BINS + 1)
        Edges of the cells in each direction, log10 of channel units.
    inside_cell : ndarray of bool, shape (_BINS, _BINS)
        Which cells belong to the region.
    """

    edges: NDArray[np.float64]
    inside_cell: NDArray[np.bool_]

    def inside(self, points: Points) -> NDArray[np.bool_]:
        """Tell which events lie in the region.

        Parameters
        ----------
        points : ndarray of float, shape (n, 2)
            Forward and side scatter, channel units.

        Returns
        -------
        ndarray of bool, shape (n,)
        """
        first, second = _cells(points, self.edges)
        on_grid = ((points >= 10.0 ** self.edges[:, 0]) & (points <= 10.0 ** self.edges[:, -1])).all(axis=1)
        return np.asarray(self.inside_cell[first, second] & on_grid, dtype=np.bool_)


def densest_region(points: Points, share: float) -> ScatterRegion:
    """Find the smallest region that holds a share of events: the cells where a smoothed histogram is highest.

    Parameters
    ----------
    points : ndarray of float, shape (n, 2)
        Forward and side scatter of the events that matter, channel units.
    share : float
        Share of the events to hold.

    Raises
    ------
    NotEstimableError
        Fewer than 20 events, or no scatter above 0.
    """
    if points.shape[0] < _FEWEST or not (points.max(axis=0) > 0).all():
        msg = f"{points.shape[0]} events with scatter say nothing of where such events lie"
        raise NotEstimableError(msg)
    tops = np.log10(points.max(axis=0).astype(np.float64)) + 1e-9
    edges = np.linspace(tops + np.log10(_LOWEST), tops, _BINS + 1, axis=1)
    cells = _cells(points, edges)
    counts = np.bincount(cells[0] * _BINS + cells[1], minlength=_BINS**2).reshape(_BINS, _BINS).astype(np.float64)
    density = _smooth(_smooth(counts).T).T
    ranked = np.argsort(density, axis=None)[::-1]
    held = np.cumsum(counts.ravel()[ranked]) / counts.sum()
    needed = int(np.searchsorted(held, share)) + 1
    inside = np.zeros(_BINS**2, dtype=np.bool_)
    inside[ranked[:needed]] = True
    return ScatterRegion(edges, inside.reshape(_BINS, _BINS))


def _cells(points: Points, edges: NDArray[np.float64]) -> list[NDArray[np.intp]]:
    """Return each event's cell; events beyond the grid belong to the cells at its border."""
    cells = []
    for axis in (0, 1):
        logs = np.log10(np.maximum(points[:, axis], 10.0 ** edges[axis, 0]))
        step = edges[axis, 1] - edges[axis, 0]
        cells.append(np.clip(((logs - edges[axis, 0]) / step).astype(np.intp), 0, _BINS - 1))
    return cells


def _smooth(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Smooth each row with a Gaussian of `_SMOOTHING` cells."""
    reach = int(3 * _SMOOTHING)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / _SMOOTHING) ** 2)
    kernel /= kernel.sum()
    return np.array([np.convolve(row, kernel, "same") for row in counts])

"""Modes of a cloud of events in two dimensions, without any scale."""

import numpy as np
from numpy.typing import NDArray

from marrowgate.frozen import Frozen
from marrowgate.stats.order_statistics import quantiles_of

Floats = NDArray[np.float64]

_BINS = 100
_SMOOTHING = 2.0
_OUTSIDE = 0.002


class Mode(Frozen):
    """A maximum of the smoothed density.

    Parameters
    ----------
    x, y : float
        Where it lies.
    share : float
        Share of the events on the slopes that rise to it.
    """

    x: float
    y: float
    share: float


def find_modes(x: Floats, y: Floats, bins: int = _BINS) -> list[Mode]:
    """Return the modes of a smoothed two-dimensional histogram, each with the events on its slopes.

    Every cell of the histogram belongs to the maximum that steepest ascent leads to (Koontz, Narendra and Fukunaga
    1976, IEEE Trans Comput C-25:936).

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        The events; at least two different values in each.
    bins : int
        Cells of the histogram in each dimension; with fewer events fewer of them, or noise makes modes.

    Returns
    -------
    list of Mode
        The fullest first.
    """
    ends = [quantiles_of(values, [_OUTSIDE, 1 - _OUTSIDE]) for values in (x, y)]
    edges = [np.linspace(low, high, bins + 1) for low, high in ends]
    counts = np.histogram2d(x, y, bins=edges)[0]
    density = _smoothed(counts)
    peak_of = _ascend(density).ravel()
    shares = np.bincount(peak_of, weights=counts.ravel(), minlength=peak_of.size) / x.size
    middles = [(edge[1:] + edge[:-1]) / 2 for edge in edges]
    peaks = np.flatnonzero((peak_of == np.arange(peak_of.size)) & (shares > 0))
    modes = [Mode(float(middles[0][p // bins]), float(middles[1][p % bins]), float(shares[p])) for p in peaks]
    return sorted(modes, key=lambda mode: -mode.share)


def _smoothed(counts: Floats) -> Floats:
    """Smooth with a Gaussian kernel along both axes; written out, because importing scipy takes longer than a fit."""
    reach = round(4 * _SMOOTHING)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / _SMOOTHING) ** 2)
    kernel /= kernel.sum()
    for _ in (0, 1):
        counts = np.array([np.convolve(column, kernel, mode="same") for column in np.ascontiguousarray(counts.T)])
    return counts


def _ascend(density: Floats) -> NDArray[np.intp]:
    """Return the maximum that steepest ascent over the eight neighbours leads to from every cell."""
    n, m = density.shape
    cells = np.arange(n * m).reshape(n, m)
    padded, names = np.pad(density, 1, constant_values=-1.0), np.pad(cells, 1, constant_values=0)
    best, to = density.copy(), cells.copy()
    for down in (0, 1, 2):
        for right in (0, 1, 2):
            there = padded[down : down + n, right : right + m]
            higher = there > best
            best[higher], to[higher] = there[higher], names[down : down + n, right : right + m][higher]
    flat = to.ravel()
    while (flat[flat] != flat).any():
        flat = flat[flat]
    return flat.reshape(n, m)

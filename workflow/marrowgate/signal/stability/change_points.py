"""Change points of a series of bins, found by `ruptures`.

`ruptures` imports scipy, which costs more than the search; it is therefore imported only when a series has a window
that departs from its median so far that a stretch could be unstable. In a steady file nothing is imported.
"""

import math

import numpy as np
from numpy.typing import NDArray

from marrowgate.stats.robust import robust_sd

Series = NDArray[np.float64]

_PENALTY = 3.0


def noise_of(series: Series) -> float:
    """Return the standard deviation of the noise of a series from its successive differences, whatever its trend.

    Source: Rice 1984, Ann Stat 12:1215, with the median absolute deviation in place of the squares.
    """
    if series.size < 3:
        return 0.0
    steps = np.diff(series)
    return robust_sd(steps) / math.sqrt(2)


def window_means(series: Series, width: int) -> Series:
    """Return the mean of every window of `width` bins, shape (n - width + 1,)."""
    sums = np.concatenate([[0.0], np.cumsum(series)])
    return np.asarray((sums[width:] - sums[:-width]) / width, dtype=np.float64)


def change_points(series: Series, min_size: int) -> tuple[int, ...]:
    """Cut a series into pieces of constant mean.

    Parameters
    ----------
    series : ndarray of float64, shape (n,)
        One value per bin; its noise need not be 1.
    min_size : int
        Fewest bins of a piece.

    Returns
    -------
    tuple of int
        Where pieces end, ascending; the last one is n.

    References
    ----------
    Killick, Fearnhead and Eckley 2012, J Am Stat Assoc 107:1590 (PELT); Truong, Oudre and Vayatis 2020, Signal Process
    167:107299 (`ruptures`). The penalty is 3 ln n for a series whose noise is 1.
    """
    if series.size < 2 * min_size:
        return (series.size,)
    import ruptures

    scale = max(noise_of(series), float(np.finfo(np.float32).eps) * max(float(np.abs(series).max()), 1.0))
    search = ruptures.KernelCPD(kernel="linear", min_size=min_size).fit((series / scale).reshape(-1, 1))
    return tuple(int(end) for end in search.predict(pen=_PENALTY * math.log(series.size)))

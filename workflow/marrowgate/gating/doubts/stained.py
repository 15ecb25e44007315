"""Whether cells carry a stain at all: how far they lie from cells of the same sample that lack the marker."""

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.methods import View
from marrowgate.stats.order_statistics import median_of, quantiles_of

LEAST_BRIGHTNESS = 10.0
"""Distance of stained cells from the median of cells without the marker, in standard deviations of the latter."""


def stands_out(view: View, dimension: str, bright: NDArray[np.float64], negative: str) -> bool:
    """Say whether events lie far beyond cells without the marker, on the linear scale.

    Parameters
    ----------
    view : View
        Of the population that is sought.
    dimension : str
        Of the marker.
    bright : ndarray of float64, shape (n,)
        Events that ought to be stained, transformed scale; at least one.
    negative : str
        A population of which most cells lack the marker.

    Returns
    -------
    bool
        True as well when there is no cell to compare with.

    References
    ----------
    The stain index with the lower half of the negatives as their spread; Maecker et al. 2004, Cytometry A 62:169.
    """
    scale, dim = view.scale(dimension), view.values(dimension, negative)
    if not dim.size:
        return True
    low, middle = scale.inverse(np.array(quantiles_of(dim, [0.16, 0.5])))
    of_bright = float(scale.inverse(np.array([median_of(bright)]))[0])
    return bool(of_bright - middle > LEAST_BRIGHTNESS * (middle - low))

"""How much a gate beside a slanted line varies."""

from collections.abc import Sequence

import numpy as np

from marrowgate.gating.boundary_error import UNKNOWN, BoundaryError


def spread_of_line(ends: Sequence[tuple[float, float]]) -> BoundaryError:
    """Return how much the gate of `beside_line` varies, from the ends of lines that were found again.

    The two ends of a line seldom vary by themselves, so the independent movements are the principal axes of the ends.
    The corners beyond the scale stand still.

    Parameters
    ----------
    ends : sequence of tuple of float
        Height of each line at `LEFT` and at `RIGHT`.

    Returns
    -------
    BoundaryError
        Of every number of the polygon's corners; unknown when there are fewer than two lines.
    """
    if len(ends) < 2:
        return UNKNOWN
    covariance = np.cov(np.array(ends).T)
    left, right = np.sqrt(np.diag(covariance))
    variances, axes = np.linalg.eigh(covariance)
    sizes = np.sqrt(np.maximum(variances, 0.0))
    movements = tuple(_of_corners(*(size * axis).tolist()) for size, axis in zip(sizes, axes.T, strict=True) if size)
    return BoundaryError(True, _of_corners(float(left), float(right)), movements)


def _of_corners(left: float, right: float) -> tuple[float, ...]:
    return (0.0, left, 0.0, right, 0.0, 0.0, 0.0, 0.0)

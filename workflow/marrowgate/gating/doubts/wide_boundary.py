"""What speaks against a gate whose own error says that it may lie almost anywhere."""

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.boundary_error import BoundaryError
from marrowgate.gating.geometry.gates import Gate, Polygon
from marrowgate.gating.reasons import Reasons, because

MOST_SD = 0.1
"""Standard deviation of a boundary, parts of full scale, from which on it separates nothing."""
_POINTS = 101


def wide_boundary(gate: Gate | None, error: BoundaryError) -> Reasons:
    """Doubt a gate when the standard deviation of a boundary is a tenth of full scale or more.

    A slanted line counts where it is surest: its ends lie beyond the scale, and turning moves them far.

    Parameters
    ----------
    gate : Gate or None
        The gate.
    error : BoundaryError
        Of its free numbers.

    Returns
    -------
    tuple of Note
        Empty without a doubt, and where the error is not known.
    """
    if gate is None or not error.sds:
        return ()
    widest = _widest_edge(gate, error) if isinstance(gate, Polygon) else max(error.sds)
    if widest < MOST_SD:
        return ()
    sentence = f"the boundary is known to {widest:.2f} of full scale only, less than {MOST_SD:g} is needed"
    return (because("wide_boundary", sentence),)


def _widest_edge(polygon: Polygon, error: BoundaryError) -> float:
    """Return the largest standard deviation of the edges, each where it is surest on the first dimension's scale."""
    steps = np.array([step.reshape(-1, 2) for step in error.steps])
    corners = np.array(polygon.vertices)
    edges = [[first, (first + 1) % len(corners)] for first in range(len(corners))]
    return max(_surest(corners[edge], steps[:, edge]) for edge in edges) if steps.size else 0.0


def _surest(ends: NDArray[np.float64], steps: NDArray[np.float64]) -> float:
    """Return the least standard deviation along an edge; shapes (2, 2) and (k, 2, 2). 0 for an edge off the scale."""
    along = np.linspace(0.0, 1.0, _POINTS)
    x = ends[0, 0] + along * (ends[1, 0] - ends[0, 0])
    on_scale = along[(x >= 0) & (x <= 1)]
    if not on_scale.size:
        return 0.0
    moves = steps[:, 0, None] * (1 - on_scale)[None, :, None] + steps[:, 1, None] * on_scale[None, :, None]
    return float(np.sqrt(np.square(moves).sum(axis=(0, 2))).min())

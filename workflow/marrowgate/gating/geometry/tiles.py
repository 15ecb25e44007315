"""Decide most events of a slanted gate without transforming them.

The plane of the two scales is cut into tiles. A tile that the gate's border does not touch lies inside or outside as
a whole, and the edges of the tiles are brought back to the linear scale, so an event in such a tile is decided by where
its linear values lie. Only the events of tiles along the border are transformed and looked at one by one.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.engine import inside
from marrowgate.gating.geometry.gates import Ellipsoid, Polygon
from marrowgate.gating.geometry.squared_lengths import squared_lengths
from marrowgate.signal.transforms import Transform

_TILES = 64
_MARGIN = 0.01
"""Part of a tile by which the border is thought wider: far more than the rounding of any scale."""
_HALF = np.uint32(16)

Mask = NDArray[np.bool_]
Values = NDArray[np.float64]


def decide_by_tiles(
    gate: Polygon | Ellipsoid, linear: Sequence[Values], scales: Sequence[Transform]
) -> tuple[Mask, Mask]:
    """Say which events lie inside a gate for certain, and which have to be looked at.

    Parameters
    ----------
    gate : Polygon or Ellipsoid
        A gate in two dimensions.
    linear : sequence of 2 ndarrays of float64, each of shape (n_events,)
        Values of at least one event on the compensated linear scale, channel units; none is NaN or infinite.
    scales : sequence of 2 Transform
        Scales of the two dimensions.

    Returns
    -------
    tuple of 2 ndarrays of bool, each of shape (n_events,)
        Inside for certain; undecided, because the tile lies on the border.
    """
    edges, inner_edges = zip(*map(_edges, linear, scales), strict=True)
    centres = [(edge[:-1] + edge[1:]) / 2 for edge in edges]
    across, up = (centre.ravel() for centre in np.meshgrid(*centres, indexing="ij"))
    sizes = np.column_stack([size.ravel() for size in np.meshgrid(*map(np.diff, edges), indexing="ij")])
    border = _near_border(gate, np.column_stack((across, up)), sizes)
    within = inside(gate, dict(zip(gate.dimensions, (across, up), strict=True)).__getitem__) & ~border
    tile = _columns(linear[0], inner_edges[0], _TILES) + _columns(linear[1], inner_edges[1], 1)
    return within[tile], border[tile]


def _edges(values: Values, scale: Transform) -> tuple[Values, NDArray[np.float32]]:
    """Return the edges of the tiles on the scale, and the linear places of all but the two that enclose the values."""
    low, high = scale.forward(np.array([values.min(), values.max()]))
    slack = _MARGIN * max(high - low, 1e-3)
    even = np.linspace(low - slack, high + slack, _TILES + 1)
    inner_edges = scale.inverse(even[1:-1]).astype(np.float32)
    inner_edges = (inner_edges.view(np.uint32) >> _HALF << _HALF).view(np.float32)
    return np.concatenate([even[:1], scale.forward(inner_edges), even[-1:]]), inner_edges


def _columns(values: Values, inner_edges: NDArray[np.float32], step: int) -> NDArray[np.int32]:
    """Return the tile of each value, counted in steps.

    The upper half of the bits of a float32 is a ruler with 128 marks from each power of 2 to the next, and the places
    lie on its marks. So each of its 65,536 readings belongs to one tile, and looking it up takes a tenth of the time of
    a search among the places.
    """
    tiles = (np.searchsorted(inner_edges, _readings(), side="right") * step).astype(np.int32)
    return np.asarray(tiles[values.astype(np.float32).view(np.uint32) >> _HALF])


@cache
def _readings() -> NDArray[np.float32]:
    """Return the value in the middle of each reading of the ruler."""
    return (np.arange(1 << 16, dtype=np.uint32) << _HALF | np.uint32(1 << 15)).view(np.float32)


def _near_border(gate: Polygon | Ellipsoid, centres: Values, sizes: Values) -> Mask:
    """Mark the tiles that the border may touch; centres and sizes of shape (n_tiles, 2)."""
    if isinstance(gate, Ellipsoid):
        return _near_ellipse(gate, centres, sizes)
    unit = sizes.max(axis=0)
    corners = np.asarray(gate.vertices, dtype=np.float64) / unit
    reach_square = ((sizes / unit) ** 2).sum(axis=1) / 4 * (1 + _MARGIN) ** 2 + _MARGIN**2
    mask = np.zeros(centres.shape[0], dtype=np.bool_)
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        mask |= _distance_square(centres / unit, start, end) <= reach_square
    return mask


def _distance_square(points: Values, start: Values, end: Values) -> Values:
    """Return the squared distance of points to a straight piece of border."""
    along = end - start
    length_square = float(along @ along)
    share = np.clip((points - start) @ along / length_square, 0.0, 1.0) if length_square > 0 else np.zeros(len(points))
    return np.asarray(((points - start - share[:, None] * along) ** 2).sum(axis=1))


def _near_ellipse(gate: Ellipsoid, centres: Values, sizes: Values) -> Mask:
    """Compare a tile's distance from the border with half its longer diagonal, both as the ellipse measures them."""
    inverse = np.linalg.inv(np.asarray(gate.covariance))
    distance = np.sqrt(_form(centres - np.asarray(gate.mean), inverse))
    longer = np.maximum(_form(sizes / 2, inverse), _form(sizes * (0.5, -0.5), inverse))
    reach = np.sqrt(longer) * (1 + _MARGIN) + _MARGIN * np.sqrt(longer.max())
    return np.asarray(np.abs(distance - np.sqrt(gate.distance_square)) <= reach)


def _form(vectors: Values, inverse: Values) -> Values:
    x, y = vectors.T
    return squared_lengths(x, y, inverse)

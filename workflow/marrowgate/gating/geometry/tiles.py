"""Decide most events of a slanted gate without transforming them.

The plane of the two scales is cut into tiles. A tile that the gate's border does not touch lies inside or outside as
a whole, and the edges of the tiles are brought back to the linear scale, so an event in such a tile is decided by where
its linear values lie. Only the events of tiles along the border are transformed and looked at one by one.
"""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.engine import inside
from marrowgate.gating.geometry.gates import Ellipsoid, Polygon
from marrowgate.gating.geometry.squared_lengths import squared_lengths
from marrowgate.signal.transforms import Transform

OUTSIDE, INSIDE, UNDECIDED = np.uint8(0), np.uint8(1), np.uint8(2)
_TILES = 64
_BESIDE = 2
"""Tiles on a side of the gate's box, so that events beyond it lie in tiles that the border does not touch."""
_MARGIN = 0.01
"""Part of a tile by which the border is thought wider: far more than the rounding of any scale."""
_HALF = np.uint32(16)
_READINGS = 1 << 16
_BLOCK = 1 << 15

Mask = NDArray[np.bool_]
Values = NDArray[np.float64]
Kind = TypeVar("Kind", np.uint8, np.bool_)


def decide_by_tiles(
    gate: Polygon | Ellipsoid, box: Sequence[tuple[float, float]], linear: Sequence[Values], scales: Sequence[Transform]
) -> NDArray[np.uint8]:
    """Say which events lie inside a gate for certain, and which have to be looked at.

    Parameters
    ----------
    gate : Polygon or Ellipsoid
        A gate in two dimensions.
    box : sequence of 2 tuples of float
        Bounds of the two dimensions that hold the gate (`box_around`), transformed scale.
    linear : sequence of 2 ndarrays of float64, each of shape (n_events,)
        Values of at least one event on the compensated linear scale, channel units; none is NaN or infinite.
    scales : sequence of 2 Transform
        Scales of the two dimensions.

    Returns
    -------
    ndarray of uint8, shape (n_events,)
        `OUTSIDE` or `INSIDE` for certain; `UNDECIDED`, because the tile lies on the border.
    """
    spans = [_span(values, scale, bounds) for values, scale, bounds in zip(linear, scales, box, strict=True)]
    if any(low >= high for low, high in spans):
        return np.full(linear[0].shape, OUTSIDE)
    edges, inner_edges = zip(*map(_edges, spans, scales), strict=True)
    return _looked_up(_decided_tiles(gate, *_tiles(edges)), inner_edges, linear)


def may_differ(
    gates: Sequence[Polygon | Ellipsoid],
    box: Sequence[tuple[float, float]],
    linear: Sequence[Values],
    scales: Sequence[Transform],
) -> Mask:
    """Mark the events that do not lie inside all of several gates, or outside all of them, for certain.

    Parameters
    ----------
    gates : sequence of Polygon or Ellipsoid
        Gates in the same two dimensions.
    box : sequence of 2 tuples of float
        Bounds of the two dimensions that hold all gates, transformed scale.
    linear : sequence of 2 ndarrays of float64, each of shape (n_events,)
        As in `decide_by_tiles`.
    scales : sequence of 2 Transform
        Scales of the two dimensions.

    Returns
    -------
    ndarray of bool, shape (n_events,)
    """
    spans = [_span(values, scale, bounds) for values, scale, bounds in zip(linear, scales, box, strict=True)]
    if any(low >= high for low, high in spans):
        return np.zeros(linear[0].shape, dtype=np.bool_)
    edges, inner_edges = zip(*map(_edges, spans, scales), strict=True)
    tiles = _tiles(edges)
    first, *others = (_decided_tiles(gate, *tiles) for gate in gates)
    differ = (first == UNDECIDED) | np.any([other != first for other in others], axis=0)
    return _looked_up(differ, inner_edges, linear)


def _tiles(edges: Sequence[Values]) -> tuple[Values, Values]:
    """Return centres and sizes of the tiles, each of shape (2, n_tiles)."""
    return _all_pairs(*((edge[:-1] + edge[1:]) / 2 for edge in edges)), _all_pairs(*map(np.diff, edges))


def _decided_tiles(gate: Polygon | Ellipsoid, plane: Values, sizes: Values) -> NDArray[np.uint8]:
    """Say which tiles lie inside or outside as a whole; shape (n_tiles,)."""
    decided = np.where(inside(gate, dict(zip(gate.dimensions, plane, strict=True)).__getitem__), INSIDE, OUTSIDE)
    decided[_near_border(gate, plane, sizes)] = UNDECIDED
    return decided


def _looked_up(
    of_tiles: NDArray[Kind], inner_edges: Sequence[NDArray[np.float32]], linear: Sequence[Values]
) -> NDArray[Kind]:
    """Return for each event what holds for its tile."""
    across_of, up_of = (_tile_of_reading(places, step) for places, step in zip(inner_edges, (_TILES, 1), strict=True))
    answers = np.empty(linear[0].shape, dtype=of_tiles.dtype)
    # block by block, so that what is made on the way stays in the cache
    for start in range(0, answers.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        tile = across_of.take(_readings(linear[0][block]))
        tile += up_of.take(_readings(linear[1][block]))
        answers[block] = of_tiles.take(tile)
    return answers


def _all_pairs(across: Values, up: Values) -> Values:
    """Return every value of one beside every value of the other, shape (2, n_tiles)."""
    return np.stack([np.repeat(across, up.size), np.tile(up, across.size)])


def _span(values: Values, scale: Transform, bounds: tuple[float, float]) -> tuple[float, float]:
    """Return where the tiles begin and end on the scale: around the values as far as the gate's box goes."""
    lowest, highest = scale.forward(np.array([values.min(), values.max()]))
    low, high = max(lowest, bounds[0]), min(highest, bounds[1])
    if low > high:
        return low, high
    slack = _MARGIN * max(high - low, 1e-3)
    tile = (high - low) / (_TILES - 2 * _BESIDE)
    return low - (slack if low == lowest else _BESIDE * tile), high + (slack if high == highest else _BESIDE * tile)


def _edges(span: tuple[float, float], scale: Transform) -> tuple[Values, NDArray[np.float32]]:
    """Return the edges of the tiles on the scale, and the linear places of all but the first and the last.

    Values beyond these two lie in the tiles at the ends, and outside the gate's box.
    """
    even = np.linspace(*span, _TILES + 1)
    inner_edges = scale.inverse(even[1:-1]).astype(np.float32)
    inner_edges = (inner_edges.view(np.uint32) >> _HALF << _HALF).view(np.float32)
    return np.concatenate([even[:1], scale.forward(inner_edges), even[-1:]]), inner_edges


def _readings(values: Values) -> NDArray[np.uint32]:
    """Return the upper half of each value's bits as a float32; see `_tile_of_reading`."""
    return np.asarray(values.astype(np.float32).view(np.uint32) >> _HALF)


def _tile_of_reading(inner_edges: NDArray[np.float32], step: int) -> NDArray[np.int16]:
    """Return the tile of each of the 65,536 readings, counted in steps.

    The upper half of the bits of a float32 is a ruler with 128 marks from each power of 2 to the next, and the places
    lie on its marks. So each reading belongs to one tile, and looking it up takes a tenth of the time of
    a search among the places.
    """
    marks = (inner_edges.view(np.uint32) >> _HALF).astype(np.int64)
    # readings in the order of their values: those of negative values, which begin in the middle, run backwards
    middle = _READINGS // 2
    first = np.where(marks < middle, marks + middle, _READINGS - marks)
    tiles = np.arange(marks.size + 1, dtype=np.int16) * step
    of_ordered = np.repeat(tiles, np.diff(first, prepend=0, append=_READINGS))
    return np.concatenate([of_ordered[middle:], of_ordered[middle - 1 :: -1]])


def _near_border(gate: Polygon | Ellipsoid, centres: Values, sizes: Values) -> Mask:
    """Mark the tiles that the border may touch; centres and sizes of shape (2, n_tiles)."""
    if isinstance(gate, Ellipsoid):
        return _near_ellipse(gate, centres, sizes)
    unit = sizes.max(axis=1)
    x, y = centres / unit[:, None]
    width, height = sizes / unit[:, None]
    reach_square = (width**2 + height**2) / 4 * (1 + _MARGIN) ** 2 + _MARGIN**2
    corners = np.asarray(gate.vertices, dtype=np.float64) / unit
    mask = np.zeros(x.size, dtype=np.bool_)
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        mask |= _distance_square(x - start[0], y - start[1], end - start) <= reach_square
    return mask


def _distance_square(x: Values, y: Values, along: Values) -> Values:
    """Return the squared distance of points to a straight piece of border, which begins where x and y are 0."""
    length_square = float(along @ along)
    if length_square > 0:
        share = np.clip((x * along[0] + y * along[1]) / length_square, 0.0, 1.0)
        x, y = x - share * along[0], y - share * along[1]
    return x**2 + y**2


def _near_ellipse(gate: Ellipsoid, centres: Values, sizes: Values) -> Mask:
    """Compare a tile's distance from the border with half its longer diagonal, both as the ellipse measures them."""
    inverse = np.linalg.inv(np.asarray(gate.covariance))
    (x, y), (width, height) = centres, sizes / 2
    distance = np.sqrt(squared_lengths(x - gate.mean[0], y - gate.mean[1], inverse))
    longer = np.maximum(squared_lengths(width, height, inverse), squared_lengths(width, -height, inverse))
    reach = np.sqrt(longer) * (1 + _MARGIN) + _MARGIN * np.sqrt(longer.max())
    return np.asarray(np.abs(distance - np.sqrt(gate.distance_square)) <= reach)

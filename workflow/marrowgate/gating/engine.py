"""Apply standard gates to transformed values.

The edges follow FlowKit and Gating-ML 2.0: a rectangle holds its lower bounds and not its upper ones, polygons
are decided by FlowUtils' C code (parity of the winding number), ellipsoids hold their border. NaN is inside nothing.
"""

from collections.abc import Callable, Mapping

import numpy as np
from flowutils.gating import points_in_polygon
from numpy.typing import NDArray

from marrowgate.gating.geometry.gates import Boolean, Ellipsoid, Polygon, Rectangle

Mask = NDArray[np.bool_]
Values = NDArray[np.float64]
Column = Callable[[str], Values]


def inside(gate: Rectangle | Polygon | Ellipsoid, column: Column) -> Mask:
    """Say of each event whether it lies inside a gate.

    Parameters
    ----------
    gate : Rectangle, Polygon or Ellipsoid
        The gate.
    column : callable
        Gives the transformed values of a dimension, float64 of shape (n_events,).

    Returns
    -------
    ndarray of bool, shape (n_events,)
    """
    values = [column(dimension) for dimension in gate.dimensions]
    if isinstance(gate, Rectangle):
        return _in_rectangle(gate, values)
    if isinstance(gate, Polygon):
        return _in_polygon(gate, values[0], values[1])
    return _in_ellipsoid(gate, values)


def join(gate: Boolean, members: Mapping[str, Mask]) -> Mask:
    """Join the memberships of other populations, each of shape (n_events,)."""
    masks = [members[name] for name in gate.operands]
    if gate.operator == "and":
        return np.asarray(np.logical_and.reduce(masks))
    if gate.operator == "or":
        return np.asarray(np.logical_or.reduce(masks))
    return ~masks[0]


def _in_rectangle(gate: Rectangle, values: list[Values]) -> Mask:
    mask = np.ones(values[0].shape, dtype=np.bool_)
    for x, low, high in zip(values, gate.low, gate.high, strict=True):
        mask &= ~np.isnan(x)
        if low is not None:
            mask &= x >= low
        if high is not None:
            mask &= x < high
    return np.asarray(mask)


def _in_ellipsoid(gate: Ellipsoid, values: list[Values]) -> Mask:
    centred = np.column_stack(values) - np.asarray(gate.mean)
    inverse = np.linalg.inv(np.asarray(gate.covariance))
    distance = np.einsum("ij,jk,ik->i", centred, inverse, centred)
    return np.asarray(distance <= gate.distance_square)


def _in_polygon(gate: Polygon, x: Values, y: Values) -> Mask:
    # FlowUtils' C code decides; only the events inside the bounding box are handed to it
    corners = np.asarray(gate.vertices, dtype=np.float64)
    low, high = corners.min(axis=0), corners.max(axis=0)
    mask = (x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1])
    near = np.flatnonzero(mask)
    if near.size:
        mask[near] = points_in_polygon(corners, np.column_stack((x[near], y[near])))
    return np.asarray(mask)

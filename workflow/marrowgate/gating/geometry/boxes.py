"""Narrow the events of a parent to those in the box around a gate, on the linear scale.

Transforming a value costs a hundred times what comparing it does, and all scales rise without a break. So a boundary is
brought back to the linear scale once and the values are compared there; only values within rounding of a boundary, and
those that a slanted gate has to look at, are transformed.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.geometry.gates import Ellipsoid, Polygon, Rectangle
from marrowgate.gating.sample_events import EventRows, SampleEvents
from marrowgate.signal.transforms import Transform

_ROUNDING = 1e-6

Bounds = tuple[float | None, float | None]


def box_of(gate: Rectangle | Polygon | Ellipsoid) -> tuple[Bounds, ...]:
    """Return the lowest and highest place of a gate in each dimension, transformed scale; None is open."""
    if isinstance(gate, Rectangle):
        return tuple(zip(gate.low, gate.high, strict=True))
    return box_around(gate)


def box_around(gate: Polygon | Ellipsoid) -> tuple[tuple[float, float], ...]:
    """Return a box that holds a slanted gate, transformed scale."""
    if isinstance(gate, Polygon):
        corners = np.asarray(gate.vertices, dtype=np.float64)
        low, high = corners.min(axis=0), corners.max(axis=0)
    else:
        reach = np.sqrt(gate.distance_square * np.diag(np.asarray(gate.covariance)))
        low, high = np.asarray(gate.mean) - reach, np.asarray(gate.mean) + reach
    # a slanted gate decides its own border: the box only has to hold it
    slack = _ROUNDING * (1.0 + np.abs(high - low))
    return tuple((float(a), float(b)) for a, b in zip(low - slack, high + slack, strict=True))


def rows_in_box(
    dimensions: tuple[str, ...], box: tuple[Bounds, ...], sample_events: SampleEvents, rows: EventRows
) -> EventRows:
    """Return the events whose transformed values lie in a box: lower bounds belong to it, upper ones do not.

    Parameters
    ----------
    dimensions : tuple of str, length k
        Markers or scatter names.
    box : tuple of (float or None, float or None), length k
        Bounds on the transformed scale.
    sample_events : SampleEvents
        The events.
    rows : ndarray of intp
        Events to look at, ascending.

    Returns
    -------
    ndarray of intp
        Ascending; the same events as comparing the transformed values would give.
    """
    for dimension, (low, high) in zip(dimensions, box, strict=True):
        values = sample_events.linear(dimension, rows)
        scale = sample_events.scales[dimension]
        # NaN is not at or above anything, so a lower bound leaves it out by itself
        mask = ~np.isnan(values) if low is None else at_least(values, low, scale)
        if high is not None:
            mask &= ~at_least(values, high, scale)
        # three times as fast as picking by the mask itself where it is mixed
        rows = rows.compress(mask)
    return rows


def at_least(values: NDArray[np.float64], bound: float, scale: Transform) -> NDArray[np.bool_]:
    """Say of linear values whether they lie at or above a boundary of the transformed scale.

    Values so near the boundary that rounding of the inverse could matter are transformed and compared there.
    """
    if scale.kind == "biexponential":
        # Gating-ML has no such scale and holds the linear value, so that value decides
        return np.asarray(values >= scale.linear_bound(bound))
    linear, all_or_none = _linear_place(bound, scale)
    if all_or_none is not None:
        return np.full(values.shape, all_or_none)
    reach = _ROUNDING * (abs(linear) + 1.0)
    mask, from_here = values > linear + reach, values >= linear - reach
    if np.count_nonzero(from_here) > np.count_nonzero(mask):
        near = np.flatnonzero(from_here & ~mask)
        mask[near] = scale.forward(values[near]) >= bound
    return mask


@lru_cache(maxsize=1024)
def _linear_place(bound: float, scale: Transform) -> tuple[float, bool | None]:
    """Return the linear place of a boundary; where the scale ends before it, also whether all values lie above it."""
    with np.errstate(over="ignore"):
        linear = float(scale.inverse(np.array([bound]))[0])
    if math.isfinite(linear):
        end = float(scale.forward(np.array([linear]))[0])
        if math.isfinite(end) and abs(end - bound) > _ROUNDING * (1.0 + abs(bound)):
            # all values lie on one side of it
            return linear, end > bound
    return linear, None

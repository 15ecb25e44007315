"""The free numbers that say where a gate lies, and the same gate elsewhere."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.gates import Ellipsoid, Gate, Polygon, Rectangle


def numbers(gate: Gate) -> NDArray[np.float64]:
    """Return the free numbers that say where a gate lies: bounds, corners or centre."""
    if isinstance(gate, Rectangle):
        return np.array([value for value in (*gate.low, *gate.high) if value is not None])
    if isinstance(gate, Polygon):
        return np.array(gate.vertices).ravel()
    if isinstance(gate, Ellipsoid):
        return np.array(gate.mean)
    return np.array([])


def moved(gate: Gate, place: NDArray[np.float64]) -> Gate:
    """Return the same gate with other free numbers."""
    if isinstance(gate, Rectangle):
        rest = iter(float(value) for value in place)
        low = tuple(None if value is None else next(rest) for value in gate.low)
        high = tuple(None if value is None else next(rest) for value in gate.high)
        return replace(gate, low=low, high=high)
    if isinstance(gate, Polygon):
        return replace(gate, vertices=tuple((float(x), float(y)) for x, y in place.reshape(-1, 2)))
    if isinstance(gate, Ellipsoid):
        return replace(gate, mean=tuple(float(value) for value in place))
    return gate


def reach(gate: Gate) -> NDArray[np.float64]:
    """Return the factor by which each free number may move more than a boundary on the scale.

    Corners of a polygon that lie beyond the scale move further than its edges do on the scale, in proportion to their
    distance.
    """
    if not isinstance(gate, Polygon):
        return np.ones(numbers(gate).size)
    corners = np.abs(np.array(gate.vertices)).max(axis=1)
    return np.repeat(np.maximum(corners, 1.0), 2)


def same_kind(gate: Gate | None, example: Gate | None) -> bool:
    """Say whether two gates are of one kind, in the same dimensions, with as many free numbers."""
    if gate is None or example is None or type(gate) is not type(example) or gate.dimensions != example.dimensions:
        return False
    return numbers(gate).shape == numbers(example).shape

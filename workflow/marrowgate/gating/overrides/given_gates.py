"""Gates that a person gave in linear units, brought to a sample's scales, and the other way round."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marrowgate.errors import Fault, UserError
from marrowgate.fcs.model import Note
from marrowgate.gating.geometry.gates import BOTTOM, LEFT, RIGHT, TOP, Boolean, Ellipsoid, Gate, Polygon, Rectangle
from marrowgate.gating.geometry.polygon_corners import Corner, part_on_scale
from marrowgate.gating.reasons import because
from marrowgate.settings.override_entries import GateBoundary
from marrowgate.settings.overrides import Overrides
from marrowgate.signal.transforms import Transform

_AT_END = 1e-6
"""A boundary this near to an end of the scale is at the end, parts of full scale."""
_BEYOND = {(0, 0): LEFT, (0, 1): RIGHT, (1, 0): BOTTOM, (1, 1): TOP}
"""Axis and end of the scale to where a polygon goes on when it ends there."""
_DIGITS = 12


@dataclass(frozen=True)
class GivenGate:
    """The gate of one population as a person gave it, on the sample's scales, and who gave it why and when."""

    gate: Gate
    reviewer: str
    reason: str
    date: str

    @property
    def note(self) -> Note:
        """Return the reason that the gate carries."""
        return because("given", f"given by {self.reviewer} on {self.date}: {self.reason}")


def given_gates(overrides: Overrides, scales: Mapping[str, Transform]) -> dict[str, GivenGate]:
    """Bring a sample's overrides to its scales.

    Parameters
    ----------
    overrides : Overrides
        As read from the file; they fit the strategy.
    scales : mapping of str to Transform
        Scales of the sample, in the file's own units.

    Returns
    -------
    dict of str to GivenGate
        By population.

    Raises
    ------
    UserError
        One fault per boundary outside its scale, dimension that the sample has not, and shape without an inside.
    """
    faults = list(boundary_faults(overrides, scales))
    if faults:
        raise UserError(faults)
    return {
        gate.population: GivenGate(on_scales(gate, scales), gate.reviewer, gate.reason, gate.date)
        for gate in overrides.gates
    }


def boundary_faults(overrides: Overrides, scales: Mapping[str, Transform]) -> Iterator[Fault]:
    """Tell which boundaries lie outside their scale, need what the sample has not, or have no inside."""
    for index, gate in overrides.boundaries.items():
        wrong = list(off_scale(gate, scales))
        if all(name in scales for name in gate.dimensions):
            wrong += _without_inside(on_scales(gate, scales))
        where = overrides.where(index, gate.kind)
        yield from (Fault(where, what, cure) for what, cure in wrong)


def off_scale(gate: GateBoundary, scales: Mapping[str, Transform]) -> Iterator[tuple[str, str]]:
    """Tell which boundaries of an override lie outside the scale, as (what, cure)."""
    for name in dict.fromkeys(gate.dimensions):
        if name not in scales:
            yield f"the sample has no {name}", "gate the population in what the sample has"
            continue
        low, high = (float(end) for end in scales[name].inverse(np.array([0.0, 1.0])))
        slack = _AT_END * (high - low)
        for value in dict.fromkeys(_values(gate, name)):
            if not low - slack <= value <= high + slack:
                what = f"{name} of {value:.12g} lies outside the scale, which goes from {low:.6g} to {high:.6g}"
                yield what, "correct the value, or leave that end open" if gate.rectangle else "correct the value"


def on_scales(gate: GateBoundary, scales: Mapping[str, Transform]) -> Gate:
    """Return the gate of an override on the transformed scales."""
    if gate.rectangle is not None:
        names, bounds = tuple(gate.rectangle), gate.rectangle.values()
        low, high = (
            tuple(
                None if value is None else _forward(scales[name], value)
                for name, value in zip(names, ends, strict=True)
            )
            for ends in ([end.low for end in bounds], [end.high for end in bounds])
        )
        return Rectangle(names, low, high)
    if gate.polygon is not None:
        first, second = gate.polygon.dimensions
        corners = [(_forward(scales[first], x), _forward(scales[second], y)) for x, y in gate.polygon.vertices]
        return Polygon((first, second), tuple(beyond_ends(corners)))
    if gate.ellipse is None:
        msg = f"{gate.population} has no boundary"
        raise ValueError(msg)
    names = gate.ellipse.dimensions
    center, *ends = (
        np.array([_forward(scales[name], value) for name, value in zip(names, point, strict=True)])
        for point in (gate.ellipse.center, *gate.ellipse.ends)
    )
    half_axes = np.array(ends) - center
    covariance = half_axes.T @ half_axes
    return Ellipsoid(names, tuple(map(float, center)), tuple(tuple(map(float, row)) for row in covariance), 1.0)


def plain_boundary(gate: Gate, scales: Mapping[str, Transform]) -> dict[str, Any]:
    """Return a found gate in the form of an override: linear values to twelve digits.

    A bound beyond its scale is open. A polygon is cut off at the ends of its scales, where an override's goes on.

    Returns
    -------
    dict
        One entry: rectangle, polygon or ellipse; empty for a population that is joined of others.
    """
    if isinstance(gate, Boolean):
        return {}
    if isinstance(gate, Rectangle):
        bounds = {
            name: _bounds_on_scale(scales[name], low, high)
            for name, low, high in zip(gate.dimensions, gate.low, gate.high, strict=True)
        }
        closed = {name: own for name, own in bounds.items() if own}
        everything = {gate.dimensions[0]: {"low": _linear(scales[gate.dimensions[0]], 0.0)}}
        return {"rectangle": closed or everything}
    names = gate.dimensions
    if isinstance(gate, Polygon):
        corners = part_on_scale(gate.vertices) or list(gate.vertices)
        return {"polygon": {"dimensions": list(names), "vertices": [_point(names, at, scales) for at in corners]}}
    sizes, directions = np.linalg.eigh(np.array(gate.covariance) * gate.distance_square)
    center = np.array(gate.mean)
    ends = [center + np.sqrt(size) * direction for size, direction in zip(sizes, directions.T, strict=True)]
    points = [_point(names, end, scales) for end in ends]
    return {"ellipse": {"dimensions": list(names), "center": _point(names, center, scales), "ends": points}}


def _bounds_on_scale(scale: Transform, low: float | None, high: float | None) -> dict[str, float]:
    """Return the bounds of a dimension that part events on the scale, linear; one beyond its other end is put there."""
    bounds = {}
    if low is not None and low > 0.0:
        bounds["low"] = _linear(scale, min(low, 1.0))
    if high is not None and high < 1.0:
        bounds["high"] = _linear(scale, max(high, 0.0))
    return bounds


def beyond_ends(corners: Sequence[Corner]) -> list[Corner]:
    """Let a polygon that ends at the end of a scale go on beyond it, so that it takes in what is piled up there.

    Each edge along an end of a scale is moved outwards; the other edges stay where they are.
    """
    n = len(corners)
    along = [_end_along(corners[k], corners[(k + 1) % n]) for k in range(n)]
    moved: list[Corner] = []
    for k, corner in enumerate(corners):
        before, after = along[k - 1], along[k]
        if before is None and after is None:
            moved.append(corner)
        elif before == after or (before and after):
            moved.append(_moved_out(_moved_out(corner, before), after))
        elif before:
            moved += [_moved_out(corner, before), corner]
        else:
            moved += [corner, _moved_out(corner, after)]
    return moved


def _end_along(start: Corner, end_at: Corner) -> tuple[int, int] | None:
    """Return the axis and end of the scale that an edge lies on, or None."""
    for axis, end in _BEYOND:
        if abs(start[axis] - end) <= _AT_END and abs(end_at[axis] - end) <= _AT_END:
            return axis, end
    return None


def _moved_out(corner: Corner, where: tuple[int, int] | None) -> Corner:
    if where is None:
        return corner
    return (_BEYOND[where], corner[1]) if where[0] == 0 else (corner[0], _BEYOND[where])


def _without_inside(gate: Gate) -> Iterator[tuple[str, str]]:
    """Tell of a polygon whose edges cross, and of an ellipse without an area, as (what, cure)."""
    if isinstance(gate, Polygon) and _crosses_itself(gate.vertices):
        yield "the edges of the polygon cross, or its corners lie on one line", "give the corners in their order"
    if isinstance(gate, Ellipsoid) and np.linalg.matrix_rank(np.array(gate.covariance)) < len(gate.dimensions):
        yield "the ends of the ellipse lie on one line with its center", "give an end of each half-axis"


def _crosses_itself(corners: Sequence[Corner]) -> bool:
    n = len(corners)
    edges = [(corners[k], corners[(k + 1) % n]) for k in range(n)]
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in edges)
    return abs(area) < _AT_END**2 or any(_cross(edges[i], edges[j]) for i in range(n) for j in range(i + 1, n))


def _cross(edge: tuple[Corner, Corner], other: tuple[Corner, Corner]) -> bool:
    """Say whether two edges cross in their inside; those that share a corner or touch do not."""
    sides = [_side(*edge, point) for point in other] + [_side(*other, point) for point in edge]
    return sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0


def _side(start: Corner, end: Corner, point: Corner) -> float:
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])


def _values(gate: GateBoundary, name: str) -> list[float]:
    """Return the linear values of an override in one dimension."""
    if gate.rectangle is not None:
        bounds = gate.rectangle[name]
        return [value for value in (bounds.low, bounds.high) if value is not None]
    if gate.polygon is not None:
        return [corner[gate.polygon.dimensions.index(name)] for corner in gate.polygon.vertices]
    return [gate.ellipse.center[gate.ellipse.dimensions.index(name)]] if gate.ellipse else []


def _forward(scale: Transform, value: float) -> float:
    return float(scale.forward(np.array([value]))[0])


def _linear(scale: Transform, value: float) -> float:
    return float(f"{float(scale.inverse(np.array([value]))[0]):.{_DIGITS}g}")


def _point(
    names: Sequence[str], at: Sequence[float] | NDArray[np.float64], scales: Mapping[str, Transform]
) -> list[float]:
    return [_linear(scales[name], float(value)) for name, value in zip(names, at, strict=True)]

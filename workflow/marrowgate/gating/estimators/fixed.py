"""Fixed geometry: the strategy says where the gate is."""

from typing import Annotated, Literal

import numpy as np

from marrowgate.gating.boundary_error import STATED_SD
from marrowgate.gating.doubts.estimate_doubts import crowded, crowded_border
from marrowgate.gating.engine import inside
from marrowgate.gating.geometry.gate_coordinates import stated_error
from marrowgate.gating.geometry.gates import Polygon, Rectangle
from marrowgate.gating.methods import Arguments, FittedGate, Method, View, bounds_faults, on_scale, stains_above_zero
from marrowgate.gating.reasons import Reasons
from marrowgate.settings.section import Limit


class FixedArguments(Arguments):
    """Either bounds for each dimension, or the vertices of a polygon; linear compensated scale."""

    low: tuple[float | None, ...] = ()
    """Lower bound of each dimension; null is open."""
    high: tuple[float | None, ...] = ()
    """Upper bound of each dimension; null is open."""
    vertices: tuple[tuple[float, float], ...] = ()
    """Corners of a polygon in two dimensions."""
    kind: Literal["rectangle", "polygon"] = "rectangle"
    """What to make."""
    boundary_sd: Annotated[float, Limit(ge=0, lt=0.5)] = STATED_SD
    """How far apart people would draw the boundary, standard deviation in parts of full scale; 0 where it is exact by
    definition. The counts at moves of this size enter intervals and `detection`."""

    def __post_init__(self) -> None:
        """Refuse entries that do not go together."""
        if self.kind == "polygon" and len(self.vertices) < 3:
            msg = "a polygon needs at least three vertices; add them"
            raise ValueError(msg)
        if self.kind == "rectangle" and not (self.low or self.high):
            msg = "a rectangle needs low or high; add a bound"
            raise ValueError(msg)

    def faults_in(self, n_dimensions: int) -> list[tuple[str, str]]:
        """See `Arguments.faults_in`."""
        if self.kind == "polygon":
            return [] if n_dimensions == 2 else [("a polygon needs 2 dimensions, got 1", "correct kind or dimensions")]
        given = {name: bounds for name, bounds in (("low", self.low), ("high", self.high)) if bounds}
        return bounds_faults(given, n_dimensions)


def find(view: View, arguments: FixedArguments) -> FittedGate:
    """Bring the given geometry to the dimensions' scales."""
    if arguments.kind == "polygon":
        columns = [
            on_scale(view, name, values)
            for name, values in zip(view.dimensions, zip(*arguments.vertices, strict=True), strict=True)
        ]
        polygon = Polygon(view.dimensions, tuple(zip(*columns, strict=True)))
        crowd = _crowded_edges(view, polygon, arguments.boundary_sd)
        error = stated_error(polygon, arguments.boundary_sd)
        return FittedGate(polygon, "doubtful" if crowd else "fixed", crowd, error)
    open_bounds = (None,) * len(view.dimensions)
    low = _bounds(view, arguments.low or open_bounds)
    high = _bounds(view, arguments.high or open_bounds)
    rectangle = Rectangle(view.dimensions, low, high)
    error = stated_error(rectangle, arguments.boundary_sd)
    doubts: Reasons = ()
    if len(view.dimensions) == 1:
        doubts = crowded_border(view.values(view.dimensions[0]), low[0], high[0], arguments.boundary_sd)
    return FittedGate(rectangle, "doubtful" if doubts else "fixed", doubts, error)


def _crowded_edges(view: View, polygon: Polygon, sd: float) -> Reasons:
    """Doubt a polygon that many events enter or leave when it is moved along either dimension."""
    values = {name: view.values(name) for name in polygon.dimensions}
    crossing = np.zeros(values[polygon.dimensions[0]].size, dtype=np.bool_)
    for moving in polygon.dimensions:
        up, down = (inside(polygon, {**values, moving: values[moving] + sign * sd}.__getitem__) for sign in (1.0, -1.0))
        crossing |= up != down
    n_inside = int(np.count_nonzero(inside(polygon, values.__getitem__)))
    return crowded(int(np.count_nonzero(crossing)), n_inside, sd)


def _bounds(view: View, values: tuple[float | None, ...]) -> tuple[float | None, ...]:
    pairs = zip(view.dimensions, values, strict=True)
    return tuple(None if value is None else on_scale(view, name, [value])[0] for name, value in pairs)


def is_parallel(arguments: FixedArguments) -> bool:
    """Declare that a rectangle is parallel to the axes and a polygon is not."""
    return arguments.kind == "rectangle"


def stains(arguments: FixedArguments, dimensions: tuple[str, ...]) -> tuple[str, ...]:
    """Declare the dimensions in which the gate begins above 0."""
    low = tuple(map(min, zip(*arguments.vertices, strict=True))) if arguments.vertices else arguments.low
    return stains_above_zero(low, dimensions)


METHOD = Method(
    FixedArguments, (1, 2), "Gating-ML 2.0, sections 5.1 and 5.2", find, is_parallel=is_parallel, stains=stains
)

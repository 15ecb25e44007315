"""Single cells: events whose height is what their area makes one expect."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.boundary_error import BoundaryError
from marrowgate.gating.geometry.gates import Polygon
from marrowgate.gating.methods import Arguments, FittedGate, Method, Needs, View, fitted_gate, never, no_gate
from marrowgate.settings.section import Limit
from marrowgate.stats.order_statistics import median_of
from marrowgate.stats.robust import robust_sd


class SingletsArguments(Arguments):
    """How wide the band of singlets is."""

    spreads: Annotated[float, Limit(gt=0)] = 4.0
    """Half width of the band of height over area, in robust standard deviations."""
    min_events: Annotated[int, Limit(ge=10)] = 100
    """Events that the parent must have."""


def find(view: View, arguments: SingletsArguments) -> FittedGate:
    """Make a wedge in area (first dimension) against height (second) around the median ratio of the two."""
    area, height = (view.values(dimension) for dimension in view.dimensions)
    if any(view.scale(dimension).kind != "linear" or view.scale(dimension).a for dimension in view.dimensions):
        return no_gate("wrong_scale", "area and height must be on linear scales without an offset")
    positive = area > 0
    ratio = height[positive] / area[positive]
    if ratio.size < arguments.min_events:
        return no_gate("too_few_events", f"{ratio.size} events in the parent, {arguments.min_events} are needed")
    middle, spread = _middle_and_spread(ratio)
    if spread == 0:
        return no_gate("too_few_values", "height over area is the same for all events")
    low, high = middle - arguments.spreads * spread, middle + arguments.spreads * spread
    top = 1.5
    vertices = ((0.0, 0.0), (top, max(low, 0.0) * top), (top, high * top))
    # the standard error of a median is 1.2533 sd/sqrt(n); that of a robust spread is of the same order
    sd = 1.2533 * spread * float(np.hypot(1.0, arguments.spreads / np.sqrt(2))) / np.sqrt(ratio.size)
    # a wedge through the origin has one number, the slope of its sides
    heights = (0.0, 0.0, 0.0, float(sd * top), 0.0, float(sd * top))
    return fitted_gate(Polygon(view.dimensions, vertices), BoundaryError(True, heights, (heights,)))


def _middle_and_spread(ratio: NDArray[np.float64]) -> tuple[float, float]:
    return median_of(ratio), robust_sd(ratio)


def needs(arguments: SingletsArguments) -> Needs:  # noqa: ARG001 - as declared
    """Declare that area and height must be true: what a channel cut off has the wrong ratio of the two."""
    return Needs(true_values=True)


METHOD = Method(
    SingletsArguments,
    (2,),
    "Height against area of the pulse; Wersto et al. 2001, Cytometry 46:296",
    find,
    needs=needs,
    is_parallel=never,
)

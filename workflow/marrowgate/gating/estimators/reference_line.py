"""A slanted line through two points that are multiples of another population's medians.

Where cells of both sides run into each other, the line can be moved so that as many cross it one way as the other.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.densities.balanced_border import balanced_border
from marrowgate.gating.densities.density import bandwidth, binned, smoothed
from marrowgate.gating.densities.valleys import depths, sides
from marrowgate.gating.geometry.gates import LEFT, RIGHT, beside_line
from marrowgate.gating.geometry.line_spread import spread_of_line
from marrowgate.gating.methods import Arguments, FittedGate, Method, Needs, View, fitted_gate, never, no_gate, on_scale
from marrowgate.gating.reasons import Reasons, because
from marrowgate.settings.section import Limit
from marrowgate.stats.order_statistics import median_of
from marrowgate.stats.robust import robust_sd

Points = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Values of the same events in the two dimensions."""
_DRAWS = 40
_LEAST_MODE, _DEEP, _RISE = 0.05, 0.8, 3.0
"""Two modes: share of the events on either side of the valley, its depth, and its standard errors."""
Ratio = Annotated[float, Limit(gt=0)]


class ReferenceLineArguments(Arguments):
    """Which population, and which multiples of its medians the line goes through."""

    reference: str
    """A population that stands before this one."""
    first: tuple[Ratio, Ratio]
    """A point of the line: multiples of the reference's medians in the two dimensions, linear compensated scale."""
    second: tuple[Ratio, Ratio]
    """Another point of the line."""
    keep: Literal["above", "below"]
    """Which side of the line is the population, seen in the second dimension."""
    multiples_cv: Annotated[float, Limit(ge=0, lt=1)] = 0.0
    """How much the right multiples of the second dimension differ from person to person, as a proportion. It widens
    `boundary_sd`."""
    crossing_spreads: Annotated[float, Limit(ge=0)] = 0.0
    """How far cells of one maturity lie apart across the line, as a multiple of the reference's spread. Above 0 the
    line is moved until as many cells are expected to cross it by chance one way as the other."""
    min_events: Annotated[int, Limit(ge=10)] = 100
    """Events that the reference must have."""

    def __post_init__(self) -> None:
        """Refuse entries that do not go together."""
        if self.first[0] == self.second[0]:
            msg = "first and second have the same place in the first dimension; move one of them"
            raise ValueError(msg)


def find(view: View, arguments: ReferenceLineArguments) -> FittedGate:
    """Draw the line through the two points, straight on the dimensions' own scales."""
    first, second = view.dimensions
    reference = view.values(first, arguments.reference), view.values(second, arguments.reference)
    if reference[0].size < arguments.min_events:
        reason = f"{reference[0].size} events in {arguments.reference}, {arguments.min_events} are needed"
        return no_gate("too_few_events", reason)
    middles = _middles(view, reference)
    for dimension, middle in zip(view.dimensions, middles, strict=True):
        if not middle > 0:
            return no_gate(
                "reference_not_positive", f"the median of {dimension} in {arguments.reference} is not above 0"
            )
    parent = view.values(first), view.values(second)
    gate = beside_line((first, second), _ends(view, arguments, reference, parent, middles), arguments.keep)
    error = spread_of_line(_ends_again(view, arguments, reference, parent))
    return fitted_gate(gate, error, doubts=_two_modes(reference[1], second, arguments.reference))


def _two_modes(values: NDArray[np.float64], dimension: str, reference: str) -> Reasons:
    """Doubt a reference with a clear valley in the second dimension and enough events on either side of it."""
    counts = binned(values)
    low, high = sides(counts, max(1, int(_LEAST_MODE * values.size)))
    valley = depths(smoothed(counts, bandwidth(counts)), float(low), float(high), _RISE)
    if valley is None or valley.ratio > _DEEP:
        return ()
    return (because("two_modes", f"{reference} have two modes of {dimension}"),)


def needs(arguments: ReferenceLineArguments) -> Needs:
    """Declare the population that the gate refers to."""
    return Needs(references=(arguments.reference,), placed_by=(arguments.reference,))


def _middles(view: View, reference: Points) -> list[float]:
    """Return the medians on the linear scale."""
    return [
        float(view.scale(dimension).inverse(np.array([median_of(column)]))[0])
        for dimension, column in zip(view.dimensions, reference, strict=True)
    ]


def _ends(
    view: View, arguments: ReferenceLineArguments, reference: Points, parent: Points, middles: Sequence[float]
) -> tuple[float, float]:
    """Return the height of the line where half planes end; the reference's medians must be above 0, linear scale."""
    points = [
        on_scale(view, name, [arguments.first[at] * middles[at], arguments.second[at] * middles[at]])
        for at, name in enumerate(view.dimensions)
    ]
    (x1, x2), (y1, y2) = points
    slope = (y2 - y1) / (x2 - x1)
    height = _height(reference, parent, slope, y1 - slope * x1, arguments.crossing_spreads)
    return height + slope * LEFT, height + slope * RIGHT


def _height(reference: Points, parent: Points, slope: float, height: float, crossing_spreads: float) -> float:
    """Move the line along the second dimension, if it is to be moved."""
    across, heights = (y - slope * x for x, y in (reference, parent))
    spread = crossing_spreads * robust_sd(across)
    return balanced_border(heights, height, spread) if spread > 0 else height


def _ends_again(
    view: View, arguments: ReferenceLineArguments, reference: Points, parent: Points
) -> list[tuple[float, float]]:
    """Return the ends of the line for events that are drawn again."""
    generator = np.random.default_rng(view.seed)
    drawn = []
    for _ in range(_DRAWS):
        of_reference, of_parent = (_drawn(points, generator) for points in (reference, parent))
        factor = float(np.exp(arguments.multiples_cv * generator.standard_normal()))
        x, y = _middles(view, of_reference)
        if min(x, y) > 0:
            drawn.append(_ends(view, arguments, of_reference, of_parent, (x, factor * y)))
    return drawn


def _drawn(points: Points, generator: np.random.Generator) -> Points:
    """Draw events again, with replacement."""
    x, y = points
    rows = generator.integers(x.size, size=x.size)
    return x[rows], y[rows]


def chance_spreads(arguments: ReferenceLineArguments) -> tuple[str, float] | None:
    """Declare how far cells of one maturity lie apart across the line, where the strategy says so."""
    return (arguments.reference, arguments.crossing_spreads) if arguments.crossing_spreads > 0 else None


METHOD = Method(
    ReferenceLineArguments,
    (2,),
    "Reference cells of the same sample, as the DNA index is defined (Hiddemann et al. 1984, Cytometry 5:445)",
    find,
    needs=needs,
    is_parallel=never,
    chance_spreads=chance_spreads,
)

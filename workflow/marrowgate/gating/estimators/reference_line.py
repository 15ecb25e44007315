"""A slanted line through two points that are multiples of another population's medians."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from marrowgate.gating.gates import LEFT, RIGHT, beside_line
from marrowgate.gating.methods import Arguments, Found, Method, View, on_scale

_DRAWS = 40
Ratio = Annotated[float, Field(gt=0)]


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
    min_events: Annotated[int, Field(ge=10)] = 100
    """Events that the reference must have."""

    @model_validator(mode="after")
    def _two_places(self) -> "ReferenceLineArguments":
        if self.first[0] == self.second[0]:
            msg = "first and second have the same place in the first dimension; move one of them"
            raise ValueError(msg)
        return self


def find(view: View, arguments: ReferenceLineArguments) -> Found:
    """Draw the line through the two points, straight on the dimensions' own scales."""
    columns = [view.values(dimension, arguments.reference) for dimension in view.dimensions]
    if columns[0].size < arguments.min_events:
        reason = f"{columns[0].size} events in {arguments.reference}, {arguments.min_events} are needed"
        return Found(None, "too_few_events", reason)
    middles = [_on_linear(view, at, float(np.median(column))) for at, column in enumerate(columns)]
    for dimension, middle in zip(view.dimensions, middles, strict=True):
        if not middle > 0:
            return Found(None, "failed", f"the median of {dimension} in {arguments.reference} is not above 0")
    first, second = view.dimensions
    gate = beside_line((first, second), _ends(view, arguments, middles), arguments.keep)
    return Found(gate, "ok", "", _spread(view, arguments, columns))


def _on_linear(view: View, at: int, value: float) -> float:
    return float(view.scale(view.dimensions[at]).inverse(np.array([value]))[0])


def _ends(view: View, arguments: ReferenceLineArguments, middles: list[float]) -> tuple[float, float]:
    """Give the height of the line where half planes end."""
    points = [
        on_scale(view, name, [arguments.first[at] * middles[at], arguments.second[at] * middles[at]])
        for at, name in enumerate(view.dimensions)
    ]
    (x1, x2), (y1, y2) = points
    slope = (y2 - y1) / (x2 - x1)
    return y1 + slope * (LEFT - x1), y1 + slope * (RIGHT - x1)


def _spread(view: View, arguments: ReferenceLineArguments, columns: list[NDArray[np.float64]]) -> tuple[float, ...]:
    """Give the standard deviation of every number of the corners, from medians of events that are drawn again."""
    generator = np.random.default_rng(view.seed)
    size = columns[0].size
    ends = []
    for _ in range(_DRAWS):
        drawn = generator.integers(size, size=size)
        middles = [_on_linear(view, at, float(np.median(column[drawn]))) for at, column in enumerate(columns)]
        if min(middles) > 0:
            ends.append(_ends(view, arguments, middles))
    if len(ends) < 2:
        return (float("nan"),)
    left, right = np.std(np.array(ends), axis=0, ddof=1)
    return (0.0, float(left), 0.0, float(right), 0.0, 0.0, 0.0, 0.0)


METHOD = Method(
    ReferenceLineArguments,
    (2,),
    "Reference cells of the same tube, as the DNA index is defined (Hiddemann et al. 1984, Cytometry 5:445)",
    find,
)

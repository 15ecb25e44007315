"""Places that a strategy gives: a number in its units, a part of the scale, or a quantile of another population."""

from collections.abc import Sequence
from typing import Annotated

from marrowgate.gating.methods import View, on_scale
from marrowgate.settings.section import Limit, Section
from marrowgate.stats.order_statistics import quantiles_of

MIN_EVENTS = 50
"""Events that a population must have for its quantile to be a place."""


class OfPopulation(Section):
    """A quantile of a population that stands before this one."""

    of: str
    """The population."""
    quantile: Annotated[float, Limit(gt=0, lt=1)]
    """Share of its events below the place."""

    def __str__(self) -> str:
        return f"the {100 * self.quantile:g} % quantile of {self.of}"


class OfScale(Section):
    """A part of the dimension's scale: 0 is the bottom, 1 the top. For data that come on a display scale."""

    part: Annotated[float, Limit(ge=0, le=1)]
    """How far up the scale."""

    def __str__(self) -> str:
        return f"{100 * self.part:g} % of the scale"


Boundary = float | OfPopulation | OfScale


def boundaries_on_scale(view: View, dimension: str, boundaries: Sequence[Boundary]) -> list[float]:
    """Bring places to the dimension's scale; NaN where a population has fewer than `MIN_EVENTS` events."""
    return [_on_scale(view, dimension, boundary) for boundary in boundaries]


def boundary_words(boundaries: Sequence[Boundary]) -> str:
    """Return places as a sentence names them."""
    return " and ".join(
        f"{boundary:g}" if isinstance(boundary, float | int) else str(boundary) for boundary in boundaries
    )


def populations_in(boundaries: Sequence[Boundary]) -> tuple[str, ...]:
    """Return the populations whose quantiles are among the places."""
    return tuple(dict.fromkeys(boundary.of for boundary in boundaries if isinstance(boundary, OfPopulation)))


def is_above_zero(boundary: Boundary) -> bool:
    """Say whether a place asks for some stain: a number above 0, or one that another population or the scale gives."""
    return boundary > 0 if isinstance(boundary, float | int) else True


def _on_scale(view: View, dimension: str, boundary: Boundary) -> float:
    if isinstance(boundary, OfScale):
        return boundary.part
    if not isinstance(boundary, OfPopulation):
        return on_scale(view, dimension, [boundary])[0]
    values = view.values(dimension, boundary.of)
    return quantiles_of(values, [boundary.quantile])[0] if values.size >= MIN_EVENTS else float("nan")

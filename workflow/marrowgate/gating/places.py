"""Places that a strategy gives: a number in its units, a part of the scale, or a quantile of another population."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np

from marrowgate.gating.methods import View, on_scale
from marrowgate.settings.section import Limit, Section

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


Place = float | OfPopulation | OfScale


def places_on_scale(view: View, dimension: str, places: Sequence[Place]) -> list[float]:
    """Bring places to the dimension's scale; NaN where a population has fewer than `MIN_EVENTS` events."""
    return [_on_scale(view, dimension, place) for place in places]


def told(places: Sequence[Place]) -> str:
    """Return places as a sentence names them."""
    return " and ".join(f"{place:g}" if isinstance(place, float | int) else str(place) for place in places)


def populations_in(places: Sequence[Place]) -> tuple[str, ...]:
    """Return the populations whose quantiles are among the places."""
    return tuple(dict.fromkeys(place.of for place in places if isinstance(place, OfPopulation)))


def is_above_zero(place: Place) -> bool:
    """Say whether a place asks for some stain: a number above 0, or one that another population or the scale gives."""
    return place > 0 if isinstance(place, float | int) else True


def _on_scale(view: View, dimension: str, place: Place) -> float:
    if isinstance(place, OfScale):
        return place.part
    if not isinstance(place, OfPopulation):
        return on_scale(view, dimension, [place])[0]
    values = view.values(dimension, place.of)
    return float(np.quantile(values, place.quantile)) if values.size >= MIN_EVENTS else float("nan")

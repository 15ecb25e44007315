"""Places that a strategy gives: a number in its own units, or a quantile of another population of the same sample."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from marrowgate.gating.methods import View, on_scale

MIN_EVENTS = 50
"""Events that a population must have for its quantile to be a place."""


class OfPopulation(BaseModel):
    """A quantile of a population that stands before this one."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    of: str
    """The population."""
    quantile: Annotated[float, Field(gt=0, lt=1)]
    """Share of its events below the place."""

    def __str__(self) -> str:
        return f"the {100 * self.quantile:g} % quantile of {self.of}"


Place = float | OfPopulation


def places_on_scale(view: View, dimension: str, places: Sequence[Place]) -> list[float]:
    """Bring places to the dimension's scale; NaN where a population has fewer than `MIN_EVENTS` events."""
    return [_on_scale(view, dimension, place) for place in places]


def told(places: Sequence[Place]) -> str:
    """Return places as a sentence names them."""
    return " and ".join(f"{place:g}" if isinstance(place, float | int) else str(place) for place in places)


def populations_in(places: Sequence[Place]) -> tuple[str, ...]:
    """Return the populations whose quantiles are among the places."""
    return tuple(dict.fromkeys(place.of for place in places if isinstance(place, OfPopulation)))


def _on_scale(view: View, dimension: str, place: Place) -> float:
    if not isinstance(place, OfPopulation):
        return on_scale(view, dimension, [place])[0]
    values = view.values(dimension, place.of)
    return float(np.quantile(values, place.quantile)) if values.size >= MIN_EVENTS else float("nan")

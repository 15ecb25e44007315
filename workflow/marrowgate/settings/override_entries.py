"""What may stand in a file of overrides.

Boundaries are linear: in the units of the channel, compensated. They do not move when a scale is changed.
"""

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, field_validator, model_validator

from marrowgate.settings.panel import Label
from marrowgate.settings.strategies.strategy import PopulationName

Corner = tuple[FiniteFloat, FiniteFloat]
_KINDS = ("rectangle", "polygon", "ellipse")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Bounds(_Section):
    """The two ends of a rectangle in one dimension; an end that is not given is open."""

    low: FiniteFloat | None = None
    """From this value on events belong to the gate."""
    high: FiniteFloat | None = None
    """Events below this value belong to the gate."""

    @model_validator(mode="after")
    def _hold_something(self) -> "Bounds":
        if self.low is None and self.high is None:
            msg = "neither low nor high is given; give one of them"
            raise ValueError(msg)
        if self.low is not None and self.high is not None and self.low >= self.high:
            msg = f"low is {self.low:g} and high {self.high:g}, so nothing lies between; give low below high"
            raise ValueError(msg)
        return self


class PolygonBoundary(_Section):
    """A polygon; its edges are straight on the scales that the gate is drawn on."""

    dimensions: tuple[Label, Label]
    """Dimensions of the first and second number of each corner."""
    vertices: tuple[Corner, ...]
    """The corners in their order, three or more. An edge along the end of a scale takes in what lies beyond."""

    @field_validator("vertices")
    @classmethod
    def _is_an_area(cls, vertices: tuple[Corner, ...]) -> tuple[Corner, ...]:
        n = len(set(vertices))
        if n < 3:
            msg = f"a polygon has at least three corners, {n} {'is' if n == 1 else 'are'} given; add corners"
            raise ValueError(msg)
        return vertices


class EllipseBoundary(_Section):
    """An ellipse on the scales that the gate is drawn on."""

    dimensions: Annotated[tuple[Label, ...], Field(min_length=1)]
    """Dimensions of the numbers of a point."""
    center: tuple[FiniteFloat, ...]
    """The middle."""
    ends: tuple[tuple[FiniteFloat, ...], ...]
    """The end of each half-axis: as many points as there are dimensions."""

    @model_validator(mode="after")
    def _has_as_many_numbers(self) -> "EllipseBoundary":
        n = len(self.dimensions)
        if len(self.center) != n or len(self.ends) != n or any(len(end) != n for end in self.ends):
            msg = f"an ellipse in {n} dimensions has a center of {n} numbers and {n} ends of {n} numbers; correct them"
            raise ValueError(msg)
        return self


class GateBoundary(_Section):
    """The boundary of one population's gate as a person gave it."""

    population: PopulationName
    """Population whose gate it is."""
    rectangle: Annotated[dict[Label, Bounds] | None, Field(min_length=1)] = None
    """Dimension to its two ends. One of rectangle, polygon and ellipse is given."""
    polygon: PolygonBoundary | None = None
    """A polygon in two dimensions."""
    ellipse: EllipseBoundary | None = None
    """An ellipse."""

    @model_validator(mode="after")
    def _has_one_boundary(self) -> "GateBoundary":
        given = [kind for kind in _KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            what = f"{' and '.join(given)} are given" if given else "there is no boundary"
            msg = f"{self.population}: {what}; give one of {', '.join(_KINDS)}"
            raise ValueError(msg)
        return self

    @property
    def kind(self) -> str:
        """Return which of the boundaries is given."""
        return next(kind for kind in _KINDS if getattr(self, kind) is not None)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Return the dimensions of the boundary."""
        if self.rectangle is not None:
            return tuple(self.rectangle)
        boundary = self.polygon or self.ellipse
        return boundary.dimensions if boundary else ()


class GateOverride(GateBoundary):
    """The gate of one population as a person gave it, and who gave it why and when."""

    reviewer: Label
    """Who gave the gate, as it shall stand in the tables."""
    reason: Label
    """Why the found gate was not right."""
    date: str
    """When, as 2026-03-31."""

    @field_validator("date")
    @classmethod
    def _is_a_date(cls, text: str) -> str:
        try:
            return dt.date.fromisoformat(text).isoformat()
        except ValueError:
            msg = f"must be a date like 2026-03-31, got {text!r}; correct it"
            raise ValueError(msg) from None


class OverrideFile(_Section):
    """A whole file of overrides."""

    gates: Annotated[tuple[GateOverride, ...], Field(min_length=1)]
    """The gates, one entry for each population."""


class BoundaryFile(_Section):
    """The boundaries of a file of overrides."""

    gates: tuple[GateBoundary, ...]

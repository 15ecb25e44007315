"""Gates of single samples that a person gave: `config/overrides/<sample_id>.yaml`.

Boundaries are linear: in the units of the channel, compensated. They do not move when a scale is changed.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, field_validator, model_validator

from marrowgate.errors import Fault
from marrowgate.settings.files.yaml_file import EntryPath, build_model, entry_where, line_of, read_yaml
from marrowgate.settings.messages import correct_to
from marrowgate.settings.panel import SCATTER, Label, Panel
from marrowgate.settings.strategies.strategy import Population, PopulationName, Strategy

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


class GateOverride(_Section):
    """The gate of one population as a person gave it."""

    population: PopulationName
    """Population whose gate it is."""
    rectangle: Annotated[dict[Label, Bounds] | None, Field(min_length=1)] = None
    """Dimension to its two ends. One of rectangle, polygon and ellipse is given."""
    polygon: PolygonBoundary | None = None
    """A polygon in two dimensions."""
    ellipse: EllipseBoundary | None = None
    """An ellipse."""
    reviewer: Label
    """Who gave the gate, as it shall stand in the tables."""
    reason: Label
    """Why the overrides gate was not right."""
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

    @model_validator(mode="after")
    def _has_one_boundary(self) -> "GateOverride":
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


class OverrideFile(_Section):
    """A whole file of overrides."""

    gates: Annotated[tuple[GateOverride, ...], Field(min_length=1)]
    """The gates, one entry for each population."""


@dataclass(frozen=True)
class Overrides:
    """The overrides of one sample, and where each stands.

    Parameters
    ----------
    path : Path
        The file.
    gates : tuple of GateOverride
        In the order of the file.
    lines : mapping
        Line of each entry, see `read_yaml`.
    """

    path: Path
    gates: tuple[GateOverride, ...]
    lines: Mapping[EntryPath, int]

    def where(self, index: int, field: str = "") -> str:
        """Say where a gate or a field of it stands: file, line and population."""
        line = line_of(("gates", index, field) if field else ("gates", index), self.lines)
        return f"{self.path} line {line}, population {self.gates[index].population}"


def load_overrides(path: Path, strategy: Strategy, panel: Panel) -> tuple[Overrides, list[Fault]]:
    """Read the overrides of one sample and hold them against its strategy and panel.

    Parameters
    ----------
    path : Path
        The file.
    strategy : Strategy
        Which populations there are, and in which dimensions they are gated.
    panel : Panel
        Which dimensions there are.

    Returns
    -------
    tuple of (Overrides, list of Fault)
        The gates, and what does not fit.

    Raises
    ------
    UserError
        The file is no file of overrides; one fault per wrong entry.
    """
    content, lines = read_yaml(path)
    overrides = Overrides(path, build_model(path, content, lines, OverrideFile).gates, lines)
    return overrides, list(_misfits(overrides, strategy, panel))


def _misfits(overrides: Overrides, strategy: Strategy, panel: Panel) -> Iterator[Fault]:
    populations = {population.name: population for population in strategy.populations}
    for index, gate in enumerate(overrides.gates):
        if gate.population in [other.population for other in overrides.gates[:index]]:
            what = "this population stands for the second time"
            yield Fault(overrides.where(index, "population"), what, "keep one entry for each population")
        elif gate.population not in populations:
            cure = correct_to(gate.population, list(populations), "name a population of the strategy")
            what = f"the strategy has no population {gate.population!r}"
            yield Fault(entry_where(overrides.path, ("gates", index, "population"), overrides.lines, ()), what, cure)
        else:
            yield from _dimension_faults(overrides, index, populations[gate.population], panel)


def _dimension_faults(overrides: Overrides, index: int, population: Population, panel: Panel) -> Iterator[Fault]:
    """Tell where a boundary is in other dimensions than the strategy gates the population in."""
    gate = overrides.gates[index]
    where = overrides.where(index, gate.kind)
    if not population.dimensions:
        what = "it is joined of other populations and has no boundary of its own"
        yield Fault(where, what, "correct the gates of those populations")
        return
    known = tuple(dict.fromkeys((*population.dimensions, *(population.fallback or population).dimensions)))
    strange = [name for name in gate.dimensions if name not in known]
    for name in strange:
        what = f"the strategy gates it in {' and '.join(known)}, not in {name!r}"
        yield Fault(where, what, correct_to(name, known, f"draw the {gate.kind} in {' or '.join(known)}"))
    if gate.kind != "rectangle" and not strange:
        n, wanted = len(set(gate.dimensions)), len(gate.dimensions)
        if n < wanted:
            what = f"the {gate.kind} names the dimension {gate.dimensions[0]} twice"
            cure = f"draw it in {' and '.join(known)}" if len(known) > 1 else "give a rectangle in this dimension"
            yield Fault(where, what, cure)
    absent = [name for name in gate.dimensions if name not in {*panel.dimensions, *SCATTER, *strange}]
    if absent:
        yield Fault(where, f"the panel has no {' and no '.join(absent)}", "gate the population in what the panel has")

"""A gating strategy: a tree of populations and how each gate is found.

What a method's arguments may be is the method's own business (`marrowgate.gating.methods`); here the tree is checked.
"""

from dataclasses import field
from typing import Annotated, Any, Literal

from marrowgate.settings.messages import POPULATION_PATTERN
from marrowgate.settings.panel import Label
from marrowgate.settings.section import Limit, Section
from marrowgate.settings.strategies.scales import Home, Scales

ROOT = "root"
ISHAGE_ORDER = ("cd45_pos", "cd34_pos", "cd34_hspc")
"""The ISHAGE criteria from the outside in; a strategy that has the last must nest them in this order."""

PopulationName = Annotated[str, Limit(pattern=POPULATION_PATTERN, max_length=60)]


class Step(Section):
    """A method and its arguments."""

    method: Label
    """Name of a method; see docs/methods.md."""
    arguments: dict[str, Any] = field(default_factory=dict)
    """What the method needs to be told; values are on the linear compensated scale, in the units of `home` where the
    strategy has that section."""


class Fallback(Step):
    """What is used when the method finds no gate, or when the panel lacks one of the population's markers."""

    dimensions: tuple[Label, ...] = ()
    """Dimensions of this step; not given: those of the population."""


class Population(Step):
    """One population of the tree."""

    name: PopulationName
    """Name, as it stands in every table."""
    parent: PopulationName
    """Population that the gate is applied to; `root` for all events."""
    dimensions: tuple[Label, ...] = ()
    """Markers (CD45) or scatter names (FSC-A); none for Boolean populations."""
    fallback: Fallback | None = None
    """Used when the method finds no gate. With dimensions of its own it also stands in where a marker is absent."""
    optional: bool = False
    """When a marker is absent from the panel, children hang on the parent instead."""
    pooled: bool = False
    """The gate is found in the events of all samples of the batch together: for rare populations."""
    landmark: Literal["", "lymphocytes", "granulocytes"] = ""
    """The landmark cells that this population is; `doubtful` when its median CD45 or side scatter is not theirs."""
    clear_of: tuple[PopulationName, ...] = ()
    """Populations that it lies in and whose bounds it has to be clear of; `doubtful` when many of its events lie at
    them."""
    apart_from: tuple[PopulationName, ...] = ()
    """Populations that stand before it and ought to share no events with it; both `doubtful` when they do."""
    reason_without: dict[Label, tuple[Label, ...]] = field(default_factory=dict)
    """Reasons that the population carries when the panel has none of the markers named with them."""
    plot: Label | None = None
    """Second dimension of the picture of a gate on one dimension: a marker or scatter name, or `histogram`. Not given:
    side scatter, or what is usual beside the marker (CD11b beside CD16, CD45 beside side scatter)."""
    note: str = ""
    """Why the gate is as it is, for the documentation and the report."""


class ProtocolPlot(Section):
    """One plot of the protocol that readers expect."""

    title: str
    """What the plot is for."""
    of: PopulationName
    """Population whose events are shown; `root` for all events."""
    dimensions: tuple[Label, Label]
    """What goes across, and what upwards; a plot whose dimensions the panel lacks is left out."""
    gates: tuple[PopulationName, ...] = ()
    """Populations whose gates are outlined, as far as they lie on these dimensions. The last is what the plot is for:
    its events are the number below the small plot."""
    colours: tuple[PopulationName, ...] = ()
    """Populations that colour the events, the rare one first; not given: those of the protocol."""


class Protocol(Section):
    """The plots of a published protocol in their order, coloured by the populations that the events end up in."""

    title: str = ""
    """The protocol and its source."""
    colours: Annotated[tuple[PopulationName, ...], Limit(max_length=4)] = ()
    """Up to four populations that colour the events, the rare one first: its events are drawn one by one above the
    others."""
    plots: tuple[ProtocolPlot, ...] = ()
    """The plots."""


class Roles(Section):
    """Which populations the counting knows by what they are for; a lab may call them as it likes."""

    denominator: PopulationName = "cd45_pos"
    """The leucocytes that counts are given per 100 of, in the columns that end in cd45."""
    viable: PopulationName = "viable"
    """Without dead cells."""
    singlets: PopulationName = "singlets"
    """Without doublets."""
    cells: PopulationName = "cells"
    """All events but the beads."""
    beads: tuple[PopulationName, ...] = ("beads", "bead_singlets")
    """Counting beads; they have no blank and no absolute count."""
    counting_beads: PopulationName = "bead_singlets"
    """The beads that are counted."""
    rare: PopulationName = "cd34_hspc"
    """The population whose counting error is a check of quality."""


USUAL_ROLES = Roles()
"""The names of the shipped strategies."""


class Strategy(Section):
    """A whole strategy file."""

    description: str = ""
    """A sentence for the report."""
    scales: Scales = Scales()
    """Scales of the dimensions."""
    home: Home | None = None
    """The units of the strategy's numbers. Not given: the file's own, which ties the strategy to one instrument."""
    roles: Roles = USUAL_ROLES
    """Which population is the denominator, the viable one, the beads, the rare one."""
    protocol: Protocol = Protocol()
    """The plots that readers expect of this strategy, for a page of its own."""
    populations: Annotated[tuple[Population, ...], Limit(min_length=1)]
    """The populations; a parent stands before its children."""

    def __post_init__(self) -> None:
        """Refuse a home on a scale whose width is a number of the file."""
        kinds = {scale.kind for scale in (self.scales.fluorescence, self.scales.scatter, *self.scales.markers.values())}
        if (self.home or self.scales.factors) and "biexponential" in kinds:
            msg = "home goes not with a biexponential scale, whose width is a number of the file; take logicle"
            raise ValueError(msg)


_NUMBERS = ("between", "low", "high", "bounds", "pivot", "vertices")


def rests_on_numbers(step: Step) -> bool:
    """Say whether a step's arguments give a place as a number, which means something on one scale only."""
    return any(_has_number(step.arguments.get(name)) for name in _NUMBERS)


def _has_number(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_has_number(part) for part in value)
    return isinstance(value, int | float)


def ancestors(name: str, parents: dict[str, str]) -> list[str]:
    """Return the populations that a population lies in, nearest first, without `root`; cycles are cut."""
    names: list[str] = []
    at = parents.get(name, ROOT)
    while at != ROOT and at not in names:
        names.append(at)
        at = parents.get(at, ROOT)
    return names


def strategy_dimensions(strategy: Strategy) -> frozenset[str]:
    """Return every dimension that a population or its fallback may use."""
    own = {name for population in strategy.populations for name in population.dimensions}
    others = {
        name for population in strategy.populations if population.fallback for name in population.fallback.dimensions
    }
    return frozenset(own | others | _drawn_dimensions(strategy))


def _drawn_dimensions(strategy: Strategy) -> set[str]:
    """Return the dimensions that are there for the pictures alone."""
    plots = {population.plot for population in strategy.populations if population.plot not in {None, "histogram"}}
    return {name for name in plots if name} | {name for plot in strategy.protocol.plots for name in plot.dimensions}

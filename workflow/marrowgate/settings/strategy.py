"""A gating strategy: a tree of populations and how each gate is found.

What a method's arguments may be is the method's own business (`marrowgate.gating.methods`); here the tree is checked.
"""

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any, Literal

from marrowgate.errors import Fault
from marrowgate.settings.messages import POPULATION_PATTERN, correct_to, shown
from marrowgate.settings.panel import Label
from marrowgate.settings.scale_rules import scale_fault
from marrowgate.settings.section import Limit, Section

ROOT = "root"
ISHAGE_ORDER = ("cd45_pos", "cd34_pos", "cd34_hspc")
"""The ISHAGE criteria from the outside in; a strategy that has the last must nest them in this order."""

PopulationName = Annotated[str, Limit(pattern=POPULATION_PATTERN, max_length=60)]
Positive = Annotated[float, Limit(gt=0)]
FROM_BATCH = "from_batch"
_USUAL_WIDTH = {"biexponential": -100.0}
_USUAL_WIDTH_ELSE = 0.5


def _number_or_word(value: Any) -> Any:
    """Refuse what is neither, in one sentence in place of one for each type that a width may have."""
    if value is None or value == FROM_BATCH or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    msg = f"must be a number or {FROM_BATCH}, got {shown(value)}; correct the value"
    raise ValueError(msg)


Width = Annotated[float | Literal["from_batch"] | None, Limit(before=_number_or_word)]


class Scale(Section):
    """A transform as written in a strategy; what is not given follows from the channel."""

    kind: Literal["linear", "asinh", "log", "logicle", "hyperlog", "biexponential"]
    """Kind of scale: as Gating-ML 2.0 defines it, or FlowJo's biexponential, for gates parallel to the axes."""
    t: Positive | None = None
    """Top of the linear scale, FlowJo's maximum. Not given: the top of the channel in the file."""
    m: Positive = 4.5
    """Decades; FlowJo's positive decades."""
    w: Width = None
    """Decades of the linear part (logicle, hyperlog; not given: 0.5). `from_batch`, for logicle: chosen from the values
    below 0 of the batch's samples, the same for all. FlowJo's width basis, at most -1 (biexponential; not given:
    -100)."""
    a: Annotated[float, Limit(ge=0)] = 0.0
    """Decades of negative values; FlowJo's extra negative decades."""
    cofactor: Positive | None = None
    """For asinh in mass cytometry: asinh(x / cofactor), in place of t."""

    def __post_init__(self) -> None:
        """Refuse what makes no scale."""
        if self.from_batch and self.kind != "logicle":
            msg = f"w: {FROM_BATCH} goes with kind: logicle, not with {self.kind}; give w as a number"
            raise ValueError(msg)
        if self.cofactor is not None and self.kind != "asinh":
            msg = f"cofactor goes with kind: asinh, not with {self.kind}; correct the kind, or give t"
            raise ValueError(msg)
        wrong = "" if self.from_batch else scale_fault(self.kind, self.t or 1.0, self.m, self.width, self.a)
        if wrong:
            msg = f"{self.kind} scale: {wrong}; correct it"
            raise ValueError(msg)

    @property
    def from_batch(self) -> bool:
        """Whether the width is to be chosen from the batch."""
        return self.w == FROM_BATCH

    @property
    def width(self) -> float:
        """The parameter w as a number.

        Raises
        ------
        ValueError
            It is to be chosen from the batch, and has not been yet.
        """
        if self.w is None:
            return _USUAL_WIDTH.get(self.kind, _USUAL_WIDTH_ELSE)
        if isinstance(self.w, str):
            msg = "the width of this scale has not been chosen from the batch"
            raise ValueError(msg)
        return self.w


class Scales(Section):
    """Scales of the dimensions."""

    fluorescence: Scale = Scale(kind="logicle")
    """Scale of every marker that is not named below."""
    scatter: Scale = Scale(kind="linear")
    """Scale of every scatter dimension."""
    markers: dict[Label, Scale] = field(default_factory=dict)
    """Scales of single markers or scatter names."""
    factors: dict[Label, Positive | None] = field(default_factory=dict)
    """How many channel units of the file make one unit of the strategy's numbers, by dimension. Not given: found from
    the landmarks of the section `home`, for each batch. null: not known, and gates that rest on such numbers are not
    made."""
    in_doubt: tuple[Label, ...] = ()
    """Dimensions whose factor is in doubt: a gate that rests on numbers there and lies elsewhere with another factor is
    `doubtful`. Found with the factors, where the samples of the batch do not agree."""

    def of(self, dimension: str, *, scatter: bool) -> Scale:
        """Return the scale of a dimension: its own, or that of its kind."""
        return self.markers.get(dimension, self.scatter if scatter else self.fluorescence)

    @property
    def is_light(self) -> bool:
        """Whether fluorescence is light; on a linear scale its values are points on the display of other software."""
        return self.fluorescence.kind != "linear"


class Landmark(Section):
    """What a kind of cells has in some dimensions, in the units of the strategy's numbers."""

    of: Literal["lymphocytes", "granulocytes", "high_scatter"]
    """The cells; they are found without any scale, by side scatter and CD45 (docs/methods.md). `high_scatter`: all with
    the side scatter of granulocytes and no more CD45 than lymphocytes, eosinophils and immature ones too."""
    by: Literal["median", "spread", "upper"]
    """`median`: where they carry the marker, and for scatter. `spread`: where they do not, the distance from their 16 %
    quantile to their median. `upper`: where the mature ones carry it and others not, their 84 % quantile."""
    values: Annotated[dict[Label, Positive], Limit(min_length=1)]
    """Dimension to value."""


class Home(Section):
    """The units that the strategy's numbers are in, told by cells that every sample shows.

    Numbers of the strategy hold on any instrument then: each batch's factor brings them to the file's own units.
    """

    full_scale: Positive = 262144.0
    """Top of the scales in these units."""
    landmarks: Annotated[tuple[Landmark, ...], Limit(min_length=1)]
    """What the landmark cells have in these units; where several name a dimension, the first that is found counts."""

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Dimensions that have a landmark, in their order."""
        return tuple(dict.fromkeys(name for landmark in self.landmarks for name in landmark.values))


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
    """Populations whose gates are outlined, as far as they lie on these dimensions."""
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


PopulationFault = tuple[int, str, str, str]
"""Index and name of a population, what is wrong with it, and the cure."""

MethodFaults = Callable[[Strategy], Iterable[PopulationFault]]


def load_strategy(path: Path, method_faults: MethodFaults | None = None) -> tuple[Strategy, list[Fault]]:
    """Read a strategy file.

    Parameters
    ----------
    path : Path
        The file.
    method_faults : callable, optional
        Checks the methods too (`marrowgate.gating.methods.method_faults`).

    Returns
    -------
    tuple of (Strategy, list of Fault)
        The strategy, and what is wrong with its tree and methods.

    Raises
    ------
    UserError
        The file is not a strategy; one fault per wrong entry.
    """
    from marrowgate.settings.files.yaml_file import build_model, line_of, read_yaml

    content, lines = read_yaml(path)
    strategy = build_model(path, content, lines, Strategy)
    faults_of_steps = [
        *_tree_faults(strategy, _given_roles(lines)),
        *(method_faults(strategy) if method_faults else ()),
    ]
    faults = [
        Fault(f"{path} line {line_of(('populations', index), lines)}, population {name}", what, cure)
        for index, name, what, cure in sorted(faults_of_steps, key=lambda fault: fault[0])
    ]
    return strategy, faults


def _given_roles(lines: Iterable[tuple[str | int, ...]]) -> tuple[str, ...]:
    """Return the roles that the file gives, from the paths of its entries."""
    return tuple(sorted(str(path[1]) for path in lines if path[:1] == ("roles",) and len(path) == 2))


def _tree_faults(strategy: Strategy, given_roles: Collection[str]) -> Iterator[PopulationFault]:
    names = [population.name for population in strategy.populations]
    for index, population in enumerate(strategy.populations):
        name = population.name
        if name == ROOT:
            yield index, name, "'root' is the name of all events", "give the population another name"
        if name in names[:index]:
            yield index, name, "this name stands for the second time", "give each population its own name"
        twice = [of for of in dict.fromkeys(population.dimensions) if population.dimensions.count(of) > 1]
        for dimension in twice:
            yield index, name, f"the dimension {dimension!r} stands twice", "name two dimensions, or one"
        yield from ((index, name, what, cure) for what, cure in _parent_faults(population, names, names[:index]))
        for other in dict.fromkeys((*population.clear_of, *population.apart_from)):
            if other not in names[:index]:
                cure = correct_to(other, names[:index], "name a population that stands before this one")
                yield index, name, f"{other!r} in clear_of or apart_from is not a population before it", cure
    yield from _nesting_faults(strategy)
    yield from _role_faults(strategy, given_roles, names)
    yield from _protocol_faults(strategy, names)


def _protocol_faults(strategy: Strategy, names: Sequence[str]) -> Iterator[PopulationFault]:
    """Tell which populations the protocol names that are not there."""
    protocol = strategy.protocol
    named = [*protocol.colours]
    for plot in protocol.plots:
        named += [plot.of, *plot.gates, *plot.colours]
    for name in dict.fromkeys(named):
        if name not in (ROOT, *names):
            what = f"the protocol names {name!r}, which is no population of this file"
            yield 0, strategy.populations[0].name, what, correct_to(name, names, "name a population of this file")


def _role_faults(strategy: Strategy, roles: Collection[str], names: Sequence[str]) -> Iterator[PopulationFault]:
    """Tell which roles are given to a population that is not there."""
    for role in roles:
        given = getattr(strategy.roles, role)
        for name in given if isinstance(given, tuple) else (given,):
            if name not in names:
                what = f"the role {role} is given to {name!r}, which is no population of this file"
                yield 0, strategy.populations[0].name, what, correct_to(name, names, "name a population of this file")


def _parent_faults(population: Population, names: Sequence[str], before: Sequence[str]) -> Iterator[tuple[str, str]]:
    parent = population.parent
    if parent == population.name:
        yield "it is its own parent", "name the population that it is gated in, or root"
    elif parent != ROOT and parent not in names:
        yield f"there is no parent {parent!r}", correct_to(parent, names, "name a population of this file, or root")
    elif parent != ROOT and parent not in before:
        yield f"its parent {parent!r} stands behind it", "put parents before their children"


_NUMBERS = ("between", "low", "high", "bounds", "pivot", "vertices")


def rests_on_numbers(step: Step) -> bool:
    """Say whether a step's arguments give a place as a number, which means something on one scale only."""
    return any(_has_number(step.arguments.get(name)) for name in _NUMBERS)


def _has_number(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_has_number(part) for part in value)
    return isinstance(value, int | float)


def _nesting_faults(strategy: Strategy) -> Iterator[PopulationFault]:
    """Tell where the ISHAGE criteria (Sutherland 1996) are nested wrongly, as in 43 % of laboratories (Whitby 2012)."""
    parents = {population.name: population.parent for population in strategy.populations}
    names = [population.name for population in strategy.populations]
    present = [name for name in ISHAGE_ORDER if name in parents] if ISHAGE_ORDER[-1] in parents else []
    for outer, inner in itertools.pairwise(present):
        if outer not in ancestors(inner, parents):
            what = f"it is not inside {outer}, which the ISHAGE order asks for"
            yield names.index(inner), inner, what, f"make {outer} its parent or its parent's parent"


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

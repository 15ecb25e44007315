"""A gating strategy: a tree of populations and how each gate is found.

What a method's arguments may be is the method's own business (`marrowgate.gating.methods`); here the tree is checked.
"""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from marrowgate.errors import Fault
from marrowgate.settings.panel import Label
from marrowgate.settings.yaml_file import load_model, read_yaml

ROOT = "root"
ISHAGE_ORDER = ("cd45_pos", "cd34_pos", "cd34_hspc")
"""The ISHAGE criteria from the outside in; a strategy that has the last must nest them in this order."""

PopulationName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Positive = Annotated[float, Field(gt=0)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Scale(_Section):
    """A transform as written in a strategy; what is not given follows from the channel."""

    kind: Literal["linear", "asinh", "log", "logicle", "hyperlog"]
    """Kind of scale, as Gating-ML 2.0 defines it."""
    t: Positive | None = None
    """Top of the linear scale. Not given: the top of the channel in the file."""
    m: Positive = 4.5
    """Decades."""
    w: Annotated[float, Field(ge=0)] = 0.5
    """Decades of the linear part (logicle, hyperlog)."""
    a: Annotated[float, Field(ge=0)] = 0.0
    """Decades of negative values."""
    cofactor: Positive | None = None
    """For asinh in mass cytometry: asinh(x / cofactor), in place of t."""


class Scales(_Section):
    """Scales of the dimensions."""

    fluorescence: Scale = Scale(kind="logicle")
    """Scale of every marker that is not named below."""
    scatter: Scale = Scale(kind="linear")
    """Scale of every scatter dimension."""
    markers: dict[Label, Scale] = {}
    """Scales of single markers or scatter names."""


class Step(_Section):
    """A method and its arguments."""

    method: Label
    """Name of a method; see docs/methods.md."""
    arguments: dict[str, Any] = {}
    """What the method needs to be told; values are on the linear compensated scale."""


class Population(Step):
    """One population of the tree."""

    name: PopulationName
    """Name, as it stands in every table."""
    parent: PopulationName
    """Population that the gate is applied to; `root` for all events."""
    dimensions: tuple[Label, ...] = ()
    """Markers (CD45) or scatter names (FSC-A); none for Boolean populations."""
    fallback: Step | None = None
    """Used when the method finds no gate; the gate's status is then `fixed`."""
    optional: bool = False
    """When a marker is absent from the panel, children hang on the parent instead."""
    exploratory: bool = False
    """Shown as exploratory in tables and report."""
    note: str = ""
    """Why the gate is as it is, for the documentation and the report."""


class Strategy(_Section):
    """A whole strategy file."""

    description: str = ""
    """A sentence for the report."""
    scales: Scales = Scales()
    """Scales of the dimensions."""
    populations: Annotated[tuple[Population, ...], Field(min_length=1)]
    """The populations; a parent stands before its children."""


def load_strategy(path: Path) -> tuple[Strategy, list[Fault]]:
    """Read a strategy file.

    Returns
    -------
    tuple of (Strategy, list of Fault)
        The strategy, and what is wrong with its tree.

    Raises
    ------
    UserError
        The file is not a strategy; one fault per wrong entry.
    """
    strategy = load_model(path, Strategy)
    _, lines = read_yaml(path)
    faults = [
        Fault(f"{path} line {lines.get(('populations', index), 1)}, population {name}", what, cure)
        for index, name, what, cure in _tree_faults(strategy)
    ]
    return strategy, faults


def _tree_faults(strategy: Strategy) -> Iterator[tuple[int, str, str, str]]:
    names = [population.name for population in strategy.populations]
    for index, population in enumerate(strategy.populations):
        name, parent = population.name, population.parent
        if name == ROOT:
            yield index, name, "'root' is the name of all events", "give the population another name"
        if name in names[:index]:
            yield index, name, "this name stands for the second time", "give each population its own name"
        if parent != ROOT and parent not in names:
            yield index, name, f"there is no parent {parent!r}", "name a population of this file, or root"
        elif parent != ROOT and parent not in names[:index]:
            yield index, name, f"its parent {parent!r} stands behind it", "put parents before their children"
        operands = population.arguments.get("operands", ()) if population.method == "boolean" else ()
        for operand in operands:
            if operand not in names[:index]:
                cure = "name populations that stand before this one"
                yield index, name, f"the Boolean gate names {operand!r}, which is not a population before it", cure
    yield from _nesting_faults(strategy)


def _nesting_faults(strategy: Strategy) -> Iterator[tuple[int, str, str, str]]:
    """Tell where the ISHAGE criteria (Sutherland 1996) are nested wrongly, as in 43 % of laboratories (Whitby 2012)."""
    parents = {population.name: population.parent for population in strategy.populations}
    present = [name for name in ISHAGE_ORDER if name in parents] if ISHAGE_ORDER[-1] in parents else []
    for outer, inner in itertools.pairwise(present):
        if outer not in ancestors(inner, parents):
            index = list(parents).index(inner)
            what = f"it is not inside {outer}, which the ISHAGE order asks for"
            yield index, inner, what, f"make {outer} its parent or its parent's parent"


def ancestors(name: str, parents: dict[str, str]) -> list[str]:
    """Give the populations that a population lies in, nearest first, without `root`; cycles are cut."""
    found: list[str] = []
    at = parents.get(name, ROOT)
    while at != ROOT and at not in found:
        found.append(at)
        at = parents.get(at, ROOT)
    return found

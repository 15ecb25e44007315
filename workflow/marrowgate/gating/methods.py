"""Methods of finding a gate: what they see, what they answer, and the registry of all of them.

A new method is one module in `marrowgate.gating.estimators` that holds a `METHOD`, and one line here.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from marrowgate.errors import UserError
from marrowgate.gating.gates import Gate
from marrowgate.settings.messages import correct_to, sentence
from marrowgate.settings.panel import is_scatter
from marrowgate.settings.strategy import Scales, Step, Strategy, load_strategy
from marrowgate.signal.transforms import Transform

FindStatus = Literal["ok", "fixed", "too_few_events", "no_valley", "failed"]

_REGISTRY = {
    "boolean": "marrowgate.gating.estimators.boolean",
    "cluster": "marrowgate.gating.estimators.cluster",
    "control_quantile": "marrowgate.gating.estimators.control_quantile",
    "copy": "marrowgate.gating.estimators.copy",
    "fixed": "marrowgate.gating.estimators.fixed",
    "mixture": "marrowgate.gating.estimators.mixture",
    "negative_tail": "marrowgate.gating.estimators.negative_tail",
    "reference_line": "marrowgate.gating.estimators.reference_line",
    "reference_quantile": "marrowgate.gating.estimators.reference_quantile",
    "reference_ratio": "marrowgate.gating.estimators.reference_ratio",
    "singlets": "marrowgate.gating.estimators.singlets",
    "slanted_valley": "marrowgate.gating.estimators.slanted_valley",
    "valley": "marrowgate.gating.estimators.valley",
}


_NOT_PARALLEL = {"cluster", "mixture", "reference_line", "singlets", "slanted_valley"}
"""Methods whose gates in two dimensions are not parallel to the axes."""


class Arguments(BaseModel):
    """Base of every method's arguments: unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    def faults_in(self, n_dimensions: int) -> list[tuple[str, str]]:  # noqa: ARG002 - most do not depend on it
        """Say what does not fit the number of dimensions: what is wrong, and the cure."""
        return []


def bounds_faults(bounds: Mapping[str, Sequence[object]], n_dimensions: int) -> list[tuple[str, str]]:
    """Say which bounds are not one number for each dimension; those not given are left out by the caller."""
    wanted = _counted(n_dimensions, "number")
    return [
        (f"{name} needs {wanted}, one for each dimension, got {len(values)}", f"correct {name} or dimensions")
        for name, values in bounds.items()
        if len(values) != n_dimensions
    ]


class View(Protocol):
    """What a method may look at while it finds one gate."""

    @property
    def population(self) -> str:
        """Return the name of the population that the gate is for."""

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Return the dimensions of the gate."""

    @property
    def seed(self) -> int:
        """Return the seed of every draw for this gate."""

    def values(self, dimension: str, population: str | None = None) -> NDArray[np.float64]:
        """Return the transformed values of the parent's events, or of another population that is gated already."""

    def scale(self, dimension: str) -> Transform:
        """Return the scale of a dimension."""

    def gate(self, population: str) -> Gate | None:
        """Return the gate of a population that is gated already."""

    def is_control(self, kind: str, marker: str) -> bool:
        """Say whether this sample is itself the control of that kind for the marker."""

    def control_value(self, kind: str) -> tuple[float, float, str] | None:
        """Return the boundary found in the sample's control, its standard deviation, and the control's sample_id."""


@dataclass(frozen=True)
class Found:
    """A method's answer for one sample.

    Parameters
    ----------
    gate : Gate or None
        The gate on the transformed scale; None when there is none to be found.
    status : str
        ok, fixed, too_few_events, no_valley or failed.
    reason : str
        Why there is no gate, or where it comes from.
    boundary_sd : tuple of float
        Standard deviation of each free boundary, transformed scale.
    movements : tuple of tuple of float
        Where the free numbers of the gate do not vary by themselves: independent movements of all of them, each of one
        standard deviation.
    """

    gate: Gate | None
    status: FindStatus
    reason: str = ""
    boundary_sd: tuple[float, ...] = ()
    movements: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True)
class Method:
    """A way of finding a gate.

    Parameters
    ----------
    arguments : type of Arguments
        What a strategy may say.
    n_dimensions : tuple of int
        Numbers of dimensions that it works in.
    source : str
        Where the method is described.
    find : callable
        Takes the view of the parent and the arguments; never raises for want of events.
    """

    arguments: type[Arguments]
    n_dimensions: tuple[int, ...]
    source: str
    find: Callable[[View, Any], Found]


def names() -> tuple[str, ...]:
    """Return the names of all methods."""
    return tuple(_REGISTRY)


def get_method(name: str) -> Method:
    """Return a method by name; its module is imported now.

    Raises
    ------
    KeyError
        There is no such method.
    """
    method: Method = importlib.import_module(_REGISTRY[name]).METHOD
    return method


def load_checked_strategy(path: Path) -> Strategy:
    """Read a strategy file and check its tree and its methods.

    Raises
    ------
    UserError
        One fault per wrong entry.
    """
    strategy, faults = load_strategy(path, method_faults)
    if faults:
        raise UserError(faults)
    return strategy


def method_faults(strategy: Strategy) -> list[tuple[int, str, str, str]]:
    """Check the method and arguments of every population.

    Returns
    -------
    list of (int, str, str, str)
        Index and name of the population, what is wrong, and the cure.
    """
    faults = []
    for index, population in enumerate(strategy.populations):
        steps: list[tuple[Step, tuple[str, ...]]] = [(population, population.dimensions)]
        if population.fallback:
            steps.append((population.fallback, population.fallback.dimensions or population.dimensions))
        for step, dimensions in steps:
            found = [*_step_faults(step, dimensions), *_scale_faults(step, dimensions, strategy.scales)]
            faults += [(index, population.name, what, cure) for what, cure in found]
    return faults


def _step_faults(step: Step, dimensions: Sequence[str]) -> list[tuple[str, str]]:
    name = step.method
    if name not in _REGISTRY:
        cure = correct_to(name, names(), f"use one of {', '.join(_REGISTRY)}")
        return [(f"there is no method {name!r}", cure)]
    method = get_method(name)
    fits = len(dimensions) in method.n_dimensions
    faults = [] if fits else [(_dimensions_wanted(name, method.n_dimensions, len(dimensions)), "correct dimensions")]
    try:
        arguments = method.arguments.model_validate(step.arguments)
    except ValidationError as error:
        for entry in error.errors(include_url=False):
            what, cure = sentence(entry, tuple(method.arguments.model_fields))
            place = ".".join(str(part) for part in entry["loc"])
            faults.append((f"argument {place} of method {name}: {what}" if place else f"method {name}: {what}", cure))
        return faults
    found = arguments.faults_in(len(dimensions)) if fits else []
    return [*faults, *((f"method {name}: {what}", cure) for what, cure in found)]


def _dimensions_wanted(name: str, wanted: tuple[int, ...], got: int) -> str:
    *others, last = wanted
    many = "".join(f"{number} or " for number in others) + _counted(last, "dimension")
    return f"method {name} takes {many}, got {got}"


def _counted(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def _scale_faults(step: Step, dimensions: Sequence[str], scales: Scales) -> list[tuple[str, str]]:
    """Tell which slanted or curved gates would be on a scale that Gating-ML 2.0 cannot hold them on."""
    polygon = step.method == "fixed" and step.arguments.get("kind") == "polygon"
    if len(dimensions) < 2 or not (polygon or step.method in _NOT_PARALLEL):
        return []
    named = [name for name in dimensions if scales.of(name, scatter=is_scatter(name)).kind == "biexponential"]
    if not named:
        return []
    gate = "a polygon" if polygon else f"the gate of method {step.method}"
    what = f"{gate} is not parallel to the axes, which {', '.join(named)} on a biexponential scale needs"
    return [(what, "take logicle for that scale, or a method with one dimension")]


def on_scale(view: View, dimension: str, values: Sequence[float]) -> list[float]:
    """Bring values that a strategy gives on the linear scale to the dimension's own scale."""
    return [float(value) for value in view.scale(dimension).forward(np.asarray(values, dtype=np.float64))]

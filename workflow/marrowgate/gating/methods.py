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

from marrowgate.errors import UserError
from marrowgate.gating.boundary_error import NO_ERROR, BoundaryError
from marrowgate.gating.geometry.gates import Gate
from marrowgate.gating.reasons import Reasons, because
from marrowgate.settings.messages import correct_to, sentence
from marrowgate.settings.panel import is_scatter
from marrowgate.settings.section import Section
from marrowgate.settings.strategy import Scales, Step, Strategy, load_strategy
from marrowgate.signal.transforms import Transform

FindStatus = Literal["ok", "doubtful", "fixed", "too_few_events", "no_valley", "failed"]

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
    "upper_mode": "marrowgate.gating.estimators.upper_mode",
    "valley": "marrowgate.gating.estimators.valley",
}


class Arguments(Section):
    """Base of every method's arguments: unknown ones are refused."""

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

    def gate(self, population: str) -> tuple[Gate, BoundaryError] | None:
        """Return the gate of a population that is gated already, with its error."""

    def is_control(self, kind: str, marker: str) -> bool:
        """Say whether this sample is itself the control of that kind for the marker."""

    def control_value(self, kind: str) -> tuple[float, BoundaryError, str] | None:
        """Return the boundary found in the sample's control, its error, and the control's sample_id."""


@dataclass(frozen=True)
class FittedGate:
    """A method's answer for one sample.

    Parameters
    ----------
    gate : Gate or None
        The gate on the transformed scale; None when there is none to be found.
    status : str
        ok, doubtful, fixed, too_few_events, no_valley or failed.
    reasons : tuple of Note
        Why there is no gate, why it is in doubt, or where it comes from.
    error : BoundaryError
        How sure its free numbers are.
    """

    gate: Gate | None
    status: FindStatus
    reasons: Reasons = ()
    error: BoundaryError = NO_ERROR


def fitted_gate(gate: Gate, error: BoundaryError, *, doubts: Reasons = (), notes: Reasons = ()) -> FittedGate:
    """Return the answer with a gate: `doubtful` with any doubt, else `ok`."""
    return FittedGate(gate, "doubtful" if doubts else "ok", (*doubts, *notes), error)


def no_gate(code: str, sentence: str) -> FittedGate:
    """Return the answer without a gate, for one of the codes of `marrowgate.gating.reasons`."""
    own_status: dict[str, FindStatus] = {"too_few_events": "too_few_events", "no_valley": "no_valley"}
    return FittedGate(None, own_status.get(code, "failed"), (because(code, sentence),))


@dataclass(frozen=True)
class Needs:
    """What a method, with its arguments, needs beside the events of the parent.

    Parameters
    ----------
    references : tuple of str
        Populations whose events it looks at.
    gates : tuple of str
        Populations whose gates it takes over.
    operands : tuple of str
        Populations that it joins.
    operator : str
        How it joins them: and, or, not.
    control : str
        Kind of control sample whose boundary it takes over.
    placed_by : tuple of str
        Populations that alone say where the gate is, so that it is as much in doubt as they are.
    true_values : bool
        It needs the parent's true values in its dimensions, so that few events may lie at the top of one.
    """

    references: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    operands: tuple[str, ...] = ()
    operator: Literal["", "and", "or", "not"] = ""
    control: str = ""
    placed_by: tuple[str, ...] = ()
    true_values: bool = False


def nothing_needed(arguments: Any) -> Needs:  # noqa: ARG001 - every declaration has this shape
    """Declare that the parent's events are enough."""
    return Needs()


def always(arguments: Any) -> bool:  # noqa: ARG001 - every declaration has this shape
    """Declare that the gate is parallel to the axes, whatever the arguments."""
    return True


def never(arguments: Any) -> bool:  # noqa: ARG001 - every declaration has this shape
    """Declare that the gate is not parallel to the axes, whatever the arguments."""
    return False


def no_stain(arguments: Any, dimensions: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001 - as above
    """Declare that an event inside the gate need not carry the stain of any dimension."""
    return ()


def kept_stain(arguments: Any, dimensions: tuple[str, ...]) -> tuple[str, ...]:
    """Declare that an event must carry the stain of the one dimension when the gate keeps what lies above."""
    return dimensions if len(dimensions) == 1 and arguments.keep == "above" else ()


def stains_above_zero(low: Sequence[float | None], dimensions: tuple[str, ...]) -> tuple[str, ...]:
    """Return the dimensions of a box that begins above 0 there."""
    return tuple(name for name, bound in zip(dimensions, low, strict=False) if bound is not None and bound > 0)


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
    needs : callable
        Takes the arguments; says what the method looks at beside the parent.
    is_parallel : callable
        Takes the arguments; says whether a gate in two dimensions is parallel to the axes.
    stains : callable
        Takes the arguments and the dimensions; returns those whose stain an event inside the gate must carry.
    """

    arguments: type[Arguments]
    n_dimensions: tuple[int, ...]
    source: str
    find: Callable[[View, Any], FittedGate]
    needs: Callable[[Any], Needs] = nothing_needed
    is_parallel: Callable[[Any], bool] = always
    stains: Callable[[Any, tuple[str, ...]], tuple[str, ...]] = no_stain


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


def needs_of(step: Step) -> Needs:
    """Return what a step of a checked strategy needs beside the events of its parent."""
    method = get_method(step.method)
    return method.needs(method.arguments.from_checked(step.arguments))


def stains_of_step(step: Step, dimensions: tuple[str, ...]) -> tuple[str, ...]:
    """Return the dimensions whose stain an event inside the gate of a checked step must carry."""
    method = get_method(step.method)
    return method.stains(method.arguments.from_checked(step.arguments), dimensions)


def control_needs(strategy: Strategy) -> tuple[tuple[str, str], ...]:
    """Return the controls that a checked strategy asks for, as (kind, marker)."""
    needs = ((needs_of(population).control, population.dimensions) for population in strategy.populations)
    return tuple((kind, dimensions[0]) for kind, dimensions in needs if kind)


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
    names_so_far: list[str] = []
    for index, population in enumerate(strategy.populations):
        steps: list[tuple[Step, tuple[str, ...]]] = [(population, population.dimensions)]
        if population.fallback:
            steps.append((population.fallback, population.fallback.dimensions or population.dimensions))
        of_step: list[tuple[str, str]] = []
        for step, dimensions in steps:
            of_step += _step_faults(step, dimensions)
            if step.method in _REGISTRY:
                arguments = _readable_arguments(step)
                of_step += _scale_faults(step, arguments, dimensions, strategy.scales)
                of_step += _needs_faults(get_method(step.method).needs(arguments), names_so_far)
        faults += [(index, population.name, what, cure) for what, cure in dict.fromkeys(of_step)]
        names_so_far.append(population.name)
    return faults


def _step_faults(step: Step, dimensions: Sequence[str]) -> list[tuple[str, str]]:
    from pydantic import ValidationError

    from marrowgate.settings.checking import fields_of

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
            what, cure = sentence(entry, tuple(fields_of(method.arguments)))
            location = ".".join(str(part) for part in entry["loc"])
            faults.append(
                (f"argument {location} of method {name}: {what}" if location else f"method {name}: {what}", cure)
            )
        return faults
    of_arguments = arguments.faults_in(len(dimensions)) if fits else []
    return [*faults, *((f"method {name}: {what}", cure) for what, cure in of_arguments)]


def _readable_arguments(step: Step) -> Arguments:
    """Return the arguments of a step, empty text in place of those that are wrong or missing."""
    from pydantic import ValidationError

    from marrowgate.settings.checking import fields_of

    model = get_method(step.method).arguments
    try:
        return model.model_validate(step.arguments)
    except ValidationError as error:
        wrong = {entry["loc"][0] for entry in error.errors() if entry["loc"]}
        known = fields_of(model)
        given = {name: value for name, value in step.arguments.items() if name in known.keys() - wrong}
        blank = {name: "" for name, entry in known.items() if entry.is_required() or name in wrong}
        return model.unchecked({**blank, **given})


def _needs_faults(needs: Needs, before: Sequence[str]) -> list[tuple[str, str]]:
    """Tell which populations a step needs that do not stand before it."""
    several, single = "name populations that stand before this one", "name a population that stands before this one"
    wanted = [(name, f"the Boolean gate names {name!r}, which", several) for name in needs.operands]
    wanted += [(name, f"its reference {name!r}", single) for name in (*needs.references, *needs.gates)]
    return [
        (f"{what} is not a population before it", correct_to(name, before, cure))
        for name, what, cure in dict.fromkeys(wanted)
        if name and name not in before
    ]


def _dimensions_wanted(name: str, wanted: tuple[int, ...], got: int) -> str:
    *others, last = wanted
    many = "".join(f"{number} or " for number in others) + _counted(last, "dimension")
    return f"method {name} takes {many}, got {got}"


def _counted(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def _scale_faults(step: Step, arguments: Arguments, dimensions: Sequence[str], scales: Scales) -> list[tuple[str, str]]:
    """Tell which slanted or curved gates would be on a scale that Gating-ML 2.0 cannot hold them on."""
    if len(dimensions) < 2 or get_method(step.method).is_parallel(arguments):
        return []
    named = [name for name in dimensions if scales.of(name, scatter=is_scatter(name)).kind == "biexponential"]
    if not named:
        return []
    what = (
        f"the gate of method {step.method} is not parallel to the axes, which {', '.join(named)} on a biexponential "
        "scale needs"
    )
    return [(what, "take logicle for that scale, or a method with one dimension")]


def on_scale(view: View, dimension: str, values: Sequence[float]) -> list[float]:
    """Bring values that a strategy gives on the linear scale to the dimension's own scale."""
    return [float(value) for value in view.scale(dimension).forward(np.asarray(values, dtype=np.float64))]

"""Methods of finding a gate: what they see, what they answer, and the registry of all of them.

A new method is one module in `marrowgate.gating.estimators` that holds a `METHOD`, and one line here.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from marrowgate.frozen import Frozen
from marrowgate.gating.boundary_error import NO_ERROR, BoundaryError
from marrowgate.gating.geometry.gates import Gate
from marrowgate.gating.reasons import Reasons, because
from marrowgate.settings.section import Section
from marrowgate.settings.strategies.strategy import Step, Strategy
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


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, such as ``2 dimensions`` or ``no dimensions``."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def bounds_faults(bounds: Mapping[str, Sequence[object]], n_dimensions: int) -> list[tuple[str, str]]:
    """Say which bounds are not one number for each dimension; those not given are left out by the caller."""
    wanted = counted(n_dimensions, "number")
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


class FittedGate(Frozen):
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


class Needs(Frozen):
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


def no_chance(arguments: Any) -> tuple[str, float] | None:  # noqa: ARG001 - every declaration has this shape
    """Declare that nothing is known of how cells cross the border by chance."""
    return None


def no_stain(arguments: Any, dimensions: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001 - as above
    """Declare that an event inside the gate need not carry the stain of any dimension."""
    return ()


def kept_stain(arguments: Any, dimensions: tuple[str, ...]) -> tuple[str, ...]:
    """Declare that an event must carry the stain of the one dimension when the gate keeps what lies above."""
    return dimensions if len(dimensions) == 1 and arguments.keep == "above" else ()


def stains_above_zero(low: Sequence[float | None], dimensions: tuple[str, ...]) -> tuple[str, ...]:
    """Return the dimensions of a box that begins above 0 there."""
    return tuple(name for name, bound in zip(dimensions, low, strict=False) if bound is not None and bound > 0)


class Method(Frozen):
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
    chance_spreads : callable
        Takes the arguments; returns a population and how far cells of one kind lie apart across the gate's line, as a
        multiple of that population's spread; None where the method does not know.
    """

    arguments: type[Arguments]
    n_dimensions: tuple[int, ...]
    source: str
    find: Callable[[View, Any], FittedGate]
    needs: Callable[[Any], Needs] = nothing_needed
    is_parallel: Callable[[Any], bool] = always
    stains: Callable[[Any, tuple[str, ...]], tuple[str, ...]] = no_stain
    chance_spreads: Callable[[Any], tuple[str, float] | None] = no_chance


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


def on_scale(view: View, dimension: str, values: Sequence[float]) -> list[float]:
    """Bring values that a strategy gives on the linear scale to the dimension's own scale."""
    return [float(value) for value in view.scale(dimension).forward(np.asarray(values, dtype=np.float64))]

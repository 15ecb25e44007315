"""The methods of a strategy file and their arguments, checked."""

from collections.abc import Sequence
from pathlib import Path

from marrowgate.errors import UserError
from marrowgate.gating.methods import Arguments, Needs, counted, get_method, names
from marrowgate.settings.messages import correct_to, sentence
from marrowgate.settings.panel import is_scatter
from marrowgate.settings.strategies.scales import Scales
from marrowgate.settings.strategies.strategy import Step, Strategy
from marrowgate.settings.strategies.strategy_reader import load_strategy


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
            if step.method in names():
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
    if name not in names():
        cure = correct_to(name, names(), f"use one of {', '.join(names())}")
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
    many = "".join(f"{number} or " for number in others) + counted(last, "dimension")
    return f"method {name} takes {many}, got {got}"


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

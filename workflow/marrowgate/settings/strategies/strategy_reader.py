"""Strategy files: read, and checked as a tree.

What a method's arguments may be is the method's own business (`marrowgate.gating.method_checks`).
"""

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path

from marrowgate.errors import Fault
from marrowgate.settings.messages import correct_to
from marrowgate.settings.strategies.strategy import ISHAGE_ORDER, ROOT, Population, Strategy, ancestors

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
        Checks the methods too (`marrowgate.gating.method_checks.method_faults`).

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


def _nesting_faults(strategy: Strategy) -> Iterator[PopulationFault]:
    """Tell where the ISHAGE criteria (Sutherland 1996) are nested wrongly, as in 43 % of laboratories (Whitby 2012)."""
    parents = {population.name: population.parent for population in strategy.populations}
    names = [population.name for population in strategy.populations]
    present = [name for name in ISHAGE_ORDER if name in parents] if ISHAGE_ORDER[-1] in parents else []
    for outer, inner in itertools.pairwise(present):
        if outer not in ancestors(inner, parents):
            what = f"it is not inside {outer}, which the ISHAGE order asks for"
            yield names.index(inner), inner, what, f"make {outer} its parent or its parent's parent"

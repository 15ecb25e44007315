"""Which populations of a strategy a panel allows, and which it does not, and why."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from marrowgate.gating.methods import Needs, needs_of
from marrowgate.settings.marker_names import canonical
from marrowgate.settings.strategies.strategy import Population, Strategy

_STANDS_IN = {"FSC-A": "FSC-H", "SSC-A": "SSC-H"}
"""The height stands in for an area that was not recorded."""


@dataclass(frozen=True)
class Offer:
    """What a strategy gives with a panel.

    Parameters
    ----------
    strategy : str
        Its name.
    had : tuple of str
        Populations that can be gated, in the order of the strategy.
    lacking : mapping of tuple of str to tuple of str
        Markers and scatter names that the panel has not, to the populations that are not had because of them.
    """

    strategy: str
    had: tuple[str, ...]
    lacking: dict[tuple[str, ...], tuple[str, ...]]


@dataclass
class _Walk:
    """What is known while the tree is walked: why populations are not had, and what stands in for optional ones."""

    absent: dict[str, tuple[str, ...]] = field(default_factory=dict)
    hangs_on: dict[str, str] = field(default_factory=dict)

    def missing(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the markers without which some of the populations are not had."""
        absent = (self.absent.get(self.hangs_on.get(name, name), ()) for name in names)
        return tuple(dict.fromkeys(marker for markers in absent for marker in markers))


def offer(name: str, strategy: Strategy, dimensions: Collection[str]) -> Offer:
    """Say what a checked strategy gives with the markers and scatter names of a panel.

    The rules are those of fitting: a fallback stands in where it does without a marker, the children of an optional
    population hang on its parent, and a population that refers to one that is not had is not had either.
    """
    walk = _Walk()
    for population in strategy.populations:
        absent = _absent(population, dimensions, walk)
        if absent:
            walk.absent[population.name] = absent
            if population.optional:
                walk.hangs_on[population.name] = walk.hangs_on.get(population.parent, population.parent)
    had = tuple(population.name for population in strategy.populations if population.name not in walk.absent)
    lacking: dict[tuple[str, ...], tuple[str, ...]] = {}
    for population_name, markers in walk.absent.items():
        lacking[markers] = (*lacking.get(markers, ()), population_name)
    return Offer(name, had, lacking)


def lacks(wanted: Sequence[str], dimensions: Collection[str]) -> tuple[str, ...]:
    """Return the wanted dimensions that are not there, under any of their names."""
    known = {canonical(name) for name in dimensions}
    return tuple(
        name for name in wanted if canonical(name) not in known and not height_stands_in(name, wanted, dimensions)
    )


def height_stands_in(name: str, wanted: Sequence[str], dimensions: Collection[str]) -> bool:
    """Say whether a wanted area is measured as a height that is not itself wanted, as gating takes it."""
    height = _STANDS_IN.get(name)
    return height in dimensions and height not in wanted


def _absent(population: Population, dimensions: Collection[str], walk: _Walk) -> tuple[str, ...]:
    """Return the markers without which a population is not had; empty when it is."""
    own = lacks(population.dimensions, dimensions)
    fallback = population.fallback
    instead = fallback if own and fallback and fallback.dimensions else None
    if own and (instead is None or lacks(instead.dimensions, dimensions)):
        return own
    needs = needs_of(instead or population)
    if needs.operands:
        return _absent_operands(needs, walk) or walk.missing([population.parent])
    # a method whose reference has no gate has its fallback
    references = () if fallback is not None and instead is None else needs.references
    return walk.missing([population.parent, *references, *needs.gates])


def _absent_operands(needs: Needs, walk: _Walk) -> tuple[str, ...]:
    """Return the markers of operands without which nothing is left to join."""
    gone = [name for name in needs.operands if name in walk.absent]
    if needs.operator != "and" and len(gone) < len(needs.operands):
        return ()
    return tuple(dict.fromkeys(marker for name in gone for marker in walk.absent[name]))

"""Whether the endpoints, measures and populations that the section cohort names can be in any table."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from marrowgate.endpoint_names import (
    COMPARED_CHANGES,
    COMPARED_LEVEL,
    COUNT_UNITS,
    RESPONDER,
    count_measure,
    endpoint_name,
    intensity_measure,
    read_endpoint,
)
from marrowgate.settings.config import Cohort, Config, Intensity, IntensityColumn
from marrowgate.settings.messages import correct_to, nearest
from marrowgate.settings.panel import Panel
from marrowgate.settings.strategies.strategy import Strategy

COMPARED = (*COMPARED_CHANGES, COMPARED_LEVEL)
_MANY = 12

DEPENDS_ON = (
    "measurements",
    "measure.intensities",
    "cohort.populations",
    "cohort.intensity_columns",
    "cohort.responder_measure",
)
"""Entries of the config that say which measures there are."""

EntryPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Nameable:
    """What the names of measures are made of.

    Parameters
    ----------
    populations : tuple of str
        Populations of all strategies in use.
    markers : tuple of str
        Markers of all panels in use.
    asked : tuple of Intensity
        The intensities that are asked for.
    imported : tuple of str
        Measures of other instruments, with their units.
    cohort : Cohort
        The section cohort.
    """

    populations: tuple[str, ...]
    markers: tuple[str, ...]
    asked: tuple[Intensity, ...]
    imported: tuple[str, ...]
    cohort: Cohort

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Populations, each with a marker that is measured on it."""
        named = [
            (name, intensity.marker) for intensity in self.asked for name in (intensity.population, *intensity.strata)
        ]
        return tuple(dict.fromkeys(pair for pair in named if pair[0] in self.populations and pair[1] in self.markers))

    @property
    def measures(self) -> tuple[str, ...]:
        """Every measure that a visit may have."""
        counted = [name for name in self.cohort.populations if name in self.populations]
        return (
            *(count_measure(name, unit) for name in counted for unit in COUNT_UNITS),
            *(intensity_measure(*pair, column) for pair in self.pairs for column in self.cohort.intensity_columns),
            *self.imported,
        )

    @property
    def endpoints(self) -> tuple[str, ...]:
        """Every endpoint that may be compared."""
        changes = [endpoint_name(measure, summary) for measure in self.measures for summary in COMPARED]
        read = self.cohort.responder_measure
        return (*changes, *([endpoint_name(read, RESPONDER)] if read in self.measures else []))


def nameable(
    config: Config, strategies: Iterable[Strategy], panels: Iterable[Panel], imported: Iterable[str]
) -> Nameable:
    """Collect what names of measures are made of; `imported` are the measures of other instruments."""
    return Nameable(
        tuple(dict.fromkeys(population.name for strategy in strategies for population in strategy.populations)),
        tuple(dict.fromkeys(entry.marker for panel in panels for entry in panel.channels if entry.marker)),
        config.measure.intensities,
        tuple(dict.fromkeys(imported)),
        config.cohort,
    )


def impossible_names(known: Nameable) -> Iterator[tuple[EntryPath, str, str]]:
    """Tell which names of the section cohort no table will have, as (place in the section, what, cure)."""
    for index, name in enumerate(known.cohort.populations):
        if name not in known.populations:
            yield ("populations", index), *_no_population(name, known)
    read = known.cohort.responder_measure
    if read not in known.measures:
        yield ("responder_measure",), *_no_measure(read, known)
    named: list[tuple[EntryPath, str]] = [(("primary",), known.cohort.primary)]
    named += [(("secondary", index), name) for index, name in enumerate(known.cohort.secondary)]
    for entry, name in named:
        if name not in known.endpoints:
            yield entry, *_no_endpoint(name, known)


def _no_endpoint(name: str, known: Nameable) -> tuple[str, str]:
    measure, summary = (read := read_endpoint(name)).measure, read.summary
    if not summary:
        cure = f"write <measure>_<summary>, with a summary of {', '.join(COMPARED)}"
        return f"no table will have the endpoint {name!r}", correct_to(name, known.endpoints, cure)
    if measure not in known.measures:
        return _no_measure(measure, known)
    if summary == RESPONDER:
        what = f"only the responder_measure {known.cohort.responder_measure!r} has responders"
        return what, "name that one, or change responder_measure and its limits"
    what = f"{summary} of {measure} is not compared between the arms"
    return what, f"write {measure}_ and one of {', '.join(COMPARED)}"


def _no_measure(name: str, known: Nameable) -> tuple[str, str]:
    for unit in COUNT_UNITS:
        if name.endswith(f"_{unit}"):
            population = name.removesuffix(f"_{unit}")
            if population in known.populations:
                return f"{population} is not among cohort.populations, so it is no endpoint", "add it there"
            if not nearest(name, known.imported):
                return _no_population(population, known)
    for column in get_args(IntensityColumn):
        if name.endswith(f"_{column}"):
            return _no_intensity(name.removesuffix(f"_{column}"), column, known)
    what = f"no table will have the measure {name!r}"
    return what, correct_to(name, known.measures, f"measures are {_listed(known.measures)}")


def _no_intensity(pair: str, column: str, known: Nameable) -> tuple[str, str]:
    """Say what is wrong with ``<population>_<marker>``; both may hold _ themselves."""
    population = max((name for name in known.populations if pair.startswith(f"{name}_")), key=len, default="")
    marker = max((name for name in known.markers if pair.endswith(f"_{name}")), key=len, default="")
    if population and marker and pair == f"{population}_{marker}":
        if (population, marker) in known.pairs:
            return f"{column} is not among cohort.intensity_columns, so it is no endpoint", "add it there"
        cure = f"add {{population: {population}, marker: {marker}}} there"
        return f"{marker} on {population} is not among measure.intensities", cure
    if marker:
        return _no_population(pair.removesuffix(f"_{marker}"), known)
    if population:
        wrong = pair.removeprefix(f"{population}_")
        cure = correct_to(wrong, known.markers, f"markers are {_listed(known.markers)}")
        return f"no panel has the marker {wrong!r}", cure
    asked = tuple(f"{name}_{stain}" for name, stain in known.pairs)
    what = f"no intensity is called {f'{pair}_{column}'!r}"
    return what, correct_to(pair, asked, f"intensities are measured on {_listed(asked)}")


def _no_population(name: str, known: Nameable) -> tuple[str, str]:
    cure = correct_to(name, known.populations, f"populations are {_listed(known.populations)}")
    return f"no strategy has the population {name!r}", cure


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MANY} more" if len(names) > _MANY else ""
    return ", ".join(names[:_MANY]) + more if names else "none"

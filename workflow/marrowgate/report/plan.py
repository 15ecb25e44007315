"""Which figures a project's report holds, as its settings and sheets say: known before anything is measured."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from marrowgate.settings.config import Config
from marrowgate.settings.panel import Panel
from marrowgate.settings.project import Project
from marrowgate.settings.sample_links import gated
from marrowgate.settings.strategies.strategy import Strategy

GATE_STATUS = "gate_status"
SURVIVAL = {"overall_survival": ("os", "Overall survival"), "disease_free_survival": ("dfs", "Disease-free survival")}
"""Figure to the outcome that it shows and its title."""

Pairs = list[tuple[str, str]]
"""Populations, each with a marker."""


@dataclass(frozen=True)
class Course:
    """One value to draw over time.

    Parameters
    ----------
    measure : str
        Name as in the tables of visits and endpoints, for example ``immature_per_100_cd45``.
    table : str
        Table that holds the values: populations, intensities, or visits for what other instruments measured.
    column : str
        Column of that table.
    population, marker, panel : str
        Which rows; empty where they do not say.
    is_shared : bool
        Whether several panels give the value, so that the panel must be named.
    figure : str
        Stem of the figure's file.
    """

    measure: str
    table: Literal["populations", "intensities", "visits"]
    column: str
    population: str = ""
    marker: str = ""
    panel: str = ""
    is_shared: bool = False
    figure: str = ""

    def serves(self, endpoint: str) -> bool:
        """Say whether an endpoint, or the responder rule, reads this value."""
        return endpoint == self.measure or endpoint.startswith(f"{self.measure}_")


def planned_figures(project: Project) -> tuple[str, ...]:
    """Return the figures of a project's report by name: gates, courses over time, survival.

    Parameters
    ----------
    project : Project
        Settings and sheets.

    Returns
    -------
    tuple of str
        Stems of their files, no two the same.
    """
    gates = (GATE_STATUS,) if gated(project) else ()
    patients = project.patients.values()
    survival = (
        figure
        for figure, (outcome, _) in SURVIVAL.items()
        if any(getattr(patient, f"{outcome}_months") is not None for patient in patients)
    )
    return (*gates, *(course.figure for course in planned_courses(project)), *survival)


def planned_courses(project: Project) -> tuple[Course, ...]:
    """Return what is drawn over time.

    What the endpoints and the responder rule of the settings read comes first. Of a panel whose strategy has none of
    it, the populations of `cohort.populations` are drawn where the config names them, else those that end the tree,
    and the markers that are measured.

    Parameters
    ----------
    project : Project
        Settings and sheets.

    Returns
    -------
    tuple of Course
        Empty when no stained sample has a day.
    """
    config = project.config
    stained = [sample for sample in project.samples if sample.control_type == "none" and sample.day is not None]
    possible: list[Course] = []
    usual: dict[str, list[Course]] = {}
    for panel in dict.fromkeys(sample.panel for sample in stained):
        strategy = project.strategies[config.strategy_of_panel[panel]]
        measured = _measured(config, strategy, project.panels[panel])
        possible += [replace(course, panel=panel) for course in _possible(config, strategy, measured)]
        usual[panel] = [replace(course, panel=panel) for course in _usual(config, strategy, measured)]
    imported = dict.fromkeys(f"{row.measure}_{row.unit}" for row in project.measurements)
    possible += [Course(name, "visits", name) for name in imported if stained]
    wanted = (config.cohort.primary, *config.cohort.secondary, config.cohort.responder_measure)
    asked = dict.fromkeys(course for endpoint in wanted for course in possible if course.serves(endpoint))
    have = {course.panel for course in asked}
    others = [course for panel, courses in usual.items() if panel not in have for course in courses]
    return _with_figures([*asked, *others])


def _possible(config: Config, strategy: Strategy, measured: Pairs) -> Iterator[Course]:
    """Return every value of a strategy that can be an endpoint."""
    for name in (population.name for population in strategy.populations):
        yield Course(f"{name}_per_100_cd45", "populations", "per_100_cd45", name)
        yield Course(f"{name}_per_ul", "populations", "cells_per_ul", name)
    for name, marker in measured:
        for column in config.cohort.intensity_columns:
            yield Course(f"{name}_{marker}_{column}", "intensities", column, name, marker)


def _usual(config: Config, strategy: Strategy, measured: Pairs) -> Iterator[Course]:
    """Return what is worth drawing of a strategy that holds no endpoint."""
    names = [population.name for population in strategy.populations]
    named = config.cohort.populations if "populations" in config.cohort.model_fields_set else ()
    counted = [name for name in named if name in names]
    if counted and strategy.roles.denominator in names:
        yield from (Course(f"{name}_per_100_cd45", "populations", "per_100_cd45", name) for name in counted)
    else:
        shown = counted or _leaves(strategy)
        yield from (Course(f"{name}_pct_of_parent", "populations", "pct_of_parent", name) for name in shown)
    for name, marker in measured:
        yield Course(f"{name}_{marker}_median_fi", "intensities", "median_fi", name, marker)


def _leaves(strategy: Strategy) -> list[str]:
    parents = {population.parent for population in strategy.populations}
    return [population.name for population in strategy.populations if population.name not in parents]


def _measured(config: Config, strategy: Strategy, panel: Panel) -> Pairs:
    """Return the populations and markers that are asked for and that samples of the panel can have."""
    names = {population.name for population in strategy.populations}
    markers = {entry.marker for entry in panel.channels}
    asked = [pair for pair in config.measure.wanted if pair not in config.measure.only_controls]
    return [(name, marker) for name, marker in asked if name in names and marker in markers]


def _with_figures(courses: list[Course]) -> tuple[Course, ...]:
    """Name the figures; a value that several panels give is drawn for each by itself."""
    panels = Counter(course.measure for course in courses)
    used: Counter[str] = Counter()
    named = []
    for course in courses:
        is_shared = panels[course.measure] > 1
        own = f"{course.panel}_{course.measure}" if is_shared else course.measure
        stem = re.sub(r"[^A-Za-z0-9]+", "_", own)
        used[stem] += 1
        number = "" if used[stem] == 1 else f"_{used[stem]}"
        named.append(replace(course, is_shared=is_shared, figure=f"{stem}{number}_over_time"))
    return tuple(named)

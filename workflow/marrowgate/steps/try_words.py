"""What `marrowgate try` says on the terminal of the files that share a panel and a strategy."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from marrowgate.gating.records import ControlRole
from marrowgate.report.intensity_words import intensity_lines
from marrowgate.report.population_words import headline, missing_lines, population_lines
from marrowgate.settings.panel import is_scatter
from marrowgate.settings.strategies.strategy import ROOT, Strategy
from marrowgate.steps.try_setup import Setup

Tables = Mapping[str, Sequence[Mapping[str, Any]]]
_MOST_NAMES = 4


def setup_lines(
    setup: Setup, names: Sequence[str], tables: Tables, controls: Mapping[str, ControlRole]
) -> Iterator[str]:
    """Return the lines of all files of one panel and strategy, controls left out, with an empty line at the end.

    Parameters
    ----------
    setup : Setup
        The panel and the strategy.
    names : sequence of str
        The files.
    tables : mapping
        Rows of ``manifest``, ``populations`` and ``intensities``.
    controls : mapping of str to ControlRole
        Controls that serve the files, by name.
    """
    manifest = {row["sample_id"]: row for row in tables["manifest"]}
    usable = [name for name in names if manifest[name]["verdict"] not in {"rejected", "failed"}]
    yield f"== {_listed(names)}"
    if usable:
        yield from _what_it_is(setup, len(usable))
        yield from (f"control: {name}, {_role(role)}" for name, role in controls.items())
    for name in names:
        yield ""
        own = {table: [row for row in rows if row["sample_id"] == name] for table, rows in tables.items()}
        yield from _file_lines(setup, manifest[name], own["populations"], own["intensities"])
    yield ""


def _what_it_is(setup: Setup, n_files: int) -> Iterator[str]:
    markers = [name for name in _in_order(setup) if not is_scatter(name)]
    whose = "the files' own labels" if n_files > 1 else "the file's own labels"
    stained = ", ".join(markers) or "no marker is known"
    yield f"panel{f' (from {whose})' if setup.drafted else ''}: {stained}"
    yield from setup.remarks
    if not setup.strategy_name:
        yield "no shipped strategy gates a population with these markers; those for blood need CD45"
        return
    yield f"strategy: {setup.strategy_name}{' (proposed)' if setup.proposed else ''}"
    optional = (
        {population.name for population in setup.strategy.populations if population.optional}
        if setup.strategy
        else set()
    )
    yield from missing_lines(setup.lacking, setup.aim, optional, n_files)


def _in_order(setup: Setup) -> list[str]:
    names = [entry.marker or entry.scatter for entry in setup.panel.channels]
    return [name for name in names if name]


def _role(role: ControlRole) -> str:
    return f"{role.kind} {role.marker}".strip()


def _file_lines(
    setup: Setup,
    manifest: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    intensities: Sequence[Mapping[str, Any]],
) -> Iterator[str]:
    name = manifest["sample_id"]
    if manifest["verdict"] in {"rejected", "failed"}:
        yield f"{name}: {manifest['verdict']}, {manifest['reasons']}"
        return
    yield f"{name}: {manifest['n_events']:,} events{_left_out(manifest['n_events'], rows)}"
    if manifest["repairs"]:
        yield f"  repaired: {manifest['repairs']}"
    if setup.strategy is None:
        return
    said = headline(rows, setup.aim, setup.strategy.roles.denominator)
    lacking = {name for names in setup.lacking.values() for name in names}
    if said and setup.aim not in lacking:
        yield f"  {said}"
    yield from (f"  {line}" for line in population_lines(rows, lacking))
    yield from (f"  {line}" for line in intensity_lines(intensities))
    yield from (f"  {line}" for line in _way_on(setup.strategy, rows))


def _left_out(n_events: int, rows: Sequence[Mapping[str, Any]]) -> str:
    """Say how many events are not gated because the run was unstable."""
    gated = [row["n_parent"] for row in rows if row["parent"] == ROOT and row["n_parent"] is not None]
    left_out = n_events - gated[0] if gated else 0
    return f", {left_out:,} of them left out, in unstable stretches of the run" if left_out else ""


def _way_on(strategy: Strategy, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Say how to go on where the file's units are not known, or a population is in the way of the others."""
    if any(_code(row) == "no_landmark" for row in rows):
        yield "lymphocytes do not stand out in CD45 and side scatter, so that the strategy's numbers mean nothing here"
        yield "to go on: more events, or --one-batch with other files of the same run, which looks for them together"
    optional = {population.name: population for population in strategy.populations if population.optional}
    for row in rows:
        population = optional.get(row["population"])
        stains = [name for name in population.dimensions if not is_scatter(name)] if population else []
        if stains and row["n_events"] is None and _code(row) not in {"marker_absent", "needs_gate"}:
            how = f"a panel without {', '.join(stains)} (`marrowgate init` drafts one)"
            yield f"to go on without {row['population']}: {how}"


def _code(row: Mapping[str, Any]) -> str:
    """Return the first reason of a row's gate."""
    return str(row["gate_reason_code"] or "").partition("; ")[0]


def _listed(names: Sequence[str]) -> str:
    if len(names) <= _MOST_NAMES:
        return ", ".join(names)
    return f"{names[0]} to {names[-1]} ({len(names)} data sets)"

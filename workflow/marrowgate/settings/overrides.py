"""Gates of single samples that a person gave: `config/overrides/<sample_id>.yaml`, held against strategy and panel."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from marrowgate.errors import Fault, UserError
from marrowgate.settings.files.yaml_file import EntryPath, build_model, entry_where, line_of, read_yaml
from marrowgate.settings.messages import correct_to
from marrowgate.settings.override_entries import BoundaryFile, GateBoundary, GateOverride, OverrideFile
from marrowgate.settings.panel import SCATTER, Panel
from marrowgate.settings.strategies.strategy import Population, Strategy


@dataclass(frozen=True)
class Overrides:
    """The overrides of one sample, and where each stands.

    Parameters
    ----------
    path : Path
        The file.
    gates : tuple of GateOverride
        In the order of the file; none where an entry of it is wrong.
    lines : mapping
        Line of each entry, see `read_yaml`.
    boundaries : mapping of int to GateBoundary
        By their place in the file, those that can be read and fit the strategy, also of a file with wrong entries: so
        that these too can be held against the sample's scales.
    """

    path: Path
    gates: tuple[GateOverride, ...]
    lines: Mapping[EntryPath, int]
    boundaries: Mapping[int, GateBoundary]

    def where(self, index: int, field: str = "") -> str:
        """Say where a gate or a field of it stands: file, line and population."""
        return _where(self.path, self.lines, index, self.boundaries[index], field)


def load_overrides(path: Path, strategy: Strategy, panel: Panel) -> tuple[Overrides, list[Fault]]:
    """Read the overrides of one sample and hold them against its strategy and panel.

    Parameters
    ----------
    path : Path
        The file.
    strategy : Strategy
        Which populations there are, and in which dimensions they are gated.
    panel : Panel
        Which dimensions there are.

    Returns
    -------
    tuple of (Overrides, list of Fault)
        The gates, and every wrong entry and what does not fit.

    Raises
    ------
    UserError
        The file is no YAML file.
    """
    content, lines = read_yaml(path)
    gates: tuple[GateOverride, ...] = ()
    faults: list[Fault] = []
    try:
        gates = build_model(path, content, lines, OverrideFile).gates
        boundaries: dict[int, GateBoundary] = dict(enumerate(gates))
    except UserError as error:
        boundaries = _readable_boundaries(content)
        faults += [*error.faults, *_boundary_faults(path, content, lines)]
    misfits = _misfits(path, lines, boundaries, strategy, panel)
    faults += [fault for own in misfits.values() for fault in own]
    fitting = {index: gate for index, gate in boundaries.items() if not misfits[index]}
    return Overrides(path, gates, lines, fitting), list(dict.fromkeys(faults))


def _boundary_entries(content: Any) -> dict[int, dict[str, Any]]:
    """Return what the entries of a file say of boundaries, by their place in the file."""
    entries = content.get("gates") if isinstance(content, dict) else None
    names = GateBoundary.model_fields
    return {
        index: {name: value for name, value in entry.items() if name in names}
        for index, entry in enumerate(entries if isinstance(entries, list) else ())
        if isinstance(entry, dict)
    }


def _readable_boundaries(content: Any) -> dict[int, GateBoundary]:
    boundaries = {}
    for index, entry in _boundary_entries(content).items():
        with contextlib.suppress(ValidationError):
            boundaries[index] = GateBoundary.model_validate(entry)
    return boundaries


def _boundary_faults(path: Path, content: Any, lines: Mapping[EntryPath, int]) -> list[Fault]:
    """Return the faults of the boundaries of a file; pydantic does not look at a boundary beside a missing reviewer."""
    entries = _boundary_entries(content)
    if list(entries) != list(range(len(entries))):
        return []
    try:
        build_model(path, {"gates": list(entries.values())}, lines, BoundaryFile)
    except UserError as error:
        return list(error.faults)
    return []


def _where(path: Path, lines: Mapping[EntryPath, int], index: int, gate: GateBoundary, field: str) -> str:
    line = line_of(("gates", index, field) if field else ("gates", index), lines)
    return f"{path} line {line}, population {gate.population}"


def _misfits(
    path: Path,
    lines: Mapping[EntryPath, int],
    boundaries: Mapping[int, GateBoundary],
    strategy: Strategy,
    panel: Panel,
) -> dict[int, list[Fault]]:
    """Return what of each boundary does not fit the strategy and the panel, by its place in the file."""
    populations = {population.name: population for population in strategy.populations}
    misfits: dict[int, list[Fault]] = {}
    seen: set[str] = set()
    for index, gate in boundaries.items():
        if gate.population in seen:
            what = "this population stands for the second time"
            where = _where(path, lines, index, gate, "population")
            misfits[index] = [Fault(where, what, "keep one entry for each population")]
        elif gate.population not in populations:
            cure = correct_to(gate.population, list(populations), "name a population of the strategy")
            what = f"the strategy has no population {gate.population!r}"
            misfits[index] = [Fault(entry_where(path, ("gates", index, "population"), lines, ()), what, cure)]
        else:
            where = _where(path, lines, index, gate, gate.kind)
            misfits[index] = list(_dimension_faults(gate, where, populations[gate.population], panel))
        seen.add(gate.population)
    return misfits


def _dimension_faults(gate: GateBoundary, where: str, population: Population, panel: Panel) -> Iterator[Fault]:
    """Tell where a boundary is in other dimensions than the strategy gates the population in."""
    if not population.dimensions:
        what = "it is joined of other populations and has no boundary of its own"
        yield Fault(where, what, "correct the gates of those populations")
        return
    known = tuple(dict.fromkeys((*population.dimensions, *(population.fallback or population).dimensions)))
    strange = [name for name in gate.dimensions if name not in known]
    for name in strange:
        what = f"the strategy gates it in {' and '.join(known)}, not in {name!r}"
        yield Fault(where, what, correct_to(name, known, f"draw the {gate.kind} in {' or '.join(known)}"))
    if gate.kind != "rectangle" and not strange:
        n, wanted = len(set(gate.dimensions)), len(gate.dimensions)
        if n < wanted:
            what = f"the {gate.kind} names the dimension {gate.dimensions[0]} twice"
            cure = f"draw it in {' and '.join(known)}" if len(known) > 1 else "give a rectangle in this dimension"
            yield Fault(where, what, cure)
    absent = [name for name in gate.dimensions if name not in {*panel.dimensions, *SCATTER, *strange}]
    if absent:
        yield Fault(where, f"the panel has no {' and no '.join(absent)}", "gate the population in what the panel has")

"""Find the gates of one sample: walk the strategy from the root, each method seeing only its parent's events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.apply import rows_inside
from marrowgate.gating.gates import Rectangle
from marrowgate.gating.methods import Found, get_method
from marrowgate.gating.records import USABLE, ControlRole, Fit, GateRecord
from marrowgate.gating.tube import NO_ROWS, Rows, Tube
from marrowgate.settings.strategy import ROOT, Population, Strategy
from marrowgate.signal.transforms import Transform


@dataclass(frozen=True)
class SampleToFit:
    """One sample, and what its gates may be learnt from.

    Parameters
    ----------
    sample_id : str
        Name of the sample.
    tube : Tube
        Its events.
    start : ndarray of intp
        Events that may be gated (those that passed quality control).
    role : ControlRole
        What the sample is a control of.
    controls : mapping of str to Fit
        Kind of control to the fit of the sample's control.
    seed : int
        Seed of the run; the draws of a gate depend on it, the sample and the population alone.
    """

    sample_id: str
    tube: Tube
    start: Rows
    role: ControlRole
    controls: Mapping[str, Fit]
    seed: int


@dataclass(frozen=True)
class _View:
    """What a method sees; see `marrowgate.gating.methods.View`."""

    sample: SampleToFit
    population: str
    dimensions: tuple[str, ...]
    parent_rows: Rows
    rows: Mapping[str, Rows]
    seed: int

    def values(self, dimension: str, population: str | None = None) -> NDArray[np.float64]:
        """See `View.values`."""
        if population is None:
            return self.sample.tube.scaled(dimension, self.parent_rows)
        return self.sample.tube.scaled(dimension, self.rows.get(population, NO_ROWS))

    def scale(self, dimension: str) -> Transform:
        """See `View.scale`."""
        return self.sample.tube.scales[dimension]

    def is_control(self, kind: str, marker: str) -> bool:
        """See `View.is_control`."""
        return self.sample.role.kind == kind and self.sample.role.marker in {"", marker}

    def control_value(self, kind: str) -> tuple[float, float, str] | None:
        """See `View.control_value`."""
        control = self.sample.controls.get(kind)
        if control is None:
            return None
        records = {record.population: record for record in control.gates}
        record = records.get(self.population)
        if record is None or record.status != "ok" or not isinstance(record.gate, Rectangle):
            return None
        bounds = [value for value in (*record.gate.low, *record.gate.high) if value is not None]
        return bounds[0], record.boundary_sd[0], control.sample_id


@dataclass
class _Walk:
    """What is known so far while the tree is walked."""

    rows: dict[str, Rows]
    hangs_on: dict[str, str] = field(default_factory=dict)
    records: list[GateRecord] = field(default_factory=list)


def fit_sample(sample: SampleToFit, strategy: Strategy) -> Fit:
    """Find a gate for every population of a strategy.

    Parameters
    ----------
    sample : SampleToFit
        The events, and what the gates may be learnt from.
    strategy : Strategy
        Which populations there are.

    Returns
    -------
    Fit
        One record per population, in the strategy's order. A gate that was not found has a status and a reason.
    """
    walk = _Walk({ROOT: sample.start})
    for population in strategy.populations:
        parent = walk.hangs_on.get(population.parent, population.parent)
        record = _fit_one(sample, population, parent, walk)
        walk.records.append(record)
        if record.gate is not None and record.status in USABLE:
            walk.rows[population.name] = rows_inside(record.gate, sample.tube, walk.rows[parent], walk.rows)
        elif population.optional and record.reason.startswith("marker_absent"):
            walk.hangs_on[population.name] = parent
    return Fit(sample.sample_id, sample.role, tuple(walk.records), dict(sample.tube.scales))


def _fit_one(sample: SampleToFit, population: Population, parent: str, walk: _Walk) -> GateRecord:
    refusal = _cannot_gate(sample, population, parent, walk)
    if refusal:
        return GateRecord(population.name, parent, population.method, None, "not_gated", refusal)
    rows = walk.rows[parent]
    seed = crc32(f"{sample.seed}/{sample.sample_id}/{population.name}".encode())
    found, method = _find(_View(sample, population.name, population.dimensions, rows, walk.rows, seed), population)
    return GateRecord(
        population.name, parent, method, found.gate, found.status, found.reason, found.boundary_sd, int(rows.size)
    )


def _cannot_gate(sample: SampleToFit, population: Population, parent: str, walk: _Walk) -> str:
    absent = [name for name in population.dimensions if name not in sample.tube.channels]
    if absent:
        return f"marker_absent: {', '.join(absent)}"
    if sample.role.lacks(population.dimensions) and population.method != "control_quantile":
        return f"marker_left_out: {', '.join(population.dimensions)}"
    operands = population.arguments.get("operands", ()) if population.method == "boolean" else ()
    reference = population.arguments.get("reference")
    needed = [parent, *operands, *([reference] if reference else [])]
    missing = [name for name in needed if name not in walk.rows]
    return f"needs {', '.join(missing)}, which has no gate" if missing else ""


def _find(view: _View, population: Population) -> tuple[Found, str]:
    method = get_method(population.method)
    found = method.find(view, method.arguments.model_validate(population.arguments))
    if found.gate is not None or population.fallback is None:
        return found, population.method
    second = get_method(population.fallback.method)
    instead = second.find(view, second.arguments.model_validate(population.fallback.arguments))
    if instead.gate is None:
        return found, population.method
    reason = f"{population.method}: {found.status}: {found.reason}"
    return Found(instead.gate, "fixed", reason, instead.boundary_sd), population.fallback.method

"""Find the gates of one sample: walk the strategy from the root, each method seeing only its parent's events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from marrowgate.fcs.model import Note
from marrowgate.gating.apply import rows_inside
from marrowgate.gating.boundary_error import BoundaryError, error_of
from marrowgate.gating.cached_sample import CachedSample
from marrowgate.gating.doubts.cross_checks import (
    Stretch,
    at_border,
    moved_by_landmark,
    off_landmark,
    other_landmarks,
    overlaps,
)
from marrowgate.gating.doubts.references import doubtful_references, placed_by_halves
from marrowgate.gating.doubts.saturation import saturated
from marrowgate.gating.geometry.gates import Boolean, Gate, Rectangle
from marrowgate.gating.landmarks.factors import against_batch, sample_landmarks
from marrowgate.gating.landmarks.readings import cells_of_sample, sample_readings
from marrowgate.gating.landmarks.rows import LandmarkRow
from marrowgate.gating.methods import FindStatus, FittedGate, Needs, get_method, needs_of
from marrowgate.gating.reasons import Reasons, because, has_code
from marrowgate.gating.records import FOUND, USABLE, ControlRole, Evidence, Fit, GateRecord
from marrowgate.gating.sample_events import NO_EVENT_ROWS, EventRows, SampleEvents, in_units
from marrowgate.settings.strategies.strategy import ROOT, Population, Step, Strategy, rests_on_numbers
from marrowgate.signal.transforms import Transform

MOST_EVIDENCE = 10_000
"""Events that a sample gives at most to a gate of the whole batch."""


@dataclass(frozen=True)
class SampleToFit:
    """One sample, and what its gates may be learnt from.

    Parameters
    ----------
    sample_id : str
        Name of the sample.
    sample_events : SampleEvents
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
    sample_events: SampleEvents
    start: EventRows
    role: ControlRole
    controls: Mapping[str, Fit]
    seed: int


@dataclass(frozen=True)
class _View:
    """What a method sees, and what it has looked at; see `marrowgate.gating.methods.View`."""

    sample: SampleToFit
    population: str
    dimensions: tuple[str, ...]
    parent_rows: EventRows
    walk: "_Walk"
    seed: int
    seen: dict[str, dict[str, NDArray[np.float64]]] = field(default_factory=dict)
    stretch: Stretch = field(default_factory=dict)

    def values(self, dimension: str, population: str | None = None) -> NDArray[np.float64]:
        """See `View.values`."""
        rows = self.parent_rows if population is None else self.walk.rows.get(self.walk.at(population), NO_EVENT_ROWS)
        values = self.walk.sample_events.scaled(dimension, rows)
        self.seen.setdefault(population or "", {})[dimension] = values
        return values

    def scale(self, dimension: str) -> Transform:
        """See `View.scale`."""
        sample_events = self.sample.sample_events
        factor = sample_events.factors.get(dimension, 1.0) * self.stretch.get(dimension, 1.0)
        return in_units(sample_events.scales[dimension], 1.0 / factor)

    def gate(self, population: str) -> tuple[Gate, BoundaryError] | None:
        """See `View.gate`."""
        of_population = (record for record in self.walk.records if record.population == population)
        return next(((record.gate, record.error) for record in of_population if record.gate is not None), None)

    def is_control(self, kind: str, marker: str) -> bool:
        """See `View.is_control`."""
        return self.sample.role.kind == kind and self.sample.role.marker in {"", marker}

    def control_value(self, kind: str) -> tuple[float, BoundaryError, str] | None:
        """See `View.control_value`."""
        control = self.sample.controls.get(kind)
        if control is None:
            return None
        records = {record.population: record for record in control.gates}
        record = records.get(self.population)
        if record is None or record.status != "ok" or not isinstance(record.gate, Rectangle):
            return None
        bounds = [value for value in (*record.gate.low, *record.gate.high) if value is not None]
        (dimension,) = record.gate.dimensions
        scales = control.scales[dimension], self.sample.sample_events.scales[dimension]
        bound = _on_scale(bounds[0], *scales)
        error = record.error
        if scales[0] != scales[1] and error.sds:
            error = error_of(_on_scale(bounds[0] + error.sds[0], *scales) - bound)
        return bound, error, control.sample_id


def _on_scale(linear: float, of: Transform, to: Transform) -> float:
    """Bring a place from a control's scale to the sample's own, which is another one when they are of two batches."""
    return linear if of == to else float(to.forward(of.inverse(np.array([linear])))[0])


@dataclass
class _Walk:
    """What is known so far while the tree is walked."""

    sample_events: CachedSample
    rows: dict[str, EventRows]
    hangs_on: dict[str, str] = field(default_factory=dict)
    records: list[GateRecord] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    landmarks: tuple[LandmarkRow, ...] = ()
    stretches: Sequence[Stretch] = ()

    def at(self, population: str) -> str:
        """Return the population that stands in for one that the panel cannot show, or the population itself."""
        return self.hangs_on.get(population, population)

    def has_gate(self, population: str) -> bool:
        """Say whether a population has a gate, be it without events because its parent has none."""
        return any(record.population == population and record.gate is not None for record in self.records)

    def lacks_marker(self, population: str) -> bool:
        """Say whether a population has no gate because the panel lacks a marker."""
        return any(
            record.population == population and has_code(record.reasons, "marker_absent") for record in self.records
        )


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
    events = sample.sample_events
    home, cells = strategy.home, cells_of_sample(events) if strategy.home else None
    own = sample_landmarks(events, home, cells) if home and cells else ()
    landmarks = against_batch(own, events.factors)
    stretches = other_landmarks(landmarks, events.factors, strategy.scales.in_doubt)
    walk = _Walk(CachedSample(events), {ROOT: sample.start}, landmarks=landmarks, stretches=stretches)
    for population in strategy.populations:
        parent = walk.at(population.parent)
        record = _fit_one(sample, population, parent, walk)
        walk.records.append(record)
        if record.gate is not None and record.status in USABLE and parent in walk.rows:
            walk.rows[population.name] = rows_inside(record.gate, sample.sample_events, walk.rows[parent], walk.rows)
            _look_around(sample, population, walk)
        elif population.optional and has_code(record.reasons, "marker_absent"):
            walk.hangs_on[population.name] = parent
    return Fit(
        sample.sample_id,
        sample.role,
        tuple(walk.records),
        dict(events.scales),
        tuple(walk.evidence),
        dict(events.factors),
        landmarks,
        sample_readings(events, cells) if cells else {},
    )


def _fit_one(sample: SampleToFit, population: Population, parent: str, walk: _Walk) -> GateRecord:
    population = _for_panel(sample, population)
    refusal = _cannot_gate(sample, population, parent, walk)
    if refusal:
        instead = _by_references(sample, population, parent, walk)
        if instead is not None:
            return instead
        # a batch may still lend the gate, and then what the panel lacks is to be said all the same
        more = () if has_code(refusal, "marker_absent") else _reasons_without(sample, population)
        return GateRecord(population.name, parent, population.method, None, "not_gated", (*refusal, *more))
    return _record_of(sample, population, parent, walk)


def _by_references(sample: SampleToFit, population: Population, parent: str, walk: _Walk) -> GateRecord | None:
    """Find a gate without its parent, which has none: other populations may say enough.

    Of a parent with few cells the batch lends the gate, and then this one, found in the sample itself, is better than
    the batch's. Without a parent from the batch it is of no use, and the consensus says so.
    """
    if parent in walk.rows or needs_of(population).operands:
        return None
    without = replace(walk, rows={**walk.rows, parent: NO_EVENT_ROWS})
    if walk.lacks_marker(parent) or _cannot_gate(sample, population, parent, without):
        return None
    record = _record_of(sample, population.model_copy(update={"fallback": None, "pooled": False}), parent, without)
    return record if record.status in FOUND else None


def _record_of(sample: SampleToFit, population: Population, parent: str, walk: _Walk) -> GateRecord:
    rows = walk.rows[parent]
    seed = crc32(f"{sample.seed}/{sample.sample_id}/{population.name}".encode())
    view = _View(sample, population.name, population.dimensions, rows, walk, seed)
    fitted, method = _search(view, population)
    if population.pooled:
        walk.evidence.append(_evidence(view, population))
    gate = _without_absent(fitted.gate, walk) if isinstance(fitted.gate, Boolean) else fitted.gate
    doubts: Reasons = ()
    if gate is not None:
        doubts = (*_saturated(sample, population, walk), *_unsupported(view, population, gate, walk))
    status = "doubtful" if doubts else fitted.status
    reasons = (*doubts, *fitted.reasons, *_reasons_without(sample, population))
    others = () if gate is None else _other_places(view, population, gate, walk)
    n = int(rows.size)
    return GateRecord(population.name, parent, method, gate, status, reasons, fitted.error, n, other_gates=others)


def _other_places(view: _View, population: Population, gate: Gate, walk: _Walk) -> tuple[Gate, ...]:
    """Return where else the gate lies when a population that places it may be two clusters."""

    def points_of(reference: GateRecord) -> NDArray[np.float64]:
        rows = walk.rows.get(reference.population, NO_EVENT_ROWS)
        dimensions = reference.gate.dimensions if reference.gate else ()
        return np.column_stack([walk.sample_events.scaled(dimension, rows) for dimension in dimensions])

    def again(name: str, half: NDArray[np.bool_]) -> Gate | None:
        with_half = replace(walk, rows={**walk.rows, name: walk.rows[name][half]})
        return _search(replace(view, walk=with_half, seen={}), population)[0].gate

    needs = needs_of(population)
    # a gate that is taken over as it is would be the same with other events
    if not set(needs.placed_by) <= set(needs.references):
        return ()
    placed_by = [walk.at(name) for name in needs.placed_by]
    return placed_by_halves(gate, placed_by, walk.records, points_of, again)


def _unsupported(view: _View, population: Population, gate: Gate, walk: _Walk) -> Reasons:
    """Return the doubts that come from what the gate stands on: references, and landmarks that place its numbers."""
    placed_by = [walk.at(name) for name in needs_of(population).placed_by]
    doubts = doubtful_references(placed_by, walk.records)
    instead = population.fallback
    if not (rests_on_numbers(population) or (instead and rests_on_numbers(instead))):
        return doubts
    own = {*population.dimensions, *(instead.dimensions if instead else ())}
    cut = [{name: ratio for name, ratio in stretch.items() if name in own} for stretch in walk.stretches]

    def again(stretch: Stretch) -> Gate | None:
        return _search(replace(view, stretch=stretch, seen={}), population)[0].gate

    return (*doubts, *moved_by_landmark(gate, [stretch for stretch in cut if stretch], again))


def _look_around(sample: SampleToFit, population: Population, walk: _Walk) -> None:
    """Put a population in doubt that lies where it ought not to, and one that it shares events with."""
    rows = walk.rows[population.name]
    gates = {record.population: record.gate for record in walk.records if record.gate is not None}
    shared = overlaps(population.apart_from, rows, walk.rows)
    doubts = {
        population.name: (
            *off_landmark(sample.sample_events, population.landmark, rows, walk.landmarks),
            *at_border(population.clear_of, rows, gates, walk.sample_events.scaled),
            *(reason for reasons in shared.values() for reason in reasons),
        ),
        **shared,
    }
    walk.records[:] = [_in_doubt(record, doubts.get(record.population, ())) for record in walk.records]


def _in_doubt(record: GateRecord, doubts: Reasons) -> GateRecord:
    return replace(record, status="doubtful", reasons=(*doubts, *record.reasons)) if doubts else record


def _saturated(sample: SampleToFit, population: Population, walk: _Walk) -> Reasons:
    """Return which reference populations lie at the top of the gate's channels."""
    needs = needs_of(population)
    of_parent = (population.parent,) if needs.true_values else ()
    return tuple(
        doubt
        for name in (*needs.references, *of_parent)
        for doubt in saturated(
            sample.sample_events, population.dimensions, name, walk.rows.get(walk.at(name), NO_EVENT_ROWS)
        )
    )


def _for_panel(sample: SampleToFit, population: Population) -> Population:
    """Let the fallback stand in where the panel lacks a marker and the fallback does without it."""
    instead = population.fallback
    if instead is None or not instead.dimensions or not _absent(sample, population.dimensions):
        return population
    if _absent(sample, instead.dimensions):
        return population
    changed = {"dimensions": instead.dimensions, "method": instead.method, "arguments": instead.arguments}
    return population.model_copy(update={**changed, "fallback": None})


def _absent(sample: SampleToFit, dimensions: Sequence[str]) -> list[str]:
    """Return the dimensions that a sample lacks; a height that stands in for an area is none beside itself."""
    channels = sample.sample_events.channels
    return [
        name
        for name in dimensions
        if name not in channels or (channels[name].scatter != name and channels[name].scatter in dimensions)
    ]


def _cannot_gate(sample: SampleToFit, population: Population, parent: str, walk: _Walk) -> Reasons:
    """Return why a population cannot be gated; empty when it can."""
    absent = _absent(sample, population.dimensions)
    if absent:
        return (because("marker_absent", f"the panel lacks {', '.join(absent)}"),)
    lost = _without_landmark(sample, population, population.dimensions)
    if lost:
        return lost
    needs = needs_of(population)
    if sample.role.lacks(population.dimensions) and not needs.control:
        return (because("marker_left_out", f"the sample is a control without {', '.join(population.dimensions)}"),)
    skipped = [name for name in needs.operands if walk.lacks_marker(name)]
    if skipped and (len(skipped) == len(needs.operands) or needs.operator == "and"):
        return _absent_with(skipped, walk)
    missing = _missing(population, needs, [parent, *(name for name in needs.operands if name not in skipped)], walk)
    # no sample of the panel can show it, whatever else is missing in this one
    absent = [name for name in missing if walk.lacks_marker(name)]
    if absent:
        return _absent_with(absent, walk)
    return (because("needs_gate", f"needs {', '.join(missing)}, which has no gate"),) if missing else ()


def _without_landmark(sample: SampleToFit, step: Step, dimensions: Sequence[str]) -> Reasons:
    """Return in which dimensions the step's numbers mean nothing, because the batch shows no landmark."""
    lost = [name for name in dimensions if name in sample.sample_events.unplaced]
    if not lost or not rests_on_numbers(step):
        return ()
    return (because("no_landmark", f"the batch shows no landmark for {', '.join(lost)}"),)


def _missing(population: Population, needs: Needs, inside: Sequence[str], walk: _Walk) -> list[str]:
    """Return the populations without a gate that a population lies in, is joined of or refers to."""
    missing = [name for name in inside if name not in walk.rows]
    if not population.fallback:
        # a method whose reference has no gate finds no events there, and then the fallback has its turn
        missing += [walk.at(name) for name in needs.references if walk.at(name) not in walk.rows]
        # of these only the gate is looked at, not the events
        gates = [walk.at(name) for name in needs.gates]
        missing += [name for name in gates if name not in walk.rows and not walk.has_gate(name)]
    return missing


def _absent_with(names: Sequence[str], walk: _Walk) -> Reasons:
    """Say which markers are absent that other populations need."""
    by_name = {record.population: record for record in walk.records}
    return tuple(dict.fromkeys(reason for name in names for reason in by_name[name].reasons))


def _without_absent(gate: Boolean, walk: _Walk) -> Boolean:
    """Leave out the populations that the panel cannot show."""
    return Boolean(gate.operator, tuple(name for name in gate.operands if not walk.lacks_marker(name)))


def _reasons_without(sample: SampleToFit, population: Population) -> Reasons:
    """Return the reasons of the strategy's own that the panel calls for; the strategy gives their codes."""
    present = sample.sample_events.channels
    return tuple(
        Note(code, f"the panel has no {' or '.join(markers)}")
        for code, markers in population.reason_without.items()
        if not present.keys() & set(markers)
    )


def _evidence(view: _View, population: Population) -> Evidence:
    """Take what the method has looked at, in thousandths of full scale; of very many events evenly spread ones."""
    values = {}
    for name, columns in view.seen.items():
        step = max(1, -(-max(column.size for column in columns.values()) // MOST_EVIDENCE))
        values[name] = {
            dimension: tuple(np.rint(np.clip(column[::step], -1, 2) * 1000).astype(np.int64).tolist())
            for dimension, column in columns.items()
        }
    return Evidence(population.name, population.method, dict(population.arguments), population.dimensions, values)


def _search(view: _View, population: Population) -> tuple[FittedGate, str]:
    method = get_method(population.method)
    fitted = method.find(view, method.arguments.from_checked(population.arguments))
    if fitted.gate is not None or population.fallback is None:
        return fitted, population.method
    if _without_landmark(view.sample, population.fallback, population.fallback.dimensions or view.dimensions):
        return fitted, population.method
    second = get_method(population.fallback.method)
    if population.fallback.dimensions:
        view = replace(view, dimensions=population.fallback.dimensions)
    instead = second.find(view, second.arguments.from_checked(population.fallback.arguments))
    if instead.gate is None:
        return fitted, population.method
    why = because("fallback", _stands_in(population.fallback.method, population.method))
    status: FindStatus = "doubtful" if instead.status == "doubtful" else "fixed"
    reasons = (why, *fitted.reasons, *instead.reasons)
    return replace(instead, status=status, reasons=reasons), population.fallback.method


def _stands_in(fallback: str, method: str) -> str:
    return f"{method} with the fallback's arguments" if fallback == method else f"{fallback} stands in for {method}"

"""Find the gates of one sample: walk the strategy from the root, each method seeing only its parent's events."""

from dataclasses import replace
from zlib import crc32

from marrowgate.gating.apply import rows_inside
from marrowgate.gating.cached_sample import CachedSample
from marrowgate.gating.doubts.cross_checks import other_landmarks
from marrowgate.gating.geometry.gates import Boolean
from marrowgate.gating.landmarks.factors import against_batch, sample_landmarks
from marrowgate.gating.landmarks.readings import cells_of_sample, sample_readings
from marrowgate.gating.methods import needs_of
from marrowgate.gating.reasons import Reasons, has_code
from marrowgate.gating.records import FOUND, USABLE, Fit, GateRecord
from marrowgate.gating.sample_events import NO_EVENT_ROWS
from marrowgate.gating.walk.gate_doubts import look_around, other_places, saturated_references, unsupported
from marrowgate.gating.walk.refusals import for_panel, for_scale, reasons_without, why_not_gated, without_absent
from marrowgate.gating.walk.sample_view import SampleView, evidence_of
from marrowgate.gating.walk.search import search_gate
from marrowgate.gating.walk.walk import SampleToFit, Walk
from marrowgate.settings.strategies.strategy import ROOT, Population, Strategy


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
    walk = Walk(CachedSample(events), {ROOT: sample.start}, landmarks=landmarks, stretches=stretches)
    for population in strategy.populations:
        parent = walk.at(population.parent)
        record = _fit_one(sample, population, parent, walk)
        walk.records.append(record)
        if record.gate is not None and record.status in USABLE and parent in walk.rows:
            walk.rows[population.name] = rows_inside(record.gate, sample.sample_events, walk.rows[parent], walk.rows)
            look_around(sample, population, walk)
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


def _fit_one(sample: SampleToFit, population: Population, parent: str, walk: Walk) -> GateRecord:
    population = for_panel(sample, population)
    refusal = why_not_gated(sample, population, parent, walk)
    if refusal:
        instead = _by_references(sample, population, parent, walk)
        if instead is not None:
            return instead
        # a batch may still lend the gate, and then what the panel lacks is to be said all the same
        more = () if has_code(refusal, "marker_absent") else reasons_without(sample, population)
        return GateRecord(population.name, parent, population.method, None, "not_gated", (*refusal, *more))
    return _record_of(sample, population, parent, walk)


def _by_references(sample: SampleToFit, population: Population, parent: str, walk: Walk) -> GateRecord | None:
    """Find a gate without its parent, which has none: other populations may say enough.

    Of a parent with few cells the batch lends the gate, and then this one, found in the sample itself, is better than
    the batch's. Without a parent from the batch it is of no use, and the consensus says so.
    """
    if parent in walk.rows or needs_of(population).operands:
        return None
    without = replace(walk, rows={**walk.rows, parent: NO_EVENT_ROWS})
    if walk.lacks_marker(parent) or why_not_gated(sample, population, parent, without):
        return None
    record = _record_of(sample, population.model_copy(update={"fallback": None, "pooled": False}), parent, without)
    return record if record.status in FOUND else None


def _record_of(sample: SampleToFit, population: Population, parent: str, walk: Walk) -> GateRecord:
    rows = walk.rows[parent]
    population, remarks = for_scale(sample, population, rows)
    seed = crc32(f"{sample.seed}/{sample.sample_id}/{population.name}".encode())
    view = SampleView(sample, population.name, population.dimensions, rows, walk, seed)
    fitted, method = search_gate(view, population)
    if population.pooled:
        walk.evidence.append(evidence_of(view, population))
    gate = without_absent(fitted.gate, walk) if isinstance(fitted.gate, Boolean) else fitted.gate
    doubts: Reasons = ()
    if gate is not None:
        doubts = (*saturated_references(sample, population, walk), *unsupported(view, population, gate, walk))
    status = "doubtful" if doubts else fitted.status
    reasons = (*doubts, *fitted.reasons, *remarks, *reasons_without(sample, population))
    others = () if gate is None else other_places(view, population, gate, walk)
    n = int(rows.size)
    return GateRecord(population.name, parent, method, gate, status, reasons, fitted.error, n, other_gates=others)

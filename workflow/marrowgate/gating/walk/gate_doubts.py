"""What speaks against a gate that was found: its references, its landmarks, what lies around it."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.doubts.cross_checks import Stretch, at_border, moved_by_landmark, off_landmark, overlaps
from marrowgate.gating.doubts.references import doubtful_references, placed_by_halves
from marrowgate.gating.doubts.saturation import saturated
from marrowgate.gating.geometry.gates import Gate
from marrowgate.gating.methods import needs_of
from marrowgate.gating.reasons import Reasons
from marrowgate.gating.records import GateRecord
from marrowgate.gating.sample_events import NO_EVENT_ROWS
from marrowgate.gating.walk.sample_view import SampleView
from marrowgate.gating.walk.search import search_gate
from marrowgate.gating.walk.walk import SampleToFit, Walk
from marrowgate.settings.strategies.strategy import Population, rests_on_numbers


def other_places(view: SampleView, population: Population, gate: Gate, walk: Walk) -> tuple[Gate, ...]:
    """Return where else the gate lies when a population that places it may be two clusters."""

    def points_of(reference: GateRecord) -> NDArray[np.float64]:
        rows = walk.rows.get(reference.population, NO_EVENT_ROWS)
        dimensions = reference.gate.dimensions if reference.gate else ()
        return np.column_stack([walk.sample_events.scaled(dimension, rows) for dimension in dimensions])

    def again(name: str, half: NDArray[np.bool_]) -> Gate | None:
        with_half = replace(walk, rows={**walk.rows, name: walk.rows[name][half]})
        return search_gate(replace(view, walk=with_half, seen={}), population)[0].gate

    needs = needs_of(population)
    # a gate that is taken over as it is would be the same with other events
    if not set(needs.placed_by) <= set(needs.references):
        return ()
    placed_by = [walk.at(name) for name in needs.placed_by]
    return placed_by_halves(gate, placed_by, walk.records, points_of, again)


def unsupported(view: SampleView, population: Population, gate: Gate, walk: Walk) -> Reasons:
    """Return the doubts that come from what the gate stands on: references, and landmarks that place its numbers."""
    placed_by = [walk.at(name) for name in needs_of(population).placed_by]
    doubts = doubtful_references(placed_by, walk.records)
    instead = population.fallback
    if not (rests_on_numbers(population) or (instead and rests_on_numbers(instead))):
        return doubts
    own = {*population.dimensions, *(instead.dimensions if instead else ())}
    cut = [{name: ratio for name, ratio in stretch.items() if name in own} for stretch in walk.stretches]

    def again(stretch: Stretch) -> Gate | None:
        return search_gate(replace(view, stretch=stretch, seen={}), population)[0].gate

    return (*doubts, *moved_by_landmark(gate, [stretch for stretch in cut if stretch], again))


def look_around(sample: SampleToFit, population: Population, walk: Walk) -> None:
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


def saturated_references(sample: SampleToFit, population: Population, walk: Walk) -> Reasons:
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

"""Whether what speaks against a gate changes a population below it: the gate is put elsewhere, and events are counted.

A population rests on the gates that it lies in and on those whose events are left out of it. Not every doubt about one
of them is one about the population: monocytes that are hard to part from blasts change the granulocytes by nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from marrowgate.gating.apply import apply_elsewhere, rows_inside
from marrowgate.gating.doubts.wide_boundary import MOST_SD
from marrowgate.gating.geometry.gate_coordinates import moved, numbers
from marrowgate.gating.geometry.gates import Boolean, Ellipsoid, Gate, Polygon, Rectangle
from marrowgate.gating.reasons import REMARKS, Reasons, because, has_code
from marrowgate.gating.records import GateRecord
from marrowgate.gating.sample_events import EventRows, SampleEvents

MOST_CHANGED = 0.05
"""Share of a population's events that may come or go when a gate in doubt lies elsewhere."""
FEWEST_CHANGED = 3
"""Events whose coming and going is no chance."""
_WIDER = 4.0
"""Multiple of the squared distance of an ellipse that is twice as wide."""

Harmless = Mapping[str, Mapping[str, float]]
"""Population to the gates in doubt that it rests on and that do not change it, each with the share of its events."""


def without_consequence(
    sample: SampleEvents, records: Sequence[GateRecord], rows: Mapping[str, EventRows]
) -> dict[str, dict[str, float]]:
    """Return the gates in doubt that do not change a population, whatever is true of them.

    Several gates that change little by themselves may change much together, so their events are added up.

    Parameters
    ----------
    sample : SampleEvents
        The events.
    records : sequence of GateRecord
        The gates as used, parents before children.
    rows : mapping of str to ndarray of intp
        Events of each population, as `marrowgate.gating.apply.apply_gates` gives them.

    Returns
    -------
    dict of str to dict of str to float
        Population to such gates among those that it rests on, each with the share of its events that come or go.
    """
    gated = [record for record in records if record.population in rows]
    spared: dict[str, dict[str, int]] = {}
    for record in gated:
        if record.status not in {"doubtful", "shifted"} or record.gate is None:
            continue
        if has_code(record.reasons, "nothing_stained") or has_code(record.reasons, "stain_missing"):
            # the cells may lie anywhere, so no other gate says what they change
            continue
        inside, outside = populations_resting_on(record.population, gated)
        for names, others in ((inside, _elsewhere(record)), (outside, _elsewhere(record) or _extremes(record.gate))):
            if others and names:
                most = _most_changed(sample, gated, rows, record, others)
                for name in names:
                    changed = most.get(name, 0)
                    if _is_little(changed, rows[name].size):
                        spared.setdefault(name, {})[record.population] = changed
    return {
        name: {gate: changed / max(rows[name].size, 1) for gate, changed in gates.items()}
        for name, gates in spared.items()
        if _is_little(sum(gates.values()), rows[name].size)
    }


def _is_little(n_changed: int, n_events: int) -> bool:
    return n_changed < FEWEST_CHANGED or n_changed <= MOST_CHANGED * n_events


def said_of(spared: Mapping[str, float]) -> Reasons:
    """Return the reason that names the gates in doubt that do not change a population; empty where there are none."""
    if not spared:
        return ()
    names, most = ", ".join(spared), 100 * sum(spared.values())
    return (because("no_consequence", f"what speaks against {names} changes {most:.1f} % of the events at most"),)


def populations_resting_on(name: str, records: Sequence[GateRecord]) -> tuple[set[str], set[str]]:
    """Return the populations whose events lie in another one, and those that it is only left out of.

    Parameters
    ----------
    name : str
        The population; it lies in itself.
    records : sequence of GateRecord
        The gates as used, parents before children.
    """
    inside: set[str] = {name}
    outside: set[str] = set()
    for record in records:
        gate = record.gate
        operands = set(gate.operands) if isinstance(gate, Boolean) else set()
        left_out = operands if isinstance(gate, Boolean) and gate.operator == "not" else set()
        if inside & {record.parent, *(operands - left_out)}:
            inside.add(record.population)
        elif (inside | outside) & {record.parent, *operands}:
            outside.add(record.population)
    return inside, outside


def _elsewhere(record: GateRecord) -> list[Gate]:
    """Return where else a gate may lie of which nothing but its place is in doubt; empty when more is."""
    gate, against = record.gate, {reason.code for reason in record.reasons} - REMARKS
    if gate is None or against - {"far_from_batch", "crowded_border", "reference_in_doubt"}:
        return []
    if "reference_in_doubt" in against and not record.other_gates:
        return []
    others = [*record.other_gates, *([] if record.own_gate is None else [record.own_gate])]
    if "crowded_border" in against:
        others += [moved(gate, numbers(gate) + sign * step) for step in record.error.steps for sign in (1, -1)]
    return others


def _extremes(gate: Gate) -> list[Gate]:
    """Return a gate that holds nothing, and ones that reach well beyond."""
    if isinstance(gate, Ellipsoid):
        return [_empty(gate), replace(gate, distance_square=_WIDER * gate.distance_square)]
    if isinstance(gate, Rectangle):
        low = tuple(None if value is None else value - MOST_SD for value in gate.low)
        high = tuple(None if value is None else value + MOST_SD for value in gate.high)
        return [_empty(gate), replace(gate, low=low, high=high)]
    if isinstance(gate, Polygon):
        along = np.tile([0.0, MOST_SD], len(gate.vertices))
        return [_empty(gate), *(moved(gate, numbers(gate) + sign * along) for sign in (1, -1))]
    return []


def _empty(gate: Gate) -> Rectangle:
    return Rectangle(gate.dimensions[:1], (0.5,), (0.5,))


def _most_changed(
    sample: SampleEvents,
    records: Sequence[GateRecord],
    rows: Mapping[str, EventRows],
    record: GateRecord,
    others: Sequence[Gate],
) -> dict[str, int]:
    """Return how many events come or go in each population, at most, when a gate lies elsewhere."""
    most: dict[str, int] = {}
    for other in others:
        events = rows_inside(other, sample, rows[record.parent], rows)
        touched = np.setxor1d(events, rows[record.population], assume_unique=True)
        if not touched.size:
            continue
        for name, (before, after) in apply_elsewhere(sample, records, rows, (record, other), touched).items():
            most[name] = max(most.get(name, 0), int(np.setxor1d(after, before, assume_unique=True).size))
    return most

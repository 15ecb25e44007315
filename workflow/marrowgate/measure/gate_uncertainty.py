"""What the uncertainty of the gates' boundaries does to the counts.

Every independent movement of a gate's boundary is made once up and once down by one standard deviation. Only events
that enter or leave the gate can change any population, so only they go through the gates again.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.apply import apply_elsewhere, rows_inside
from marrowgate.gating.geometry.gate_coordinates import moved, numbers
from marrowgate.gating.geometry.gates import Boolean
from marrowgate.gating.records import GateRecord
from marrowgate.gating.sample_events import EventRows, SampleEvents
from marrowgate.measure.record import GateCv

Floats = NDArray[np.float64]
Changes = Mapping[str, float]
"""Population to half the difference of its events between a movement up and the same movement down."""


def gate_cvs(
    sample: SampleEvents, records: Sequence[GateRecord], rows: Mapping[str, EventRows], cd45: str
) -> dict[str, GateCv]:
    """Return the coefficient of variation of every count from the boundaries alone.

    First-order propagation: the variance of ln(n) is the sum over movements of ((n_up - n_down) / 2n)^2 (JCGM 100:2008,
    5.1.2, with numerical derivatives as in 5.1.3, note 2).

    Parameters
    ----------
    sample : SampleEvents
        The events.
    records : sequence of GateRecord
        The gates as used, parents before children.
    rows : mapping of str to ndarray of intp
        Events of each population, as `marrowgate.gating.apply.apply_gates` gives them.
    cd45 : str
        Population that fractions refer to.

    Returns
    -------
    dict of str to GateCv
        As proportions. Populations without events are absent, and so are those with a boundary on their way whose
        standard deviation is not known. Geometry that the strategy gives has none.
    """
    gated = [record for record in records if record.population in rows]
    unknown = resting_on([record.population for record in gated if not record.error.known], gated)
    changes = [
        _half_difference(sample, records, rows, record, movement)
        for record in gated
        for movement in movements_of(record)
    ]
    sizes = {name: int(events.size) for name, events in rows.items()}
    return {
        record.population: GateCv(
            _spread(changes, sizes, record.population),
            _spread(changes, sizes, record.population, record.parent),
            _spread(changes, sizes, record.population, cd45),
        )
        for record in gated
        if sizes[record.population] and record.population not in unknown
    }


def movements_of(record: GateRecord) -> list[Floats]:
    """Return the independent movements of a gate's free numbers, each of one standard deviation.

    Returns
    -------
    list of ndarray of float64, shape (k,)
        For the k numbers of `marrowgate.gating.geometry.gate_coordinates.numbers`.
    """
    return [] if record.gate is None else record.error.steps


def resting_on(names: Sequence[str], records: Sequence[GateRecord]) -> set[str]:
    """Return populations and all that lie in them or are joined of them."""
    resting = set(names)
    for record in records:
        operands = record.gate.operands if isinstance(record.gate, Boolean) else ()
        if resting & {record.parent, *operands}:
            resting.add(record.population)
    return resting


def _half_difference(
    sample: SampleEvents,
    records: Sequence[GateRecord],
    rows: Mapping[str, EventRows],
    record: GateRecord,
    movement: Floats,
) -> Changes:
    gate = record.gate
    if gate is None:
        return {}
    changes: dict[str, float] = {}
    coordinates = numbers(gate)
    for sign in (1.0, -1.0):
        moved_gate = moved(gate, coordinates + sign * movement)
        events = rows_inside(moved_gate, sample, rows[record.parent], rows)
        touched = _either(events, rows[record.population], sample.file.n_events)
        if not touched.size:
            continue
        for name, (before, after) in apply_elsewhere(sample, records, rows, (record, moved_gate), touched).items():
            changes[name] = changes.get(name, 0.0) + sign * (after.size - before.size) / 2
    return changes


def _either(first: EventRows, other: EventRows, n_events: int) -> EventRows:
    """Return the events that are in one of two sets but not in both, ascending."""
    mask = np.zeros(n_events, dtype=np.bool_)
    mask[first] = True
    mask[other] ^= True
    return np.flatnonzero(mask)


def _spread(changes: Sequence[Changes], sizes: Mapping[str, int], name: str, other: str = "") -> float:
    """Return the standard deviation of ln(events), or of ln of their ratio to those of another population."""
    relative = [change.get(name, 0.0) / sizes[name] for change in changes]
    if sizes.get(other):
        relative = [
            value - change.get(other, 0.0) / sizes[other] for value, change in zip(relative, changes, strict=True)
        ]
    return float(np.sqrt(np.sum(np.square(relative))))

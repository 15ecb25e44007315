"""What speaks against a gate of the batch in a sample: so many events near it that its error moves the count much."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from marrowgate.gating.apply import rows_inside
from marrowgate.gating.doubts.estimate_doubts import FEWEST_NEAR, MOST_NEAR_MEASURED
from marrowgate.gating.geometry.gate_coordinates import moved, numbers
from marrowgate.gating.geometry.gates import Boolean
from marrowgate.gating.reasons import because
from marrowgate.gating.records import GateRecord
from marrowgate.gating.sample_events import EventRows, SampleEvents


def doubt_lent(
    sample: SampleEvents, records: Sequence[GateRecord], rows: Mapping[str, EventRows]
) -> tuple[GateRecord, ...]:
    """Put gates in doubt that the batch lends and by which many of the sample's own events lie.

    Parameters
    ----------
    sample : SampleEvents
        The events.
    records : sequence of GateRecord
        Settled gates.
    rows : mapping of str to ndarray of intp
        Events of each population that was gated.

    Returns
    -------
    tuple of GateRecord
        In the same order. The gates stay as they are.
    """
    return tuple(_doubted(sample, record, rows) if _is_lent(record) else record for record in records)


def _is_lent(record: GateRecord) -> bool:
    return record.status == "borrowed" and record.gate is not None and not isinstance(record.gate, Boolean)


def _doubted(sample: SampleEvents, record: GateRecord, rows: Mapping[str, EventRows]) -> GateRecord:
    gate = record.gate
    if gate is None or record.parent not in rows or record.population not in rows:
        return record
    parent, coordinates = rows[record.parent], numbers(gate)
    near = np.zeros(sample.file.n_events, dtype=np.bool_)
    for step in record.error.steps:
        up, down = (np.zeros_like(near) for _ in range(2))
        up[rows_inside(moved(gate, coordinates + step), sample, parent, rows)] = True
        down[rows_inside(moved(gate, coordinates - step), sample, parent, rows)] = True
        near |= up != down
    n_near, n_inside = int(np.count_nonzero(near)), int(rows[record.population].size)
    if n_near < FEWEST_NEAR or n_near <= MOST_NEAR_MEASURED * n_inside:
        return record
    sentence = f"{n_near} events lie within a standard deviation of the batch's boundary, beside {n_inside} in the gate"
    reasons = (because("crowded_border", sentence), *record.reasons)
    return replace(record, status="doubtful", reasons=reasons)

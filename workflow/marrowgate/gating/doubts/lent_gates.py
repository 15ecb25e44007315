"""What speaks against a gate that a sample did not find itself: many events near it, or hardly one inside."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from marrowgate.gating.apply import rows_inside
from marrowgate.gating.doubts.estimate_doubts import FEWEST_NEAR, MOST_NEAR_MEASURED
from marrowgate.gating.doubts.missing_stain import NO_BORDER
from marrowgate.gating.geometry.gate_coordinates import moved, numbers
from marrowgate.gating.geometry.gates import Boolean
from marrowgate.gating.reasons import because
from marrowgate.gating.records import GateRecord
from marrowgate.gating.sample_events import NO_EVENT_ROWS, EventRows, SampleEvents

FEWEST_STAINED = 20
"""Events in a gate that show that its stain is there."""
FEWEST_OF_PARENT = 1000
"""Events of a parent in which so few are no chance."""


def doubt_lent(
    sample: SampleEvents, records: Sequence[GateRecord], rows: Mapping[str, EventRows], denominator: str
) -> tuple[GateRecord, ...]:
    """Put gates in doubt that a sample did not find itself and that its own events speak against.

    Of a gate that the batch lends, many events lie near the boundary. Of a gate that stands in for one that was not
    found, be it the fallback's or the batch's, hardly an event lies inside, nor of the other cells that are
    counted against: the sample may lack the cells or the stain.

    Parameters
    ----------
    sample : SampleEvents
        The events.
    records : sequence of GateRecord
        Settled gates.
    rows : mapping of str to ndarray of intp
        Events of each population that was gated.
    denominator : str
        The population that counts are given against, such as all leucocytes.

    Returns
    -------
    tuple of GateRecord
        In the same order. The gates stay as they are.
    """
    checked = (_doubted(sample, record, rows) if _is_lent(record) else record for record in records)
    around = rows.get(denominator, NO_EVENT_ROWS)
    return tuple(_doubted_if_empty(sample, record, rows, around) for record in checked)


def _doubted_if_empty(
    sample: SampleEvents, record: GateRecord, rows: Mapping[str, EventRows], around: EventRows
) -> GateRecord:
    gate, codes = record.gate, {reason.code for reason in record.reasons}
    if gate is None or record.status == "overridden" or "fallback" not in codes or not codes & NO_BORDER:
        return record
    if record.parent not in rows or record.population not in rows:
        return record
    n_inside, n_parent = int(rows[record.population].size), int(rows[record.parent].size)
    if n_inside >= FEWEST_STAINED or n_parent < FEWEST_OF_PARENT:
        return record
    if rows_inside(gate, sample, around, rows).size >= FEWEST_STAINED:
        # cells of another kind show that the stain is there
        return record
    sentence = f"{n_inside} of {n_parent} events lie in the gate, and no boundary was found: no such cells, or no stain"
    return replace(record, status="doubtful", reasons=(because("nothing_stained", sentence), *record.reasons))


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

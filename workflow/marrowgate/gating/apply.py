"""Apply a sample's gates: deterministic, from the root down."""

from collections.abc import Mapping, Sequence

import numpy as np

from marrowgate.gating.engine import inside, join
from marrowgate.gating.geometry.boxes import box_around, box_of, rows_in_box
from marrowgate.gating.geometry.gates import Boolean, Ellipsoid, Gate, Polygon, Rectangle
from marrowgate.gating.geometry.tiles import INSIDE, UNDECIDED, decide_by_tiles, may_differ
from marrowgate.gating.records import USABLE, GateRecord
from marrowgate.gating.sample_events import EventRows, SampleEvents
from marrowgate.settings.strategies.strategy import ROOT

_FEW = 5_000
"""Up to so many events, transforming them all is quicker than cutting the plane into tiles."""
_LARGE_PART = 0.5
"""Of a larger part of the events, it is quicker to look at all of them than to pick those of the parent."""


def rows_inside(
    gate: Gate, sample_events: SampleEvents, parent_rows: EventRows, rows: Mapping[str, EventRows]
) -> EventRows:
    """Return the events of the parent that lie inside a gate.

    Parameters
    ----------
    gate : Gate
        The gate.
    sample_events : SampleEvents
        The events.
    parent_rows : ndarray of intp
        Events of the parent, ascending.
    rows : mapping of str to ndarray of intp
        Events of the populations that a Boolean gate names.

    Returns
    -------
    ndarray of intp
        Ascending.
    """
    if isinstance(gate, Boolean):
        return _joined(gate, parent_rows, rows, sample_events.file.n_events)
    if isinstance(gate, Polygon | Ellipsoid) and parent_rows.size > _FEW and len(gate.dimensions) == 2:
        return _inside_slanted(gate, sample_events, parent_rows)
    near = rows_in_box(gate.dimensions, box_of(gate), sample_events, parent_rows)
    if isinstance(gate, Rectangle) or not near.size:
        return near
    return near.compress(inside(gate, lambda dimension: sample_events.scaled(dimension, near)))


def apply_gates(sample_events: SampleEvents, records: Sequence[GateRecord], start: EventRows) -> dict[str, EventRows]:
    """Apply gates in their order.

    Returns
    -------
    dict of str to ndarray of intp
        Events of each population whose gate can be used.
    """
    rows: dict[str, EventRows] = {ROOT: start}
    for record in records:
        if record.gate is None or record.status not in USABLE:
            continue
        needed = [record.parent, *(record.gate.operands if isinstance(record.gate, Boolean) else ())]
        if all(name in rows for name in needed):
            rows[record.population] = rows_inside(record.gate, sample_events, rows[record.parent], rows)
    return rows


def apply_elsewhere(
    sample_events: SampleEvents,
    records: Sequence[GateRecord],
    rows: Mapping[str, EventRows],
    elsewhere: tuple[GateRecord, Gate],
    touched: EventRows,
) -> dict[str, tuple[EventRows, EventRows]]:
    """Apply the gates that rest on one of them to the events that enter or leave it when it lies elsewhere.

    Parameters
    ----------
    sample_events : SampleEvents
        The events.
    records : sequence of GateRecord
        The gates as used, parents before children.
    rows : mapping of str to ndarray of intp
        Events of each population, as `apply_gates` gives them.
    elsewhere : tuple of (GateRecord, Gate)
        One of the records, and the gate in its place.
    touched : ndarray of intp
        The events, ascending.

    Returns
    -------
    dict of str to tuple of 2 ndarrays of intp
        Of each population that rests on the gate, those of the events that were in it and those that now are.
    """
    moved, gate = elsewhere
    before: dict[str, EventRows] = {}
    after: dict[str, EventRows] = {}

    def before_in(name: str) -> EventRows:
        if name not in before:
            before[name] = common_rows(touched, rows[name])
        return before[name]

    for record in records:
        own_gate = gate if record is moved else record.gate
        if own_gate is None or record.population not in rows:
            continue
        operands = own_gate.operands if isinstance(own_gate, Boolean) else ()
        if record is moved or not after.keys().isdisjoint((record.parent, *operands)):
            now = {name: after[name] if name in after else before_in(name) for name in (record.parent, *operands)}
            after[record.population] = rows_inside(own_gate, sample_events, now[record.parent], now)
    return {name: (before_in(name), events) for name, events in after.items()}


def common_rows(few: EventRows, many: EventRows) -> EventRows:
    """Return the events that two ascending sets share, ascending."""
    if not many.size:
        return many
    position = np.minimum(np.searchsorted(many, few), many.size - 1)
    return np.asarray(few[many[position] == few])


def rows_that_may_differ(
    gates: Sequence[Polygon | Ellipsoid], sample_events: SampleEvents, parent_rows: EventRows
) -> EventRows:
    """Return the events of the parent that need not lie all inside or all outside of several gates.

    Parameters
    ----------
    gates : sequence of Polygon or Ellipsoid
        Gates in the same two dimensions.
    sample_events : SampleEvents
        The events.
    parent_rows : ndarray of intp
        Events of the parent, ascending.

    Returns
    -------
    ndarray of intp
        Ascending. Of few events all.
    """
    if parent_rows.size <= _FEW:
        return parent_rows
    dimensions = gates[0].dimensions
    scales = [sample_events.scales[dimension] for dimension in dimensions]
    linear = [sample_events.linear(dimension, parent_rows) for dimension in dimensions]
    low, high = (choose([box_around(gate) for gate in gates], axis=0) for choose in (np.min, np.max))
    box = list(zip(low[:, 0].tolist(), high[:, 1].tolist(), strict=True))
    return parent_rows[may_differ(gates, box, linear, scales)]


def _inside_slanted(gate: Polygon | Ellipsoid, sample_events: SampleEvents, rows: EventRows) -> EventRows:
    scales = [sample_events.scales[dimension] for dimension in gate.dimensions]
    if rows.size > _LARGE_PART * sample_events.file.n_events:
        linear = [sample_events.whole(dimension) for dimension in gate.dimensions]
        decided = decide_by_tiles(gate, box_around(gate), linear, scales).take(rows)
    else:
        linear = [sample_events.linear(dimension, rows) for dimension in gate.dimensions]
        decided = decide_by_tiles(gate, box_around(gate), linear, scales)
    members = decided == INSIDE
    left = np.flatnonzero(decided == UNDECIDED)
    if left.size:
        at_border = rows.take(left)
        members[left] = inside(gate, lambda dimension: sample_events.scaled(dimension, at_border))
    return rows.compress(members)


def _joined(gate: Boolean, parent_rows: EventRows, rows: Mapping[str, EventRows], n_events: int) -> EventRows:
    members = {name: np.zeros(n_events, dtype=np.bool_) for name in gate.operands}
    for name, mask in members.items():
        mask[rows[name]] = True
    return parent_rows.compress(join(gate, members).take(parent_rows))

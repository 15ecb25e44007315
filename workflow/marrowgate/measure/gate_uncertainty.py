"""What the uncertainty of the gates' boundaries does to the counts.

Every independent movement of a gate's boundary is made once up and once down by one standard deviation. Only events
that enter or leave some gate can change any population. They are looked at once, and where they lie then follows from
inside which gates they lie.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from marrowgate.frozen import Frozen
from marrowgate.gating.apply import rows_inside, rows_that_may_differ
from marrowgate.gating.engine import inside, join
from marrowgate.gating.geometry.gate_coordinates import moved, numbers
from marrowgate.gating.geometry.gates import Boolean, Ellipsoid, Polygon
from marrowgate.gating.records import GateRecord
from marrowgate.gating.sample_events import NO_EVENT_ROWS, EventRows, SampleEvents
from marrowgate.measure.record import GateCv

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
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
    touched = {record.population: _touched_by(sample, rows, record) for record in gated}
    near = _near_events(sample, gated, rows, [events for pair_of in touched.values() for events in pair_of])
    changes = [
        _half_difference(gated, near, record.population, up, down)
        for record in gated
        for up, down in zip(touched[record.population][::2], touched[record.population][1::2], strict=True)
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


class _NearEvents(Frozen):
    """The events that some movement of a boundary touches, and where they lie.

    Parameters
    ----------
    events : ndarray of intp
        Ascending.
    held : mapping of str to ndarray of bool
        Population to which of the events are in it.
    inside : mapping of str to ndarray of bool
        Population to which of the events lie inside its own gate, whatever its parent holds; without Boolean gates.
    """

    events: EventRows
    held: Mapping[str, Mask]
    inside: Mapping[str, Mask]


def _touched_by(sample: SampleEvents, rows: Mapping[str, EventRows], record: GateRecord) -> list[EventRows]:
    """Return the events that enter or leave a gate for each of its movements, once up and once down."""
    gate, movements = record.gate, movements_of(record)
    if gate is None or not movements:
        return []
    coordinates = numbers(gate)
    gates = [moved(gate, coordinates + sign * movement) for movement in movements for sign in (1.0, -1.0)]
    parent, own, n_events = rows[record.parent], rows[record.population], sample.file.n_events
    slanted = [one for one in (gate, *gates) if isinstance(one, Polygon | Ellipsoid)]
    if not slanted or len(gate.dimensions) != 2:
        return [_either(rows_inside(one, sample, parent, rows), own, n_events) for one in gates]
    near = rows_that_may_differ(slanted, sample, parent)
    columns = {dimension: sample.scaled(dimension, near) for dimension in gate.dimensions}
    held = _held(near, own)
    return [near[inside(one, columns.__getitem__) != held] for one in slanted[1:]]


def _near_events(
    sample: SampleEvents, gated: Sequence[GateRecord], rows: Mapping[str, EventRows], touched: Sequence[EventRows]
) -> _NearEvents:
    """Look once at all events that any movement touches."""
    mask = np.zeros(sample.file.n_events, dtype=np.bool_)
    mask[np.concatenate([NO_EVENT_ROWS, *touched])] = True
    events = np.flatnonzero(mask)
    own = {
        record.population: _held(events, rows_inside(record.gate, sample, events, rows))
        for record in gated
        if record.gate is not None and not isinstance(record.gate, Boolean)
    }
    return _NearEvents(events, {name: _held(events, many) for name, many in rows.items()}, own)


def _half_difference(
    gated: Sequence[GateRecord], near: _NearEvents, population: str, up: EventRows, down: EventRows
) -> Changes:
    """Return what a movement does: half of what it does upwards less half of what it does downwards."""
    gained, lost = (_gains(gated, near, population, touched) for touched in (up, down))
    return {name: (gained.get(name, 0) - lost.get(name, 0)) / 2 for name in {**gained, **lost}}


def _gains(gated: Sequence[GateRecord], near: _NearEvents, population: str, touched: EventRows) -> dict[str, int]:
    """Return how many events more a population holds, and all that rest on it, when it gains or loses some."""
    if not touched.size:
        return {}
    after = {population: near.held[population] ^ _held(near.events, touched)}
    for record in gated:
        operands = record.gate.operands if isinstance(record.gate, Boolean) else ()
        if record.gate is None or after.keys().isdisjoint((record.parent, *operands)):
            continue
        now = {name: after.get(name, near.held[name]) for name in (record.parent, *operands)}
        own = join(record.gate, now) if isinstance(record.gate, Boolean) else near.inside[record.population]
        after[record.population] = now[record.parent] & own
    return {name: int(np.count_nonzero(mask)) - int(np.count_nonzero(near.held[name])) for name, mask in after.items()}


def _held(few: EventRows, many: EventRows) -> Mask:
    """Say which of the events of one ascending set are in another."""
    if not many.size:
        return np.zeros(few.shape, dtype=np.bool_)
    position = np.minimum(np.searchsorted(many, few), many.size - 1)
    return np.asarray(many[position] == few)


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

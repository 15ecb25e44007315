"""Apply a sample's gates: deterministic, from the root down."""

from collections.abc import Mapping, Sequence

import numpy as np

from marrowgate.gating.engine import inside
from marrowgate.gating.gates import Boolean, Gate
from marrowgate.gating.records import USABLE, GateRecord
from marrowgate.gating.tube import Rows, Tube
from marrowgate.settings.strategy import ROOT


def rows_inside(gate: Gate, tube: Tube, parent_rows: Rows, rows: Mapping[str, Rows]) -> Rows:
    """Give the events of the parent that lie inside a gate.

    Parameters
    ----------
    gate : Gate
        The gate.
    tube : Tube
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
        return _joined(gate, parent_rows, rows)
    mask = inside(gate, lambda dimension: tube.scaled(dimension, parent_rows))
    return parent_rows[mask]


def apply_gates(tube: Tube, records: Sequence[GateRecord], start: Rows) -> dict[str, Rows]:
    """Apply gates in their order.

    Returns
    -------
    dict of str to ndarray of intp
        Events of each population whose gate can be used.
    """
    rows: dict[str, Rows] = {ROOT: start}
    for record in records:
        if record.gate is None or record.status not in USABLE:
            continue
        needed = [record.parent, *(record.gate.operands if isinstance(record.gate, Boolean) else ())]
        if all(name in rows for name in needed):
            rows[record.population] = rows_inside(record.gate, tube, rows[record.parent], rows)
    return rows


def _joined(gate: Boolean, parent_rows: Rows, rows: Mapping[str, Rows]) -> Rows:
    sets = [rows[name] for name in gate.operands]
    if gate.operator == "not":
        return np.setdiff1d(parent_rows, sets[0], assume_unique=True)
    joined = sets[0]
    for other in sets[1:]:
        joined = np.intersect1d(joined, other, True) if gate.operator == "and" else np.union1d(joined, other)
    return np.intersect1d(parent_rows, joined, assume_unique=True)

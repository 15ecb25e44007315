"""Gates that another population places when that one is in doubt: where else they may lie."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.geometry.gate_coordinates import same_kind
from marrowgate.gating.geometry.gates import Gate
from marrowgate.gating.reasons import REMARKS, Reasons, because
from marrowgate.gating.records import GateRecord

_TWO_CLUSTERS = frozenset({"hollow", "second_cluster"})
"""Codes of doubts that say that a population may be two clusters."""
_FEWEST = 4
"""Events of a reference that can be cut in two."""


def doubtful_references(placed_by: Sequence[str], records: Sequence[GateRecord]) -> Reasons:
    """Doubt a gate that other populations place when the gate of one of them is in doubt."""
    return tuple(
        because("reference_in_doubt", f"{record.population}, which places the gate, is in doubt")
        for record in _in_doubt(placed_by, records)
    )


def placed_by_halves(
    gate: Gate,
    placed_by: Sequence[str],
    records: Sequence[GateRecord],
    points_of: Callable[[GateRecord], NDArray[np.float64]],
    again: Callable[[str, NDArray[np.bool_]], Gate | None],
) -> tuple[Gate, ...]:
    """Return where else a gate lies when only one half of a reference is what it ought to be.

    A reference that may be two clusters is cut in two, along and across. Of a reference that is in doubt for another
    reason no half need be right.

    Parameters
    ----------
    gate : Gate
        As it was found.
    placed_by : sequence of str
        Populations that place it.
    records : sequence of GateRecord
        The gates so far.
    points_of : callable
        Gives the events of a reference in the dimensions of its own gate, shape (n, k), transformed scale.
    again : callable
        Finds the gate with some of the events of a reference, shape (n,).

    Returns
    -------
    tuple of Gate
        Empty where no reference is in doubt, and where nobody can say where the gate lies then.
    """
    others: list[Gate] = []
    for record in _in_doubt(placed_by, records):
        against = {reason.code for reason in record.reasons} - REMARKS
        points = points_of(record) if against and against <= _TWO_CLUSTERS else np.empty((0, 0))
        if len(points) < _FEWEST:
            return ()
        for half in halves(points):
            other = again(record.population, half)
            if other is None or not same_kind(other, gate):
                return ()
            others.append(other)
    return tuple(others)


def halves(points: NDArray[np.float64]) -> list[NDArray[np.bool_]]:
    """Cut events in two at the median along each of their principal axes.

    Parameters
    ----------
    points : ndarray of float64, shape (n, k)
        At least two events.

    Returns
    -------
    list of 2 k ndarrays of bool, shape (n,)
    """
    _, axes = np.linalg.eigh(np.atleast_2d(np.cov(points.T)))
    along = points @ axes
    lower = along <= np.median(along, axis=0)
    return [half for column in lower.T for half in (column, ~column)]


def _in_doubt(placed_by: Sequence[str], records: Sequence[GateRecord]) -> list[GateRecord]:
    in_doubt = {record.population: record for record in records if record.status == "doubtful"}
    return [in_doubt[name] for name in dict.fromkeys(placed_by) if name in in_doubt]

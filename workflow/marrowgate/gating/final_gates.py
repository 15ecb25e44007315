"""The gates that a sample gets, from its own fit and the consensus of its batch.

A sample without a boundary borrows the batch's, a sample far from it is pulled in to the limit and marked `shifted`.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.consensus import MIN_FITS, SPREADS, AgreedGate, Consensus
from marrowgate.gating.gate_coordinates import moved, numbers, reach, same_kind
from marrowgate.gating.gates import Boolean, Gate
from marrowgate.gating.records import USABLE, Fit, GateRecord, Status
from marrowgate.settings.strategy import ROOT


def settle(fit: Fit, consensus: Consensus) -> tuple[GateRecord, ...]:
    """Decide the gates of one sample from its own fit and the consensus of its batch.

    Returns
    -------
    tuple of GateRecord
        In the order of the consensus; each with its final status and reason.
    """
    own = {record.population: record for record in fit.gates}
    settled: list[GateRecord] = []
    usable = {ROOT}
    for agreed in consensus.gates:
        record = own.get(agreed.population) or GateRecord(
            agreed.population, agreed.parent, agreed.method, None, "not_gated", "the sample has no fit of its own"
        )
        record = _settle_one(record, agreed)
        if record.status in USABLE:
            operands = record.gate.operands if isinstance(record.gate, Boolean) else ()
            missing = [name for name in (record.parent, *operands) if name not in usable]
            if missing:
                record = replace(
                    record, gate=None, status="not_gated", reason=f"needs {', '.join(missing)}, which has no gate"
                )
        if record.status in USABLE:
            usable.add(record.population)
        settled.append(record)
    return tuple(settled)


def _settle_one(record: GateRecord, agreed: AgreedGate) -> GateRecord:
    if record.reason.startswith("marker_absent"):
        return record
    if agreed.gate is None:
        return record if record.gate is not None else replace(record, reason=_no_loan(record, agreed))
    if agreed.origin == "strategy":
        return record if record.gate is not None else _as_written(record, agreed)
    if record.gate is None or record.status == "fixed":
        return _borrowed(record, agreed)
    if agreed.origin == "pooled":
        return _pooled(record, agreed, record.gate, agreed.gate)
    return _within_limits(record, agreed, record.gate, agreed.gate)


def _as_written(record: GateRecord, agreed: AgreedGate) -> GateRecord:
    status: Status = "ok" if isinstance(agreed.gate, Boolean) else "fixed"
    still_true = [part for part in record.reason.split("; ") if not part.startswith("needs ")]
    return replace(record, gate=agreed.gate, parent=agreed.parent, status=status, reason="; ".join(still_true))


def _borrowed(record: GateRecord, agreed: AgreedGate) -> GateRecord:
    why = f"{record.status}: {record.reason}" if record.reason else record.status
    return replace(
        record,
        gate=agreed.gate,
        parent=agreed.parent,
        status="borrowed",
        reason=f"from {agreed.n_fits} samples of the batch ({why})",
        boundary_sd=agreed.spread,
        movements=agreed.movements,
    )


def _within_limits(record: GateRecord, agreed: AgreedGate, gate: Gate, middle_gate: Gate) -> GateRecord:
    if not same_kind(gate, middle_gate):
        return record
    own, middle, limit = numbers(gate), numbers(middle_gate), np.array(agreed.limit) * reach(middle_gate)
    reason = _too_far(own, middle, limit, reach(middle_gate))
    if not reason:
        return record
    pulled_in = moved(gate, np.clip(own, middle - limit, middle + limit))
    return replace(record, gate=pulled_in, status="shifted", reason=_joined(reason, record.reason))


def _pooled(record: GateRecord, agreed: AgreedGate, gate: Gate, pooled_gate: Gate) -> GateRecord:
    """Take the batch's gate over; where the sample's own one is further away than both errors allow, say so."""
    if not same_kind(gate, pooled_gate):
        return _borrowed(record, agreed)
    own_sd = np.nan_to_num(np.array(record.boundary_sd or (0.0,)), nan=np.inf)
    own, middle = numbers(gate), numbers(pooled_gate)
    size = own.size if own_sd.size == own.size else 1
    limit = np.maximum(np.array(agreed.limit) * reach(pooled_gate), SPREADS * own_sd[:size])
    reason = _too_far(own, middle, limit, reach(pooled_gate))
    if reason:
        pulled_in = moved(gate, np.clip(own, middle - limit, middle + limit))
        return replace(record, gate=pulled_in, status="shifted", reason=_joined(reason, record.reason))
    text = _joined(f"found in the events of {agreed.n_fits} samples of the batch", record.reason)
    return replace(record, gate=pooled_gate, reason=text, boundary_sd=agreed.spread, movements=agreed.movements)


def _too_far(
    own: NDArray[np.float64], middle: NDArray[np.float64], limit: NDArray[np.float64], far: NDArray[np.float64]
) -> str:
    """Say how much further than allowed a gate is from the batch's; empty when it is not."""
    off = np.abs(own - middle)
    if (off <= limit).all():
        return ""
    worst = int(np.argmax((off - limit) / far))
    allowed = limit[worst] / far[worst]
    return f"boundary {off[worst] / far[worst]:.3f} of full scale from the batch's, {allowed:.3f} is allowed"


def _joined(reason: str, more: str) -> str:
    return "; ".join(text for text in (reason, more) if text)


def _no_loan(record: GateRecord, agreed: AgreedGate) -> str:
    return f"{record.reason}; {agreed.n_fits} of the batch's samples found a gate, {MIN_FITS} are needed to borrow"

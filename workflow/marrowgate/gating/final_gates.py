"""The gates that a sample gets, from its own fit and the consensus of its batch.

A sample without a boundary borrows the batch's, a sample far from it is pulled in to the limit and marked `shifted`.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.consensus import MIN_FITS, SPREADS, AgreedGate, Consensus
from marrowgate.gating.doubts.missing_stain import doubt_dark
from marrowgate.gating.doubts.wide_boundary import wide_boundary
from marrowgate.gating.geometry.gate_coordinates import moved, numbers, reach, same_kind, stated_error
from marrowgate.gating.geometry.gates import Boolean, Gate
from marrowgate.gating.reasons import because, has_code
from marrowgate.gating.records import USABLE, Fit, GateRecord, Status
from marrowgate.settings.strategies.strategy import ROOT

if TYPE_CHECKING:
    from marrowgate.gating.overrides.given_gates import GivenGate

Floats = NDArray[np.float64]
NONE_GIVEN: Mapping[str, "GivenGate"] = MappingProxyType({})
"""What a person gave where nobody gave anything."""


def settle(fit: Fit, consensus: Consensus, given: Mapping[str, "GivenGate"] = NONE_GIVEN) -> tuple[GateRecord, ...]:
    """Decide the gates of one sample from its own fit, the consensus of its batch and what a person gave.

    Parameters
    ----------
    fit : Fit
        Of the sample, or of the one that it is a control of.
    consensus : Consensus
        Of its panel and batch.
    given : mapping of str to GivenGate
        Gates that a person gave, by population; they take the place of the found ones. The gates below them stay as
        they were found, and are applied to what is inside the given ones.

    Returns
    -------
    tuple of GateRecord
        In the order of the consensus; each with its final status and reasons.

    Raises
    ------
    ValueError
        A gate is given to a population that the consensus has not.
    """
    own = {record.population: record for record in fit.gates}
    settled: list[GateRecord] = []
    usable = {ROOT}
    for agreed in consensus.gates:
        record = own.get(agreed.population) or _without_fit(agreed)
        record = doubt_dark(_doubted_if_wide(_settle_one(record, agreed)), fit.readings, consensus.brightness)
        if agreed.population in given:
            record = _overridden(record, given[agreed.population])
        if record.status in USABLE:
            operands = record.gate.operands if isinstance(record.gate, Boolean) else ()
            missing = [name for name in (record.parent, *operands) if name not in usable]
            if missing:
                why = because("needs_gate", f"needs {', '.join(missing)}, which has no gate")
                record = replace(record, gate=None, status="not_gated", reasons=(why,))
        if record.status in USABLE:
            usable.add(record.population)
        settled.append(record)
    lost = [name for name in given if name not in {record.population for record in settled}]
    if lost:
        msg = f"the consensus has no {', '.join(lost)}, whose gate a person gave"
        raise ValueError(msg)
    return tuple(settled)


def _doubted_if_wide(record: GateRecord) -> GateRecord:
    doubts = wide_boundary(record.gate, record.error) if record.status in USABLE else ()
    return replace(record, status="doubtful", reasons=(*doubts, *record.reasons)) if doubts else record


def _overridden(record: GateRecord, given: "GivenGate") -> GateRecord:
    """Put a person's gate in the place of the found one; its error is what people differ by."""
    error = stated_error(given.gate)
    return replace(record, gate=given.gate, status="overridden", reasons=(given.note,), error=error)


def _without_fit(agreed: AgreedGate) -> GateRecord:
    why = because("no_fit", "the sample has no fit of its own")
    return GateRecord(agreed.population, agreed.parent, agreed.method, None, "not_gated", (why,))


def _settle_one(record: GateRecord, agreed: AgreedGate) -> GateRecord:
    if has_code(record.reasons, "marker_absent"):
        return record
    if agreed.gate is None:
        return record if record.gate is not None else _without_loan(record, agreed)
    if agreed.origin == "strategy":
        return record if record.gate is not None else _as_written(record, agreed)
    if record.gate is None or record.status == "fixed" or has_code(record.reasons, "fallback"):
        return _borrowed(record, agreed)
    if agreed.origin == "pooled":
        return _pooled(record, agreed, record.gate, agreed.gate)
    return _within_limits(record, agreed, record.gate, agreed.gate)


def _as_written(record: GateRecord, agreed: AgreedGate) -> GateRecord:
    status: Status = "ok" if isinstance(agreed.gate, Boolean) else "fixed"
    still_true = tuple(reason for reason in record.reasons if reason.code != "needs_gate")
    return replace(
        record, gate=agreed.gate, parent=agreed.parent, status=status, reasons=still_true, error=agreed.error
    )


def _borrowed(record: GateRecord, agreed: AgreedGate) -> GateRecord:
    why = because("from_batch", f"from {agreed.n_fits} samples of {agreed.whose}")
    return replace(
        record,
        gate=agreed.gate,
        parent=agreed.parent,
        status="doubtful" if agreed.doubts else "borrowed",
        reasons=(why, *agreed.doubts, *record.reasons),
        error=agreed.error,
    )


def _within_limits(record: GateRecord, agreed: AgreedGate, gate: Gate, middle_gate: Gate) -> GateRecord:
    if not same_kind(gate, middle_gate):
        return record
    limit = np.array(agreed.limit) * reach(middle_gate)
    pulled = _pulled_in(record, agreed, gate, middle_gate, limit)
    if pulled is None or pulled.status != "shifted" or not record.error.sds:
        return pulled or record
    if (np.abs(numbers(gate) - numbers(middle_gate)) > np.maximum(limit, SPREADS * np.array(record.error.sds))).any():
        return pulled
    # the sample's events leave it open where its boundary lies, so that they show no shift
    why = because("drawn_in", f"{pulled.reasons[0].sentence}; its own error is as large, and it is drawn in")
    return replace(pulled, status=record.status, reasons=(why, *record.reasons))


def _pooled(record: GateRecord, agreed: AgreedGate, gate: Gate, pooled_gate: Gate) -> GateRecord:
    """Take the batch's gate over; where the sample's own one is further away than both errors allow, say so.

    An own error that is not known allows nothing.
    """
    if not same_kind(gate, pooled_gate):
        return _borrowed(record, agreed)
    limit = np.array(agreed.limit) * reach(pooled_gate)
    if record.error.sds:
        limit = np.maximum(limit, SPREADS * np.array(record.error.sds))
    shifted = _pulled_in(record, agreed, gate, pooled_gate, limit)
    if shifted is not None:
        # where few cells of a sample make the boundary, that of all samples is the better one
        return replace(shifted, gate=pooled_gate, error=agreed.error)
    why = because("pooled", f"found in the events of {agreed.n_fits} samples of {agreed.whose}")
    status: Status = "doubtful" if agreed.doubts else record.status
    reasons = tuple(dict.fromkeys((why, *agreed.doubts, *record.reasons)))
    return replace(record, gate=pooled_gate, status=status, reasons=reasons, error=agreed.error)


def _pulled_in(
    record: GateRecord, agreed: AgreedGate, gate: Gate, middle_gate: Gate, limit: Floats
) -> GateRecord | None:
    """Return the record with its gate pulled in to the limit, or None where it lies within."""
    own, middle, far = numbers(gate), numbers(middle_gate), reach(middle_gate)
    off = np.abs(own - middle)
    if (off <= limit).all():
        return None
    worst = int(np.argmax((off - limit) / far))
    distance, allowed = off[worst] / far[worst], limit[worst] / far[worst]
    sentence = f"boundary {distance:.3f} of full scale from {agreed.whose}'s, {allowed:.3f} is allowed"
    pulled_in = moved(gate, np.clip(own, middle - limit, middle + limit))
    reasons = (because("far_from_batch", sentence), *record.reasons)
    # a sample that is in doubt of its own gate stays so
    status: Status = "doubtful" if record.status == "doubtful" else "shifted"
    return replace(record, gate=pulled_in, own_gate=gate, status=status, reasons=reasons)


def _without_loan(record: GateRecord, agreed: AgreedGate) -> GateRecord:
    sentence = f"{agreed.n_fits} of {agreed.whose}'s samples found a gate, {MIN_FITS} are needed to borrow"
    return replace(record, reasons=(*record.reasons, because("too_few_fits", sentence)))

"""Consensus of a panel and batch: what the samples' fits agree on, and what that means for one sample.

A boundary of the consensus is the median over the samples that found one, weighted by precision; a sample without a
boundary borrows it, a sample far from it is pulled in to the limit and marked `shifted`. Where the strategy says so,
the boundary is found in the events of all samples together, and all of them take it over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml
from numpy.typing import NDArray

from marrowgate.files import write_text
from marrowgate.gating.gates import Boolean, Ellipsoid, Gate, Polygon, Rectangle, from_plain, to_plain
from marrowgate.gating.pooled import find_pooled
from marrowgate.gating.records import USABLE, Evidence, Fit, GateRecord, Status
from marrowgate.settings.strategy import ROOT
from marrowgate.signal.transforms import Transform

MIN_FITS = 3
"""Samples that must have found a boundary before others borrow it."""
MIN_POOL = 2
"""Samples that must have given events before a gate is found in those of all together."""
MIN_LIMIT = 0.04
"""A boundary within this distance of the consensus (full scale is 1) is never called shifted."""
SPREADS = 4.0
"""Beyond this many robust standard deviations between samples a boundary is shifted."""


@dataclass(frozen=True)
class AgreedGate:
    """The consensus on one population's gate.

    Parameters
    ----------
    population, parent, method : str
        As the fits have them.
    origin : str
        fits: the median of the fits. pooled: found in the events of all samples. strategy: the geometry that the
        strategy gives. none: too few fits.
    gate : Gate or None
        None when too few samples found one.
    limit : tuple of float
        How far each free number of the gate may be from the consensus, transformed scale.
    spread : tuple of float
        Robust standard deviation of each free number between samples.
    n_fits : int
        Samples that found a gate, or that gave events to it.
    movements : tuple of tuple of float
        Of a pooled gate: as in `marrowgate.gating.records.GateRecord`.
    """

    population: str
    parent: str
    method: str
    origin: Literal["fits", "pooled", "strategy", "none"]
    gate: Gate | None
    limit: tuple[float, ...]
    spread: tuple[float, ...]
    n_fits: int
    movements: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True)
class Consensus:
    """All agreed gates of a panel and batch."""

    panel: str
    batch: str
    gates: tuple[AgreedGate, ...]
    scales: Mapping[str, Transform]


def agree(panel: str, batch: str, fits: Sequence[Fit]) -> Consensus:
    """Find what the fits of a batch agree on.

    Parameters
    ----------
    panel, batch : str
        Names.
    fits : sequence of Fit
        In any order; the answer does not depend on it.

    Returns
    -------
    Consensus
        One entry per population that any fit has.
    """
    ordered = sorted(fits, key=lambda fit: fit.sample_id)
    populations = list(dict.fromkeys(record.population for fit in ordered for record in fit.gates))
    scales: dict[str, Transform] = {}
    for fit in ordered:
        scales = {**fit.scales, **scales}
    same_scale = [fit for fit in ordered if all(scales[name] == scale for name, scale in fit.scales.items())]
    alike = same_scale or ordered
    return Consensus(panel, batch, tuple(_agree(name, alike, scales) for name in populations), scales)


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


def numbers(gate: Gate) -> NDArray[np.float64]:
    """Give the free numbers that say where a gate lies: bounds, corners or centre."""
    if isinstance(gate, Rectangle):
        return np.array([value for value in (*gate.low, *gate.high) if value is not None])
    if isinstance(gate, Polygon):
        return np.array(gate.vertices).ravel()
    if isinstance(gate, Ellipsoid):
        return np.array(gate.mean)
    return np.array([])


def moved(gate: Gate, place: NDArray[np.float64]) -> Gate:
    """Give the same gate with other free numbers."""
    if isinstance(gate, Rectangle):
        rest = iter(float(value) for value in place)
        low = tuple(None if value is None else next(rest) for value in gate.low)
        high = tuple(None if value is None else next(rest) for value in gate.high)
        return replace(gate, low=low, high=high)
    if isinstance(gate, Polygon):
        return replace(gate, vertices=tuple((float(x), float(y)) for x, y in place.reshape(-1, 2)))
    if isinstance(gate, Ellipsoid):
        return replace(gate, mean=tuple(float(value) for value in place))
    return gate


def reach(gate: Gate) -> NDArray[np.float64]:
    """Give the factor by which each free number may move more than a boundary on the scale.

    Corners of a polygon that lie beyond the scale move further than its edges do on the scale, in proportion to their
    distance.
    """
    if not isinstance(gate, Polygon):
        return np.ones(numbers(gate).size)
    corners = np.abs(np.array(gate.vertices)).max(axis=1)
    return np.repeat(np.maximum(corners, 1.0), 2)


def write_consensus(path: Path, consensus: Consensus) -> None:
    """Write a consensus as YAML."""
    plain = {
        "panel": consensus.panel,
        "batch": consensus.batch,
        "scales": {name: asdict(scale) for name, scale in sorted(consensus.scales.items())},
        "gates": [_agreed_to_plain(agreed) for agreed in consensus.gates],
    }
    write_text(path, yaml.safe_dump(plain, sort_keys=False, default_flow_style=None, width=120))


def read_consensus(path: Path) -> Consensus:
    """Read what `write_consensus` wrote."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    plain = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both loaders are safe ones
    scales = {name: Transform(**fields) for name, fields in plain["scales"].items()}
    return Consensus(
        plain["panel"], plain["batch"], tuple(_agreed_from_plain(entry) for entry in plain["gates"]), scales
    )


def _agree(population: str, fits: Sequence[Fit], scales: Mapping[str, Transform]) -> AgreedGate:
    agreed = _agree_on(population, fits)
    evidence = [one for fit in fits for one in fit.evidence if one.population == population]
    alike = [one for one in evidence if _same_way(one, evidence[0])]
    if len(alike) < MIN_POOL:
        return agreed
    found = find_pooled(alike, scales)
    if found.gate is None:
        return agreed
    sd = np.nan_to_num(np.array(found.boundary_sd))
    size = numbers(found.gate).size
    spread = np.broadcast_to(sd, size) if sd.size in {1, size} else np.full(size, sd.max())
    own = np.array(agreed.spread) if len(agreed.spread) == size else np.zeros(size)
    limit = np.maximum(MIN_LIMIT, SPREADS * np.maximum(spread, own))
    plain_spread, plain_limit = (tuple(float(value) for value in values) for values in (spread, limit))
    pooled = AgreedGate(
        population, agreed.parent, alike[0].method, "pooled", found.gate, plain_limit, plain_spread, len(alike)
    )
    return replace(pooled, movements=found.movements)


def _same_way(one: Evidence, other: Evidence) -> bool:
    return (one.method, one.arguments, one.dimensions) == (other.method, other.arguments, other.dimensions)


def _agree_on(population: str, fits: Sequence[Fit]) -> AgreedGate:
    records = [record for fit in fits for record in fit.gates if record.population == population]
    first = records[0] if records else GateRecord(population, ROOT, "", None, "not_gated")
    found = [record for record in records if record.gate is not None and record.status == "ok"]
    fixed = [record for record in records if record.gate is not None and record.status == "fixed"]
    example = (found or fixed or [first])[0]
    alike = [record for record in found if _alike(record.gate, example.gate)]
    if isinstance(example.gate, Boolean) or (not found and fixed):
        return AgreedGate(population, example.parent, example.method, "strategy", example.gate, (), (), len(records))
    if len(alike) < MIN_FITS or example.gate is None:
        return AgreedGate(population, example.parent, example.method, "none", None, (), (), len(alike))
    places = np.array([numbers(record.gate) for record in alike if record.gate is not None])
    middle = np.array([_weighted_median(column, _weights(alike, column)) for column in places.T])
    spread = 1.4826 * np.median(np.abs(places - middle), axis=0)
    limit = np.maximum(MIN_LIMIT, SPREADS * spread)
    gate = moved(example.gate, middle)
    if isinstance(gate, Ellipsoid):
        gate = replace(gate, covariance=_mean_covariance(alike))
    plain_spread, plain_limit = (tuple(float(value) for value in values) for values in (spread, limit))
    return AgreedGate(population, example.parent, example.method, "fits", gate, plain_limit, plain_spread, len(alike))


def _alike(gate: Gate | None, example: Gate | None) -> bool:
    if gate is None or example is None or type(gate) is not type(example) or gate.dimensions != example.dimensions:
        return False
    return numbers(gate).shape == numbers(example).shape


def _weights(records: Sequence[GateRecord], column: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weigh by the inverse variance: the boundary's own and the variance between samples."""
    own = np.array([np.nanmax((*record.boundary_sd, 0.0)) for record in records])
    between = 1.4826 * np.median(np.abs(column - np.median(column)))
    return np.asarray(1.0 / (own**2 + max(between, 0.005) ** 2))


def _weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values, kind="stable")
    upto = np.cumsum(weights[order])
    place = int(np.searchsorted(upto, upto[-1] / 2))
    return float(values[order][place])


def _mean_covariance(records: Sequence[GateRecord]) -> tuple[tuple[float, ...], ...]:
    stack = np.array([record.gate.covariance for record in records if isinstance(record.gate, Ellipsoid)])
    return tuple(tuple(float(value) for value in row) for row in stack.mean(axis=0))


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
    if not _alike(gate, middle_gate):
        return record
    own, middle, limit = numbers(gate), numbers(middle_gate), np.array(agreed.limit) * reach(middle_gate)
    reason = _too_far(own, middle, limit, reach(middle_gate))
    if not reason:
        return record
    pulled_in = moved(gate, np.clip(own, middle - limit, middle + limit))
    return replace(record, gate=pulled_in, status="shifted", reason=_joined(reason, record.reason))


def _pooled(record: GateRecord, agreed: AgreedGate, gate: Gate, pooled_gate: Gate) -> GateRecord:
    """Take the batch's gate over; where the sample's own one is further away than both errors allow, say so."""
    if not _alike(gate, pooled_gate):
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


def _agreed_to_plain(agreed: AgreedGate) -> dict[str, Any]:
    plain = dict(vars(agreed))
    plain["gate"] = None if agreed.gate is None else to_plain(agreed.gate)
    plain["limit"], plain["spread"] = list(agreed.limit), list(agreed.spread)
    plain["movements"] = [list(movement) for movement in agreed.movements]
    return plain


def _agreed_from_plain(plain: dict[str, Any]) -> AgreedGate:
    gate = None if plain["gate"] is None else from_plain(plain["gate"])
    movements = tuple(tuple(movement) for movement in plain["movements"])
    tuples = {"limit": tuple(plain["limit"]), "spread": tuple(plain["spread"]), "movements": movements}
    return AgreedGate(**{**plain, "gate": gate, **tuples})

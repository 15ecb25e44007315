"""Consensus of a panel and batch: what the samples' fits agree on.

A boundary of the consensus is the median over the samples that found one, weighted by precision. Where the strategy
says so, the boundary is found in the events of all samples together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.gate_coordinates import moved, numbers, same_kind
from marrowgate.gating.gates import Boolean, Ellipsoid, Gate
from marrowgate.gating.landmarks.factors import batch_landmarks
from marrowgate.gating.landmarks.rows import LandmarkRow
from marrowgate.gating.pooled import find_pooled
from marrowgate.gating.records import Evidence, Fit, GateRecord
from marrowgate.gating.sample_events import in_units
from marrowgate.settings.strategy import ROOT
from marrowgate.signal.transforms import Transform
from marrowgate.stats.robust import MAD_TO_SD, robust_sd, weighted_median

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
    landmarks: tuple[LandmarkRow, ...] = ()


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
    factors = {name: factor for fit in alike for name, factor in fit.factors.items()}
    own_units = {name: in_units(scale, 1.0 / factors.get(name, 1.0)) for name, scale in scales.items()}
    gates = tuple(_agree(name, alike, own_units) for name in populations)
    return Consensus(panel, batch, gates, scales, batch_landmarks([fit.landmarks for fit in ordered]))


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
    alike = [record for record in found if same_kind(record.gate, example.gate)]
    if isinstance(example.gate, Boolean) or (not found and fixed):
        return AgreedGate(population, example.parent, example.method, "strategy", example.gate, (), (), len(records))
    if len(alike) < MIN_FITS or example.gate is None:
        return AgreedGate(population, example.parent, example.method, "none", None, (), (), len(alike))
    places = np.array([numbers(record.gate) for record in alike if record.gate is not None])
    middle = np.array([weighted_median(column, _weights(alike, column)) for column in places.T])
    spread = MAD_TO_SD * np.median(np.abs(places - middle), axis=0)
    limit = np.maximum(MIN_LIMIT, SPREADS * spread)
    gate = moved(example.gate, middle)
    if isinstance(gate, Ellipsoid):
        gate = replace(gate, covariance=_mean_covariance(alike))
    plain_spread, plain_limit = (tuple(float(value) for value in values) for values in (spread, limit))
    return AgreedGate(population, example.parent, example.method, "fits", gate, plain_limit, plain_spread, len(alike))


def _weights(records: Sequence[GateRecord], column: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weigh by the inverse variance: the boundary's own and the variance between samples."""
    own = np.array([np.nanmax((*record.boundary_sd, 0.0)) for record in records])
    between = robust_sd(column)
    return np.asarray(1.0 / (own**2 + max(between, 0.005) ** 2))


def _mean_covariance(records: Sequence[GateRecord]) -> tuple[tuple[float, ...], ...]:
    stack = np.array([record.gate.covariance for record in records if isinstance(record.gate, Ellipsoid)])
    return tuple(tuple(float(value) for value in row) for row in stack.mean(axis=0))

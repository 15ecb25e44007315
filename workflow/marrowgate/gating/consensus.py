"""Consensus of a panel and batch: what the samples' fits agree on.

A boundary of the consensus is the median over the samples that found one, weighted by precision. Where the strategy
says so, the boundary is found in the events of all samples together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from marrowgate.frozen import Frozen
from marrowgate.gating.boundary_error import BoundaryError
from marrowgate.gating.doubts.missing_stain import Brightness, batch_brightness
from marrowgate.gating.geometry.gate_coordinates import moved, numbers, same_kind, spread_error, stated_error
from marrowgate.gating.geometry.gates import Boolean, Ellipsoid, Gate
from marrowgate.gating.landmarks.factors import batch_landmarks
from marrowgate.gating.landmarks.readings import Readings
from marrowgate.gating.landmarks.rows import LandmarkRow
from marrowgate.gating.pooled import find_pooled
from marrowgate.gating.reasons import Reasons
from marrowgate.gating.records import Evidence, Fit, GateRecord
from marrowgate.gating.sample_events import in_units
from marrowgate.settings.strategies.strategy import ROOT
from marrowgate.signal.transforms import Transform
from marrowgate.stats.prediction import UsualSpread, prediction_limit
from marrowgate.stats.robust import robust_sd, sd_of_mad, weighted_median

MIN_FITS = 3
"""Samples that must have found a boundary before others borrow it."""
MIN_POOL = 2
"""Samples that must have given events before a gate is found in those of all together."""
MIN_LIMIT = 0.04
"""A boundary within this distance of the consensus (full scale is 1) is never called shifted."""
LEAST_SPREAD = 0.005
"""Samples are never taken to be more alike than this, standard deviation in parts of full scale."""
SPREADS = 4.0
"""Beyond this many standard deviations a boundary is shifted, and more where few samples say what the deviation is."""
_USUAL_SPREAD = UsualSpread(MIN_LIMIT / SPREADS, 4.0)
"""Between samples, before any was seen."""
_LIMIT_ERROR = 0.001
"""Share of boundaries beyond the limit by chance, where few samples say how wide it is."""


BATCH = "the batch"


class Reference(Frozen):
    """What a release says beside its gates, for samples that are gated against it.

    Parameters
    ----------
    name : str
        Of the release.
    detectors : mapping of str to tuple of float or None
        Voltage and gain that most of its samples had, by channel.
    """

    name: str
    detectors: Mapping[str, tuple[float | None, float | None]]


class AgreedGate(Frozen):
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
    error : BoundaryError
        Of the gate in a sample that takes it over.
    n_fits : int
        Samples that found a gate, or that gave events to it.
    doubts : tuple of Note
        Why a pooled gate is in doubt.
    whose : str
        Whose gate it is, in words: the batch, or a release.
    """

    population: str
    parent: str
    method: str
    origin: Literal["fits", "pooled", "strategy", "none"]
    gate: Gate | None
    limit: tuple[float, ...]
    error: BoundaryError
    n_fits: int
    doubts: Reasons = ()
    whose: str = BATCH


class Consensus(Frozen):
    """All agreed gates of a panel and batch; `reference` where they are those of a release.

    `brightness` is how bright lymphocytes are in the batch's samples.
    """

    panel: str
    batch: str
    gates: tuple[AgreedGate, ...]
    scales: Mapping[str, Transform]
    landmarks: tuple[LandmarkRow, ...] = ()
    reference: Reference | None = None
    brightness: Brightness = field(default_factory=dict)


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
    landmarks = batch_landmarks([fit.landmarks for fit in ordered])
    brightness = batch_brightness([_stained_readings(fit) for fit in ordered])
    return Consensus(panel, batch, gates, scales, landmarks, brightness=brightness)


def _stained_readings(fit: Fit) -> Readings:
    """Return the readings in the dimensions that the sample is meant to be stained in."""
    return {
        kind: {name: values for name, values in own.items() if not fit.role.lacks((name,))}
        for kind, own in fit.readings.items()
    }


def _agree(population: str, fits: Sequence[Fit], scales: Mapping[str, Transform]) -> AgreedGate:
    agreed = _agree_on(population, fits)
    evidence = [item for fit in fits for item in fit.evidence if item.population == population]
    alike = [item for item in evidence if _same_way(item, evidence[0])]
    if len(alike) < MIN_POOL:
        return agreed
    pooled = find_pooled(alike, scales)
    if pooled.gate is None:
        return agreed
    size = numbers(pooled.gate).size
    own = pooled.error.sds or (0.0,) * size
    fitting = agreed.origin == "fits" and same_kind(agreed.gate, pooled.gate)
    limit = tuple(np.maximum(MIN_LIMIT, SPREADS * np.array(own)).tolist())
    if fitting:
        limit = tuple(np.maximum(limit, agreed.limit).tolist())
    # how far samples lie from the pooled boundary; where too few found their own, what is stated for unmeasured ones
    error = pooled.error.beside(agreed.error if fitting else stated_error(pooled.gate))
    doubts = pooled.reasons if pooled.status == "doubtful" else ()
    return AgreedGate(
        population, agreed.parent, alike[0].method, "pooled", pooled.gate, limit, error, len(alike), doubts
    )


def _same_way(item: Evidence, other: Evidence) -> bool:
    return (item.method, item.arguments, item.dimensions) == (other.method, other.arguments, other.dimensions)


def _agree_on(population: str, fits: Sequence[Fit]) -> AgreedGate:
    records = [record for fit in fits for record in fit.gates if record.population == population]
    fitted, fixed, doubtful = (
        [record for record in records if record.gate is not None and record.status == status]
        for status in ("ok", "fixed", "doubtful")
    )
    example = next(iter((*fitted, *fixed, *doubtful, *records)), GateRecord(population, ROOT, "", None, "not_gated"))
    if isinstance(example.gate, Boolean) or (not fitted and fixed):
        return _without_middle(example, "strategy", example.gate, len(records))
    alike = [record for record in fitted if same_kind(record.gate, example.gate)]
    if len(alike) < MIN_FITS:
        return _without_middle(example, "none", None, len(alike))
    return _middle(example, alike)


def _without_middle(
    example: GateRecord, origin: Literal["strategy", "none"], gate: Gate | None, n_fits: int
) -> AgreedGate:
    return AgreedGate(example.population, example.parent, example.method, origin, gate, (), example.error, n_fits)


def _middle(example: GateRecord, alike: Sequence[GateRecord]) -> AgreedGate:
    """Take the weighted median of each free number over the samples that found the gate."""
    gates = [record.gate for record in alike if record.gate is not None]
    vertices = np.array([numbers(gate) for gate in gates])
    own = _own_sds(alike, vertices.shape[1])
    middle = np.array(
        [weighted_median(column, _weights(column, sd)) for column, sd in zip(vertices.T, own.T, strict=True)]
    )
    spread = sd_of_mad(np.median(np.abs(vertices - middle), axis=0), len(alike))
    gate = moved(gates[0], middle)
    if isinstance(gate, Ellipsoid):
        gate = replace(gate, covariance=_mean_covariance(alike))
    error = spread_error(gates, LEAST_SPREAD)
    return AgreedGate(
        example.population, example.parent, example.method, "fits", gate, _limit(spread, len(alike)), error, len(alike)
    )


def _limit(sds: NDArray[np.float64], n_samples: int) -> tuple[float, ...]:
    few = prediction_limit(sds, n_samples, n_samples - 1, _USUAL_SPREAD, _LIMIT_ERROR)
    return tuple(float(value) for value in np.maximum(np.maximum(SPREADS * sds, few), MIN_LIMIT))


def _own_sds(records: Sequence[GateRecord], size: int) -> NDArray[np.float64]:
    """Return each sample's own standard deviation of each free number; shape (n_samples, size).

    One that is not known counts as the largest that is, so it never weighs more than a known one. Where none is known,
    all weigh the same.
    """
    known = [record.error.sds or (0.0,) * size for record in records if record.error.known]
    unknown = tuple(np.max(known, axis=0)) if known else (0.0,) * size
    return np.array([(record.error.sds or (0.0,) * size) if record.error.known else unknown for record in records])


def _weights(column: NDArray[np.float64], own: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weigh by the inverse variance: the boundary's own and the variance between samples."""
    return np.asarray(1.0 / (own**2 + max(robust_sd(column), LEAST_SPREAD) ** 2))


def _mean_covariance(records: Sequence[GateRecord]) -> tuple[tuple[float, ...], ...]:
    stack = np.array([record.gate.covariance for record in records if isinstance(record.gate, Ellipsoid)])
    return tuple(tuple(float(value) for value in row) for row in stack.mean(axis=0))

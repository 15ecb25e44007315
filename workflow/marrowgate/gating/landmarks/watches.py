"""Which landmark cells tell whether a detector reads as it did when a release was made.

A detector that reads otherwise multiplies the values of all cells. Each kind of landmark cells shows that factor, some
more sharply than others: the spread between the samples of the release says how sharply. A new sample lies beyond the
prediction interval of the sharpest kind, and the next sharpest agrees, or the detector reads as it did.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.landmarks.factors import MOST_APART
from marrowgate.gating.landmarks.readings import MEASURES, Readings
from marrowgate.stats.prediction import UsualSpread, prediction_limit
from marrowgate.stats.robust import robust_sd

FAMILY_ERROR = 0.01
"""Share of samples that are called changed in any dimension though nothing changed."""
LEAST_CHANGE = math.log(1.1)
"""A smaller change does not matter to a gate: 10 % move a boundary by less than 0.01 of full scale."""
MIN_SAMPLES = 3
"""Samples of a release that must show a kind of cells."""
_KINDS = 2
_SPREADS = 4.0
_DIGITS = 5
_USUAL_SPREAD = UsualSpread(0.04, 8.0)
"""Between samples of a batch, before any was seen. The sharpest of a dozen measures looks sharper than it is."""

State = Literal["as_released", "changed", "too_far", "cells_disagree"]


@dataclass(frozen=True)
class Watch:
    """One kind of landmark cells in one dimension, as the samples of a release show it.

    Parameters
    ----------
    dimension, of, by : str
        Dimension, kind of cells, and which of `MEASURES`.
    log_value : float
        ln of the value in channel units: the median over batches of the median over samples.
    sd : float
        Standard deviation between samples of one batch, ln.
    n_samples : int
        Samples that it rests on.
    limit : float
        Half the prediction interval of one more sample, ln; at least `LEAST_CHANGE`.
    """

    dimension: str
    of: str
    by: str
    log_value: float
    sd: float
    n_samples: int
    limit: float


@dataclass(frozen=True)
class DetectorReading:
    """How a detector reads in a sample, against a release.

    Parameters
    ----------
    ratio : float
        By which factor.
    limit : float
        ln of the factor up to which it is called unchanged.
    state : str
        as_released; changed; too_far: by more than `MOST_APART`; cells_disagree: another kind of cells does not show
        it, so it is the cells and not the detector.
    watch : Watch
        What it was seen in.
    """

    ratio: float
    limit: float
    state: State
    watch: Watch


def watches_of(batches: Sequence[Sequence[Readings]]) -> tuple[Watch, ...]:
    """Choose for each dimension the kinds of cells that show best how its detector reads, the sharpest first.

    Parameters
    ----------
    batches : sequence of sequence of Readings
        Of the samples of each batch of a release.

    Returns
    -------
    tuple of Watch
        Up to two for each dimension, of different cells; none where the sharpest one would miss even `MOST_APART`.
    """
    samples = [readings for batch in batches for readings in batch]
    kinds = list(dict.fromkeys(kind for readings in samples for kind in readings))
    dimensions = sorted({name for readings in samples for own in readings.values() for name in own})
    watches: list[Watch] = []
    for dimension in dimensions:
        of_kinds = [_sharpest(batches, dimension, kind, len(dimensions)) for kind in kinds]
        sharpest = sorted((watch for watch in of_kinds if watch), key=lambda watch: (watch.sd, watch.of))
        if sharpest and sharpest[0].limit < math.log(MOST_APART):
            watches += sharpest[:_KINDS]
    return tuple(watches)


def _sharpest(batches: Sequence[Sequence[Readings]], dimension: str, kind: str, n_dimensions: int) -> Watch | None:
    """Return the measure of a kind of cells that varies least between the samples of a batch."""
    candidates = [_watch(batches, dimension, kind, by, n_dimensions) for by in MEASURES]
    return min((watch for watch in candidates if watch), key=lambda watch: watch.sd, default=None)


def _watch(
    batches: Sequence[Sequence[Readings]], dimension: str, kind: str, by: str, n_dimensions: int
) -> Watch | None:
    logs = [_logs(batch, dimension, kind, by) for batch in batches]
    n_samples = sum(len(batch) for batch in batches)
    # not all samples have all cells, but cells that are often missing tell little
    if sum(own.size for own in logs) < max(MIN_SAMPLES, 2 * n_samples / 3):
        return None
    middles = [float(np.median(own)) for own in logs if own.size]
    away = np.concatenate([own - np.median(own) for own in logs if own.size])
    # a sample whose own detector read otherwise says nothing of how much the others vary
    usual = away[np.abs(away) <= max(_SPREADS * robust_sd(away), LEAST_CHANGE)]
    freedom = usual.size - len(middles)
    if freedom < MIN_SAMPLES - 1:
        return None
    sd = math.sqrt(float(np.sum(usual**2)) / freedom)
    beyond = prediction_limit(np.array([sd]), usual.size, freedom, _USUAL_SPREAD, FAMILY_ERROR / n_dimensions)
    limit = max(LEAST_CHANGE, float(beyond[0]))
    log_value, sd = round(float(np.median(middles)), _DIGITS), round(sd, _DIGITS)
    return Watch(dimension, kind, by, log_value, sd, int(usual.size), round(limit, _DIGITS))


def _logs(samples: Sequence[Readings], dimension: str, kind: str, by: str) -> NDArray[np.float64]:
    values = [_value(readings, dimension, kind, by) for readings in samples]
    return np.log(np.array([value for value in values if value is not None and value > 0], dtype=np.float64))


def _value(readings: Readings, dimension: str, kind: str, by: str) -> float | None:
    own = readings.get(kind, {}).get(dimension)
    return None if own is None else own[MEASURES.index(by)]


def read_detectors(readings: Readings, watches: Sequence[Watch]) -> Mapping[str, DetectorReading]:
    """Hold a sample against a release, dimension by dimension.

    Parameters
    ----------
    readings : Readings
        Of the sample.
    watches : sequence of Watch
        Of the release.

    Returns
    -------
    mapping of str to DetectorReading
        A dimension in which the sample has none of the cells is left out.
    """
    seen: dict[str, list[tuple[Watch, float]]] = {}
    for watch in watches:
        value = _value(readings, watch.dimension, watch.of, watch.by)
        if value is not None and value > 0:
            seen.setdefault(watch.dimension, []).append((watch, math.log(value) - watch.log_value))
    return {dimension: _reading(own) for dimension, own in seen.items()}


def _reading(seen: Sequence[tuple[Watch, float]]) -> DetectorReading:
    watch, away = seen[0]
    state: State = "changed"
    if abs(away) <= watch.limit:
        state = "as_released"
    elif any(abs(away - other) > math.hypot(watch.limit, second.limit) for second, other in seen[1:]):
        state = "cells_disagree"
    elif abs(away) > math.log(MOST_APART):
        state = "too_far"
    return DetectorReading(math.exp(away), watch.limit, state, watch)

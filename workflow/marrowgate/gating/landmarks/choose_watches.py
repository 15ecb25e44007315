"""Which landmark cells tell whether a detector reads as it did, and how sharply: what a release keeps of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.landmarks.factors import MOST_APART
from marrowgate.gating.landmarks.readings import MEASURES, Readings
from marrowgate.gating.landmarks.watches import Watch, WatchedCells, value_of
from marrowgate.stats.common_factor import FLOOR_SD, MIN_FREEDOM, CommonFactor, Units, common_factor
from marrowgate.stats.prediction import UsualSpread, prediction_limit

FAMILY_ERROR = 0.04
"""Share of samples that are meant to be called changed in any dimension though nothing changed."""
BATCH_ERROR = 0.01
"""The same of whole batches."""
LEAST_CHANGE = math.log(1.1)
"""A smaller change does not matter to a gate: 10 % move a boundary by less than 0.01 of full scale."""
_DULLEST = 4.0
"""Cells that vary by more than this many times the sharpest ones have no say."""
_DIGITS = 5
_USUAL_SPREAD = UsualSpread(0.04, 8.0)
"""Between patients of a batch, before any was seen. The sharpest of a dozen measures looks sharper than it is."""


@dataclass(frozen=True)
class PatientReadings:
    """What the landmark cells of a sample show, and whose it is.

    Parameters
    ----------
    patient : str
        Samples of a patient are alike, and count as one; of a sample without a patient its sample_id.
    readings : Readings
        Of the sample.
    """

    patient: str
    readings: Readings


@dataclass(frozen=True)
class _Measured:
    """One measure of one kind of cells in the samples that have it, alone."""

    of: str
    by: str
    sd: float
    values: NDArray[np.float64]


def watches_of(batches: Sequence[Sequence[PatientReadings]]) -> tuple[Watch, ...]:
    """Choose for each dimension the kinds of cells that show how its detector reads, and their weights.

    Parameters
    ----------
    batches : sequence of sequence of PatientReadings
        Of the samples of each batch of a release.

    Returns
    -------
    tuple of Watch
        For each dimension one of all kinds together, then one of each alone, the sharpest first, for samples that lack
        some. None that would miss even `MOST_APART`, and none where less than three patients were seen.
    """
    samples = [sample.readings for batch in batches for sample in batch]
    if not samples:
        return ()
    units = _units(batches)
    kinds = list(dict.fromkeys(kind for readings in samples for kind in readings))
    dimensions = sorted({name for readings in samples for own in readings.values() for name in own})
    watches: list[Watch] = []
    for dimension in dimensions:
        of_kinds = [_sharpest(samples, units, dimension, kind) for kind in kinds]
        watches += _of_dimension(dimension, [own for own in of_kinds if own], units, len(dimensions))
    return tuple(watches)


def _units(batches: Sequence[Sequence[PatientReadings]]) -> Units:
    patients = [sample.patient for batch in batches for sample in batch]
    units = Units.make([at for at, batch in enumerate(batches) for _ in batch], patients)
    if units.freedom_within >= MIN_FREEDOM:
        return units
    # batches of a patient each: what their detectors differ by counts to the spread
    return Units.make([0] * len(patients), patients)


def _of_dimension(dimension: str, measured: Sequence[_Measured], units: Units, n_dimensions: int) -> list[Watch]:
    """Watch all kinds of cells together that are sharp enough, and each alone."""
    sharpest_first = sorted(measured, key=lambda own: (own.sd, own.of))
    told = [own for own in sharpest_first if own.sd <= _DULLEST * max(sharpest_first[0].sd, FLOOR_SD)]
    together = [told] if len(told) > 1 else []
    watches = [_watch(dimension, own, units, n_dimensions) for own in (*together, *([own] for own in told))]
    return [watch for watch in watches if watch and watch.limit < math.log(MOST_APART)]


def _sharpest(samples: Sequence[Readings], units: Units, dimension: str, kind: str) -> _Measured | None:
    """Return the measure of a kind of cells that varies least between the patients of a batch."""
    measured = []
    for by in MEASURES:
        found = [value_of(readings, dimension, kind, by) for readings in samples]
        values = np.log(np.array([math.nan if value is None else value for value in found]))
        factor = _factor(values[:, None], units)
        if factor is not None:
            measured.append(_Measured(kind, by, factor.sd, values))
    return min(measured, key=lambda own: own.sd, default=None)


def _factor(values: NDArray[np.float64], units: Units) -> CommonFactor | None:
    """Return what the samples that have all readings say."""
    whole = np.asarray(np.isfinite(values).all(axis=1))
    # not all samples have all cells, but cells that are often missing tell little
    if 3 * np.count_nonzero(whole) < 2 * whole.size:
        return None
    return common_factor(values[whole], units.kept(whole), LEAST_CHANGE)


def _watch(dimension: str, measured: Sequence[_Measured], units: Units, n_dimensions: int) -> Watch | None:
    factor = _factor(np.column_stack([own.values for own in measured]), units)
    if factor is None:
        return None
    n, freedom = factor.n_patients, factor.freedom
    one, batch = FAMILY_ERROR / n_dimensions, BATCH_ERROR / n_dimensions
    limit = prediction_limit(np.array([factor.sd]), n, freedom, _USUAL_SPREAD, one)[0]
    reach = prediction_limit(np.array([factor.sd]), n, freedom, _USUAL_SPREAD, batch)[0] / math.sqrt(1 + 1 / n)
    apart = prediction_limit(factor.own_sds, n, freedom, _USUAL_SPREAD, one / len(measured))
    cells = tuple(
        WatchedCells(
            own.of,
            own.by,
            round(float(factor.middles[at]), _DIGITS),
            round(float(factor.weights[at]), _DIGITS),
            round(float(apart[at]), _DIGITS) if len(measured) > 1 else None,
        )
        for at, own in enumerate(measured)
    )
    widest = max(LEAST_CHANGE, float(limit))
    return Watch(dimension, cells, round(factor.sd, _DIGITS), n, round(widest, _DIGITS), round(float(reach), _DIGITS))

"""A linear mixed model with a random intercept and slope per patient, by restricted maximum likelihood.

Written out here because the usual Python implementation gives only normal quantiles, which are too narrow for 47
patients, knows no measurement error, and takes a hundred times as long.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from marrowgate.errors import NotEstimableError
from marrowgate.stats.mixed_search import minimise
from marrowgate.stats.restricted_likelihood import FLOOR, N_SPREADS, Evaluated, Layout, evaluate, make_layout

Floats = NDArray[np.float64]
Structure = Literal["correlated", "independent", "intercept"]
N_THETA: dict[Structure, int] = {"correlated": 4, "independent": 3, "intercept": 2}
EDGE = 2.5e-3
"""Standard deviation of a random effect, as a share of the outcome's own, that counts as zero."""
WORTH = 6.63
"""What a simpler structure may cost in -2 log likelihood: the 99 % point of chi-squared with one degree of freedom."""
SMALLEST = 3e-4
"""Standard deviation, as a share of the outcome's own, that is written for one of zero."""


@dataclass(frozen=True)
class LongData:
    """Readings of all patients, padded to the same number per patient.

    Parameters
    ----------
    y : ndarray of float64, shape (patients, readings)
        Outcome; 0 where there is no reading.
    x : ndarray of float64, shape (patients, readings, coefficients)
        Fixed effects; 0 where there is no reading.
    time : ndarray of float64, shape (patients, readings)
        Time of the random slope.
    error_variance : ndarray of float64, shape (patients, readings)
        Known variance of measurement, added to the residual variance.
    present : ndarray of bool, shape (patients, readings)
        Where there is a reading.
    """

    y: Floats
    x: Floats
    time: Floats
    error_variance: Floats
    present: NDArray[np.bool_]


@dataclass(frozen=True)
class Fitted:
    """A fitted model.

    Parameters
    ----------
    beta : ndarray of float64, shape (coefficients,)
        Fixed effects.
    covariance : ndarray of float64, shape (coefficients, coefficients)
        Their covariance.
    theta : ndarray of float64
        Logarithms of the standard deviations (residual, intercept, slope) and the slope's loading on the intercept.
    structure : str
        Random effects that were kept: those at the edge of their range are dropped one by one.
    converged : bool
        Whether the search says so.
    """

    beta: Floats
    covariance: Floats
    theta: Floats
    structure: Structure
    converged: bool


@dataclass(frozen=True)
class Standardised:
    """A design in units of its outcome's own spread and of the longest time.

    Parameters
    ----------
    layout : Layout
        Readings of all patients.
    scale : float
        Standard deviation of the outcome about the fixed effects.
    time_unit : float
        Longest time.
    """

    layout: Layout
    scale: float
    time_unit: float

    def theta(self, spreads: Floats) -> Floats:
        """Return spreads in these units as the `theta` of a fitted model, shape (outcomes, 4)."""
        residual, intercept, slope, angle = spreads.T
        sds = np.column_stack([np.sqrt(residual**2 + FLOOR), np.abs(intercept), np.abs(slope * np.cos(angle))])
        logs = np.log(np.maximum(sds, SMALLEST) * self.scale)
        logs[:, 2] -= math.log(self.time_unit)
        loading = np.where(intercept < 0, -slope, slope) * np.sin(angle)
        return np.column_stack([logs, loading * self.scale / self.time_unit])

    def spreads(self, theta: Floats) -> Floats:
        """Return the `theta` of a fitted model as spreads in these units, shape (4,)."""
        values = np.zeros(N_SPREADS)
        values[: min(theta.size, 3)] = np.exp(theta[:3]) / self.scale
        values[0] = math.sqrt(max(values[0] ** 2 - FLOOR, 0.0))
        own, loading = values[2] * self.time_unit, float(theta[3:].sum()) * self.time_unit / self.scale
        values[2:] = math.hypot(own, loading), math.atan2(loading, own)
        return values


def pad(
    patients: Sequence[str], y: Sequence[float], x: Floats, time: Sequence[float], error_sd: Sequence[float]
) -> LongData:
    """Arrange one row per reading by patient.

    Parameters
    ----------
    patients : sequence of str
        Patient of each reading.
    y, time, error_sd : sequence of float
        Outcome, time and known standard deviation of each reading.
    x : ndarray of float64, shape (readings, coefficients)
        Fixed effects.

    Returns
    -------
    LongData
        Patients in the order of their first reading.
    """
    positions = {patient: position for position, patient in enumerate(dict.fromkeys(patients))}
    seen = dict.fromkeys(positions, 0)
    rows, columns = [], []
    for patient in patients:
        rows.append(positions[patient])
        columns.append(seen[patient])
        seen[patient] += 1
    shape = (len(positions), max(seen.values()))
    at = (np.array(rows), np.array(columns))
    filled = [np.zeros(shape) for _ in range(3)]
    for target, source in zip(filled, (np.asarray(y), np.asarray(time), np.square(error_sd)), strict=True):
        target[at] = source
    wide = np.zeros((*shape, x.shape[1]))
    wide[at] = x
    present = np.zeros(shape, dtype=np.bool_)
    present[at] = True
    return LongData(filled[0], wide, filled[1], filled[2], present)


def fit_mixed(data: LongData) -> Fitted:
    """Fit by restricted maximum likelihood (Patterson and Thompson 1971, Biometrika 58:545).

    The random intercept and slope are correlated; where the data do not support that (a standard deviation of a random
    effect at zero) and the likelihood does not speak against it, the correlation and then the slope are dropped, and
    `structure` says what was kept.

    Raises
    ------
    NotEstimableError
        The fixed effects are not identified, or there are too few readings.
    """
    return fit_outcomes(data, data.y[None])[0]


def fit_outcomes(data: LongData, outcomes: Floats) -> list[Fitted]:
    """Fit the model to several outcomes of one design, each by itself.

    Parameters
    ----------
    data : LongData
        The design.
    outcomes : ndarray of float64, shape (outcomes, patients, readings)
        Outcomes in the place of `data.y`; 0 where there is no reading.

    Raises
    ------
    NotEstimableError
        As `fit_mixed`.
    """
    own = standardise(data, outcomes)
    y = np.moveaxis(outcomes, 0, 1) / own.scale
    structures: tuple[Structure, ...] = ("correlated", "independent", "intercept")
    if not _time_varies(data):
        structures = ("intercept",)
    best: dict[int, _Fit] = {}
    left = np.arange(outcomes.shape[0])
    for structure in structures:
        tried = dict(zip(left.tolist(), _fit(own, y[:, left], structure), strict=True))
        kept = {n: fit for n, fit in tried.items() if n not in best or fit.value < best[n].value + WORTH}
        best |= kept
        left = np.array([n for n, fit in kept.items() if fit.at_edge], dtype=np.intp)
        if not left.size:
            break
    return [best[n].fitted for n in range(outcomes.shape[0])]


def standardise(data: LongData, outcomes: Floats) -> Standardised:
    """Return the design in units of the outcomes' own spread and of the longest time; arguments as `fit_outcomes`.

    Raises
    ------
    NotEstimableError
        As `fit_mixed`.
    """
    flat = data.x[data.present]
    if np.linalg.matrix_rank(flat) < flat.shape[1] or flat.shape[0] <= flat.shape[1] + 1:
        msg = f"{flat.shape[0]} readings do not identify {flat.shape[1]} coefficients"
        raise NotEstimableError(msg)
    y = outcomes[:, data.present].T
    variance = float(np.mean(np.var(y - flat @ np.linalg.lstsq(flat, y, rcond=None)[0], axis=0)))
    if variance <= 0:
        msg = "the readings have no variation"
        raise NotEstimableError(msg)
    scale = math.sqrt(variance + float(data.error_variance[data.present].mean()))
    time_unit = float(np.abs(data.time).max()) or 1.0
    layout = make_layout(data.x, data.time / time_unit, data.error_variance / scale**2, data.present)
    return Standardised(layout, scale, time_unit)


@dataclass(frozen=True)
class _Fit:
    fitted: Fitted
    value: float
    at_edge: bool


def _fit(own: Standardised, y: Floats, structure: Structure) -> list[_Fit]:
    n, free = y.shape[1], N_THETA[structure]
    start = np.zeros((n, N_SPREADS))
    start[:, : min(free, 3)] = 0.5
    minimum = minimise(partial(_evaluated, own.layout, y), start, free)
    theta = own.theta(minimum.spreads)[:, :free]
    slopes = minimum.spreads[:, 2] * np.cos(minimum.spreads[:, 3])
    at_edge = (structure != "intercept") & (np.minimum(np.abs(minimum.spreads[:, 1]), np.abs(slopes)) < EDGE)
    fits = []
    for at in range(n):
        beta, covariance = minimum.at.beta[at] * own.scale, minimum.at.covariance[at] * own.scale**2
        fitted = Fitted(beta, covariance, theta[at], structure, bool(minimum.converged[at]))
        fits.append(_Fit(fitted, float(minimum.at.value[at]), bool(at_edge[at])))
    return fits


def _evaluated(layout: Layout, y: Floats, numbers: NDArray[np.intp], spreads: Floats) -> Evaluated:
    return evaluate(layout, y[:, numbers], spreads)


def _time_varies(data: LongData) -> bool:
    """Say whether any patient has readings at two times, without which there is no slope."""
    first = np.where(data.present, data.time, np.inf).min(axis=1)
    last = np.where(data.present, data.time, -np.inf).max(axis=1)
    return bool(np.any(last > first))


def variance_matrices(data: LongData, theta: Floats, structure: Structure) -> Floats:
    """Return each patient's covariance matrix, shape (patients, readings, readings).

    Absent readings have variance 1 and no covariance. The arguments are those of a `Fitted`.
    """
    residual, intercept = math.exp(2 * theta[0]), math.exp(theta[1])
    slope = math.exp(theta[2]) if structure != "intercept" else 0.0
    loading = theta[3] if structure == "correlated" else 0.0
    first = np.where(data.present, intercept + loading * data.time, 0.0)
    second = np.where(data.present, slope * data.time, 0.0)
    matrix = first[:, :, None] * first[:, None, :] + second[:, :, None] * second[:, None, :]
    diagonal = np.where(data.present, residual + data.error_variance, 1.0)
    index = np.arange(data.y.shape[1])
    matrix[:, index, index] += diagonal
    return np.asarray(matrix, dtype=np.float64)

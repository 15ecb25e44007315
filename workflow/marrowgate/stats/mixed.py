"""A linear mixed model with a random intercept and slope per patient, by restricted maximum likelihood.

Written out here because the usual Python implementation gives only normal quantiles, which are too narrow for 47
patients, knows no measurement error, and takes twenty times as long.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from marrowgate.errors import NotEstimableError

Floats = NDArray[np.float64]
Structure = Literal["correlated", "independent", "intercept"]
N_THETA: dict[Structure, int] = {"correlated": 4, "independent": 3, "intercept": 2}
FLAT = 1e-2
PRECISION = {"ftol": 1e-11, "gtol": 1e-4}
LOWEST = -6.0  # ln of a standard deviation, as a share of the outcome's own, that counts as zero


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
        Whether the optimiser says so.
    log_likelihood : float
        Restricted log likelihood, without its constant.
    """

    beta: Floats
    covariance: Floats
    theta: Floats
    structure: Structure
    converged: bool
    log_likelihood: float


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

    The random intercept and slope are correlated; where the data do not support that (a standard deviation or the
    residual of the slope at zero), the correlation and then the slope are dropped, and `structure` says what was kept.

    Raises
    ------
    NotEstimableError
        The fixed effects are not identified, or there are too few readings.
    """
    flat = data.x[data.present]
    if np.linalg.matrix_rank(flat) < flat.shape[1] or flat.shape[0] <= flat.shape[1] + 1:
        msg = f"{flat.shape[0]} readings do not identify {flat.shape[1]} coefficients"
        raise NotEstimableError(msg)
    scale = _residual_sd(data)
    if scale <= 0:
        msg = "the readings have no variation"
        raise NotEstimableError(msg)
    structures: tuple[Structure, ...] = ("correlated", "independent", "intercept")
    if not _time_varies(data):
        structures = ("intercept",)
    fitted = None
    for structure in structures:
        fitted = _fit(data, structure, scale)
        if not _at_edge(fitted, scale):
            break
    if fitted is None:
        msg = "no structure was fitted"
        raise RuntimeError(msg)
    return fitted


def _fit(data: LongData, structure: Structure, scale: float) -> Fitted:
    start = np.full(N_THETA[structure], math.log(scale / 2))
    if structure == "correlated":
        start[3] = 0.0
    bounds = [(math.log(scale) + LOWEST - 2, math.log(scale) + 4)] * min(N_THETA[structure], 3)
    if structure == "correlated":
        bounds.append((-4 * scale, 4 * scale))
    found = minimize(criterion, start, args=(data, structure), method="L-BFGS-B", bounds=bounds, options=PRECISION)
    value, beta, covariance = solve(found.x, data, structure)
    # a search that stopped for want of progress is held against the slope of the criterion where it stopped
    converged = bool(found.success) or float(np.abs(found.jac).max()) < FLAT
    return Fitted(beta, covariance, found.x, structure, converged, -value / 2)


def _at_edge(fitted: Fitted, scale: float) -> bool:
    """Say whether a random effect's standard deviation is practically zero, so that a simpler structure is fitted."""
    if fitted.structure == "intercept":
        return False
    return bool(fitted.theta[2] < math.log(scale) + LOWEST or fitted.theta[1] < math.log(scale) + LOWEST)


def _time_varies(data: LongData) -> bool:
    """Say whether any patient has readings at two times, without which there is no slope."""
    first = np.where(data.present, data.time, np.inf).min(axis=1)
    last = np.where(data.present, data.time, -np.inf).max(axis=1)
    return bool(np.any(last > first))


def _residual_sd(data: LongData) -> float:
    flat, y = data.x[data.present], data.y[data.present]
    beta, *_ = np.linalg.lstsq(flat, y, rcond=None)
    return float(np.std(y - flat @ beta))


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


def criterion(theta: Floats, data: LongData, structure: Structure) -> float:
    """Return -2 times the restricted log likelihood, without its constant."""
    return solve(theta, data, structure)[0]


def solve(theta: Floats, data: LongData, structure: Structure) -> tuple[float, Floats, Floats]:
    """Return -2 times the restricted log likelihood, the fixed effects and their covariance."""
    root = np.linalg.cholesky(variance_matrices(data, theta, structure))
    together = np.linalg.solve(root, np.concatenate([data.x, data.y[:, :, None]], axis=2))
    x, y = together[:, :, :-1].reshape(-1, data.x.shape[2]), together[:, :, -1].reshape(-1)
    cross = x.T @ x
    covariance = np.linalg.inv(cross)
    beta = covariance @ (x.T @ y)
    log_det = 2 * float(np.log(np.diagonal(root, axis1=1, axis2=2)).sum())
    value = log_det + float(np.linalg.slogdet(cross)[1]) + float(np.sum((y - x @ beta) ** 2))
    return value, beta, covariance

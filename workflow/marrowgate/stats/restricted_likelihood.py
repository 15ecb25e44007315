"""The restricted likelihood of a mixed model with its slope and curvature, for many outcomes of one design at once."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FLOOR = 1e-7
"""Least variance of a reading, as a share of the outcome's own; keeps the matrices regular where the residual is 0."""
N_SPREADS = 4


@dataclass(frozen=True)
class Layout:
    """What the outcomes of one design have in common.

    Parameters
    ----------
    products : ndarray of float64, shape (patients, readings, 3 + 2 p + p^2)
        Per reading 1, t, t^2, x, t x and x x'; 0 where there is no reading.
    time : ndarray of float64, shape (patients, readings)
        Time t of the random slope, in units of its largest value.
    error_variance : ndarray of float64, shape (patients, readings)
        Known variance of measurement.
    present : ndarray of bool, shape (patients, readings)
        Where there is a reading.
    """

    products: Floats
    time: Floats
    error_variance: Floats
    present: NDArray[np.bool_]

    @property
    def n_coefficients(self) -> int:
        """Number of fixed effects p."""
        return math.isqrt(self.products.shape[2] - 2) - 1


@dataclass(frozen=True)
class Evaluated:
    """The criterion (-2 times the restricted log likelihood, without its constant) at given spreads.

    Parameters
    ----------
    value : ndarray of float64, shape (outcomes,)
        The criterion.
    gradient : ndarray of float64, shape (outcomes, 4)
        Its derivatives by residual, intercept, slope and angle.
    curvature : ndarray of float64, shape (outcomes, 4, 4)
        Expected second derivatives by the variances, with the curvature of the variances in the spreads.
    beta : ndarray of float64, shape (outcomes, p)
        Fixed effects.
    covariance : ndarray of float64, shape (outcomes, p, p)
        Their covariance.
    """

    value: Floats
    gradient: Floats
    curvature: Floats
    beta: Floats
    covariance: Floats


def make_layout(x: Floats, time: Floats, error_variance: Floats, present: NDArray[np.bool_]) -> Layout:
    """Return the layout of readings padded to the same number per patient; arguments as in `LongData`."""
    t = time[:, :, None]
    intercept = np.ones_like(t)
    outer = (x[:, :, :, None] * x[:, :, None, :]).reshape(*time.shape, -1)
    products = np.concatenate([intercept, t, t**2, x, t * x, outer], axis=2) * present[:, :, None]
    return Layout(products, time, error_variance, present)


def evaluate(layout: Layout, y: Floats, spreads: Floats) -> Evaluated:
    """Return the criterion of each outcome at its own spreads.

    The variance of a patient's readings is V = Z G Z' + D with Z = (1, t) and D diagonal. G has the standard deviations
    of intercept and slope, and the sine of the angle as their correlation: so zeros of any of them are no edges, and
    where one does not matter the others do not move with it. All is made of moments of the readings, weighted with
    D^-1 (Woodbury's identity), so that the cost is linear in patients and in readings. Derivatives as in Jennrich and
    Schluchter 1986, Biometrics 42:805.

    Parameters
    ----------
    layout : Layout
        The design, of patients x readings.
    y : ndarray of float64, shape (patients, outcomes, readings)
        Outcomes; 0 where there is no reading.
    spreads : ndarray of float64, shape (outcomes, 4)
        Standard deviations of residual, intercept and slope, whose signs do not matter, and the angle.
    """
    p = layout.n_coefficients
    variance = spreads[:, :1] ** 2 + layout.error_variance[:, None, :] + FLOOR
    weights = np.where(layout.present[:, None, :], 1 / variance, 0.0)
    (m, zq, qq), (m2, zq2, qq2) = (_moments(layout, y, weights**power) for power in (1, 2))
    m3 = _symmetric(weights**3 @ layout.products[:, :, :3])

    g = _covariance(spreads)
    inner = np.eye(2) + m @ g
    t = _inverse(inner)
    k = g @ t
    kzq = k @ zq
    within = qq.sum(axis=0) - _crossed(zq, kzq)
    half = _crossed(zq2, kzq)
    squared = qq2.sum(axis=0) + _crossed(kzq, m2 @ kzq) - half - _turned(half)

    covariance = np.linalg.inv(within[:, :p, :p])
    beta = (covariance @ within[:, :p, p:])[:, :, 0]
    residual = np.concatenate([-beta, np.ones((beta.shape[0], 1))], axis=1)[:, :, None]
    log_det = np.log(np.where(layout.present[:, None, :], variance, 1.0)).sum(axis=(0, 2))
    log_det += np.log(_determinant(inner)).sum(axis=0) - np.linalg.slogdet(covariance)[1]
    value = log_det + _trace(_turned(residual) @ within @ residual)

    zx, zr = t @ zq[:, :, :, :p], t @ zq @ residual
    a, km2 = t @ m, k @ m2
    score = np.sum(a - zx @ covariance @ _turned(zx) - zr @ _turned(zr), axis=0)
    trace = (weights.sum(axis=2) - _trace(km2)).sum(axis=0)
    trace -= _trace(covariance @ squared[:, :p, :p]) + _trace(_turned(residual) @ squared @ residual)
    square_trace = (np.sum(weights**2, axis=2) - 2 * _trace(k @ m3) + _trace(km2 @ km2)).sum(axis=0)

    slopes = _slopes(spreads)
    sigma = spreads[:, 0]
    gradient = np.einsum("bij,bkji->bk", score, slopes)
    gradient[:, 0] = 2 * sigma * trace
    pairs = np.einsum("pbij,pbkl->bijkl", a, a, optimize=True)
    curvature = np.einsum("bijkl,bujk,bvli->buv", pairs, slopes, slopes, optimize=True)
    curvature += np.einsum("bij,buvji->buv", score, _bends(spreads))
    crossed = 2 * sigma[:, None] * np.einsum("bij,bkji->bk", np.sum(t @ m2 @ _turned(t), axis=0), slopes)
    crossed[:, 0] = 4 * sigma**2 * square_trace + 2 * trace
    curvature[:, 0, :] = curvature[:, :, 0] = crossed
    return Evaluated(value, gradient, curvature, beta, covariance)


def _moments(layout: Layout, y: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Return Z'WZ, Z'WQ and Q'WQ of each patient and outcome, with Q = (x, y)."""
    p = layout.n_coefficients
    design = weights @ layout.products
    wy = weights * y
    with_y = wy @ layout.products[:, :, : 3 + p]
    shape = design.shape[:2]
    zq = np.empty((*shape, 2, p + 1))
    zq[:, :, :, :p] = design[:, :, 3 : 3 + 2 * p].reshape(*shape, 2, p)
    zq[:, :, :, p] = with_y[:, :, :2]
    qq = np.empty((*shape, p + 1, p + 1))
    qq[:, :, :p, :p] = design[:, :, 3 + 2 * p :].reshape(*shape, p, p)
    qq[:, :, p, :p] = qq[:, :, :p, p] = with_y[:, :, 3:]
    qq[:, :, p, p] = np.sum(wy * y, axis=2)
    return _symmetric(design[:, :, :3]), zq, qq


def _symmetric(sums: Floats) -> Floats:
    """Return the 2 x 2 matrices with the sums of 1, t and t^2."""
    return sums[..., [0, 1, 1, 2]].reshape(*sums.shape[:-1], 2, 2)


def _crossed(first: Floats, second: Floats) -> Floats:
    """Return the sum over patients of first' second, shape (outcomes, columns, columns)."""
    n_outcomes, columns = first.shape[1], first.shape[3]
    tall = second.transpose(1, 0, 2, 3).reshape(n_outcomes, -1, columns)
    return first.transpose(1, 3, 0, 2).reshape(n_outcomes, columns, -1) @ tall


def _determinant(matrices: Floats) -> Floats:
    return matrices[..., 0, 0] * matrices[..., 1, 1] - matrices[..., 0, 1] * matrices[..., 1, 0]


def _inverse(matrices: Floats) -> Floats:
    """Return the inverses of 2 x 2 matrices; a general routine takes ten times as long."""
    inverse = np.empty_like(matrices)
    inverse[..., 0, 0], inverse[..., 1, 1] = matrices[..., 1, 1], matrices[..., 0, 0]
    inverse[..., 0, 1], inverse[..., 1, 0] = -matrices[..., 0, 1], -matrices[..., 1, 0]
    return inverse / _determinant(matrices)[..., None, None]


def _covariance(spreads: Floats) -> Floats:
    """Return G of each outcome, shape (outcomes, 2, 2)."""
    _, intercept, slope, angle = spreads.T
    return _matrices(intercept**2, intercept * slope * np.sin(angle), slope**2)


def _slopes(spreads: Floats) -> Floats:
    """Return the derivatives of G by the four spreads, shape (outcomes, 4, 2, 2)."""
    _, intercept, slope, angle = spreads.T
    sine, zero = np.sin(angle), np.zeros_like(angle)
    by = (
        _matrices(zero, zero, zero),
        _matrices(2 * intercept, slope * sine, zero),
        _matrices(zero, intercept * sine, 2 * slope),
        _matrices(zero, intercept * slope * np.cos(angle), zero),
    )
    return np.stack(by, axis=1)


def _bends(spreads: Floats) -> Floats:
    """Return the second derivatives of G by the four spreads, shape (outcomes, 4, 4, 2, 2)."""
    _, intercept, slope, angle = spreads.T
    sine, cosine = np.sin(angle), np.cos(angle)
    bends = np.zeros((spreads.shape[0], N_SPREADS, N_SPREADS, 2, 2))
    bends[:, 1, 1, 0, 0] = bends[:, 2, 2, 1, 1] = 2.0
    for (u, v), value in (
        ((1, 2), sine),
        ((1, 3), slope * cosine),
        ((2, 3), intercept * cosine),
        ((3, 3), -intercept * slope * sine),
    ):
        for first, second in ((u, v), (v, u)):
            bends[:, first, second, 0, 1] = bends[:, first, second, 1, 0] = value
    return bends


def _matrices(first: Floats, both: Floats, second: Floats) -> Floats:
    return np.stack([first, both, both, second], axis=1).reshape(-1, 2, 2)


def _turned(matrices: Floats) -> Floats:
    return np.swapaxes(matrices, -1, -2)


def _trace(matrices: Floats) -> Floats:
    return np.asarray(np.trace(matrices, axis1=-2, axis2=-1), dtype=np.float64)

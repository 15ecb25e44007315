"""Contrasts of a mixed model's fixed effects, with an error that holds when the arms vary differently."""

import math

import numpy as np
from numpy.typing import NDArray

from marrowgate.stats.mixed import Fitted, LongData, standardise, variance_matrices
from marrowgate.stats.restricted_likelihood import evaluate
from marrowgate.stats.two_arms import Estimate, t_estimate

Floats = NDArray[np.float64]
STEP = 1e-4
EMPTY = 1e-8


def contrast(data: LongData, fitted: Fitted, weights: Floats) -> Estimate:
    """Estimate a linear combination of the fixed effects.

    The model gives both arms one variance of intercepts, slopes and residuals. Where they differ, as when one arm has
    more visits or longer cycles, its own error is too small late in the window. The error is therefore taken from the
    patients' residuals, made unbiased under the model (CR2: Bell and McCaffrey 2002, Surv Methodol 28:169), with
    Satterthwaite's degrees of freedom of that variance (Pustejovsky and Tipton 2018, J Bus Econ Stat 36:672). With one
    value per patient this is Welch's error. The model's own p-value stands in the note.

    Parameters
    ----------
    data : LongData
        What the model was fitted to.
    fitted : Fitted
        The model.
    weights : ndarray of float64, shape (coefficients,)
        Weights of the combination.

    Returns
    -------
    Estimate
        With the degrees of freedom in its note; no interval where the patients are too few for this error.
    """
    value = float(weights @ fitted.beta)
    variance, df = robust_variance(data, fitted, weights)
    own = model_contrast(data, fitted, weights)
    comparison = f"by the model's own error p = {own.p:.3g}, {own.note}"
    if not variance > EMPTY * float(weights @ fitted.covariance @ weights):
        return Estimate(
            value, math.nan, math.nan, math.nan, f"too few patients for an error of this contrast; {comparison}"
        )
    note = f"{df:.0f} degrees of freedom (Satterthwaite, of the patients' residuals); {comparison}"
    return t_estimate(value, math.sqrt(variance), df, note)


def model_contrast(data: LongData, fitted: Fitted, weights: Floats) -> Estimate:
    """Estimate a linear combination with the model's own error.

    The degrees of freedom are Satterthwaite's (Fai and Cornelius 1996, J Stat Comput Simul 54:363), by numerical
    derivatives of the contrast's variance and of the restricted likelihood's gradient.
    """
    value = float(weights @ fitted.beta)
    variance = float(weights @ fitted.covariance @ weights)
    df = _model_df(data, fitted, weights, variance)
    return t_estimate(value, math.sqrt(variance), df, f"{df:.0f} degrees of freedom")


def robust_variance(data: LongData, fitted: Fitted, weights: Floats) -> tuple[float, float]:
    """Return the CR2 variance of a linear combination and its degrees of freedom.

    In coordinates in which the model's variance is the identity, with h the hat matrix and g(i) = (I - h(ii))^(-1/2)
    x(i) C w, the variance is the sum over patients of (g(i) e(i))^2; its degrees of freedom are tr(O)^2 / tr(O O) with
    O(ij) = g(i)' (I - h)(ij) g(j). Both are NaN where one patient alone determines a part of the combination.
    """
    root = np.linalg.cholesky(variance_matrices(data, fitted.theta, fitted.structure))
    x = np.linalg.solve(root, data.x)
    residual = np.linalg.solve(root, data.y[:, :, None])[:, :, 0] - x @ fitted.beta
    own_hat = x @ fitted.covariance @ x.transpose(0, 2, 1)
    values, vectors = np.linalg.eigh(np.eye(x.shape[1]) - own_hat)
    wanted = np.einsum("pji,pj->pi", vectors, x @ (fitted.covariance @ weights))
    fixed = values <= EMPTY
    if np.sum(wanted[fixed] ** 2) > EMPTY * np.sum(wanted**2):
        return math.nan, math.nan
    # what a patient's own readings determine alone has no residual; where it does not matter it counts for nothing
    g = np.einsum("pij,pj->pi", vectors, np.where(fixed, 0.0, wanted / np.sqrt(np.maximum(values, EMPTY))))
    variance = float(np.sum(np.sum(g * residual, axis=1) ** 2))
    # O is a diagonal less a matrix of as low a rank as there are coefficients: its traces without the matrix itself
    own, along = np.sum(g**2, axis=1), np.einsum("pia,pi->pa", x, g)
    shared = along @ fitted.covariance
    leverage = np.sum(shared * along, axis=1)
    both = along.T @ shared
    square = float(np.sum(own**2) - 2 * np.sum(own * leverage) + np.trace(both @ both))
    return variance, float(np.sum(own - leverage)) ** 2 / square


def _model_df(data: LongData, fitted: Fitted, weights: Floats, variance: float) -> float:
    own = standardise(data, data.y[None])
    k = fitted.theta.size
    spreads = own.spreads(fitted.theta)
    steps = STEP * np.eye(k, spreads.size)
    at = np.concatenate([spreads + steps, spreads - steps])
    evaluated = evaluate(own.layout, np.repeat(data.y[:, None] / own.scale, 2 * k, axis=1), at)
    variances = np.einsum("i,bij,j->b", weights, evaluated.covariance, weights) * own.scale**2
    gradient = (variances[:k] - variances[k:]) / (2 * STEP)
    hessian = (evaluated.gradient[:k, :k] - evaluated.gradient[k:, :k]) / (2 * STEP)
    # the criterion is -2 log likelihood, so its Hessian is twice the information; directions without information are
    # left out
    eigen, vectors = np.linalg.eigh((hessian + hessian.T) / 4)
    usable = eigen > 1e-6 * max(float(eigen.max()), 1e-12)
    along = vectors.T @ gradient
    uncertainty = float(np.sum(along[usable] ** 2 / eigen[usable]))
    n, p = int(data.present.sum()), weights.size
    if uncertainty <= 0:
        return float(n - p)
    return float(np.clip(2 * variance**2 / uncertainty, 1.0, n - p))

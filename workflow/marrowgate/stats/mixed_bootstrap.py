"""A parametric bootstrap of a mixed model's contrast."""

import math

import numpy as np
from numpy.typing import NDArray

from marrowgate.stats.cluster_robust import robust_variance
from marrowgate.stats.mixed import Fitted, LongData, fit_mixed, variance_matrices

Floats = NDArray[np.float64]


def bootstrap_p(data: LongData, weights: Floats, draws: int, seed: int) -> tuple[float, int]:
    """Test a contrast by drawing outcomes from the model without it (parametric bootstrap; Efron and Tibshirani 1993).

    Parameters
    ----------
    data : LongData
        Readings.
    weights : ndarray of float64, shape (coefficients,)
        The contrast; a single coefficient that is 0 under the null.
    draws : int
        Number of draws.
    seed : int
        Seed of the draws.

    Returns
    -------
    tuple of (float, int)
        Two-sided p-value from the t statistics by the CR2 error, the one that the contrast itself is given with, and
        the number of draws that converged.
    """
    column = int(np.flatnonzero(weights)[0])
    kept = np.delete(np.arange(data.x.shape[2]), column)
    null = LongData(data.y, data.x[:, :, kept], data.time, data.error_variance, data.present)
    under = fit_mixed(null)
    seen = abs(_t(data, fit_mixed(data), weights))
    mean = null.x @ under.beta
    root = np.linalg.cholesky(variance_matrices(data, under.theta, under.structure))
    generator = np.random.default_rng(seed)
    extreme = done = 0
    for _ in range(draws):
        noise = np.einsum("pij,pj->pi", root, generator.standard_normal(data.y.shape))
        drawn = LongData(
            np.where(data.present, mean + noise, 0.0), data.x, data.time, data.error_variance, data.present
        )
        fitted = fit_mixed(drawn)
        done += fitted.converged
        extreme += fitted.converged and abs(_t(drawn, fitted, weights)) >= seen
    return (extreme + 1) / (done + 1), done


def _t(data: LongData, fitted: Fitted, weights: Floats) -> float:
    variance, _ = robust_variance(data, fitted, weights)
    return float(weights @ fitted.beta) / math.sqrt(variance) if variance > 0 else 0.0

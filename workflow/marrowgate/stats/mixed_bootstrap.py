"""A parametric bootstrap of a mixed model's contrast."""

import logging
import math
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from marrowgate.stats.cluster_robust import robust_variance
from marrowgate.stats.mixed import Fitted, LongData, fit_mixed, fit_outcomes, variance_matrices

Floats = NDArray[np.float64]
LOG = logging.getLogger(__name__)
AT_ONCE = 100
"""Draws that are fitted together, so that memory does not grow with their number."""


def bootstrap_p(data: LongData, weights: Floats, draws: int, seed: int, jobs: int = 1) -> tuple[float, int]:
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
    jobs : int
        Processes that fit the draws; the numbers do not depend on it.

    Returns
    -------
    tuple of (float, int)
        Two-sided p-value from the t statistics by the CR2 error, the one that the contrast itself is given with, and
        the number of draws that converged.
    """
    column = int(np.flatnonzero(weights)[0])
    kept = np.delete(np.arange(data.x.shape[2]), column)
    under = fit_mixed(replace(data, x=data.x[:, :, kept]))
    seen = abs(_t(data, fit_mixed(data), weights))
    mean = data.x[:, :, kept] @ under.beta
    root = np.linalg.cholesky(variance_matrices(data, under.theta, under.structure))
    generator = np.random.default_rng(seed)

    def outcomes() -> Iterator[Floats]:
        for first in range(0, draws, AT_ONCE):
            normal = generator.standard_normal((min(AT_ONCE, draws - first), *data.y.shape))
            yield np.where(data.present, mean + np.einsum("pij,npj->npi", root, normal), 0.0)

    extreme = done = fitted = 0
    for size, converged, beyond in _in_processes(partial(_beyond, data, weights, seen), outcomes(), jobs):
        fitted, done, extreme = fitted + size, done + converged, extreme + beyond
        LOG.info("bootstrap of the contrast: %d of %d draws", fitted, draws)
    return (extreme + 1) / (done + 1), done


def _in_processes(
    task: "partial[tuple[int, int, int]]", blocks: Iterable[Floats], jobs: int
) -> Iterator[tuple[int, int, int]]:
    if jobs == 1:
        yield from map(task, blocks)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(task, blocks)


def _beyond(data: LongData, weights: Floats, seen: float, drawn: Floats) -> tuple[int, int, int]:
    """Return how many outcomes were drawn, how many converged, and how many of these are at least as extreme."""
    converged = beyond = 0
    for y, fitted in zip(drawn, fit_outcomes(data, drawn), strict=True):
        converged += fitted.converged
        beyond += fitted.converged and abs(_t(replace(data, y=y), fitted, weights)) >= seen
    return drawn.shape[0], converged, beyond


def _t(data: LongData, fitted: Fitted, weights: Floats) -> float:
    variance, _ = robust_variance(data, fitted, weights)
    return float(weights @ fitted.beta) / math.sqrt(variance) if variance > 0 else 0.0

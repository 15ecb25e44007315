"""Blank samples that differ by more than counting: their dispersion, and the prediction limit of a further one."""

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, chdtrc, gammaln, pdtrc

Floats = NDArray[np.float64]

DISPERSION_P = 0.2
"""Chance, among blanks that differ by counting alone, of being taken for blanks that differ by more."""
CV_STEPS, LARGEST_CV, CV_SCALE = 31, 3.0, 1.0
"""Grid of the coefficient of variation between samples, and the scale of its half-normal prior."""
MEAN_STEPS, MEAN_SPAN = 61, 4.5
"""Grid of the mean, and its reach around the observed one in natural logarithms."""


def dispersion_p(n_events: Sequence[int], n_cd45: Sequence[int]) -> float:
    """Return the chance that Poisson counts with one share differ as much as these (Fisher's index of dispersion).

    Parameters
    ----------
    n_events, n_cd45 : sequence of int
        Of each blank sample.

    Returns
    -------
    float
        1 with one sample or no event: nothing can be told.

    References
    ----------
    Fisher 1950, Biometrics 6:17.
    """
    if len(n_events) < 2 or not sum(n_events):
        return 1.0
    counts, sizes = np.array(n_events, dtype=np.float64), np.array(n_cd45, dtype=np.float64)
    expected = sizes * counts.sum() / sizes.sum()
    return float(chdtrc(counts.size - 1, np.sum((counts - expected) ** 2 / expected)))


def dispersed_limit(
    n_events: Sequence[int], n_cd45: Sequence[int], new_cd45: int, alpha: float
) -> tuple[int, float, float]:
    """Return what a further blank exceeds with a chance of `alpha` where shares differ between samples.

    Counts are negative binomial: Poisson counts of shares that are gamma distributed between samples. The mean has
    Jeffreys' prior for a Poisson mean, the coefficient of variation between samples a half-normal one; both are
    integrated out on a grid (Gelman et al. 2013, Bayesian Data Analysis, 3rd ed., 5.3).

    Parameters
    ----------
    n_events, n_cd45 : sequence of int
        Of each blank sample; at least one event.
    new_cd45 : int
        CD45+ events of the further sample.
    alpha : float
        The chance.

    Returns
    -------
    tuple of (int, float, float)
        The limit; mean and variance of the further blank's count.
    """
    counts, sizes = np.array(n_events, dtype=np.float64), np.array(n_cd45, dtype=np.float64)
    shares = counts.sum() / sizes.sum() * np.exp(np.linspace(-MEAN_SPAN, MEAN_SPAN, MEAN_STEPS))
    cvs = np.linspace(0.0, LARGEST_CV, CV_STEPS)
    shapes = 1 / cvs[1:, None] ** 2
    weights = _posterior(counts, shares[:, None] * sizes, cvs) * np.sqrt(shares)
    weights /= weights.sum()
    means = shares * new_cd45

    def is_enough(limit: int) -> bool:
        alike = weights[0] @ pdtrc(limit, means)
        dispersed = np.sum(weights[1:] * (1 - betainc(shapes, limit + 1, shapes / (shapes + means))))
        return bool(alike + dispersed <= alpha)

    high = 1
    while not is_enough(high):
        high *= 2
    mean = float(np.sum(weights * means))
    second = float(np.sum(weights * (means + means**2 * (1 + cvs[:, None] ** 2))))
    return bisect_left(range(high), True, key=is_enough), mean, second - mean**2


def _posterior(counts: Floats, expected: Floats, cvs: Floats) -> Floats:
    """Return the density of each coefficient of variation and mean, up to a factor; shape (cvs, means)."""
    alike = np.sum(counts * np.log(expected) - expected - gammaln(counts + 1), axis=-1)
    shape = 1 / cvs[1:, None, None] ** 2
    odds = np.log(shape / (shape + expected))
    terms = gammaln(counts + shape) - gammaln(shape) - gammaln(counts + 1) + shape * odds
    dispersed = np.sum(terms + counts * np.log(expected / (shape + expected)), axis=-1)
    logs = np.vstack([alike, dispersed]) - 0.5 * (cvs[:, None] / CV_SCALE) ** 2
    return np.asarray(np.exp(logs - logs.max()))

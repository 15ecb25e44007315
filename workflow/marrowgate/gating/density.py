"""One-dimensional densities on the transformed scale, as binned counts that can be smoothed, summed and resampled."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.boundary_error import BoundaryError, error_of

LOW, HIGH, BINS = -0.25, 1.25, 1500
"""The grid: one thousandth of full scale a bin, with room for negative values and for the margin."""

WIDTH = (HIGH - LOW) / BINS
CENTRES = LOW + WIDTH * (np.arange(BINS, dtype=np.float64) + 0.5)

Counts = NDArray[np.float64]


def binned(values: NDArray[np.float64], weights: NDArray[np.float64] | None = None) -> Counts:
    """Count values in the grid, each once or by its weight; those beyond its ends count in the end bins.

    Returns
    -------
    ndarray of float64, shape (BINS,)
    """
    bins = ((np.clip(values, LOW, HIGH) - LOW) / WIDTH).astype(np.int64)
    return np.bincount(np.minimum(bins, BINS - 1), weights=weights, minlength=BINS).astype(np.float64)


def quantile(counts: Counts, probability: float) -> float:
    """Return a quantile of binned values, linear inside its bin."""
    target = probability * counts.sum()
    upto = np.cumsum(counts)
    bin_of_target = int(min(np.searchsorted(upto, target), BINS - 1))
    before = upto[bin_of_target] - counts[bin_of_target]
    part = (target - before) / counts[bin_of_target] if counts[bin_of_target] else 0.5
    return float(LOW + WIDTH * (bin_of_target + part))


def bandwidth(counts: Counts, floor: float = 0.008) -> float:
    """Return the width of the smoothing kernel.

    Half of Silverman's rule of thumb (Silverman 1986, eq. 3.31), because the data are expected to have several modes.
    """
    n = counts.sum()
    spread = (quantile(counts, 0.75) - quantile(counts, 0.25)) / 1.349
    return float(max(floor, 0.45 * spread * n**-0.2))


def smoothed(counts: Counts, width: float) -> Counts:
    """Smooth binned counts with a Gaussian kernel of standard deviation `width`; the sum is kept."""
    reach = int(np.ceil(4 * width / WIDTH))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * WIDTH / width) ** 2)
    padded = np.pad(counts, reach)
    return np.convolve(padded, kernel / kernel.sum(), mode="same")[reach:-reach]


@dataclass(frozen=True)
class Resampled:
    """What a bootstrap says of a boundary: its error, and the share of draws that found one."""

    error: BoundaryError
    share_found: float


def resample(counts: Counts, find: Callable[[Counts], float | None], seed: int, draws: int = 40) -> Resampled:
    """Find a boundary again in Poisson draws of the counts.

    Source: Poisson bootstrap, the large-sample form of the nonparametric bootstrap (Efron and Tibshirani 1993, ch. 6).

    Parameters
    ----------
    counts : ndarray of float64, shape (BINS,)
        Binned events.
    find : callable
        Gives the boundary of binned events, or None.
    seed : int
        Seed of the draws.
    draws : int
        Number of draws.

    Returns
    -------
    Resampled
        The error is unknown when fewer than two draws found a boundary.
    """
    generator = np.random.default_rng(seed)
    borders = [
        border for _ in range(draws) if (border := find(generator.poisson(counts).astype(np.float64))) is not None
    ]
    sd = float(np.std(borders, ddof=1)) if len(borders) > 1 else float("nan")
    return Resampled(error_of(sd), len(borders) / draws)

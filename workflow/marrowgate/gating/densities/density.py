"""One-dimensional densities on the transformed scale, as binned counts that can be smoothed, summed and resampled."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from marrowgate.frozen import Frozen
from marrowgate.gating.boundary_error import BoundaryError, error_of

LOW, HIGH, BINS = -0.25, 1.25, 1500
"""The grid: one thousandth of full scale a bin, with room for negative values and for the margin."""

WIDTH = (HIGH - LOW) / BINS
CENTRES = LOW + WIDTH * (np.arange(BINS, dtype=np.float64) + 0.5)

Counts = NDArray[np.float64]
Finder = Callable[[Counts], Sequence[float | None]]
"""Takes the counts of several draws, shape (n_draws, BINS), and gives a boundary for each, or None."""


def bins_of(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the bin of each value; those beyond the ends of the grid lie in the end bins. Shape of `values`."""
    bins = ((np.clip(values, LOW, HIGH) - LOW) / WIDTH).astype(np.int64)
    return np.minimum(bins, BINS - 1)


def binned(values: NDArray[np.float64]) -> Counts:
    """Count values in the grid; those beyond its ends count in the end bins.

    Returns
    -------
    ndarray of float64, shape (BINS,)
    """
    return np.bincount(bins_of(values), minlength=BINS).astype(np.float64)


def quantile(counts: Counts, probability: float) -> float:
    """Return a quantile of binned values, linear inside its bin."""
    return float(quantiles(counts[np.newaxis], probability)[0])


def quantiles(counts: Counts, probability: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a quantile of each of several rows of binned values, linear inside its bin.

    Parameters
    ----------
    counts : ndarray of float64, shape (n, BINS)
        Whole numbers.
    probability : float or ndarray of float64, shape (n,)
        Share of the values below it.

    Returns
    -------
    ndarray of float64, shape (n,)
    """
    upto = np.cumsum(counts, axis=1)
    target = probability * upto[:, -1]
    # as many bins lie wholly below it as hold less up to their ends
    bin_of_target = np.minimum(np.count_nonzero(upto < target[:, np.newaxis], axis=1), BINS - 1)
    rows = np.arange(len(counts))
    own = counts[rows, bin_of_target]
    before = upto[rows, bin_of_target] - own
    part = np.divide(target - before, own, out=np.full(len(counts), 0.5), where=own > 0)
    return np.asarray(LOW + WIDTH * (bin_of_target + part))


def quantiles_if_any(counts: Counts, probability: float) -> list[float | None]:
    """Return the same quantile of several draws; None of those without a value. See `quantiles`."""
    has_any = np.asarray(counts.sum(axis=1) > 0).tolist()
    values = quantiles(counts, probability).tolist()
    return [value if there else None for value, there in zip(values, has_any, strict=True)]


def bandwidth(counts: Counts, floor: float = 0.008) -> float:
    """Return the width of the smoothing kernel.

    Half of Silverman's rule of thumb (Silverman 1986, eq. 3.31), because the data are expected to have several modes.
    """
    n = counts.sum()
    spread = (quantile(counts, 0.75) - quantile(counts, 0.25)) / 1.349
    return float(max(floor, 0.45 * spread * n**-0.2))


def smoothed(counts: Counts, width: float) -> Counts:
    """Smooth binned counts with a Gaussian kernel of standard deviation `width`; the sum is kept.

    Parameters
    ----------
    counts : ndarray of float64, shape (..., BINS)
        Each row is smoothed by itself.
    width : float
        Parts of full scale.

    Returns
    -------
    ndarray of float64, shape of `counts`
    """
    reach = int(np.ceil(4 * width / WIDTH))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * WIDTH / width) ** 2)
    density = np.zeros(counts.shape)
    used = np.flatnonzero(counts.any(axis=tuple(range(counts.ndim - 1))))
    if not used.size:
        return density
    # only where there are counts, and with zeros between the rows, so that one convolution does for all
    own = counts[..., used[0] : used[-1] + 1]
    padded = np.zeros((*own.shape[:-1], own.shape[-1] + 4 * reach))
    padded[..., 2 * reach : -2 * reach] = own
    made = np.convolve(padded.ravel(), kernel / kernel.sum(), mode="same").reshape(padded.shape)
    first, last = max(int(used[0]) - reach, 0), min(int(used[-1]) + reach + 1, BINS)
    begin = first - int(used[0]) + 2 * reach
    density[..., first:last] = made[..., begin : begin + last - first]
    return density


class Resampled(Frozen):
    """What a bootstrap says of a boundary: its error, and the share of draws that found one."""

    error: BoundaryError
    share_found: float


def resample(counts: Counts, find: Finder, seed: int, draws: int = 40) -> Resampled:
    """Find a boundary again in Poisson draws of the counts.

    Source: Poisson bootstrap, the large-sample form of the nonparametric bootstrap (Efron and Tibshirani 1993, ch. 6).

    Parameters
    ----------
    counts : ndarray of float64, shape (BINS,)
        Binned events.
    find : callable
        Gives the boundary of each of several draws, or None.
    seed : int
        Seed of the draws.
    draws : int
        Number of draws.

    Returns
    -------
    Resampled
        The error is unknown when fewer than two draws found a boundary.
    """
    drawn = np.random.default_rng(seed).poisson(counts, (draws, BINS)).astype(np.float64)
    borders = [border for border in find(drawn) if border is not None]
    sd = float(np.std(borders, ddof=1)) if len(borders) > 1 else float("nan")
    return Resampled(error_of(sd), len(borders) / draws)

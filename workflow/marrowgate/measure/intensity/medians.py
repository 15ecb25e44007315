"""Medians with their sampling error: of one population, and of strata mixed in fixed shares."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marrowgate.measure.intensity.sketch import Sketch

Draws = NDArray[np.float64]
MIN_EVENTS = 5
"""Fewer events give no median."""
DRAWS = 1000


def draw_medians(sketch: Sketch, generator: np.random.Generator) -> Draws:
    """Draw medians as repeated samples of the same population would give them.

    The share of a distribution below the median of n values is beta distributed with both parameters (n + 1) / 2, so
    shares are drawn instead of whole samples; the sketch gives the value at each share. The limits are those of the
    interval between order statistics.

    Parameters
    ----------
    sketch : Sketch
        At least one event.
    generator : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    ndarray of float64, shape (DRAWS,)
        Compensated channel units.

    References
    ----------
    David and Nagaraja 2003, Order Statistics, 2.1.
    """
    share = generator.beta((sketch.n_events + 1) / 2, (sketch.n_events + 1) / 2, size=DRAWS)
    return np.asarray(np.quantile(sketch.values, share, method="weibull"))


def mixed_median(strata: Sequence[Sketch], shares: Sequence[float], at: Draws) -> Draws:
    """Return quantiles of the strata mixed in fixed shares.

    Parameters
    ----------
    strata : sequence of Sketch
        Each with events.
    shares : sequence of float
        Share of each stratum in the mixture; they sum to 1.
    at : ndarray of float64, shape (n,)
        Shares of the mixture below the wanted values; 0.5 for the median.

    Returns
    -------
    ndarray of float64, shape (n,)
        Compensated channel units.

    References
    ----------
    Direct standardisation; Fleiss, Levin and Paik 2003, Statistical Methods for Rates and Proportions, 19.2.
    """
    values = np.sort(np.concatenate([sketch.values for sketch in strata]))
    below = sum(share * _share_below(sketch, values) for sketch, share in zip(strata, shares, strict=True))
    return np.asarray(np.interp(at, below, values))


def draw_mixed_medians(strata: Sequence[Sketch], shares: Sequence[float], generator: np.random.Generator) -> Draws:
    """Draw medians of the strata mixed in fixed shares.

    The share of a stratum's distribution below its k-th of n values is beta distributed. With k at the mixture's
    median, the strata's shares are drawn and mixed; with one stratum this is `draw_medians`.

    Returns
    -------
    ndarray of float64, shape (DRAWS,)
        Compensated channel units.
    """
    median = mixed_median(strata, shares, np.array([0.5]))
    drawn = np.full(DRAWS, 0.5)
    for sketch, share in zip(strata, shares, strict=True):
        n, below = sketch.n_events, float(_share_below(sketch, median)[0])
        drawn += share * (generator.beta(n * below + 0.5, n * (1 - below) + 0.5, size=DRAWS) - below)
    return mixed_median(strata, shares, drawn)


def _share_below(sketch: Sketch, at: Draws) -> Draws:
    """Return the share of a distribution below values: the i-th of n values stands at i / (n + 1)."""
    n = sketch.values.size
    return np.interp(at, sketch.values, np.arange(1, n + 1) / (n + 1), left=0.0, right=1.0)


def with_limits(name: str, value: float, draws: Draws) -> dict[str, Any]:
    """Return a value with the 2.5 and 97.5 % quantiles of its draws as the columns `name`, `name_low`, `name_high`."""
    low, high = np.nanquantile(draws, (0.025, 0.975))
    return {name: value, f"{name}_low": float(low), f"{name}_high": float(high)}

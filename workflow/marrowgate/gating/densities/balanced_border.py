"""Borders between cells that run into each other: where as many cross by chance one way as the other."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MIN_EVENTS = 20
"""Events that must lie within one spread of the border."""
MOST_SPREADS = 1.5
"""A border moves no further than this many spreads."""
_N_BORDERS = 301


def balanced_border(values: Floats, border: float, spread: float) -> float | None:
    """Move a border so that as many events are expected to cross it by chance one way as the other.

    A cell is found some way off the place where its true maturity would put it. So cells cross a border by chance, and
    more of them from the side that holds more. Where the density rises as exp(k x), the count on each side is right
    again when the border stands at b - k s^2 / 2; s is the standard deviation of the chance part. k is the maximum
    likelihood estimate from the events within s of where the border then stands.

    Source: Eddington 1913, MNRAS 73:359 (counts that rise across a limit come out too high by errors of measurement);
    exact for an exponential density.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Events along the axis that the border cuts.
    border : float
        Where it should stand if cells did not vary, in the unit of `values`.
    spread : float
        s, in the unit of `values`; above 0.

    Returns
    -------
    float or None
        The nearest such value, at most `MOST_SPREADS` spreads from `border`. None when there is none, or when fewer
        than `MIN_EVENTS` events lie within one spread of it.
    """
    moves = np.linspace(-MOST_SPREADS, MOST_SPREADS, _N_BORDERS) * spread
    ordered = np.sort(values)
    # where this crosses 0, the border stands as far off as the slope there asks for
    excess = moves + slopes_at(ordered, border + moves, spread) * spread**2 / 2
    moved = _nearest_zero(moves, excess)
    if moved is None or _beside(ordered, np.array([border + moved]), spread)[1][0] < MIN_EVENTS:
        return None
    return border + moved


def slopes_at(ordered: Floats, at: Floats, width: float) -> Floats:
    """Return the slope of the log density around places, for an exponential density on stretches of 2 `width`.

    Parameters
    ----------
    ordered : ndarray of float64, shape (n,)
        Events, ascending.
    at : ndarray of float64, shape (m,)
        Middles of the stretches.
    width : float
        Half their length.

    Returns
    -------
    ndarray of float64, shape (m,)
        Maximum likelihood estimates, at most 100 / `width`; 0 where no event is.
    """
    sums, n_events = _beside(ordered, at, width)
    means = np.divide(sums, n_events, out=at.copy(), where=n_events > 0)
    return np.asarray(np.interp((means - at) / width, *_langevin()) / width)


@cache
def _langevin() -> tuple[Floats, Floats]:
    """Return means of an exponential density on (-1, 1), and its slopes; u has the mean coth(u) - 1/u (Langevin)."""
    slopes = np.linspace(-100.0, 100.0, 20_001)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.abs(slopes) < 1e-3, slopes / 3, 1 / np.tanh(slopes) - 1 / slopes), slopes


def _beside(ordered: Floats, at: Floats, width: float) -> tuple[Floats, NDArray[np.intp]]:
    """Return the sum and the number of the events within `width` of each place."""
    first, last = np.searchsorted(ordered, at - width), np.searchsorted(ordered, at + width)
    upto = np.concatenate(([0.0], np.cumsum(ordered)))
    return upto[last] - upto[first], last - first


def _nearest_zero(moves: Floats, excess: Floats) -> float | None:
    before, after = excess[:-1], excess[1:]
    crossings = np.flatnonzero((before <= 0) != (after <= 0))
    if not crossings.size:
        return None
    step = moves[1] - moves[0]
    zeros = moves[crossings] - before[crossings] / (after - before)[crossings] * step
    return float(zeros[np.argmin(np.abs(zeros))])

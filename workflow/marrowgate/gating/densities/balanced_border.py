"""Borders between cells that run into each other: where as many cross by chance one way as the other."""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MIN_EVENTS = 20
"""Events that the stretch around the border holds from which the slope is taken."""
MOST_SPREADS = 1.5
"""A border moves no further than this many spreads."""
_N_BORDERS = 301
_FLAT = 1e-6


def balanced_border(values: Floats, border: float, spread: float) -> float:
    """Move a border so that as many events are expected to cross it by chance one way as the other.

    A cell is found some way off the place where its true maturity would put it. So cells cross a border by chance, and
    more of them from the side that holds more. Where the density rises as exp(k x), the count on each side is right
    again when the border stands at b - k s^2 / 2; s is the standard deviation of the chance part. k is the maximum
    likelihood estimate from the events within s of where the border then stands, or from the `MIN_EVENTS` nearest ones
    where these reach further.

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
    float
        The first such value on the way to which the slope at `border` points; where there is none within `MOST_SPREADS`
        spreads, that far. `border` itself with fewer than `MIN_EVENTS` events in all.
    """
    if values.size < MIN_EVENTS:
        return border
    ordered = np.sort(values)
    moves = np.linspace(-MOST_SPREADS, MOST_SPREADS, _N_BORDERS) * spread
    # where this crosses 0, the border stands as far off as the slope there asks for
    slopes = slopes_at(ordered, border + moves, np.maximum(spread, reach(ordered, border + moves)))
    return border + _first_zero(moves, moves + slopes * spread**2 / 2)


def crossing_by_chance(values: Floats, border: float, spread: float) -> tuple[float, int]:
    """Return how many cells are expected beyond a balanced border by chance if no cell belongs there.

    Let the density rise as exp(k x) from b on, with nothing before it, and let cells be found N(0, s^2) off it.
    At b' = b - k s^2 / 2 the density that is found is then that of the exponential times Phi(q / 2), q = k s, and
    A s (Phi(q / 2) - Phi(-q / 2)) / q cells are found beyond it; A is the exponential at b. A and k are those of the n
    events within w of b', of whom an exponential density has A Phi(q / 2) 2 sinh(k w) / k. Towards falling density the
    same holds mirrored.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Events along the axis that the border cuts.
    border : float
        Where it stands, b'.
    spread : float
        s; above 0.

    Returns
    -------
    tuple of (float, int)
        The expected number, and n, the events that it rests on: its relative variance is 1 / n. 0 and 0 with fewer than
        `MIN_EVENTS` events in all.
    """
    if values.size < MIN_EVENTS:
        return 0.0, 0
    ordered, at = np.sort(values), np.array([border])
    width = np.maximum(spread, reach(ordered, at))
    slope = abs(float(slopes_at(ordered, at, width)[0]))
    n_events = int(_beside(ordered, at, width)[1][0])
    q, reached = slope * spread, slope * float(width[0])
    if q < _FLAT:
        return n_events * spread / float(width[0]) / math.sqrt(2 * math.pi), n_events
    share = 0.5 * (1 + math.erf(q / math.sqrt(8)))
    return n_events * (2 * share - 1) / (2 * math.sinh(reached) * share), n_events


def reach(ordered: Floats, at: Floats) -> Floats:
    """Return how far the `MIN_EVENTS` events nearest to places are from them.

    Parameters
    ----------
    ordered : ndarray of float64, shape (n,)
        Events, ascending; at least `MIN_EVENTS`.
    at : ndarray of float64, shape (m,)
        The places.

    Returns
    -------
    ndarray of float64, shape (m,)
        Distance of the furthest of them.
    """
    # the nearest events follow each other, so one of the runs that begin just below the place holds them
    runs = np.searchsorted(ordered, at)[:, None] - np.arange(MIN_EVENTS + 1)
    first = np.clip(runs, 0, ordered.size - MIN_EVENTS)
    furthest = np.maximum(at[:, None] - ordered[first], ordered[first + MIN_EVENTS - 1] - at[:, None])
    return np.asarray(furthest.min(axis=1))


def slopes_at(ordered: Floats, at: Floats, width: float | Floats) -> Floats:
    """Return the slope of the log density around places, for an exponential density on stretches of 2 `width`.

    Parameters
    ----------
    ordered : ndarray of float64, shape (n,)
        Events, ascending.
    at : ndarray of float64, shape (m,)
        Middles of the stretches.
    width : float or ndarray of float64, shape (m,)
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


def _beside(ordered: Floats, at: Floats, width: float | Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Return the sum and the number of the events within `width` of each place."""
    first, last = np.searchsorted(ordered, at - width), np.searchsorted(ordered, at + width, side="right")
    upto = np.concatenate(([0.0], np.cumsum(ordered)))
    return upto[last] - upto[first], last - first


def _first_zero(moves: Floats, excess: Floats) -> float:
    """Return the first zero from no move towards where the excess asks to go; without one that end."""
    ways, away = np.abs(moves[_N_BORDERS // 2 :]), excess[_N_BORDERS // 2 :]
    sign = 1.0
    if away[0] > 0:
        sign, away = -1.0, -excess[_N_BORDERS // 2 :: -1]
    arrived = np.flatnonzero(away >= 0)
    if not arrived.size:
        return sign * float(ways[-1])
    to = max(int(arrived[0]), 1)
    return sign * float(np.interp(0.0, away[to - 1 : to + 1], ways[to - 1 : to + 1]))

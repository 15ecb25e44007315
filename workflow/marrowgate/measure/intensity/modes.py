"""Whether the values of a marker have one mode: a median tells little of cells of two kinds."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from marrowgate.measure.intensity.sketch import Sketch

Floats = NDArray[np.float64]

FEWEST_EVENTS = 50
"""Fewer events do not tell one mode from two."""
LARGEST_ROOT_DIP = 0.65
"""Dip times the root of the number of events that less than 1 of 100 uniform samples exceeds, and still fewer with one
mode that is not flat."""
SMALLEST_DIP = 0.01
"""Dip below which a second mode is too small to matter; where modes are apart it is half of the smaller one's share."""

TOUCHES = 1e-12


@dataclass(frozen=True)
class Modes:
    """The dip of a marker's values, and whether they have more than one mode."""

    dip: float
    several: bool


def find_modes(sketch: Sketch) -> Modes | None:
    """Ask whether the values of a marker have more than one mode, by Hartigan's dip.

    The dip is the largest distance of the values' distribution from the nearest one with a single mode. It is taken on
    the scale asinh(value / spread), on which a log-normal marker and one around 0 are both near to normal.

    Parameters
    ----------
    sketch : Sketch
        Values of a marker on a population.

    Returns
    -------
    Modes or None
        None with fewer than 50 events, or where all values are the same.

    References
    ----------
    Hartigan and Hartigan 1985, Ann Stat 13:70.
    """
    if sketch.n_events < FEWEST_EVENTS:
        return None
    low, middle = np.quantile(sketch.values, (0.05, 0.5))
    if middle <= low:
        return None
    dip = dip_of(np.arcsinh(sketch.values / (middle - low)))
    return Modes(dip, dip >= SMALLEST_DIP and dip * math.sqrt(sketch.n_events) >= LARGEST_ROOT_DIP)


def dip_of(ascending: Floats) -> float:
    """Return the dip of values in ascending order (Hartigan 1985, Appl Stat 34:320).

    The greatest convex minorant and the least concave majorant are taken within an interval that holds the mode. Where
    they are furthest apart the interval is cut, until their distance in it is no larger than the gaps outside of it.
    """
    x, counts = np.unique(ascending, return_counts=True)
    above = np.cumsum(counts) / ascending.size
    below = above - counts / ascending.size
    first, last, gap = 0, x.size - 1, 1.0 / ascending.size
    while last > first:
        inside = slice(first, last + 1)
        minorant, majorant = _minorant(x[inside], below[inside]), _majorant(x[inside], above[inside])
        left, right, distance = _furthest(minorant, majorant, below[inside], above[inside])
        if distance <= gap:
            break
        # the step at an end of the interval may be the mode's own
        before = np.max((above[inside] - minorant)[:left], initial=0.0)
        after = np.max((majorant - below[inside])[right + 1 :], initial=0.0)
        gap = max(gap, float(before), float(after))
        if (left, right) == (0, last - first):
            break
        first, last = first + left, first + right
    return 0.5 * gap


def _furthest(minorant: Floats, majorant: Floats, below: Floats, above: Floats) -> tuple[int, int, float]:
    """Return the ends of the interval in which the mode must be, and how far minorant and majorant are apart there."""
    lower, upper = (np.flatnonzero(np.abs(gap) < TOUCHES) for gap in (below - minorant, majorant - above))
    apart = majorant - minorant
    at_lower, at_upper = lower[np.argmax(apart[lower])], upper[upper.size - 1 - np.argmax(apart[upper][::-1])]
    if apart[at_upper] > apart[at_lower]:
        return int(lower[lower <= at_upper][-1]), int(at_upper), float(apart[at_upper])
    return int(at_lower), int(upper[upper >= at_lower][0]), float(apart[at_lower])


def _minorant(x: Floats, y: Floats) -> Floats:
    """Return the greatest convex function below points; its slopes are the isotonic regression of theirs."""
    width = np.diff(x)
    slopes = isotonic_regression(np.diff(y) / width, weights=width).x
    return np.asarray(y[0] + np.concatenate([[0.0], np.cumsum(slopes * width)]))


def _majorant(x: Floats, y: Floats) -> Floats:
    """Return the least concave function above points."""
    return -_minorant(x, -y)

"""How an answer is held against the truth; pure functions on plain numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Confusion:
    """Events that are both found and true, found alone, and true alone."""

    both: int
    only_found: int
    only_true: int

    @property
    def n_true(self) -> int:
        """Return the true members."""
        return self.both + self.only_true

    @property
    def n_found(self) -> int:
        """Return the events in the gate."""
        return self.both + self.only_found

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall; NaN where nothing is true and nothing found."""
        total = 2 * self.both + self.only_found + self.only_true
        return 2 * self.both / total if total else math.nan


def confuse(found: Mask, true: Mask) -> Confusion:
    """Count hits and errors of a gate.

    Parameters
    ----------
    found, true : ndarray of bool, shape (n,)
        In the gate; truly a member.
    """
    both = int((found & true).sum())
    return Confusion(both, int(found.sum()) - both, int(true.sum()) - both)


def band_of(value: float, edges: Sequence[float], unit: str = "") -> str:
    """Name the band that a value lies in; an edge belongs to the band above it.

    Parameters
    ----------
    value : float
        Not negative.
    edges : sequence of float
        Ascending, without 0.
    unit : str
        What stands behind the numbers.
    """
    place = int(np.searchsorted(edges, value, side="right"))
    tail = f" {unit}" if unit else ""
    if place == 0:
        return f"below {edges[0]:g}{tail}"
    if place == len(edges):
        return f"{edges[-1]:g} and more{tail}"
    return f"{edges[place - 1]:g} to {edges[place]:g}{tail}"


def bands(edges: Sequence[float], unit: str = "") -> list[str]:
    """Return the names of all bands in their order."""
    return [band_of(value, edges, unit) for value in (0.0, *edges)]


def relative_error(found: float, true: float) -> float:
    """Return found over true less 1, in percent; NaN where nothing is true."""
    return 100 * (found / true - 1) if true > 0 else math.nan


def root_mean_square(values: Sequence[float]) -> float:
    """Return the root of the mean of the squares; NaN without values."""
    return float(np.sqrt(np.mean(np.square(values)))) if len(values) else math.nan


def covers(low: float | None, high: float | None, true: float) -> bool | None:
    """Say whether an interval holds the truth; None where there is no interval."""
    return None if low is None or high is None else low <= true <= high

"""The search for the spreads of a mixed model, for many outcomes of one design at once."""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from marrowgate.stats.restricted_likelihood import N_SPREADS, Evaluated

Floats = NDArray[np.float64]
ROUNDS = 200
CLOSE = 1e-8
"""Gain of -2 log likelihood that a further step promises, below which the search has converged."""
FIRST_RADIUS = 0.5
LARGEST_RADIUS = 2.0
SMALLEST_RADIUS = 1e-9
AWAY = 0.05
"""Step along a direction in which the criterion curves down, where its slope is 0 by symmetry."""


@dataclass(frozen=True)
class Optimum:
    """Where the searches ended.

    Parameters
    ----------
    spreads : ndarray of float64, shape (outcomes, 4)
        Residual, intercept, slope and angle.
    at : Evaluated
        The criterion there.
    converged : ndarray of bool, shape (outcomes,)
        Whether no further step promises a gain.
    """

    spreads: Floats
    at: Evaluated
    converged: NDArray[np.bool_]


def minimise(evaluated: Callable[[NDArray[np.intp], Floats], Evaluated], start: Floats, free: int) -> Optimum:
    """Search each outcome's least criterion by Newton steps within a radius that its own steps widen or narrow.

    The criterion is even in the standard deviations, so that one of 0 is no edge: the steps go there as to any other
    minimum. Directions in which it curves down are walked the other way (Nocedal and Wright 2006, Numerical
    Optimization, 3.4).

    Parameters
    ----------
    evaluated : callable
        Gives the criterion of the outcomes of these numbers at these spreads.
    start : ndarray of float64, shape (outcomes, 4)
        Spreads to begin with.
    free : int
        How many of the spreads are searched; the others stay.
    """
    n = start.shape[0]
    everyone = np.arange(n)
    spreads, radius = start.copy(), np.full(n, FIRST_RADIUS)
    best = evaluated(everyone, spreads)
    converged = np.zeros(n, dtype=np.bool_)
    for _ in range(ROUNDS):
        step, gain = _steps(best, free, radius)
        converged |= gain < CLOSE
        going = np.flatnonzero(~converged & (radius > SMALLEST_RADIUS))
        if not going.size:
            break
        tried = evaluated(going, spreads[going] + step[going])
        better = tried.value <= best.value[going]
        kept = going[better]
        spreads[kept] += step[kept]
        best = _replaced(best, kept, tried, better)
        radius[kept] = np.minimum(2 * radius[kept], LARGEST_RADIUS)
        radius[going[~better]] = np.linalg.norm(step[going[~better]], axis=1) / 4
    return Optimum(spreads, best, converged)


def _replaced(at: Evaluated, numbers: NDArray[np.intp], tried: Evaluated, better: NDArray[np.bool_]) -> Evaluated:
    """Return what was evaluated, with what was tried of these numbers where it is better."""
    merged = {}
    for field in fields(Evaluated):
        merged[field.name] = getattr(at, field.name).copy()
        merged[field.name][numbers] = getattr(tried, field.name)[better]
    return Evaluated(**merged)


def _steps(at: Evaluated, free: int, radius: Floats) -> tuple[Floats, Floats]:
    """Return each outcome's next step, no longer than its radius, and the gain that it promises."""
    values, vectors = np.linalg.eigh(at.curvature[:, :free, :free])
    slope = np.einsum("bij,bi->bj", vectors, at.gradient[:, :free])
    size = np.maximum(np.abs(values), 1e-8 * np.abs(values).max(axis=1, keepdims=True) + 1e-300)
    along = -slope / size
    gain = np.sum(slope**2 / size, axis=1)
    downhill = (values < -1e-6) & (np.abs(along) < AWAY)
    along = np.where(downhill, np.where(slope > 0, -AWAY, AWAY), along)
    gain = np.where(downhill.any(axis=1), np.inf, gain)
    length = np.linalg.norm(along, axis=1)
    along *= np.minimum(1, radius / np.maximum(length, 1e-300))[:, None]
    step = np.zeros((along.shape[0], N_SPREADS))
    step[:, :free] = np.einsum("bij,bj->bi", vectors, along)
    return step, gain

"""What a difference of the arms before treatment takes back from the difference of their changes."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FEWEST_PATIENTS = 5
"""Patients of each arm below which the slope of changes on baselines is not asked for."""


@dataclass(frozen=True)
class GapAdjustment:
    """The adjustment of a difference of changes, on the scale of its influences.

    Parameters
    ----------
    shift : float
        What is added to the difference.
    width : float
        Standard error afterwards as a share of that before.
    influence : ndarray of float64, shape (n,)
        What each patient adds to the adjusted difference.
    gap : float
        Difference of the arms' mean baselines.
    """

    shift: float
    width: float
    influence: Floats
    gap: float


def adjust_for_gap(influence: Floats, baseline: Floats, in_first: NDArray[np.bool_]) -> GapAdjustment:
    """Take back from a difference of changes what regression to the mean makes of the arms' gap at baseline.

    A baseline that is high by chance makes a change low by chance. With changes d_i, baselines b_i and the slope -s of
    d on b within the arms, the difference plus s times the gap of the arms' mean baselines has the error of an analysis
    of covariance, and its bias where the arms truly differ before treatment. Both are weighed by how far the gap goes
    beyond chance: the share variance / (variance + gap^2) of the adjustment is made (Mukherjee and Chatterjee 2008,
    Biometrics 64:685), so that a gap of nothing gives the analysis of covariance and a large one the change itself. The
    variance is the change's less that share of what the adjustment saves, plus the error of the slope.

    The slope is the same in both arms and lies between 0 and 1; arms weigh by the inverse variance of their changes,
    which may differ.

    Parameters
    ----------
    influence : ndarray of float64, shape (n,)
        What each patient adds to the difference of the arms, first less second.
    baseline : ndarray of float64, shape (n,)
        Of the same patients, on the same logarithmic scale; arms alike before treatment have one expectation.
    in_first : ndarray of bool, shape (n,)
        Whether the patient is in the first arm.
    """
    arms = (in_first, ~in_first)
    sizes = [int(arm.sum()) for arm in arms]
    gap = float(baseline[in_first].mean() - baseline[~in_first].mean())
    nothing = GapAdjustment(0.0, 1.0, influence, gap)
    if min(sizes) < FEWEST_PATIENTS:
        return nothing
    centred = [baseline[arm] - baseline[arm].mean() for arm in arms]
    changes = [sign * n * influence[arm] for arm, sign, n in zip(arms, (1.0, -1.0), sizes, strict=True)]
    changes = [own - own.mean() for own in changes]
    chance, before = _variance_of_means(centred), _variance_of_means(changes)
    if min(float(own.var(ddof=1)) for own in changes) <= 0 or chance <= 0:
        return nothing
    slope, slope_variance = _slope_within_arms(changes, centred)
    left = [d + slope * b for d, b in zip(changes, centred, strict=True)]
    share = chance / (chance + gap**2)
    after = (sum(sizes) - 2) / (sum(sizes) - 3) * _variance_of_means(left)
    variance = before - share * (before - after) + (share * gap) ** 2 * slope_variance
    adjusted = influence.copy()
    for arm, sign, n, own in zip(arms, (1.0, -1.0), sizes, centred, strict=True):
        adjusted[arm] += sign * share * slope * own / n
    return GapAdjustment(share * slope * gap, math.sqrt(variance / before), adjusted, gap)


def _variance_of_means(values: list[Floats]) -> float:
    """Return the variance of the difference of the arms' means."""
    return sum(float(own.var(ddof=1)) / own.size for own in values)


def _slope_within_arms(changes: list[Floats], centred: list[Floats]) -> tuple[float, float]:
    """Return the slope by which a change falls with its baseline, between 0 and 1, and its robust variance."""
    spreads = [float(own.var(ddof=1)) for own in changes]
    information = sum(float(own @ own) / spread for own, spread in zip(centred, spreads, strict=True))
    slope = -sum(float(d @ b) / spread for d, b, spread in zip(changes, centred, spreads, strict=True)) / information
    slope = min(max(slope, 0.0), 1.0)
    left = [d + slope * b for d, b in zip(changes, centred, strict=True)]
    variance = sum(float(r**2 @ b**2) / s**2 for r, b, s in zip(left, centred, spreads, strict=True))
    return slope, variance / information**2

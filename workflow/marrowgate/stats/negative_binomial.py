"""Counts compared directly, with over-dispersion: the sensitivity analysis beside the log scale."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from marrowgate.errors import NotEstimableError
from marrowgate.stats.two_arms import Estimate, t_estimate

Floats = NDArray[np.float64]
ROUNDS = 200


@dataclass(frozen=True)
class PatientCounts:
    """Events per patient over the common window.

    Parameters
    ----------
    events : ndarray of float64, shape (n,)
        Sum of the population's events.
    expected : ndarray of float64, shape (n,)
        Sum of the CD45+ events times the patient's share at baseline: the events without any change.
    in_first : ndarray of bool, shape (n,)
        Arm of each patient.
    """

    events: Floats
    expected: Floats
    in_first: NDArray[np.bool_]


def negative_binomial(counts: PatientCounts) -> Estimate:
    """Compare the arms' change from baseline by a negative binomial regression with a log link.

    The dispersion makes Pearson's statistic equal to its degrees of freedom (Breslow 1984, Appl Stat 33:38), and the
    estimate is held against the t distribution with that many.

    Returns
    -------
    Estimate
        log2 of the ratio of the arms' changes.

    Raises
    ------
    NotEstimableError
        An arm has fewer than two patients or no events at all.
    """
    arms = [counts.in_first, ~counts.in_first]
    if min(int(arm.sum()) for arm in arms) < 2 or min(float(counts.events[arm].sum()) for arm in arms) == 0:
        msg = "an arm has fewer than two patients or no events"
        raise NotEstimableError(msg)
    df = counts.events.size - 2
    dispersion = 0.0
    if _pearson(counts, 0.0) > df:
        high = 1.0
        while _pearson(counts, high) > df and high < 1e6:
            high *= 4
        dispersion = float(brentq(lambda value: _pearson(counts, value) - df, 0.0, high))
    means = _fit(counts, dispersion)
    # with one coefficient per arm the information of each arm stands alone
    weights = means / (1 + dispersion * means)
    variance = sum(1 / float(weights[arm].sum()) for arm in arms)
    logs = [math.log(float((means / counts.expected)[arm][0])) for arm in arms]
    note = f"over-dispersion {dispersion:.3g}"
    return t_estimate((logs[0] - logs[1]) / math.log(2), math.sqrt(variance) / math.log(2), df, note)


def _fit(counts: PatientCounts, dispersion: float) -> Floats:
    """Return the fitted means: in each arm one ratio to what is expected."""
    means = np.empty_like(counts.expected)
    for arm in (counts.in_first, ~counts.in_first):
        y, expected = counts.events[arm], counts.expected[arm]
        ratio = float(y.sum() / expected.sum())
        for _ in range(ROUNDS):
            weight = 1 / (1 + dispersion * ratio * expected)
            previous, ratio = ratio, float((weight * y).sum() / (weight * expected).sum())
            if abs(ratio - previous) < 1e-12 * previous:
                break
        means[arm] = ratio * expected
    return means


def _pearson(counts: PatientCounts, dispersion: float) -> float:
    means = _fit(counts, dispersion)
    return float(np.sum((counts.events - means) ** 2 / (means + dispersion * means**2)))

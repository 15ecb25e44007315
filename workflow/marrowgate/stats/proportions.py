"""Two proportions: intervals and tests for responders, exact where that is feasible."""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln

from marrowgate.stats.normal import Z_95

CHI2_95 = Z_95**2


@dataclass(frozen=True)
class TwoByTwo:
    """Responders among the patients of two arms: `x1` of `n1` and `x2` of `n2`, both arms with patients.

    Raises
    ------
    ValueError
        An arm has no patients, or more responders than patients.
    """

    x1: int
    n1: int
    x2: int
    n2: int

    def __post_init__(self) -> None:
        if not (0 <= self.x1 <= self.n1 and 0 <= self.x2 <= self.n2 and self.n1 and self.n2):
            msg = f"{self.x1} of {self.n1} and {self.x2} of {self.n2} are no two proportions"
            raise ValueError(msg)

    @property
    def difference(self) -> float:
        """Difference of the proportions."""
        return self.x1 / self.n1 - self.x2 / self.n2


def fisher_p(table: TwoByTwo, *, mid: bool = False) -> float:
    """Return the two-sided p-value of Fisher's exact test, or its mid-p value (Lancaster 1961, JASA 56:223).

    The two-sided p adds up all tables that are no more likely than the one seen; the mid-p counts those that are as
    likely as that one by half.
    """
    log_p = _log_hypergeometric(table)
    low = max(0, table.x1 + table.x2 - table.n2)
    seen = log_p[table.x1 - low]
    chance = np.exp(log_p)
    tied = np.abs(log_p - seen) < 1e-7
    less = (log_p < seen) & ~tied
    return float(min(1.0, chance[less].sum() + chance[tied].sum() * (0.5 if mid else 1.0)))


def newcombe_interval(table: TwoByTwo) -> tuple[float, float]:
    """Return 95 % interval of the difference from Wilson's intervals (Newcombe 1998, Stat Med 17:873, method 10)."""
    p1, p2 = table.x1 / table.n1, table.x2 / table.n2
    (l1, u1), (l2, u2) = wilson_interval(table.x1, table.n1), wilson_interval(table.x2, table.n2)
    low = table.difference - math.hypot(p1 - l1, u2 - p2)
    high = table.difference + math.hypot(u1 - p1, p2 - l2)
    return low, high


def wilson_interval(x: int, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a proportion (Wilson 1927, JASA 22:209)."""
    centre = (x + CHI2_95 / 2) / (n + CHI2_95)
    half = Z_95 * math.sqrt(x * (n - x) / n + CHI2_95 / 4) / (n + CHI2_95)
    return (0.0 if x == 0 else centre - half), (1.0 if x == n else centre + half)


def miettinen_nurminen_interval(table: TwoByTwo) -> tuple[float, float]:
    """Return the 95 % score interval of the difference (Miettinen and Nurminen 1985, Stat Med 4:213)."""
    seen = table.difference
    excess = partial(_score_excess, table)
    edge = 1 - 1e-12
    low = -1.0 if seen <= -edge or excess(-edge) < 0 else float(brentq(excess, -edge, seen, xtol=1e-12))
    high = 1.0 if seen >= edge or excess(edge) < 0 else float(brentq(excess, seen, edge, xtol=1e-12))
    return low, high


def odds_ratio_interval(table: TwoByTwo) -> tuple[float, float, float]:
    """Return the conditional maximum likelihood odds ratio and its exact 95 % interval (Cornfield 1956).

    Returns
    -------
    tuple of float
        Estimate, lower and upper limit; infinite where a margin of the table allows no upper limit, NaN where nobody
        or everybody responds.
    """
    from scipy.stats.contingency import odds_ratio

    if table.x1 + table.x2 in {0, table.n1 + table.n2}:
        return math.nan, math.nan, math.nan
    ratio = odds_ratio([[table.x1, table.n1 - table.x1], [table.x2, table.n2 - table.x2]])
    interval = ratio.confidence_interval(0.95)
    return float(ratio.statistic), float(interval.low), float(interval.high)


def _log_hypergeometric(table: TwoByTwo) -> np.ndarray:
    """Return the log chance of every possible number of responders in the first arm, given the margins."""
    responders = table.x1 + table.x2
    x = np.arange(max(0, responders - table.n2), min(table.n1, responders) + 1)
    parts = _log_choose(table.n1, x) + _log_choose(table.n2, responders - x)
    return np.asarray(parts - _log_choose(table.n1 + table.n2, np.array(responders)), dtype=np.float64)


def _log_choose(n: int, k: np.ndarray) -> np.ndarray:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1), dtype=np.float64)


def _score_excess(table: TwoByTwo, difference: float) -> float:
    """Return how far the score statistic of a difference exceeds its 95 % limit."""
    n = table.n1 + table.n2
    p2 = _constrained_p2(table, difference)
    p1 = p2 + difference
    variance = (p1 * (1 - p1) / table.n1 + p2 * (1 - p2) / table.n2) * n / (n - 1)
    gap = table.difference - difference
    if variance <= 0:
        return math.inf if gap else -CHI2_95
    return gap**2 / variance - CHI2_95


def _constrained_p2(table: TwoByTwo, difference: float) -> float:
    """Return most likely second proportion when the difference is given: the root of the cubic in their appendix."""
    n1, n2, x1, x2, d = table.n1, table.n2, table.x1, table.x2, difference
    n = n1 + n2
    l2 = (n1 + 2 * n2) * d - n - x1 - x2
    l1 = (n2 * d - n - 2 * x2) * d + x1 + x2
    l0 = x2 * d * (1 - d)
    q = l2**3 / (3 * n) ** 3 - l1 * l2 / (6 * n**2) + l0 / (2 * n)
    p = math.copysign(math.sqrt(max(l2**2 / (3 * n) ** 2 - l1 / (3 * n), 0.0)), q)
    cosine = 0.0 if p == 0 else max(-1.0, min(1.0, q / p**3))
    root = 2 * p * math.cos((math.pi + math.acos(cosine)) / 3) - l2 / (3 * n)
    return min(max(root, 0.0, -d), 1.0, 1.0 - d)

"""Two arms compared on one value per patient: difference of means, regression, permutation, Hodges-Lehmann shift."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import stdtr, stdtrit

from marrowgate.errors import NotEstimableError

Floats = NDArray[np.float64]
ALPHA = 0.05
_BLOCK = 4_000
_DIGITS = 9
"""Statistics that agree to so many digits are equal: rounding differs with the order of patients."""


@dataclass(frozen=True)
class Estimate:
    """An estimated difference with its 95 % interval and two-sided p-value; NaN where the method gives none."""

    value: float
    low: float
    high: float
    p: float
    note: str = ""


def welch(first: Floats, second: Floats) -> Estimate:
    """Return the difference of two means with unequal variances (Welch 1947, Biometrika 34:28).

    Parameters
    ----------
    first, second : ndarray of float64
        One value per patient; at least two in each arm.

    Raises
    ------
    NotEstimableError
        An arm has fewer than two patients.
    """
    _check(first, second)
    parts = [arm.var(ddof=1) / arm.size for arm in (first, second)]
    se = math.sqrt(sum(parts))
    value = float(first.mean() - second.mean())
    if se == 0:
        return Estimate(value, math.nan, math.nan, math.nan, "all values within an arm are equal")
    df = sum(parts) ** 2 / sum(part**2 / (arm.size - 1) for part, arm in zip(parts, (first, second), strict=True))
    return t_estimate(value, se, df)


def t_estimate(value: float, se: float, df: float, note: str = "") -> Estimate:
    """Return the interval and p-value of an estimate by the t distribution."""
    half = float(stdtrit(df, 0.975)) * se
    return Estimate(value, value - half, value + half, float(2 * stdtr(df, -abs(value) / se)), note)


def regression(outcome: Floats, in_first: NDArray[np.bool_], covariates: Floats) -> Estimate:
    """Return the difference between arms at equal covariates, by least squares.

    With the baseline among the covariates and the value on therapy as outcome it is the analysis of covariance.

    Parameters
    ----------
    outcome : ndarray of float64, shape (n,)
        One value per patient.
    in_first : ndarray of bool, shape (n,)
        Arm of each patient.
    covariates : ndarray of float64, shape (n, k)
        What to hold equal; `k` may be 0.

    Raises
    ------
    NotEstimableError
        The arms cannot be told apart from the covariates, or there are too few patients.
    """
    x = np.column_stack([np.ones(outcome.size), in_first.astype(np.float64), covariates])
    df = outcome.size - x.shape[1]
    if df < 1 or np.linalg.matrix_rank(x) < x.shape[1]:
        msg = f"{outcome.size} patients do not identify {x.shape[1]} coefficients"
        raise NotEstimableError(msg)
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ outcome
    variance = float(np.sum((outcome - x @ beta) ** 2)) / df
    se = math.sqrt(variance * inverse[1, 1])
    if se <= 1e-12 * max(1.0, float(np.abs(outcome).max())):
        return Estimate(float(beta[1]), math.nan, math.nan, math.nan, "the regression leaves no residual variation")
    return t_estimate(float(beta[1]), se, df)


def welch_width(arms: list[tuple[float, int]]) -> float:
    """Return Welch's quantile as a share of that of the difference of two t-distributed means.

    Parameters
    ----------
    arms : list of (float, int)
        Standard error and number of patients of each arm.
    """
    parts = [spread**2 for spread, _ in arms]
    df = sum(parts) ** 2 / sum(part**2 / (n - 1) for part, (_, n) in zip(parts, arms, strict=True))
    welch = float(stdtrit(df, 0.975)) * math.sqrt(sum(parts))
    # the distribution of the difference, by the midpoints of 400 slices of the second mean
    levels = (np.arange(400) + 0.5) / 400
    second = arms[1][0] * stdtrit(arms[1][1] - 1, levels)

    def excess(width: float) -> float:
        return float(stdtr(arms[0][1] - 1, (width - second) / arms[0][0]).mean()) - 0.975

    return welch / float(brentq(excess, 0.5 * welch, 20 * welch, xtol=1e-6 * welch))


def permutation_p(first: Floats, second: Floats, draws: int, seed: int) -> tuple[float, str]:
    """Test a difference of means by exchanging patients between the arms.

    The statistic is Welch's t, so that unequal variances do not spoil it (Janssen 1997, Stat Probab Lett 36:9). All
    exchanges are those of `scipy.stats.permutation_test`. Random ones are drawn here, where a block of them is
    shuffled at once; p = (more extreme + 1) / (draws + 1) (Phipson and Smyth 2010, Stat Appl Genet Mol Biol 9:39).

    Parameters
    ----------
    first, second : ndarray of float64
        One value per patient; at least two in each arm.
    draws : int
        Random exchanges when there are more possible ones than this; else all are made.
    seed : int
        Seed of those draws.

    Returns
    -------
    tuple of (float, str)
        Two-sided p-value, and ``exact`` or the number of draws.

    Raises
    ------
    NotEstimableError
        An arm has fewer than two patients.
    """
    _check(first, second)
    from scipy.stats import permutation_test

    least_variance = max(1e-12 * float(np.concatenate([first, second]).var()), 1e-300)
    observed = float(_abs_t(first, second, 0, least_variance))

    def beyond_observed(one_arm: Floats, other_arm: Floats, axis: int) -> Floats:
        return np.round((_abs_t(one_arm, other_arm, axis, least_variance) - observed) / max(1.0, observed), _DIGITS)

    exchanges = math.comb(first.size + second.size, first.size)
    if exchanges <= draws:
        tested = permutation_test(
            (first, second),
            beyond_observed,
            vectorized=True,
            n_resamples=draws,
            batch=_BLOCK,
            alternative="greater",
        )
        return float(tested.pvalue), f"exact, {exchanges} exchanges"
    rng, as_extreme = np.random.default_rng(seed), 0
    for start in range(0, draws, _BLOCK):
        block = np.tile(np.concatenate([first, second]), (min(_BLOCK, draws - start), 1))
        rng.permuted(block, axis=1, out=block)
        beyond = beyond_observed(block[:, : first.size], block[:, first.size :], 1)
        as_extreme += int(np.count_nonzero(beyond >= 0))
    return (as_extreme + 1) / (draws + 1), f"{draws} draws"


def hodges_lehmann(first: Floats, second: Floats) -> Estimate:
    """Return the median of all differences between patients of the arms, with its exact interval and rank test.

    The interval inverts the Mann-Whitney test (Hodges and Lehmann 1963, Ann Math Stat 34:598; Hollander, Wolfe and
    Chicken 2014, 4.3). With ties it is conservative, and the p-value is the normal approximation.
    """
    _check(first, second)
    from scipy.stats import mannwhitneyu

    differences = np.sort(np.subtract.outer(first, second), axis=None)
    p = float(mannwhitneyu(first, second, alternative="two-sided").pvalue)
    cut = _rank_cut(first.size, second.size)
    if cut == 0:
        return Estimate(float(np.median(differences)), math.nan, math.nan, p, "too few patients for a 95 % interval")
    low, high = differences[cut - 1], differences[-cut]
    return Estimate(float(np.median(differences)), float(low), float(high), p)


def _rank_cut(n1: int, n2: int) -> int:
    """Return the largest k with P(U <= k - 1) <= 0.025 under equal distributions."""
    # number of ways to each rank sum, by adding the patients one by one
    ways = np.zeros((n1 + 1, n1 * n2 + 1))
    ways[0, 0] = 1
    for rank in range(n1 + n2):
        for chosen in range(min(n1, rank + 1), 0, -1):
            shift = rank - (chosen - 1)
            if shift <= n1 * n2:
                ways[chosen, shift:] += ways[chosen - 1, : ways.shape[1] - shift]
    below = np.cumsum(ways[n1]) / math.comb(n1 + n2, n1)
    return int(np.searchsorted(below, 0.025, side="right"))


def _check(first: Floats, second: Floats) -> None:
    if min(first.size, second.size) < 2:
        msg = f"{first.size} and {second.size} patients: each arm needs two"
        raise NotEstimableError(msg)


def _abs_t(first: Floats, second: Floats, axis: int, least_variance: float) -> Floats:
    """Return |t| of Welch along an axis; its variance is at least `least_variance`, so that equal values have one."""
    variance = sum(arm.var(axis=axis, ddof=1) / arm.shape[axis] for arm in (first, second))
    difference = np.abs(first.mean(axis=axis) - second.mean(axis=axis))
    return np.asarray(difference / np.sqrt(np.maximum(variance, least_variance)), dtype=np.float64)

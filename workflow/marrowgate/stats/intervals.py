"""Exact intervals for counts."""

import math

from scipy.special import betaincinv, gammaincinv

from marrowgate.stats.normal import Z_95


def binomial_interval(successes: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a proportion (Clopper and Pearson 1934, Biometrika 26:404).

    Parameters
    ----------
    successes, trials : int
        Counts; `trials` is at least 1.
    level : float
        Two-sided confidence level.

    Returns
    -------
    tuple of float
        Lower and upper limit, as proportions.

    Raises
    ------
    ValueError
        There are no trials, or more successes than trials.
    """
    if not 0 <= successes <= trials or trials == 0:
        msg = f"{successes} of {trials} is not a proportion"
        raise ValueError(msg)
    tail = (1.0 - level) / 2.0
    low = 0.0 if successes == 0 else float(betaincinv(successes, trials - successes + 1, tail))
    high = 1.0 if successes == trials else float(betaincinv(successes + 1, trials - successes, 1.0 - tail))
    return low, high


def poisson_interval(count: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a Poisson mean (Garwood 1936, Biometrika 28:437).

    Parameters
    ----------
    count : int
        Events; 0 or more.
    level : float
        Two-sided confidence level.

    Returns
    -------
    tuple of float
        Lower and upper limit, in events.
    """
    tail = (1.0 - level) / 2.0
    low = 0.0 if count == 0 else float(gammaincinv(count, tail))
    return low, float(gammaincinv(count + 1, 1.0 - tail))


def ratio_interval(count: int, reference: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of the ratio of two Poisson means.

    Given the sum of two Poisson counts, the first is binomial; the limits of its proportion p become those of the ratio
    p / (1 - p) (Przyborowski and Wilenski 1940, Biometrika 31:313).

    Parameters
    ----------
    count, reference : int
        Independent Poisson counts, observed over the same exposure.
    level : float
        Two-sided confidence level.

    Returns
    -------
    tuple of float
        Limits of mean(count) / mean(reference); the upper one is infinite when `reference` is 0.

    Raises
    ------
    ValueError
        Both counts are 0: nothing is known of the ratio.
    """
    low, high = binomial_interval(count, count + reference, level)
    return low / (1.0 - low) if low < 1.0 else math.inf, high / (1.0 - high) if high < 1.0 else math.inf


def widened(estimate: float, low: float, high: float, cv: float) -> tuple[float, float]:
    """Widen an interval of a positive quantity by an independent multiplicative error.

    The distances of the limits on the log scale and 1.96 times the error's coefficient of variation are added in
    quadrature (MOVER, Zou and Donner 2008, Stat Med 27:1693).

    Parameters
    ----------
    estimate, low, high : float
        Estimate and 95 % limits; both may be 0.
    cv : float
        Coefficient of variation of the further error, as a proportion.

    Returns
    -------
    tuple of float
        The wider limits. With an estimate of 0 only the upper limit moves.
    """
    further = Z_95 * cv
    if estimate <= 0:
        return low, high * math.exp(further)
    down = math.hypot(math.log(estimate / low), further) if low > 0 else math.inf
    up = math.hypot(math.log(high / estimate), further)
    return estimate * math.exp(-down), estimate * math.exp(up)

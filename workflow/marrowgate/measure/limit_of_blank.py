"""What a count must exceed to be told from the events of samples that lack the population's marker."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import betainc, gammaincinv

from marrowgate.measure.blank_dispersion import DISPERSION_P, dispersed_limit, dispersion_p

LimitMethod = Literal["poisson", "negative_binomial", "nonparametric"]
BlankSource = Literal["batch", "run", "is_blank", "neighbours", "no_blank"]
Detection = Literal["quantifiable", "detected", "not_detected", "not_gated"]

ENOUGH_BLANKS = 60
"""Blank samples from which the limit of blank is taken without assuming a distribution (CLSI EP17-A2)."""
_ROUNDING = 1 + 1e-9
ALPHA = BETA = 0.05
"""Chance that a blank exceeds the limit of blank, and that a sample at the limit of detection does not."""


@dataclass(frozen=True)
class Blank:
    """Blank samples of one population, gated by the same gates as the samples.

    Parameters
    ----------
    source : str
        ``batch``: samples of the sample's panel and batch. ``run``: of the panel in any batch.
        ``is_blank``: the sample is a blank itself. ``neighbours``: no sample, but the sample's own cells beyond the
        border, of which some are found in the population by chance. ``no_blank``: there is none.
    n_events, n_cd45 : tuple of int
        Of each sample: events of the population, and CD45+ events.
    """

    source: BlankSource = "no_blank"
    n_events: tuple[int, ...] = ()
    n_cd45: tuple[int, ...] = ()


@dataclass(frozen=True)
class Limits:
    """Limits of blank, detection and quantitation, in events of the population in one sample."""

    blank: float
    detection: float
    quantitation: float
    method: LimitMethod


def find_limits(blank: Blank, n_cd45: int | None, wanted_cv_pct: float) -> Limits | None:
    """Find the limits for a sample.

    Limit of blank: with 60 blank samples or more the value of rank 0.5 + 0.95 k among their k shares of CD45+ events
    (CLSI EP17-A2, non-parametric). With fewer the exact upper 95 % prediction limit of a Poisson count, which depends
    on how many blank events there are (Nelson 1970, IEEE Trans Reliab R-19:42): the smallest L for which a count above
    L beside the blanks' events has a chance of 5 % or less, given the sum of both. Where the blanks differ by more than
    such counts do (`dispersion_p` of `blank_dispersion` is 0.2 or less) the limit is that of a negative binomial count.
    Limit of detection: the mean whose Poisson count is L or less with a chance of 5 %.
    Limit of quantitation: the count whose excess over the expected blank has the wanted coefficient of variation
    (Currie 1968, Anal Chem 40:586), at least the limit of detection.

    Parameters
    ----------
    blank : Blank
        The blank samples.
    n_cd45 : int or None
        CD45+ events of the sample that is judged.
    wanted_cv_pct : float
        Coefficient of variation that quantitation asks for, per cent.

    Returns
    -------
    Limits or None
        None without blanks, or without CD45+ events.
    """
    if not blank.n_events or not n_cd45:
        return None
    in_blanks, size = sum(blank.n_events), sum(blank.n_cd45)
    expected, error = in_blanks * n_cd45 / size, in_blanks * (n_cd45 / size) ** 2
    method, variance = _method(blank), expected + error
    if method == "nonparametric":
        limit = n_cd45 * _ranked([n / of for n, of in zip(blank.n_events, blank.n_cd45, strict=True)])
    elif method == "negative_binomial":
        limit, expected, variance = dispersed_limit(blank.n_events, blank.n_cd45, n_cd45, ALPHA)
    else:
        limit = float(_prediction_limit(in_blanks, size, n_cd45))
    detection = float(gammaincinv(math.floor(limit) + 1, 1.0 - BETA))
    quantitation = max(detection, _currie(expected, variance, wanted_cv_pct / 100))
    return Limits(limit, detection, quantitation, method)


def _method(blank: Blank) -> LimitMethod:
    if len(blank.n_events) >= ENOUGH_BLANKS:
        return "nonparametric"
    return "negative_binomial" if dispersion_p(blank.n_events, blank.n_cd45) <= DISPERSION_P else "poisson"


def detection_of(
    n_events: int | None, limits: Limits | None, wanted_cv_pct: float, gate_cv: float | None = 0.0
) -> Detection:
    """Say what a count allows; without limits the errors of counting and gates decide.

    A count is quantifiable when counting and gates together have at most the wanted coefficient of variation.

    Parameters
    ----------
    n_events : int or None
        None when the population was not gated.
    limits : Limits or None
        From blank samples.
    wanted_cv_pct : float
        Coefficient of variation that quantitation asks for, per cent.
    gate_cv : float or None
        Coefficient of variation of the count from the boundaries of the gates, as a proportion; None where it is not
        known, and then no count is quantifiable.
    """
    if n_events is None:
        return "not_gated"
    blank, quantitation = (0.0, (100 / wanted_cv_pct) ** 2) if limits is None else (limits.blank, limits.quantitation)
    if n_events <= blank:
        return "not_detected"
    if n_events < quantitation or gate_cv is None:
        return "detected"
    return "quantifiable" if 1 / n_events + gate_cv**2 <= (wanted_cv_pct / 100) ** 2 * _ROUNDING else "detected"


def _prediction_limit(in_blanks: int, size: int, n_cd45: int) -> int:
    share = n_cd45 / (n_cd45 + size)

    def is_enough(limit: int) -> bool:
        return bool(betainc(limit + 1, in_blanks + 1, share) <= ALPHA)

    high = 1
    while not is_enough(high):
        high *= 2
    return bisect_left(range(high), True, key=is_enough)


def _ranked(shares: Sequence[float]) -> float:
    rank = 0.5 + (1.0 - ALPHA) * len(shares)
    return float(np.interp(rank, np.arange(1, len(shares) + 1), np.sort(shares)))


def _currie(expected: float, variance: float, cv: float) -> float:
    """Return the count n = expected + s for which sqrt(s + variance) / s is the wanted proportion."""
    excess = (1.0 + math.sqrt(1.0 + 4.0 * cv**2 * variance)) / (2.0 * cv**2)
    return expected + excess

"""Changes of counts compared between two arms, whatever the numbers of cells that were counted."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.special import gammaincinv, stdtrit

from marrowgate.errors import NotEstimableError
from marrowgate.stats.baseline_gap import adjust_for_gap
from marrowgate.stats.two_arms import Estimate, welch_width

Floats = NDArray[np.float64]
HALF_SPAN = math.log(1e4)
"""Change on either side of the common one that the grid holds, ln."""
POINTS = 513
SPREAD_STEP = 1.6
"""Step of the arm's spread, in standard errors of its logarithm: the sum over steps is then exact to 0.1 %."""
MAX_SPREAD = 5.0
FEWEST_PATIENTS = 3
FEWEST_EVENTS = 5.0
OPEN_END = 1e-3
"""Density at an end of the grid, as a share of the highest, above which the data set no limit there."""
BLANK_QUANTILES = (1 / 6, 1 / 2, 5 / 6)
LEVELS = 40


@dataclass(frozen=True)
class PairedCounts:
    """Events of each patient before and during treatment, with what they were counted in.

    Parameters
    ----------
    before, during : ndarray of float64, shape (n,)
        Events, see `pooled_count`.
    exposure_before, exposure_during : ndarray of float64, shape (n,)
        Events per unit of the measure that the cells counted would give.
    blank_before, blank_during : ndarray of float64, shape (n,)
        Events that a blank would give in as many cells; 0 where no blank is known.
    blank_events : ndarray of float64, shape (n,)
        Events of the blanks themselves, on which the uncertainty of both rests.
    in_first : ndarray of bool, shape (n,)
        Whether the patient is in the first arm.
    """

    before: Floats
    during: Floats
    exposure_before: Floats
    exposure_during: Floats
    blank_before: Floats
    blank_during: Floats
    blank_events: Floats
    in_first: NDArray[np.bool_]


@dataclass(frozen=True)
class CountContrast:
    """The compared changes.

    Parameters
    ----------
    estimate : Estimate
        log2 of the ratio of the arms' typical changes.
    n_informative : tuple of int
        Patients of each arm with any event; the others say nothing of a change.
    influence : ndarray of float64, shape (n,)
        What each patient adds to the difference of the arms, log2; its square sum is the estimate's variance.
    """

    estimate: Estimate
    n_informative: tuple[int, int]
    influence: Floats


@dataclass(frozen=True)
class FittedArm:
    """The mean change of an arm: density on the grid, patients with events, standard error and influences."""

    density: Floats
    n: int
    spread: float
    influence: Floats


def pooled_count(events: Floats, exposures: Floats, weights: Floats) -> tuple[float, float]:
    """Return the events and the exposure of a weighted mean of several visits' shares.

    The weighted mean share has the variance of a Poisson count in the exposure 1 / sum(w^2 / exposure), if all visits
    have one share. With weights that go with the exposures both are the plain sums. So weights of time do not depend
    on how many cells were counted at each visit.

    Parameters
    ----------
    events, exposures, weights : ndarray of float64, shape (visits,)
        The weights add up to 1.
    """
    exposure = 1.0 / float(np.sum(weights**2 / exposures))
    return exposure * float(np.sum(weights * events / exposures)), exposure


def compare_counts(counts: PairedCounts, baseline: Floats | None = None) -> CountContrast:
    """Compare the arms' changes from baseline by a conditional binomial model with one variance per arm.

    Given the events of both times together, those during treatment are binomial with
    logit p = ln(exposure during / exposure before) + change, so that neither the patient's level nor the numbers of
    cells enter (Przyborowski and Wilenski 1940, Biometrika 31:313). The change of patient i is normal with the mean and
    the variance of the arm. The mean's distribution is integrated over the variance, with a prior that is flat for
    ln(variance + sampling variance) (Daniels 1999, Can J Stat 27:567); with many events it is Student's t with n - 1
    degrees of freedom. The difference of the arms has the distribution of Behrens and Fisher, brought to the width of
    Welch's interval by the ratio of both at normal values, so that with many events this is Welch's interval of the log
    ratios. Everything is on a grid: there are no draws.

    Where blanks are known, the expected events of the blank are added to both means and the patient's level is
    integrated out instead (flat in its logarithm from 1/20 of an event); the blank's own events enter by three
    quantiles of its gamma distribution.

    With baselines, what regression to the mean makes of the arms' gap before treatment is taken back, see
    `adjust_for_gap`; patients without any event enter neither.

    Parameters
    ----------
    counts : PairedCounts
        Of all patients of both arms.
    baseline : ndarray of float64, shape (n,), optional
        log2 of the measure before treatment, at one depth; without it the changes are compared as they are.

    Raises
    ------
    NotEstimableError
        An arm has fewer than three patients with events, or fewer than five events before or during treatment, or its
        events set no limit to the change.
    """
    arms = (counts.in_first, ~counts.in_first)
    for arm in arms:
        check_events(counts, arm)
    centre = common_change(counts)
    step = 2 * HALF_SPAN / (POINTS - 1)
    grid = centre + np.linspace(-HALF_SPAN, HALF_SPAN, POINTS)
    fitted = [fit_arm(counts, arm, grid) for arm in arms]
    if any(max(arm.density[0], arm.density[-1]) > OPEN_END * arm.density.max() for arm in fitted):
        msg = "too few events: the counts set no limit to the change of an arm"
        raise NotEstimableError(msg)
    difference = np.convolve(fitted[0].density, fitted[1].density[::-1])
    at = np.arange(-(POINTS - 1), POINTS) * step
    below = np.cumsum(difference) - difference / 2
    middle = float(np.interp(0.5, below, at))
    influence = np.zeros(counts.in_first.size)
    for arm, sign, own in zip(arms, (1.0, -1.0), fitted, strict=True):
        influence[arm] = sign * own.influence / math.log(2)
    shift, width, note = 0.0, welch_width([(arm.spread, arm.n) for arm in fitted]), ""
    if baseline is not None:
        informative = counts.before + counts.during > 0
        adjusted = adjust_for_gap(influence[informative], baseline[informative], counts.in_first[informative])
        influence[informative] = adjusted.influence
        shift, width = adjusted.shift * math.log(2), width * adjusted.width
        note = f"; {adjusted.shift:+.2f} log2 for the arms' gap of {adjusted.gap:+.2f} log2 before treatment"
    value = middle + shift
    low, high = (value + (float(np.interp(q, below, at)) - middle) * width for q in (0.025, 0.975))
    tail = float(np.interp(middle - value / width, at, below))
    value, low, high = (entry / math.log(2) for entry in (value, low, high))
    n = (fitted[0].n, fitted[1].n)
    note = f"{n[0]} and {n[1]} patients with events; {_events_note(counts)}{note}"
    return CountContrast(Estimate(value, low, high, 2 * min(tail, 1 - tail), note), n, influence)


def check_events(counts: PairedCounts, arm: NDArray[np.bool_]) -> None:
    """Raise NotEstimableError where the patients of an arm have too few events for an estimate."""
    events = counts.before[arm] + counts.during[arm]
    informative = int(np.count_nonzero(events > 0))
    if informative < FEWEST_PATIENTS:
        msg = f"an arm has {informative} patients with events, {FEWEST_PATIENTS} are needed"
        raise NotEstimableError(msg)
    for name, values in (("before", counts.before), ("during", counts.during)):
        if (total := float(values[arm].sum())) < FEWEST_EVENTS:
            msg = f"an arm has {total:.3g} events {name} treatment, {FEWEST_EVENTS:g} are needed: too many zeros"
            raise NotEstimableError(msg)


def common_change(counts: PairedCounts) -> float:
    """Return the change of all events together, ln."""
    rates = [
        float(events.sum()) / float(exposure.sum())
        for events, exposure in (
            (counts.during, counts.exposure_during),
            (counts.before, counts.exposure_before),
        )
    ]
    return math.log(rates[0] / rates[1])


def fit_arm(counts: PairedCounts, arm: NDArray[np.bool_], grid: Floats) -> FittedArm:
    """Return the distribution of the arm's mean change, given its patients' events."""
    informative = (counts.before + counts.during)[arm] > 0
    with_blank = bool(np.any(counts.blank_before[arm] + counts.blank_during[arm] > 0))
    quantiles = BLANK_QUANTILES if with_blank else (0.5,)
    spreads = _spreads(float(grid[1] - grid[0]) / 2, int(informative.sum()))
    tables = [_likelihood(counts, arm, grid, quantile)[informative] for quantile in quantiles]
    sampling = 1 / (counts.before[arm] + 0.5) + 1 / (counts.during[arm] + 0.5)
    typical = 1 / float(np.mean(1 / sampling[informative]))
    prior = np.log(spreads**2 / (spreads**2 + typical))
    logs = np.array([_marginal(table, grid, spreads) + prior[:, None] for table in tables])
    joint = np.exp(logs - logs.max())
    density = joint.sum(axis=(0, 1))
    density /= density.sum()
    chosen = np.unravel_index(int(np.argmax(joint)), joint.shape)
    influence = np.zeros(informative.size)
    influence[informative] = _influence(tables[chosen[0]], grid, float(grid[chosen[2]]), float(spreads[chosen[1]]))
    n = int(informative.sum())
    quartiles = np.interp((0.25, 0.75), np.cumsum(density), grid)
    # standard error of the t distribution with the same quartiles
    spread = float(quartiles[1] - quartiles[0]) / (2 * float(stdtrit(n - 1, 0.75)))
    return FittedArm(density, n, spread, influence)


def _spreads(lowest: float, n: int) -> Floats:
    span = math.log(MAX_SPREAD / lowest)
    return np.exp(np.linspace(0, span, math.ceil(span * math.sqrt(2 * n) / SPREAD_STEP) + 1)) * lowest


def _likelihood(counts: PairedCounts, arm: NDArray[np.bool_], grid: Floats, quantile: float) -> Floats:
    """Return each patient's likelihood of a change, highest value 1, shape (patients, points)."""
    x0, x1 = counts.before[arm][:, None], counts.during[arm][:, None]
    e0, e1 = counts.exposure_before[arm][:, None], counts.exposure_during[arm][:, None]
    eta = np.log(e1 / e0) + grid
    logs = -x0 * np.logaddexp(0, eta) - x1 * np.logaddexp(0, -eta)
    blanks = np.flatnonzero(counts.blank_before[arm] + counts.blank_during[arm] > 0)
    if blanks.size:
        shape = counts.blank_events[arm][blanks] + 0.5
        factor = gammaincinv(shape, quantile) / shape
        means = (counts.blank_before[arm][blanks] * factor, counts.blank_during[arm][blanks] * factor)
        logs[blanks] = _with_blank((x0[blanks], x1[blanks]), (e0[blanks], e1[blanks]), means, grid)
    # no change is taken to be known better than a step of the grid
    step = float(grid[1] - grid[0])
    sampling = 1 / (x0 + 0.5) + 1 / (x1 + 0.5)
    logs = logs * sampling / (sampling + step**2)
    return np.asarray(np.exp(logs - logs.max(axis=1, keepdims=True)), dtype=np.float64)


def _with_blank(
    events: tuple[Floats, Floats], exposures: tuple[Floats, Floats], blanks: tuple[Floats, Floats], grid: Floats
) -> Floats:
    """Return the log likelihood with the blank's events added to both means, the patient's level integrated out."""
    (x0, x1), (e0, e1) = events, exposures
    lowest = np.log(0.05 / (e0 + e1))
    highest = np.log((x0 + x1 + 20) / np.minimum(e0, e1))
    log_likelihood = np.full((x0.shape[0], grid.size), -np.inf)
    for share in np.linspace(0, 1, LEVELS):
        level = np.exp(lowest + share * (highest - lowest))
        mean0 = e0 * level + blanks[0][:, None]
        mean1 = e1 * level * np.exp(grid) + blanks[1][:, None]
        log_likelihood = np.logaddexp(log_likelihood, x0 * np.log(mean0) - mean0 + x1 * np.log(mean1) - mean1)
    return log_likelihood


def _marginal(table: Floats, grid: Floats, spreads: Floats) -> Floats:
    """Return the log likelihood of each mean and spread of the changes, shape (spreads, points)."""
    # what wraps around falls on places that are not read
    size = next_fast_len(2 * grid.size, real=True)
    gaps = np.arange(-(grid.size - 1), grid.size) * (grid[1] - grid[0])
    kernels = np.exp(-0.5 * (gaps / spreads[:, None]) ** 2)
    kernels /= kernels.sum(axis=1, keepdims=True)
    waves = rfft(table, n=size, axis=1)
    log_likelihood = np.empty((spreads.size, grid.size))
    for index, kernel in enumerate(rfft(kernels, n=size, axis=1)):
        smooth = irfft(waves * kernel, n=size, axis=1)[:, grid.size - 1 : 2 * grid.size - 1]
        log_likelihood[index] = np.log(np.maximum(smooth, 1e-300)).sum(axis=0)
    return log_likelihood


def _influence(table: Floats, grid: Floats, mean: float, spread: float) -> Floats:
    """Return what each patient adds to the arm's mean: its score over the information, at the likeliest spread."""
    weights = table * np.exp(-0.5 * ((grid - mean) / spread) ** 2)
    weights /= weights.sum(axis=1, keepdims=True)
    expected = weights @ grid
    left = np.maximum(weights @ grid**2 - expected**2, 0.0)
    information = float(np.sum(1 - np.minimum(left / spread**2, 1 - 1e-6)))
    return np.asarray((expected - mean) / information, dtype=np.float64)


def _events_note(counts: PairedCounts) -> str:
    parts = [
        f"{counts.before[arm].sum():.0f} before and {counts.during[arm].sum():.0f} during treatment"
        for arm in (counts.in_first, ~counts.in_first)
    ]
    return "events: " + ", ".join(parts)

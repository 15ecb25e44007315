"""Cohorts at the level of counts, to judge the comparison of arms: no samples, no gates, visits and events alone."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
LAST_CYCLE = 3.0


@dataclass(frozen=True)
class CountScenario:
    """How a cohort of counts is drawn. Standard deviations and shifts are of natural logarithms.

    Parameters
    ----------
    meaning : str
        What the scenario is, in words.
    n : tuple of int
        Patients of the first and of the second arm.
    events, cells : float
        Expected events of a typical patient in `cells` cells before treatment.
    depth_before, depth_during : tuple of float
        Cells counted at a visit as multiples of `cells`, by arm.
    n_before, n_during : int
        Visits before treatment and in the window.
    patient_sd, visit_sd : float
        Spread of the patients' levels and of a patient's visits.
    change_sd : tuple of float
        Spread of the patients' own changes, by arm.
    heavy_tails : bool
        Changes and visits have Student's t distribution with three degrees of freedom.
    zeros : float
        Share of patients who have none of the cells at all.
    outlier : float
        Shift of one patient of the first arm on therapy.
    trend : float
        Rise of both arms per cycle.
    early_second : bool
        The visits of the second arm all lie in the first half of the window.
    baseline_only : float
        Share of patients without a visit in the window.
    stops_after_rise : tuple of float
        Chance by arm that a patient whose cells rose stops at once.
    loses_low : tuple of float
        Chance by arm that a visit below the patient's typical value is missing.
    batch_drift : float
        Rise of the reading with calendar time, over the whole of it; the second arm is treated later.
    shift : float
        True change of every patient of the first arm.
    responders : tuple of (int, float)
        How many patients of the first arm respond, and their fold.
    chance_to_respond : tuple of (float, float)
        Chance of each patient of the first arm to respond, and the fold of those who do.
    higher_first : float
        How much higher the levels of the first arm truly are, before and during treatment alike.
    enrolled_for_baseline : float
        Share of 60 candidates, those with the highest readings before treatment, whom 22 of the first arm are taken
        from; the second arm is taken from all others.
    """

    meaning: str
    n: tuple[int, int] = (22, 25)
    events: float = 20.0
    cells: float = 100_000.0
    depth_before: tuple[float, float] = (1.0, 1.0)
    depth_during: tuple[float, float] = (1.0, 1.0)
    n_before: int = 1
    n_during: int = 6
    patient_sd: float = 0.6
    visit_sd: float = 0.35
    change_sd: tuple[float, float] = (0.4, 0.4)
    heavy_tails: bool = False
    zeros: float = 0.0
    outlier: float = 0.0
    trend: float = 0.0
    early_second: bool = False
    baseline_only: float = 0.0
    stops_after_rise: tuple[float, float] = (0.0, 0.0)
    loses_low: tuple[float, float] = (0.0, 0.0)
    batch_drift: float = 0.0
    shift: float = 0.0
    responders: tuple[int, float] = (0, 1.0)
    chance_to_respond: tuple[float, float] = (0.0, 1.0)
    higher_first: float = 0.0
    enrolled_for_baseline: float = 1.0

    @property
    def truth(self) -> float:
        """Return the true difference of the arms' mean changes, log2."""
        (count, fold), (chance, chance_fold) = self.responders, self.chance_to_respond
        risen = count / self.n[0] * np.log(fold) + chance * np.log(chance_fold)
        return float(self.shift + risen) / float(np.log(2))


@dataclass(frozen=True)
class DrawnCounts:
    """A drawn cohort; one row of each array per patient, one column per visit.

    Parameters
    ----------
    in_first : ndarray of bool, shape (patients,)
        Whether the patient is in the first arm.
    before, during : ndarray of int64
        Events.
    cells_before, cells_during : ndarray of int64
        Cells counted.
    times : ndarray of float64
        Time of the visits in the window, cycles.
    took_place : ndarray of bool
        Which visits in the window took place.
    batches : ndarray of int64
        Batch of all visits, those before treatment first.
    """

    in_first: Bools
    before: Ints
    during: Ints
    cells_before: Ints
    cells_during: Ints
    times: Floats
    took_place: Bools
    batches: Ints


COUNT_SCENARIOS: Mapping[str, CountScenario] = {
    "equal_120": CountScenario("120 events a sample, arms alike", events=120),
    "equal_5": CountScenario("5 events a sample, arms alike", events=5),
    "equal_1": CountScenario("1 event a sample, arms alike", events=1),
    "more_cells_1": CountScenario("1 event a sample, 4 times the cells on therapy", events=1, depth_during=(4, 1)),
    "more_cells_5": CountScenario("5 events a sample, 4 times the cells on therapy", events=5, depth_during=(4, 1)),
    "more_cells_zeros": CountScenario("60 % true zeros, 4 times the cells on therapy", zeros=0.6, depth_during=(4, 1)),
    "zeros_arms": CountScenario(
        "60 % true zeros, 4 times the cells in one arm", zeros=0.6, depth_before=(2, 0.5), depth_during=(2, 0.5)
    ),
    "zeros": CountScenario("60 % true zeros, arms alike", zeros=0.6),
    "smears": CountScenario(
        "0.05 % in smears of 100 cells, 500 in one arm on therapy", events=0.05, cells=100, depth_during=(5, 1)
    ),
    "arms_120_30": CountScenario(
        "1 event a sample, 120,000 against 30,000 cells", events=1, depth_before=(2, 0.5), depth_during=(2, 0.5)
    ),
    "trend_early": CountScenario(
        "a trend in both arms, the visits of one arm early in the window", events=120, trend=0.4, early_second=True
    ),
    "stops_one_arm": CountScenario(
        "who rises stops early, in one arm", events=120, change_sd=(0.8, 0.8), stops_after_rise=(0.9, 0)
    ),
    "stops_both_arms": CountScenario(
        "who rises stops early, in both arms", events=120, change_sd=(0.8, 0.8), stops_after_rise=(0.9, 0.9)
    ),
    "loses_low": CountScenario("low visits missing in one arm", events=120, loses_low=(0.6, 0)),
    "loses_low_both": CountScenario("low visits missing in both arms", events=120, loses_low=(0.6, 0.6)),
    "unequal_spread": CountScenario(
        "changes four times as variable in the smaller arm", n=(10, 37), change_sd=(1.2, 0.3)
    ),
    "heavy_tails": CountScenario("changes and visits with t3 tails", change_sd=(0.6, 0.6), heavy_tails=True),
    "one_outlier": CountScenario("one patient 55-fold", outlier=float(np.log(55))),
    "baseline_only": CountScenario("30 % of the patients have a baseline only", events=120, baseline_only=0.3),
    "batch_drift": CountScenario(
        "reading drifts with calendar time, arms treated one after the other", batch_drift=0.5
    ),
    "higher_half_sd": CountScenario("one arm truly half a standard deviation higher throughout", higher_first=0.35),
    "higher_one_sd": CountScenario("one arm truly one standard deviation higher throughout", higher_first=0.7),
    "enrolled_high": CountScenario("one arm enrolled because its baseline was high", enrolled_for_baseline=2 / 3),
}
"""Cohorts without any difference of the arms."""

COUNT_EFFECTS: Mapping[str, CountScenario] = {
    "some_120": CountScenario("6 of 22 respond 3.3-fold, 120 events", events=120, responders=(6, 3.3)),
    "some_120_two": CountScenario("the same, two visits before", events=120, responders=(6, 3.3), n_before=2),
    "some_5": CountScenario("6 of 22 respond 7.4-fold, 5 events", events=5, responders=(6, 7.4)),
    "chance_120": CountScenario(
        "each of 22 responds 3.3-fold with a chance of 6 in 22", events=120, chance_to_respond=(6 / 22, 3.3)
    ),
    "chance_5": CountScenario(
        "each of 22 responds 7.4-fold with a chance of 6 in 22, 5 events", events=5, chance_to_respond=(6 / 22, 7.4)
    ),
    "half_zeros": CountScenario("half true zeros, 2.5-fold", zeros=0.5, shift=float(np.log(2.5))),
    "double_5": CountScenario("a shift of 2, 5 events", events=5, shift=float(np.log(2))),
    "large_smears": CountScenario(
        "27.7-fold, smears of 200 cells at 0.5 %", events=1, cells=200, shift=float(np.log(27.7))
    ),
}
"""Cohorts with a difference, for power and coverage."""


def draw_counts_of(scenario: CountScenario, seed: int) -> DrawnCounts:
    """Draw a cohort.

    Parameters
    ----------
    scenario : CountScenario
        What to draw.
    seed : int
        Seed of the draw.
    """
    rng = np.random.default_rng([seed, 31])
    n = sum(scenario.n)
    in_first = np.arange(n) < scenario.n[0]
    times = _times(scenario, rng, in_first)
    level = np.log(scenario.events) + scenario.patient_sd * rng.standard_normal(n) + scenario.higher_first * in_first
    own = np.where(in_first, *scenario.change_sd) * _noise(scenario, rng, (n,))
    change = own + scenario.shift * in_first + _responses(scenario, rng, in_first)
    change[0] += scenario.outlier
    before = level[:, None] + scenario.visit_sd * _noise(scenario, rng, (n, scenario.n_before))
    if scenario.enrolled_for_baseline < 1:
        level, before = _enrolled(scenario, rng)
    during = (level + change)[:, None] + scenario.visit_sd * _noise(scenario, rng, times.shape)
    during += scenario.trend * times
    absent = rng.random(n) < scenario.zeros
    calendar = np.where(in_first, 0.0, 0.5)[:, None] + 0.5 * rng.random((n, 1))
    at_visits = np.concatenate([np.repeat(calendar, scenario.n_before, axis=1), calendar + 0.15 * times], axis=1)
    drift = scenario.batch_drift * at_visits
    depths = [np.where(in_first, *depth) for depth in (scenario.depth_before, scenario.depth_during)]
    logs = (before + drift[:, : scenario.n_before], during + drift[:, scenario.n_before :])
    means = [
        np.where(absent[:, None], 0.0, np.exp(log) * depth[:, None]) for log, depth in zip(logs, depths, strict=True)
    ]
    cells = [
        np.repeat(np.round(depth * scenario.cells).astype(np.int64)[:, None], mean.shape[1], axis=1)
        for depth, mean in zip(depths, means, strict=True)
    ]
    batches = np.minimum((at_visits * 6 * (scenario.batch_drift > 0)).astype(np.int64), 7)
    counted = [np.minimum(rng.poisson(mean), size) for mean, size in zip(means, cells, strict=True)]
    kept = _took_place(scenario, rng, in_first, during, (level, change))
    return DrawnCounts(in_first, counted[0], counted[1], cells[0], cells[1], times, kept, batches)


def _times(scenario: CountScenario, rng: np.random.Generator, in_first: Bools) -> Floats:
    """Return visits at regular times, each moved a little by the patient's calendar."""
    regular = (np.arange(scenario.n_during) + 0.5) * LAST_CYCLE / scenario.n_during
    moved = regular + 0.1 * (rng.random((in_first.size, scenario.n_during)) - 0.5)
    if scenario.early_second:
        moved[~in_first] /= 2
    return moved


def _enrolled(scenario: CountScenario, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return levels and readings before treatment where the first arm is taken from the highest candidates."""
    n_first, n = scenario.n[0], sum(scenario.n)
    candidates = round(1.28 * n)
    level = np.log(scenario.events) + scenario.patient_sd * rng.standard_normal(candidates)
    before = level[:, None] + scenario.visit_sd * _noise(scenario, rng, (candidates, scenario.n_before))
    highest = np.argsort(before.mean(axis=1))[-round(scenario.enrolled_for_baseline * candidates) :]
    first = rng.choice(highest, n_first, replace=False)
    rest = rng.choice(np.setdiff1d(np.arange(candidates), first), n - n_first, replace=False)
    kept = np.concatenate([first, rest])
    return level[kept], before[kept]


def _noise(scenario: CountScenario, rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    if scenario.heavy_tails:
        return np.asarray(rng.standard_t(3, shape) / np.sqrt(3), dtype=np.float64)
    return rng.standard_normal(shape)


def _responses(scenario: CountScenario, rng: np.random.Generator, in_first: Bools) -> Floats:
    count, fold = scenario.responders
    log_folds = np.zeros(in_first.size)
    log_folds[rng.permutation(scenario.n[0])[:count]] = np.log(fold)
    chance, fold = scenario.chance_to_respond
    if chance > 0:
        log_folds += in_first * (rng.random(in_first.size) < chance) * np.log(fold)
    return log_folds


def _took_place(
    scenario: CountScenario, rng: np.random.Generator, in_first: Bools, during: Floats, own: tuple[Floats, Floats]
) -> Bools:
    """Return which visits took place: stopping after a rise, low visits lost, patients with a baseline only."""
    level, change = own
    risen = during - level[:, None] > 0.5
    stops = risen & (rng.random(during.shape) < np.where(in_first, *scenario.stops_after_rise)[:, None])
    # the visit of the rise still takes place
    after = np.cumsum(stops, axis=1) - stops > 0
    low = during < (level + change)[:, None]
    lost = low & (rng.random(during.shape) < np.where(in_first, *scenario.loses_low)[:, None])
    with_window = rng.random(in_first.size) >= scenario.baseline_only
    return np.asarray(~after & ~lost & with_window[:, None], dtype=np.bool_)

"""What must be alike in both arms for their changes to be compared: cells counted, zeros, and the window in time."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from marrowgate.cohort.compared_arms import ComparedArms
from marrowgate.cohort.courses import Course, window_weights
from marrowgate.cohort.design import Finding
from marrowgate.cohort.early_stops import EarlyStops, early_stops, stop_findings
from marrowgate.cohort.empty_visits import empty_visits
from marrowgate.cohort.readings import Reading
from marrowgate.cohort.visits import Clock
from marrowgate.stats.proportions import TwoByTwo, fisher_p

PHASES = ("baseline", "window")
UNEQUAL_DEPTH = 1.5
"""Ratio of the arms' typical numbers of cells above which it is said."""
UNEQUAL_ZEROS = 0.01
"""p-value of equal shares of patients without events below which it is said."""
SHIFTED_WINDOW = 0.1
"""Difference of the arms' mean sampled times, as a share of the window, above which it is said."""
OTHER_WINDOW = 0.2
"""The same above which the arms are not compared."""
STOPS_EARLY = 0.75
"""A patient whose last visit lies before this share of the sampled window, and who has fewer visits than the patient
with most, stopped early."""
MANY_MISSING = 0.1
"""Share of an arm's patients, or of its visits, above which missing ones are flagged."""


@dataclass(frozen=True)
class ArmPhase:
    """What one arm's counts rest on in one phase.

    Parameters
    ----------
    arm, phase : str
        The phase is ``baseline`` or ``window``.
    n_patients, n_visits, n_events, zero_patients : int
        Patients with a value, their visits and events, and the patients without any event.
    exposure : float
        Geometric mean of the visits' exposures, see `Reading`; NaN where nothing was counted.
    n_cells : float
        Median of the cells counted at a visit; NaN where it is not known.
    """

    arm: str
    phase: str
    n_patients: int
    n_visits: int
    n_events: int
    zero_patients: int
    exposure: float
    n_cells: float


@dataclass(frozen=True)
class ArmWindow:
    """How one arm's patients cover the window in time.

    Parameters
    ----------
    arm : str
        The arm.
    n_baseline, baseline_only, n_window : int
        Patients with a baseline, those of them without any visit in the window, and the others.
    n_visits, most_visits : int
        Visits in the window, and how many there would be if each patient had as many as the one with most.
    mean_time : float
        Mean over patients of the weighted mean time of their visits; NaN without visits.
    stops : EarlyStops
        Who stops early.
    """

    arm: str
    n_baseline: int
    baseline_only: int
    n_window: int
    n_visits: int
    most_visits: int
    mean_time: float
    stops: EarlyStops


def arm_phases(courses: Mapping[str, Course], arms: ComparedArms) -> list[ArmPhase]:
    """Describe the counts of a measure by arm and phase; empty where it is no count."""
    phases_of_arms = []
    for arm in arms.pair:
        own = [course for patient_id, course in courses.items() if arms.get(patient_id) == arm]
        for phase in PHASES:
            visits = [course.baselines if phase == "baseline" else course.window for course in own]
            visits = [readings for readings in visits if readings]
            flat = [reading for readings in visits for reading in readings]
            if not all(reading.is_count for reading in flat):
                return []
            phases_of_arms.append(_arm_phase(arm, phase, visits, flat))
    return phases_of_arms


def _arm_phase(arm: str, phase: str, visits: Sequence[Sequence[Reading]], flat: Sequence[Reading]) -> ArmPhase:
    sums = [sum(reading.n_events or 0 for reading in readings) for readings in visits]
    exposure = math.exp(float(np.mean([math.log(reading.exposure) for reading in flat]))) if flat else math.nan
    cells = [reading.n_reference for reading in flat if reading.n_reference]
    n_cells = float(np.median(cells)) if cells else math.nan
    return ArmPhase(arm, phase, len(visits), len(flat), sum(sums), sums.count(0), exposure, n_cells)


def arm_windows(courses: Mapping[str, Course], arms: ComparedArms, clock: Clock) -> list[ArmWindow]:
    """Describe how the arms cover the window in time."""
    compared = {name: course for name, course in courses.items() if name in arms}
    ends = [_last_time(course, clock) for course in compared.values() if course.window]
    starts = [clock.time(course.window[0].visit) or 0.0 for course in compared.values() if course.window]
    most = max((len(course.window) for course in compared.values()), default=0)
    begin = float(np.quantile(starts, 0.1)) if starts else 0.0
    limit = begin + STOPS_EARLY * (float(np.quantile(ends, 0.9)) - begin) if ends else 0.0
    return [
        _arm_window(arm, [course for name, course in compared.items() if arms[name] == arm], clock, limit, most)
        for arm in arms.pair
    ]


def _arm_window(arm: str, own: Sequence[Course], clock: Clock, limit: float, most: int) -> ArmWindow:
    with_baseline = [course for course in own if course.baselines]
    sampled = [course for course in with_baseline if course.window]
    means = [
        float(window_weights(course.window, clock) @ [clock.time(reading.visit) or 0.0 for reading in course.window])
        for course in sampled
    ]
    early = [_last_time(course, clock) < limit and len(course.window) < most for course in sampled]
    n_visits = sum(len(course.window) for course in sampled)
    return ArmWindow(
        arm,
        len(with_baseline),
        len(with_baseline) - len(sampled),
        len(sampled),
        n_visits,
        most * len(sampled),
        float(np.mean(means)) if means else math.nan,
        early_stops(arm, sampled, early),
    )


def _last_time(course: Course, clock: Clock) -> float:
    return clock.time(course.window[-1].visit) or 0.0


def check_comparability(courses: Mapping[str, Course], arms: ComparedArms, clock: Clock) -> list[Finding]:
    """Say where the arms of a measure differ in cells counted, zeros, or coverage of the window.

    Returns
    -------
    list of Finding
        Arms that cover different parts of the window are refused, the rest is flagged.
    """
    phases = arm_phases(courses, arms)
    empty = empty_visits(courses, arms)
    return [*_depths(phases), *_zeros(phases), *empty, *_windows(arm_windows(courses, arms, clock), clock)]


def _depths(phases: Sequence[ArmPhase]) -> Iterable[Finding]:
    for phase in PHASES:
        own = [entry for entry in phases if entry.phase == phase and entry.n_visits]
        if len(own) < 2:
            continue
        first, second = own
        ratio = first.exposure / second.exposure
        if max(ratio, 1 / ratio) > UNEQUAL_DEPTH:
            depths = " and ".join(f"{entry.exposure:.3g} in the {entry.arm} arm" for entry in own)
            where = "before treatment" if phase == "baseline" else "in the window"
            yield Finding(
                "unequal_depth",
                "flagged",
                f"the arms' counts rest on different numbers of cells {where} "
                f"(events that one unit of the measure gives: {depths})",
            )


def _zeros(phases: Sequence[ArmPhase]) -> Iterable[Finding]:
    for phase in PHASES:
        own = [entry for entry in phases if entry.phase == phase]
        if len(own) < 2 or not all(entry.n_patients for entry in own):
            continue
        table = TwoByTwo(own[0].zero_patients, own[0].n_patients, own[1].zero_patients, own[1].n_patients)
        if fisher_p(table) < UNEQUAL_ZEROS:
            zeros = " and ".join(f"{e.zero_patients} of {e.n_patients} in the {e.arm} arm" for e in own)
            where = "before treatment" if phase == "baseline" else "in the window"
            yield Finding("unequal_zeros", "flagged", f"patients without any event {where} differ: {zeros}")


def _windows(windows: Sequence[ArmWindow], clock: Clock) -> Iterable[Finding]:
    if not all(window.n_window for window in windows):
        return
    width = clock.window[1] - clock.window[0]
    first, second = windows
    gap = abs(first.mean_time - second.mean_time) / width
    windows_met = " and ".join(f"{window.mean_time:.3g} in the {window.arm} arm" for window in windows)
    sentence = f"the arms were sampled at different times of the window (mean in {clock.unit}: {windows_met})"
    if gap > OTHER_WINDOW:
        yield Finding("other_window", "refused", sentence)
    elif gap > SHIFTED_WINDOW:
        yield Finding("shifted_window", "flagged", f"{sentence}: the mixed model holds the time equal")
    yield from stop_findings([window.stops for window in windows])
    for window in windows:
        yield from _missing(window)


def _missing(window: ArmWindow) -> Iterable[Finding]:
    if window.baseline_only > MANY_MISSING * window.n_baseline:
        yield Finding(
            "baseline_only",
            "flagged",
            f"{window.baseline_only} of {window.n_baseline} patients of the {window.arm} arm have a baseline only",
        )
    if window.most_visits - window.n_visits > MANY_MISSING * window.most_visits:
        yield Finding(
            "missing_visits",
            "flagged",
            f"{window.most_visits - window.n_visits} of {window.most_visits} visits of the {window.arm} arm in the "
            "window are missing, counted from the patient with most",
        )

"""The counts behind a change from baseline, as the conditional binomial model takes them."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from marrowgate.cohort.courses import Course, window_weights
from marrowgate.cohort.readings import Reading
from marrowgate.cohort.visits import Clock
from marrowgate.stats.conditional_binomial import PairedCounts, pooled_count

Floats = NDArray[np.float64]
FEW_EVENTS = 5.0
MOST_FEW = 0.1
"""Share of the visits with fewer events, at the common depth, above which methods on the log scale are attenuated."""
COUNTED_PARTS = ("window_mean", "last", "off")
"""Summaries of a course that are sums of events; a peak is none."""


def paired_counts(
    courses: Mapping[str, Course], in_first: Mapping[str, bool], part: str, clock: Clock
) -> PairedCounts | None:
    """Collect the counts of the patients who have a baseline and the named summary.

    Parameters
    ----------
    courses : mapping of str to Course
        Of one measure, by patient_id.
    in_first : mapping of str to bool
        The patients that are compared, and whether each is in the first arm.
    part : str
        A summary of `Course`.
    clock : Clock
        Time scale of the weights in the window; visits before treatment weigh the same.

    Returns
    -------
    PairedCounts or None
        None where the summary or a value is no count, and where nobody has both.
    """
    if part not in COUNTED_PARTS:
        return None
    kept = [
        (patient_id, course.baselines, readings)
        for patient_id, course in courses.items()
        if patient_id in in_first and course.baselines and (readings := _readings(course, part))
    ]
    if not kept or not all(reading.is_count for _, first, then in kept for reading in (*first, *then)):
        return None
    before = np.array([_pooled(own, _equal_weights(own)) for _, own, _ in kept])
    weights = partial(window_weights, clock=clock) if part == "window_mean" else _equal_weights
    during = np.array([_pooled(own, weights(own)) for *_, own in kept])
    blanks = np.array([np.mean([reading.blank_events for reading in (*first, *then)]) for _, first, then in kept])
    first_arm = np.array([in_first[patient_id] for patient_id, *_ in kept], dtype=np.bool_)
    return PairedCounts(
        before[:, 0], during[:, 0], before[:, 1], during[:, 1], before[:, 2], during[:, 2], blanks, first_arm
    )


def _equal_weights(readings: Sequence[Reading]) -> Floats:
    return np.full(len(readings), 1 / len(readings))


def has_few_events(courses: Mapping[str, Course]) -> bool:
    """Say whether so many visits have so few events that logarithms of the counts are drawn towards each other."""
    own = [
        (reading.n_events or 0) * min(reading.depth / reading.exposure, 1.0)
        for course in courses.values()
        for reading in (*course.baselines, *course.window)
        if reading.is_count
    ]
    return sum(events < FEW_EVENTS for events in own) > MOST_FEW * len(own)


def _readings(course: Course, part: str) -> tuple[Reading, ...]:
    return {"window_mean": course.window, "last": course.on_therapy[-1:], "off": course.after[:1]}[part]


def _pooled(readings: Sequence[Reading], weights: Floats) -> tuple[float, float, float]:
    """Return events, exposure and the blank's events of a weighted mean of visits."""
    events = np.array([reading.n_events or 0 for reading in readings], dtype=np.float64)
    exposures = np.array([reading.exposure for reading in readings])
    blanks = np.array([reading.blank for reading in readings])
    pooled, exposure = pooled_count(events, exposures, weights)
    return pooled, exposure, exposure * float(np.sum(weights * blanks / exposures))

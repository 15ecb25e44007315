"""Contrasts over time: the mixed model of all readings in the common window."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marrowgate.cohort.compared_arms import ComparedArms
from marrowgate.cohort.courses import Course
from marrowgate.cohort.readings import Reading
from marrowgate.cohort.visits import Clock
from marrowgate.errors import NotEstimableError
from marrowgate.stats.cluster_robust import contrast
from marrowgate.stats.mixed import Fitted, LongData, fit_mixed, pad
from marrowgate.stats.two_arms import Estimate

Floats = NDArray[np.float64]
MIN_READINGS = 8


@dataclass(frozen=True)
class TimeModel:
    """A mixed model ready to be fitted.

    Parameters
    ----------
    data : LongData
        Readings; the fixed effects begin with intercept, arm, time and arm x time.
    centre : float
        Time at which the arm's coefficient is the difference of the arms.
    early, late : float
        Middles of the first and last third of the sampled time.
    n_first, n_second : int
        Patients.
    terms : tuple of str
        Names of the fixed effects.
    """

    data: LongData
    centre: float
    early: float
    late: float
    n_first: int
    n_second: int
    terms: tuple[str, ...]

    def weights(self, window: str) -> Floats:
        """Return weights of the fixed effects in the difference of the arms: whole window (empty), early or late."""
        of_terms = np.zeros(len(self.terms))
        of_terms[1] = 1.0
        of_terms[3] = {"": self.centre, "early": self.early, "late": self.late}[window] - self.centre
        return of_terms


def time_model(
    courses: Mapping[str, Course], arms: ComparedArms, clock: Clock, *, baseline_as: str, with_batch: bool
) -> TimeModel:
    """Set up log2 value ~ arm x time with a random intercept and slope per patient.

    Parameters
    ----------
    courses : mapping of str to Course
        Of one measure.
    arms : ComparedArms
        Arm of each patient that is compared.
    clock : Clock
        Time scale.
    baseline_as : str
        ``change``: the outcome is the change from baseline. ``covariate``: the baseline is a fixed effect.
    with_batch : bool
        Whether batches are fixed effects; a change holds the visit's batch less the baseline's.

    Raises
    ------
    NotEstimableError
        There are too few readings.
    """
    kept = _window_readings(courses, arms)
    times = np.array([clock.time(reading.visit) or 0.0 for _, reading in kept])
    if len(kept) < MIN_READINGS:
        msg = f"{len(kept)} readings in the window, {MIN_READINGS} are needed"
        raise NotEstimableError(msg)
    in_first = np.array([arms.is_first(course.patient_id) for course, _ in kept], dtype=np.float64)
    before = np.array([course.baseline.log2 if course.baseline else np.nan for course, _ in kept])
    y = np.array([reading.log2 for _, reading in kept])
    centre = float(times.mean())
    columns = [np.ones(y.size), in_first, times - centre, in_first * (times - centre)]
    terms = ["intercept", "arm", "time", "arm x time"]
    if baseline_as == "change":
        y = y - before
    else:
        columns.append(before - before.mean())
        terms.append("baseline")
    if with_batch:
        _add_batches(columns, terms, kept, as_change=baseline_as == "change")
    names = [course.patient_id for course, _ in kept]
    first_arm = {name for name in names if arms.is_first(name)}
    sds = expected_sds([reading for _, reading in kept], names, np.column_stack(columns[:4]))
    data = pad(names, y.tolist(), np.column_stack(columns), times.tolist(), sds)
    span = float(np.ptp(times))
    n_second = len(set(names)) - len(first_arm)
    early, late = float(times.min()) + span / 6, float(times.max()) - span / 6
    return TimeModel(data, centre, early, late, len(first_arm), n_second, tuple(terms))


def _window_readings(courses: Mapping[str, Course], arms: ComparedArms) -> list[tuple[Course, Reading]]:
    """Return the readings in the window of the compared patients who have a baseline."""
    return [
        (course, reading)
        for patient_id, course in courses.items()
        if patient_id in arms and course.baseline is not None
        for reading in course.window
    ]


def expected_sds(readings: Sequence[Reading], names: Sequence[str], x: Floats) -> list[float]:
    """Return the standard deviation of measurement of each log2 value.

    The part of a count is that of its expected events, by the patient's and the arm's course, not of the events that
    happened to be seen: with those, low counts by chance would weigh less than high ones and the mean would be biased.

    Parameters
    ----------
    readings : sequence of Reading
        Readings of one measure.
    names : sequence of str
        Patient of each.
    x : ndarray of float64, shape (readings, coefficients)
        Arm, time and their product, for the common course.
    """
    y = np.array([reading.log2 for reading in readings])
    common = x @ np.linalg.lstsq(x, y, rcond=None)[0]
    patients = np.array(names)
    level = {name: float(np.mean((y - common)[patients == name])) for name in set(names)}
    sds = []
    for reading, name, mean in zip(readings, names, common, strict=True):
        if reading.n_events is None or math.isnan(reading.depth):
            sds.append(reading.log2_sd)
            continue
        counted = 1 / (reading.n_events + 0.5) / math.log(2) ** 2
        events = max(2.0 ** (float(mean) + level[name]) * reading.depth - 0.5, 0.0)
        rest = max(reading.log2_sd**2 - counted, 0.0)
        sds.append(math.sqrt(rest + 1 / (events + 0.5) / math.log(2) ** 2))
    return sds


def _add_batches(
    columns: list[Floats], terms: list[str], kept: list[tuple[Course, Reading]], *, as_change: bool
) -> None:
    """Add the batches that the other terms leave identified, the first one being the reference."""
    batches = sorted({reading.batch for course, reading in kept for reading in (*course.baselines, reading)} - {""})
    for batch in batches[1:]:
        own = np.array([float(reading.batch == batch) for _, reading in kept])
        if as_change:
            own = own - [np.mean([base.batch == batch for base in course.baselines]) for course, _ in kept]
        if np.linalg.matrix_rank(np.column_stack([*columns, own])) > len(columns):
            columns.append(own)
            terms.append(f"batch {batch}")


def time_contrasts(model: TimeModel) -> tuple[list[tuple[str, Estimate]], Fitted]:
    """Fit the model and give the difference of the arms over the window, early and late in it.

    Returns
    -------
    tuple
        Pairs of the window's name and the estimate, and the fitted model.
    """
    fitted = fit_mixed(model.data)
    return [(name, contrast(model.data, fitted, model.weights(name))) for name in ("", "early", "late")], fitted

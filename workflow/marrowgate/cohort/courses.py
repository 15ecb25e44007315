"""The course of one measure in one patient, reduced to summary measures (Matthews 1990, BMJ 300:230)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from marrowgate.cohort.readings import Reading
from marrowgate.cohort.visits import Clock
from marrowgate.stats.normal import Z_95

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Point:
    """A summary of one or more readings.

    Parameters
    ----------
    value, low, high : float
        In the measure's unit; limits are of measurement alone, NaN where they are not known.
    log2, log2_sd : float
        The same on the log2 scale, and its standard deviation from measurement alone.
    n_visits : int
        Visits that it rests on.
    """

    value: float
    low: float
    high: float
    log2: float
    log2_sd: float
    n_visits: int


@dataclass(frozen=True)
class Course:
    """Summaries of one measure in one patient; None where there is no reading to make it of.

    Parameters
    ----------
    patient_id, measure : str
        Whose and what.
    baseline, window_mean, peak, last, off : Point or None
        Mean before treatment; mean over the common window; highest and last on therapy; first after stopping.
    peak_days : tuple of float
        Day of the visit before the peak, of the peak and of the visit after it; NaN where there is none.
    on_therapy, window : tuple of Reading
        Readings on therapy, and those in the common window.
    baselines : tuple of Reading
        Readings before treatment.
    after : tuple of Reading
        Readings after stopping.
    """

    patient_id: str
    measure: str
    baseline: Point | None = None
    window_mean: Point | None = None
    peak: Point | None = None
    last: Point | None = None
    off: Point | None = None
    peak_days: tuple[float, float, float] = (math.nan, math.nan, math.nan)
    on_therapy: tuple[Reading, ...] = ()
    window: tuple[Reading, ...] = ()
    baselines: tuple[Reading, ...] = ()
    after: tuple[Reading, ...] = ()


def make_courses(readings: Sequence[Reading], clock: Clock, *, keep_stopped: bool = False) -> dict[str, Course]:
    """Summarise each patient's readings of one measure.

    Parameters
    ----------
    readings : sequence of Reading
        Of one measure, grouped by patient and in the order of time.
    clock : Clock
        Time scale and common window.
    keep_stopped : bool
        Whether visits after the last dose count when they lie in the window.

    Returns
    -------
    dict of str to Course
        By patient_id.
    """
    return {
        patient_id: _course(patient_id, tuple(own), clock, keep_stopped)
        for patient_id, own in groupby(readings, key=lambda reading: reading.visit.patient_id)
    }


def _course(patient_id: str, readings: tuple[Reading, ...], clock: Clock, keep_stopped: bool) -> Course:
    before = tuple(reading for reading in readings if reading.visit.phase == "baseline")
    on = tuple(reading for reading in readings if reading.visit.phase == "on_therapy")
    after = tuple(reading for reading in readings if reading.visit.phase == "off_therapy")
    window = tuple(reading for reading in readings if clock.in_window(reading.visit, keep_stopped=keep_stopped))
    peak = max(on, key=lambda reading: reading.log2) if on else None
    return Course(
        patient_id,
        readings[0].measure,
        baseline=_mean(before, np.full(len(before), 1.0)) if before else None,
        window_mean=_mean(window, window_weights(window, clock)) if window else None,
        peak=_point(peak),
        last=_point(on[-1] if on else None),
        off=_point(after[0] if after else None),
        peak_days=_peak_days(readings, peak),
        on_therapy=on,
        window=window,
        baselines=before,
        after=after,
    )


def window_weights(window: Sequence[Reading], clock: Clock) -> Floats:
    """Return the weights of the readings in the window, see `time_weights`."""
    return time_weights([clock.time(reading.visit) or 0.0 for reading in window])


def time_weights(times: Sequence[float]) -> Floats:
    """Return the weights of the mean over time by the trapezoidal rule: the area under the curve, per unit of time.

    Parameters
    ----------
    times : sequence of float
        Ascending.

    Returns
    -------
    ndarray of float64, shape (n,)
        They add up to 1; equal where all times are the same.
    """
    at = np.asarray(times, dtype=np.float64)
    gaps = np.diff(at)
    if at.size < 2 or gaps.sum() <= 0:
        return np.full(at.size, 1.0 / max(at.size, 1))
    weights = np.zeros(at.size)
    weights[:-1] += gaps / 2
    weights[1:] += gaps / 2
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def expected_peak(values: Sequence[float], m: int) -> float:
    """Return the expected highest of `m` values drawn without replacement.

    It makes peaks of patients with different numbers of visits comparable: of n ascending values the i-th is the
    highest of m with probability C(i - 1, m - 1) / C(n, m).

    Raises
    ------
    ValueError
        There are fewer than `m` values.
    """
    n = len(values)
    if not 1 <= m <= n:
        msg = f"{m} of {n} values cannot be drawn"
        raise ValueError(msg)
    ascending = sorted(values)
    return sum(ascending[i] * math.comb(i, m - 1) for i in range(m - 1, n)) / math.comb(n, m)


def log2_change(point: Point | None, baseline: Point | None) -> tuple[float, float] | None:
    """Return the change from baseline in log2 units and its standard deviation from measurement; None without both."""
    if point is None or baseline is None:
        return None
    return point.log2 - baseline.log2, math.hypot(point.log2_sd, baseline.log2_sd)


def _mean(readings: Sequence[Reading], weights: Floats) -> Point:
    weights = weights / weights.sum()
    value = float(weights @ [reading.value for reading in readings])
    log2 = float(weights @ [reading.log2 for reading in readings])
    sds = np.array([reading.log2_sd for reading in readings])
    log2_sd = float(np.sqrt(np.sum((weights * sds) ** 2)))
    if len(readings) == 1:
        return _point(readings[0]) or Point(value, math.nan, math.nan, log2, log2_sd, 1)
    if log2_sd == 0 or value <= 0:
        return Point(value, math.nan, math.nan, log2, log2_sd, len(readings))
    # relative error of a weighted mean of values with independent relative errors
    parts = weights * np.array([reading.value for reading in readings]) * sds * math.log(2)
    relative = float(np.sqrt(np.sum(parts**2))) / value
    return Point(
        value, value * math.exp(-Z_95 * relative), value * math.exp(Z_95 * relative), log2, log2_sd, len(readings)
    )


def _point(reading: Reading | None) -> Point | None:
    if reading is None:
        return None
    return Point(reading.value, reading.low, reading.high, reading.log2, reading.log2_sd, 1)


def _peak_days(readings: Sequence[Reading], peak: Reading | None) -> tuple[float, float, float]:
    if peak is None:
        return math.nan, math.nan, math.nan
    peak_at = next(index for index, reading in enumerate(readings) if reading is peak)
    before = readings[peak_at - 1] if peak_at else None
    after = readings[peak_at + 1] if peak_at + 1 < len(readings) else None
    return _day(before), _day(peak), _day(after)


def _day(reading: Reading | None) -> float:
    return math.nan if reading is None or reading.visit.day is None else reading.visit.day

"""Summaries of a patient's course."""

import math
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marrowgate.cohort.courses import expected_peak, log2_change, make_courses, time_weights
from marrowgate.cohort.readings import Reading
from marrowgate.cohort.visits import Clock

Make = Callable[..., Reading]


def test_time_weights__are_the_area_under_the_curve_per_time() -> None:
    times, values = [0.0, 1.0, 5.0, 6.0], np.array([2.0, 4.0, 1.0, 3.0])
    assert float(time_weights(times) @ values) == pytest.approx(np.trapezoid(values, times) / 6)
    assert time_weights([3.0]).tolist() == [1.0]
    assert time_weights([3.0, 3.0]).tolist() == [0.5, 0.5]


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=7), st.data())
def test_expected_peak__is_the_mean_over_all_choices(values: list[float], data: st.DataObject) -> None:
    m = data.draw(st.integers(1, len(values)))
    wanted = np.mean([max(chosen) for chosen in combinations(values, m)])
    assert expected_peak(values, m) == pytest.approx(wanted, abs=1e-9)


def test_expected_peak__more_visits_than_there_are() -> None:
    with pytest.raises(ValueError, match="3 of 2 values cannot be drawn"):
        expected_peak([1.0, 2.0], 3)


def test_make_courses__summaries(reading: Make, clock: Clock) -> None:
    days = [reading(-2, 0.2), reading(0, 0.4), reading(7, 1.0), reading(21, 4.0), reading(35, 2.0), reading(90, 3.0)]
    course = make_courses([*days, reading(100, 0.3, days_off=10.0)], clock)["P1"]
    assert course.baseline is not None
    assert course.baseline.value == pytest.approx(0.3)
    assert course.baseline.log2 == pytest.approx((math.log2(0.2) + math.log2(0.4)) / 2)
    assert course.window_mean is not None
    assert course.window_mean.value == pytest.approx((1 + 4) / 2 * 0.5 + (4 + 2) / 2 * 0.5)
    assert course.window_mean.n_visits == 3
    assert course.peak is not None
    assert (course.peak.value, course.peak_days) == (4.0, (7.0, 21.0, 35.0))
    assert course.last is not None
    assert course.last.value == 3.0
    assert course.off is not None
    assert course.off.value == 0.3


def test_make_courses__mean_has_the_interval_of_its_measurement(reading: Make, clock: Clock) -> None:
    course = make_courses([reading(0, 1.0), reading(7, 2.0, log2_sd=0.1), reading(14, 2.0, log2_sd=0.1)], clock)["P1"]
    assert course.window_mean is not None
    assert course.window_mean.log2_sd == pytest.approx(0.1 / math.sqrt(2))
    assert math.log2(course.window_mean.high / 2) == pytest.approx(1.96 * 0.1 / math.sqrt(2), rel=1e-3)


def test_log2_change__needs_both(reading: Make, clock: Clock) -> None:
    course = make_courses([reading(0, 1.0, log2_sd=0.3), reading(7, 4.0, log2_sd=0.4)], clock)["P1"]
    assert log2_change(course.window_mean, course.baseline) == pytest.approx((2.0, 0.5))
    assert log2_change(None, course.baseline) is None
    assert log2_change(course.off, course.baseline) is None


def test_make_courses__peak_at_the_first_visit_has_no_day_before(reading: Make, clock: Clock) -> None:
    course = make_courses([reading(7, 5.0), reading(14, 1.0)], clock)["P1"]
    assert course.baseline is None
    assert math.isnan(course.peak_days[0])
    assert course.peak_days[1:] == (7.0, 14.0)


def test_make_courses__visits_after_stopping_count_on_request(reading: Make, clock: Clock) -> None:
    days = [reading(0, 1.0), reading(7, 2.0), reading(20, 8.0, days_off=3.0)]
    assert len(make_courses(days, clock)["P1"].window) == 1
    assert len(make_courses(days, clock, keep_stopped=True)["P1"].window) == 2

"""Counts of a measure on the log scale at one depth."""

import math
from collections.abc import Callable

import pytest

from marrowgate.cohort.equal_depth import common_depth, equal_depth
from marrowgate.cohort.readings import Reading
from marrowgate.stats.thinning import thinned_log2

Make = Callable[..., Reading]
ARMS = {"P1": "triplet", "P2": "doublet"}


def counted(reading: Make, patient_id: str, day: float, n: int, cells: int) -> Reading:
    return reading(day, 100 * n / cells, patient_id=patient_id, n_events=n, n_reference=cells, exposure=cells / 100)


def test_equal_depth__all_counts_are_thinned_to_the_arm_and_phase_with_the_fewest_cells(reading: Make) -> None:
    readings = [counted(reading, "P1", day, 40, 4000 if day else 1000) for day in (0, 7, 14)]
    readings += [counted(reading, "P2", day, 10, 1000) for day in (0, 7, 14)]
    found = equal_depth(readings, ARMS)
    assert common_depth(readings, ARMS) == pytest.approx(10)
    assert {one.depth for one in found} == {10.0}
    assert found[1].log2 == pytest.approx(thinned_log2(40, 0.25) - math.log2(10))
    assert found[4].log2 == pytest.approx(math.log2(10.5 / 10))
    # values, events and cells stay as they were
    assert [one.value for one in found] == [one.value for one in readings]


def test_equal_depth__a_single_small_sample_does_not_set_the_depth(reading: Make) -> None:
    readings = [counted(reading, "P1", 7 * k, 40, 1000) for k in range(1, 30)]
    readings += [counted(reading, "P1", 250, 4, 100), counted(reading, "P1", 0, 40, 1000)]
    found = equal_depth(readings, ARMS)
    assert common_depth(readings, ARMS) == pytest.approx(10)
    assert found[-2].log2 == pytest.approx(math.log2(4.5 / 1))


def test_equal_depth__values_that_are_no_counts_stay(reading: Make) -> None:
    readings = [reading(0, 3.0, n_events=None), reading(7, 5.0, n_events=None)]
    assert equal_depth(readings, ARMS) == tuple(readings)

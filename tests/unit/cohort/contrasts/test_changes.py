"""Contrasts of changes."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from marrowgate.cohort.contrasts import changes
from marrowgate.cohort.readings import Reading
from marrowgate.cohort.study import Comparison
from marrowgate.settings.project import Project

MEASURE = "immature_per_100_cd45"


@pytest.fixture(scope="module")
def risen(project: Callable[..., Project], study: Callable[..., Comparison]) -> Comparison:
    return study(project())


def pairs_of(study: Comparison, part: str = "window_mean") -> changes.Pairs:
    return changes.make_pairs(study.courses[MEASURE], study.arms, part)


def test_change_score__finds_the_planted_rise(risen: Comparison) -> None:
    found = changes.change_score(pairs_of(risen))
    assert found.low < 3.0 < found.high
    assert found.p < 0.01


def test_companions__agree_on_a_strong_effect(risen: Comparison) -> None:
    found = dict(changes.companions(pairs_of(risen), 1000, 1))
    assert set(found) == {"ancova", "permutation", "hodges_lehmann"}
    # 4 against 4: 2 of 70 exchanges are as extreme
    assert found["permutation"].p == pytest.approx(2 / 70)
    assert found["hodges_lehmann"].value == pytest.approx(3.0, abs=0.3)


def test_companions__baseline_that_is_the_arm_leaves_no_analysis_of_covariance() -> None:
    arm = np.array([True, True, False, False])
    pairs = changes.Pairs(tuple("abcd"), arm, arm.astype(float), np.array([3.0, 2.0, 1.0, 0.5]), np.zeros(4))
    found = dict(changes.companions(pairs, 1000, 1))["ancova"]
    assert np.isnan(found.value)
    assert found.note.startswith("baseline and arm cannot be told apart")


def test_make_pairs__peak_is_matched_to_the_arm_with_fewer_visits(risen: Comparison) -> None:
    fewer = risen.only(lambda r: risen.arms[r.visit.patient_id] == "triplet" or (r.visit.day or 0) < 20)
    matched = pairs_of(fewer, "peak_matched")
    course = fewer.courses[MEASURE]["P1"]
    values = sorted(reading.log2 for reading in course.window)
    # of three values the highest of two is the highest in two choices of three
    assert matched.value[matched.patient_ids.index("P1")] == pytest.approx((values[1] + 2 * values[2]) / 3)


def test_make_pairs__patients_without_baseline_are_left_out(risen: Comparison) -> None:
    fewer = risen.only(lambda r: not (r.visit.patient_id == "P0" and r.visit.day == 0))
    assert pairs_of(fewer).counts == (3, 4)


def test_count_contrast__compares_the_counts(risen: Comparison) -> None:
    found = changes.count_contrast(risen.courses[MEASURE], risen.arms)
    assert found is not None
    assert found[0].value == pytest.approx(3.0, abs=0.5)
    assert found[1] == (4, 4)


def test_count_contrast__each_time_has_its_own_denominator(risen: Comparison) -> None:
    """Half as many cells before treatment in one arm, at the same share, change nothing."""

    def halved(reading: Reading) -> Reading:
        if reading.visit.phase != "baseline" or not risen.arms.is_first(reading.visit.patient_id):
            return reading
        return replace(reading, n_events=reading.n_events // 2, n_reference=reading.n_reference // 2)

    readings = tuple(halved(reading) for reading in risen.readings[MEASURE])
    thinner = replace(risen, readings={MEASURE: readings}).only(lambda reading: True)
    found, wanted = (changes.count_contrast(one.courses[MEASURE], one.arms) for one in (thinner, risen))
    assert found is not None
    assert wanted is not None
    assert found[0].value == pytest.approx(wanted[0].value, abs=0.02)


def test_count_contrast__what_stands_for_no_event_at_baseline_is_one_share_for_both_arms(risen: Comparison) -> None:
    """Without any event before treatment an arm with four times the cells is expected to have the same share."""

    def counted(reading: Reading) -> Reading:
        more = 4 if risen.arms.is_first(reading.visit.patient_id) else 1
        n = 0 if reading.visit.phase == "baseline" else 50 * more
        return replace(reading, n_events=n, n_reference=10_000 * more)

    readings = tuple(counted(reading) for reading in risen.readings[MEASURE])
    study = replace(risen, readings={MEASURE: readings}).only(lambda reading: True)
    found = changes.count_contrast(study.courses[MEASURE], study.arms)
    assert found is not None
    assert found[0].value == pytest.approx(0.0, abs=1e-6)


def test_count_contrast__a_measure_per_ul_of_imports_has_no_counts(risen: Comparison) -> None:
    readings = tuple(replace(reading, n_reference=None) for reading in risen.readings[MEASURE])
    without = replace(risen, readings={MEASURE: readings}).only(lambda reading: True)
    assert changes.count_contrast(without.courses[MEASURE], without.arms) is None

"""The detectors of a whole batch against a release: the middle of its samples tells what one alone cannot."""

import math

import numpy as np
import pytest

from marrowgate.signal.detector_readings import ReferenceReading, batch_checks

SD, N_RELEASED, REACH = 0.08, 12, 0.28


def reading(ratio, reach=REACH, n_released=N_RELEASED):
    return {"CD11b": ReferenceReading(ratio, reach, n_released)}


def checks_of(*ratios, **kwargs):
    return batch_checks([(f"P{at}", reading(ratio, **kwargs)) for at, ratio in enumerate(ratios)])


def test_batch__turned_up_is_flagged_though_each_sample_lies_within_its_own_limit():
    (check,) = checks_of(1.22, 1.30, 1.25, 1.31, 1.28, 1.32)
    # the middle of six values and of the twelve of the release
    limit = math.exp(REACH * math.sqrt(math.pi / 3 / 6 + 1 / 12))
    logs = np.log([1.22, 1.30, 1.25, 1.31, 1.28, 1.32])
    pairs = [(first + second) / 2 for at, first in enumerate(logs) for second in logs[at:]]
    assert check.check == "reference_fold_of_batch_CD11b"
    assert check.value == pytest.approx(math.exp(np.median(pairs)), rel=1e-6)
    assert check.limit == pytest.approx(limit, rel=1e-6)
    assert check.verdict == "flagged"
    assert check.reason == "CD11b reads 1.28 times that of the release in the middle of 6 patients"


def test_batch__turned_down_is_flagged_by_the_inverse_factor():
    (check,) = checks_of(*[1 / 1.3] * 4)
    assert (check.verdict, check.value) == ("flagged", pytest.approx(1.3))
    assert "reads 0.77 times" in check.reason


def test_batch__one_odd_sample_is_no_batch_and_two_patients_say_nothing():
    (check,) = checks_of(1.0, 1.02, 1.6, 0.99, 0.98)
    assert check.verdict == "ok"
    assert checks_of(1.5, 1.5) == ()


def test_batch__visits_of_a_patient_count_once():
    visits = [("P1", reading(1.5))] * 8
    assert batch_checks(visits) == ()
    (check,) = batch_checks([*visits, ("P2", reading(1.0)), ("P3", reading(1.0)), ("P4", reading(1.0))])
    (alone,) = checks_of(1.5, 1.0, 1.0, 1.0)
    assert (check.value, check.limit, check.verdict) == (alone.value, alone.limit, "ok")


def test_batch__a_limit_is_never_below_ten_per_cent():
    (check,) = checks_of(*[1.09] * 20, reach=0.11)
    assert (check.limit, check.verdict) == (1.1, "ok")


def test_batch__the_dullest_reading_counts():
    samples = [(f"P{at}", reading(1.3, reach)) for at, reach in enumerate((0.2, 0.2, 0.5))]
    (check,) = batch_checks(samples)
    assert check.limit == pytest.approx(math.exp(0.5 * math.sqrt(math.pi / 9 + 1 / 12)))


def test_batch__is_held_in_each_dimension_that_three_patients_have():
    samples = [(f"P{at}", reading(1.3)) for at in range(4)]
    assert batch_checks([]) == ()
    both = [(samples[0][0], {**samples[0][1], "CD16": samples[0][1]["CD11b"]}), *samples[1:]]
    assert [check.check for check in batch_checks(both)] == ["reference_fold_of_batch_CD11b"]


@pytest.mark.parametrize("n", [3, 6, 20])
def test_batch__unchanged_is_seldom_flagged_and_30_per_cent_mostly_seen(n):
    """Readings of normal samples, with the reach that their spread gives: 0.1 % of batches beyond."""
    rng = np.random.default_rng(n)
    flagged = {1.0: 0, 1.3: 0}
    for factor in flagged:
        for _ in range(400):
            middle = rng.normal(0, SD / math.sqrt(N_RELEASED))
            ratios = factor * np.exp(rng.normal(-middle, SD, n))
            flagged[factor] += checks_of(*ratios, reach=3.29 * SD)[0].verdict == "flagged"
    assert flagged[1.0] <= 4
    assert flagged[1.3] >= (320 if n == 3 else 398)

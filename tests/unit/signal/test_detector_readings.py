"""The detectors of a whole batch against a release: the middle of its samples tells what one alone cannot."""

import math

import numpy as np
import pytest

from marrowgate.signal.detector_readings import ReferenceReading, batch_checks

SD, N_RELEASED = 0.08, 12


def reading(ratio, limit_fold=1.33, n_released=N_RELEASED):
    return {"CD11b": ReferenceReading(ratio, limit_fold, n_released)}


def checks_of(*ratios, **kwargs):
    batch = [reading(ratio, **kwargs) for ratio in ratios]
    return batch_checks(batch[0], batch)


def test_batch__turned_up_is_flagged_though_each_sample_lies_within_its_own_limit():
    (check,) = checks_of(1.22, 1.30, 1.25, 1.31, 1.28, 1.32)
    # the median; limit: ln 1.33 sqrt((pi/2/6 + 1/12) / (1 + 1/12))
    limit = math.exp(math.log(1.33) * math.sqrt((math.pi / 12 + 1 / 12) / (13 / 12)))
    assert check.check == "reference_fold_of_batch_CD11b"
    assert check.value == pytest.approx(math.sqrt(1.28 * 1.30), rel=1e-6)
    assert check.limit == pytest.approx(limit, rel=1e-6)
    assert check.verdict == "flagged"
    assert check.reason == "CD11b reads 1.29 times that of the release in the middle of 6 samples"


def test_batch__turned_down_is_flagged_by_the_inverse_factor():
    (check,) = checks_of(*[1 / 1.3] * 4)
    assert (check.verdict, check.value) == ("flagged", pytest.approx(1.3))
    assert "reads 0.77 times" in check.reason


def test_batch__one_odd_sample_is_no_batch_and_two_samples_say_nothing():
    (check,) = checks_of(1.0, 1.02, 1.6, 0.99, 0.98)
    assert check.verdict == "ok"
    assert checks_of(1.5, 1.5) == ()


def test_batch__a_limit_is_never_below_ten_per_cent():
    (check,) = checks_of(*[1.09] * 20, limit_fold=1.12)
    assert (check.limit, check.verdict) == (1.1, "ok")


def test_batch__is_held_only_where_the_sample_itself_was_watched():
    batch = [reading(1.3)] * 4
    assert batch_checks({}, batch) == ()
    assert len(batch_checks({"CD11b": batch[0]["CD11b"], "CD16": batch[0]["CD11b"]}, batch)) == 1


@pytest.mark.parametrize("n", [3, 6, 20])
def test_batch__unchanged_is_seldom_flagged_and_30_per_cent_mostly_seen(n):
    """Readings of normal samples, with the limit that their spread gives: 0.1 % of single ones beyond."""
    rng = np.random.default_rng(n)
    one = math.exp(3.29 * SD * math.sqrt(1 + 1 / N_RELEASED))
    flagged = {1.0: 0, 1.3: 0}
    for factor in flagged:
        for _ in range(400):
            middle = rng.normal(0, SD / math.sqrt(N_RELEASED))
            ratios = factor * np.exp(rng.normal(-middle, SD, n))
            flagged[factor] += checks_of(*ratios, limit_fold=one)[0].verdict == "flagged"
    assert flagged[1.0] <= 4
    assert flagged[1.3] >= (300 if n == 3 else 396)

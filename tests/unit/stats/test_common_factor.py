"""What several readings share: its weights, its spread by leaving out, and what counts as one."""

import numpy as np
import pytest

from marrowgate.stats.common_factor import FLOOR_SD, SHRINKAGE, Units, best_weights, common_factor

LEAST = 0.095


def alone(n):
    """Return units of n samples of n patients in one batch."""
    return Units.make([0] * n, list(range(n)))


def test_best_weights__of_two_are_those_of_the_textbook():
    # (other variance - covariance) / (sum of variances - 2 covariances)
    assert best_weights(np.array([[1.0, 0.5], [0.5, 4.0]])) == pytest.approx([3.5 / 4, 0.5 / 4])
    assert best_weights(np.diag([1.0, 4.0])) == pytest.approx([0.8, 0.2])
    assert best_weights(np.array([[7.0]])) == pytest.approx([1.0])


def test_best_weights__a_reading_that_would_weigh_below_zero_is_left_out():
    assert best_weights(np.array([[1.0, 1.5], [1.5, 4.0]])) == pytest.approx([1.0, 0.0])
    with_third = np.array([[1.0, 1.5, 0.0], [1.5, 4.0, 0.0], [0.0, 0.0, 1.0]])
    assert best_weights(with_third) == pytest.approx([0.5, 0.0, 0.5])


def test_best_weights__no_other_mean_varies_less():
    rng = np.random.default_rng(1)
    root = rng.normal(size=(4, 4))
    covariance = root @ root.T + np.eye(4)
    best = best_weights(covariance)
    for _ in range(200):
        other = rng.dirichlet(np.ones(4))
        assert best @ covariance @ best <= other @ covariance @ other + 1e-12


def test_common_factor__of_one_reading_is_its_mean_and_standard_deviation():
    values = np.array([0.03, -0.05, 0.01, 0.08])
    found = common_factor(values[:, None], alone(4), LEAST)
    assert found.middles == pytest.approx([values.mean()])
    assert found.sd == pytest.approx(values.std(ddof=1))
    assert (found.n_patients, found.freedom, found.weights.tolist(), found.own_sds.tolist()) == (4, 3, [1.0], [0.0])


def test_common_factor__spread_is_that_of_patients_who_had_no_say_in_the_weights():
    """Worked again with numpy's own covariance."""
    values = np.random.default_rng(2).normal(0, [0.02, 0.04, 0.05], size=(7, 3))
    found = common_factor(values, alone(7), LEAST)

    def weights(rows):
        covariance = np.cov(rows.T)
        shrunk = (1 - SHRINKAGE) * covariance + SHRINKAGE * np.diag(np.diag(covariance)) + FLOOR_SD**2 * np.eye(3)
        solved = np.linalg.solve(shrunk, np.ones(3))
        assert (solved > 0).all()
        return solved / solved.sum()

    errors = []
    for out in range(7):
        others = np.delete(values, out, axis=0)
        away = values[out] - others.mean(axis=0)
        mean = away @ weights(others)
        errors.append([mean, *(away - mean)])
    sds = np.sqrt(np.mean(np.square(errors), axis=0) / (1 + 1 / 6))
    assert found.weights == pytest.approx(weights(values))
    assert found.middles == pytest.approx(values.mean(axis=0))
    assert [found.sd, *found.own_sds] == pytest.approx(sds)


@pytest.mark.parametrize("n", [4, 12])
def test_common_factor__spread_is_what_new_samples_show(n):
    """Readings that share half of their variance: what is found is on average what a new sample lies away by."""
    rng = np.random.default_rng(n)

    def draw(size):
        return 0.03 * rng.normal(size=(size, 1)) + rng.normal(0, [0.02, 0.03, 0.06], size=(size, 3))

    claimed, seen = [], []
    for _ in range(150):
        found = common_factor(draw(n), alone(n), 10.0)
        new = (draw(20) - found.middles) @ found.weights
        claimed.append(found.sd**2 * (1 + 1 / n))
        seen.append(np.mean(new**2))
    # weights of one patient less are a little worse
    assert 0.93 < np.mean(claimed) / np.mean(seen) < 1.15


def test_common_factor__visits_of_a_patient_count_once():
    values = np.random.default_rng(3).normal(0, 0.04, size=(5, 2))
    once = common_factor(values, alone(5), LEAST)
    repeated = common_factor(
        np.repeat(values, [1, 7, 2, 3, 1], axis=0), Units.make([0] * 14, list("abbbbbbbccddde")), LEAST
    )
    assert (repeated.n_patients, repeated.freedom) == (5, 4)
    assert repeated.sd == pytest.approx(once.sd)
    assert repeated.weights == pytest.approx(once.weights)
    assert repeated.middles == pytest.approx(once.middles)
    assert common_factor(values[[0, 0, 0, 1, 1]], Units.make([0] * 5, list("aaabb")), LEAST) is None


def test_common_factor__what_batches_differ_by_is_no_spread():
    values = np.array([-0.04, 0.0, 0.04])
    batches = np.concatenate([values, values + 0.5, values + 0.8])[:, None]
    found = common_factor(batches, Units.make([0] * 3 + [1] * 3 + [2] * 3, list("abcdefghi")), LEAST)
    assert found.sd == pytest.approx(0.04)
    assert found.middles == pytest.approx([0.5])
    assert (found.n_patients, found.freedom) == (9, 6)


def test_common_factor__the_middle_batch_lies_at_nought():
    """The median of the batches' means is what counts, which is not the mean of medians."""
    own = np.random.default_rng(5).normal(0, 0.02, size=(12, 2))
    levels = np.array([[0.0, 1.0], [0.2, 0.0], [1.0, 0.2]])
    values = own + np.repeat(levels, 4, axis=0)
    found = common_factor(values, Units.make(np.repeat([0, 1, 2], 4).tolist(), list(range(12))), 10.0)
    means = (values - found.middles) @ found.weights
    assert np.median(means.reshape(3, 4).mean(axis=1)) == pytest.approx(0.0, abs=1e-12)
    medians = np.median(values.reshape(3, 4, 2).mean(axis=1), axis=0)
    assert np.ptp(found.middles - medians) == pytest.approx(0.0, abs=1e-12)
    assert abs((found.middles - medians)[0]) > 0.05


def test_common_factor__a_patient_of_several_batches_is_known_once():
    values = np.array([-0.04, 0.0, 0.04] * 3)[:, None]
    found = common_factor(values, Units.make([0] * 3 + [1] * 3 + [2] * 3, list("abc" * 3)), LEAST)
    assert (found.n_patients, found.freedom) == (3, 2)
    assert found.sd == pytest.approx(0.04)


def test_common_factor__of_two_readings_in_several_batches_spread_is_that_inside_them():
    rng = np.random.default_rng(4)
    values = rng.normal(0, 0.05, size=(40, 2))
    shifted = values + np.repeat([0.0, 0.4], 20)[:, None]
    found = common_factor(shifted, Units.make([0] * 20 + [1] * 20, list(range(40))), 10.0)
    assert found.sd == pytest.approx(0.05 / np.sqrt(2), rel=0.25)


def test_common_factor__a_batch_of_one_patient_says_nothing_of_the_spread():
    values = np.array([-0.04, 0.0, 0.04, 0.9, 0.7])[:, None]
    found = common_factor(values, Units.make([0, 0, 0, 1, 1], list("abcdd")), 10.0)
    assert found.sd == pytest.approx(0.04)


def test_common_factor__an_odd_patient_is_left_out():
    values = np.array([-0.02, 0.01, 0.0, 0.02, -0.01, 0.6])[:, None] * np.ones(2)
    found, others = common_factor(values, alone(6), LEAST), common_factor(values[:5], alone(5), LEAST)
    assert found.n_patients == 5
    assert (found.sd, found.middles.tolist()) == (others.sd, others.middles.tolist())
    assert common_factor(values, alone(6), 1.0).n_patients == 6

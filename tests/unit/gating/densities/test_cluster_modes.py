"""Several clusters in one box: which is taken, and an ellipse over two of them."""

import numpy as np
import pytest

from marrowgate.gating.densities.cluster_modes import mode_towards, second_cluster
from marrowgate.gating.methods import get_method
from unit.gating.views import ArrayView

LOW, HIGH, SPREAD = np.array([0.3, 0.0]), np.array([0.9, 0.5]), np.array([0.075, 0.06])
BLASTS, LYMPHOCYTES = (6000, 0.55, 0.2, 0.04), (600, 0.75, 0.1, 0.02)


def points(*parts, seed=4):
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.normal((x, y), sd, (n, 2)) for n, x, y, sd in parts])


def cluster(*parts, **more):
    columns = points(*parts).T
    method = get_method("cluster")
    arguments = method.arguments.model_validate({"low": LOW, "high": HIGH, "coverage": 0.99} | more)
    return method.find(ArrayView({"X": columns[0], "Y": columns[1]}), arguments)


def test_cluster__the_fullest_is_taken_or_the_one_nearest_to_the_corner_that_is_meant():
    assert cluster(BLASTS, LYMPHOCYTES).gate.mean == pytest.approx((0.55, 0.2), abs=0.01)
    chosen = cluster(BLASTS, LYMPHOCYTES, towards=["high", "low"])
    assert chosen.gate.mean == pytest.approx((0.75, 0.1), abs=0.01)
    assert cluster(BLASTS, LYMPHOCYTES, towards=["low", "high"]).gate.mean == pytest.approx((0.55, 0.2), abs=0.01)


def test_cluster__alone_it_is_the_same_whatever_corner_is_meant():
    plain, chosen = cluster(LYMPHOCYTES), cluster(LYMPHOCYTES, towards=["low", "high"])
    assert chosen.gate.mean == pytest.approx(plain.gate.mean, abs=1e-6)


def test_mode_towards__a_handful_is_no_cluster():
    some = points((4000, 0.5, 0.2, 0.03), (100, 0.8, 0.1, 0.02))
    assert mode_towards(some, LOW, HIGH, ("high", "low"), SPREAD)[0] == pytest.approx([0.5, 0.2], abs=0.02)
    assert mode_towards(some[:40], LOW, HIGH, ("high", "low"), SPREAD) is None


def test_mode_towards__begins_with_a_spread_that_no_other_mode_lies_within():
    apart = points((4000, 0.5, 0.2, 0.01), (4000, 0.6, 0.2, 0.01))
    start, spread = mode_towards(apart, LOW, HIGH, ("high", "low"), SPREAD)
    assert (start[0] - 0.5) / spread[0] == pytest.approx(6.0, abs=0.2)
    alone = mode_towards(points((4000, 0.5, 0.2, 0.01)), LOW, HIGH, ("high", "low"), SPREAD)
    assert (alone[1] <= SPREAD).all()


def over_both(n_second, x=0.62):
    """Return the doubt of an ellipse that is laid over two clusters."""
    both = points((4000, 0.5, 0.2, 0.02), (n_second, x, 0.2, 0.02))
    return second_cluster(both, both.mean(axis=0), np.cov(both.T), 9.2)


def test_second_cluster__two_with_a_valley_between_are_a_doubt():
    (doubt,) = over_both(2000)
    assert doubt.code == "second_cluster"
    assert doubt.sentence == "the ellipse holds two clusters; 33 % of the events are in the smaller"


@pytest.mark.parametrize(("n_second", "x"), [(100, 0.62), (2000, 0.53), (0, 0.62)])
def test_second_cluster__few_events_or_no_valley_are_none(n_second, x):
    assert over_both(n_second, x) == ()


def test_second_cluster__two_that_run_into_each_other_without_a_clear_valley_are_none():
    # of two equal ones 2.5 standard deviations apart the valley has 0.88 of the modes' density
    both = points((20_000, 0.5, 0.2, 0.03), (20_000, 0.575, 0.2, 0.03))
    mean, covariance = both.mean(axis=0), np.cov(both.T)
    assert second_cluster(both, mean, covariance, 9.2) == ()
    apart = points((20_000, 0.5, 0.2, 0.03), (20_000, 0.62, 0.2, 0.03))
    assert [doubt.code for doubt in second_cluster(apart, apart.mean(axis=0), np.cov(apart.T), 9.2)] == [
        "second_cluster"
    ]


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_second_cluster__of_few_events_one_far_from_the_middle_needs_no_deep_valley(seed):
    # 4 standard deviations apart in the ellipse of the first: the mode is 1 to 3 standard errors above the valley
    both = np.concatenate([points((150, 0.5, 0.2, 0.02), seed=seed), points((60, 0.58, 0.2, 0.012), seed=seed + 50)])
    (doubt,) = second_cluster(both, np.array([0.5, 0.2]), 0.02**2 * np.eye(2), 18.4)
    assert doubt.code == "second_cluster"


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("n", [60, 300, 3000])
def test_second_cluster__counting_noise_of_one_is_none(n, seed):
    one = points((n, 0.5, 0.2, 0.03), seed=seed)
    assert second_cluster(one, one.mean(axis=0), np.cov(one.T), 18.4) == ()


def test_cluster__over_two_that_run_together_is_doubtful():
    answer = cluster((4000, 0.5, 0.2, 0.05), (3000, 0.66, 0.2, 0.05), coverage=0.9999)
    assert answer.status == "doubtful"
    assert "second_cluster" in [reason.code for reason in answer.reasons]

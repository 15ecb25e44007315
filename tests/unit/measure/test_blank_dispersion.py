"""Blanks that differ by more than counting."""

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from marrowgate.measure.blank_dispersion import dispersed_limit, dispersion_p
from marrowgate.measure.limit_of_blank import Blank, find_limits


def test_dispersion__is_judged_by_fisher_s_index():
    # expected 5, 5, 10: (1 + 1 + 0) / 5 + 0 = 0.4 on 2 degrees of freedom
    assert dispersion_p((4, 6, 10), (100, 100, 200)) == pytest.approx(np.exp(-0.2))
    assert dispersion_p((0, 20, 0), (100, 100, 100)) < 1e-6
    assert dispersion_p((7,), (100,)) == dispersion_p((0, 0), (100, 100)) == 1.0


def test_dispersed_limit__many_blanks_come_to_the_quantile_of_their_distribution():
    rng = np.random.default_rng(5)
    shape, mean = 4.0, 12.0
    counts = rng.negative_binomial(shape, shape / (shape + mean), 500)
    limit, expected, variance = dispersed_limit(counts.tolist(), [1000] * 500, 1000, 0.05)
    assert abs(limit - nbinom.ppf(0.95, shape, shape / (shape + mean))) <= 2
    assert expected == pytest.approx(counts.mean(), rel=0.05)
    assert variance == pytest.approx(mean + mean**2 / shape, rel=0.2)


def test_dispersed_limit__few_blanks_come_to_the_posterior_integrated_by_hand():
    counts, sizes, new_size = np.array([2, 9, 0]), np.array([800, 1000, 1500]), 1200
    shares = np.exp(np.linspace(np.log(1e-5), np.log(0.3), 400))
    cvs = np.linspace(0.0, 3.0, 241)[1:]
    posterior = np.empty((cvs.size, shares.size))
    for row, cv in enumerate(cvs):
        likelihood = nbinom.pmf(counts, cv**-2, cv**-2 / (cv**-2 + shares[:, None] * sizes)).prod(axis=1)
        # Jeffreys' 1 / sqrt(share), in steps of the logarithm; half-normal of scale 1
        posterior[row] = likelihood * np.sqrt(shares) * np.exp(-0.5 * cv**2)
    posterior /= posterior.sum()

    shapes, means = cvs[:, None] ** -2, shares * new_size
    expected_mean = np.sum(posterior * means)
    expected_variance = np.sum(posterior * (means + means**2 * (1 + cvs[:, None] ** 2))) - expected_mean**2

    limit, mean, variance = dispersed_limit(counts.tolist(), sizes.tolist(), new_size, 0.05)
    assert np.sum(posterior * nbinom.sf(limit, shapes, shapes / (shapes + means))) == pytest.approx(0.05, abs=0.003)
    assert mean == pytest.approx(expected_mean, rel=0.06)
    assert variance == pytest.approx(expected_variance, rel=0.2)


def test_dispersed_limit__grows_with_the_sample_s_size():
    blanks = ((2, 9, 0, 14), (1000,) * 4)
    limits = [dispersed_limit(*blanks, size, 0.05)[0] for size in (500, 1000, 4000)]
    assert limits == sorted(limits)
    assert limits[2] > 3 * limits[1]


@pytest.mark.parametrize(("cv", "highest"), [(0.0, 0.05), (0.5, 0.065), (1.0, 0.075)])
def test_limit_of_blank__holds_where_blanks_differ_between_samples(cv, highest):
    rng = np.random.default_rng(61)
    above, as_poisson, n = 0, 0, 400
    for _ in range(n):
        means = rng.gamma(cv**-2, 5 * cv**2, 9) if cv else np.full(9, 5.0)
        *blanks, new = rng.poisson(means).tolist()
        if sum(blanks) == 0:
            continue
        limits = find_limits(Blank("batch", tuple(blanks), (1000,) * 8), 1000, 20.0)
        above += new > limits.blank
        as_poisson += new > poisson.ppf(0.95, np.mean(blanks))
    assert above / n <= highest + 2 * np.sqrt(highest * (1 - highest) / n)
    if cv == 1:
        assert as_poisson / n > 0.13


def test_limits__say_which_distribution_the_blanks_have():
    alike, unlike = (Blank("batch", counts, (1000,) * 4) for counts in ((5, 6, 4, 5), (0, 14, 1, 5)))
    assert (find_limits(alike, 1000, 20.0).method, find_limits(unlike, 1000, 20.0).method) == (
        "poisson",
        "negative_binomial",
    )
    assert find_limits(unlike, 1000, 20.0).blank > 2 * find_limits(alike, 1000, 20.0).blank
    assert find_limits(unlike, 1000, 20.0).quantitation > find_limits(alike, 1000, 20.0).quantitation

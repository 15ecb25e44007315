"""How far one more sample may lie: held against drawn samples, and against the plain interval."""

import math

import numpy as np
import pytest
from scipy import stats

from marrowgate.stats.prediction import UsualSpread, prediction_limit, t_quantile
from marrowgate.stats.robust import sd_of_mad


def test_prediction_limit__without_prior_knowledge_is_the_interval_of_the_textbook():
    # mean 10, SD 2 of nine values, 95 %: t(8) = 2.306
    limit = prediction_limit(np.array([2.0]), 9, 8, UsualSpread(1.0, 0.0), 0.05)
    assert limit == pytest.approx(2.306 * 2.0 * math.sqrt(10 / 9), rel=1e-3)


def test_prediction_limit__of_a_sample_that_varies_by_nothing_is_that_of_the_usual_spread():
    limit = prediction_limit(np.array([0.0]), 3, 2, UsualSpread(0.01, 4.0), 0.001)
    assert limit == pytest.approx(stats.t.ppf(0.9995, 6) * 0.01 * math.sqrt(4 / 6) * math.sqrt(4 / 3), rel=0.01)


@pytest.mark.parametrize("share", [0.6, 0.975, 0.9995, 0.9999])
@pytest.mark.parametrize("freedom", [6, 8, 15, 60, 1000])
def test_t_quantile__is_that_of_scipy(share, freedom):
    assert t_quantile(share, freedom) == pytest.approx(stats.t.ppf(share, freedom), rel=0.01)


@pytest.mark.parametrize("n", [3, 5, 10])
def test_prediction_limit__holds_back_the_share_that_is_asked(n):
    rng = np.random.default_rng(n)
    values = rng.normal(0, 1, (40_000, n))
    limits = prediction_limit(values.std(axis=1, ddof=1), n, n - 1, UsualSpread(1.0, 4.0), 0.02)
    beyond = np.abs(rng.normal(0, 1, 40_000) - values.mean(axis=1)) > limits
    # the usual spread is the true one here, so that the interval is a little too wide
    assert 0.002 < beyond.mean() < 0.021


@pytest.mark.parametrize("n", [3, 4, 5, 7, 9, 12, 30])
def test_sd_of_mad__is_right_on_average_for_few_values(n):
    values = np.random.default_rng(n).normal(0, 1, (20_000, n))
    mads = np.median(np.abs(values - np.median(values, axis=1, keepdims=True)), axis=1)
    assert sd_of_mad(mads, n).mean() == pytest.approx(1.0, abs=0.02)

"""Mean and covariance are those that numpy gives for rows of points."""

import numpy as np
import pytest

from marrowgate.gating.geometry.mean_and_covariance import mean_and_covariance


@pytest.mark.parametrize("n_points", [2, 3, 9, 100, 1234, 20_001])
def test_mean_and_covariance_are_numpys_to_the_last_bit(n_points):
    points = np.random.default_rng(n_points).normal((0.3, 0.8), (0.05, 0.1), (n_points, 2)) @ [[1.0, 0.4], [0.0, 1.0]]
    mean, covariance = mean_and_covariance(*points.T.copy())
    np.testing.assert_array_equal(mean, points.mean(axis=0))
    np.testing.assert_array_equal(covariance, np.cov(points.T))

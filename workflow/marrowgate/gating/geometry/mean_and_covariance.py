"""Mean and covariance of points in two dimensions."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def mean_and_covariance(x: Values, y: Values) -> tuple[Values, Values]:
    """Return mean and covariance of points, to the last bit those of `numpy.mean` and `numpy.cov` of their rows.

    numpy walks from point to point and finds the mean twice, which takes twice as long.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        At least two points.

    Returns
    -------
    tuple of (ndarray of shape (2,), ndarray of shape (2, 2))
    """
    # sums of one value after the other, as along the first axis of an array of points
    mean = np.array([np.add.accumulate(values)[-1] for values in (x, y)]) / x.size
    away = np.empty((x.size, 2))
    np.subtract(x, mean[0], out=away[:, 0])
    np.subtract(y, mean[1], out=away[:, 1])
    return mean, np.dot(away.T, away) * (1.0 / (x.size - 1))

"""Squared lengths of vectors in two dimensions, as an ellipse measures them."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def squared_lengths(x: Values, y: Values, inverse: NDArray[np.floating]) -> Values:
    """Return the quadratic form of each vector: with the inverse of a covariance, the squared Mahalanobis distance.

    Written out, because a sum over two dimensions takes `numpy.einsum` five times as long.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        The vectors.
    inverse : ndarray of float64, shape (2, 2)
        The form.

    Returns
    -------
    ndarray of float64, shape (n,)
    """
    (a, b), (c, d) = inverse
    return np.asarray(x * a * x + x * b * y + y * c * x + y * d * y)

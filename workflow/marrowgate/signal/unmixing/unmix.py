"""Unmix events: weighted least squares with the noise of every event's own signal.

Observed = abundances @ signatures + noise. The variance of a detector is that of its photons, which grows with its
signal, and that of its electronics. Abundances that are found without weights say how strong the signal of each
detector is; with that the least squares are weighted, event by event, and so again.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marrowgate.errors import NotEstimableError

Array = NDArray[np.float64]

_BLOCK = 4096
_ROUNDS = 2
_SWEEPS = 60


@dataclass(frozen=True, eq=False)
class Signatures:
    """What one unit of each component adds to every detector.

    Parameters
    ----------
    components : tuple of str, length k
        Fluorochromes, called by their channel in the panel, then autofluorescence (``AF1`` and so on).
    detectors : tuple of str, length d
        `$PnN`.
    matrix : ndarray of float64, shape (k, d)
        Rows are components, columns are detectors; the largest entry of a row is 1.
    n_dyes : int
        Components that are fluorochromes; they come first.
    """

    components: tuple[str, ...]
    detectors: tuple[str, ...]
    matrix: Array
    n_dyes: int


@dataclass(frozen=True, eq=False)
class DetectorNoise:
    """Variance of a detector: ``gain x signal + floor``, channel units squared.

    Parameters
    ----------
    gain : ndarray of float64, shape (d,)
        Channel units for each photoelectron.
    floor : ndarray of float64, shape (d,)
        Variance without a signal, above 0.
    """

    gain: Array
    floor: Array

    def variance(self, signal: Array) -> Array:
        """Return the variance of signals of shape (n, d)."""
        return np.asarray(self.gain * np.maximum(signal, 0.0) + self.floor, dtype=np.float64)


def unmix(
    observed: NDArray[np.floating], signatures: Signatures, noise: DetectorNoise | None, *, non_negative: bool = False
) -> Array:
    """Find how much of each component an event has.

    Parameters
    ----------
    observed : ndarray, shape (n, d)
        Values of the detectors.
    signatures : Signatures
        Of the components.
    noise : DetectorNoise or None
        Variances for the weights; None for ordinary least squares.
    non_negative : bool
        Whether no component may be below 0. Values around 0 are then cut on one side, so that medians of negative
        populations are too high; the default lets them scatter around 0.

    Returns
    -------
    ndarray of float64, shape (n, k)
        Abundances, in units of the component's brightest detector.

    Raises
    ------
    NotEstimableError
        There are more components than detectors, or two components cannot be told apart.

    References
    ----------
    Novo, Gregori and Rajwa 2013, Cytometry A 83:508 (weights by Poisson noise); Gauss 1823 (weighted least squares).
    """
    matrix = signatures.matrix
    if matrix.shape[0] > matrix.shape[1] or np.linalg.matrix_rank(matrix) < matrix.shape[0]:
        msg = f"{matrix.shape[0]} components cannot be told apart by {matrix.shape[1]} detectors"
        raise NotEstimableError(msg)
    start = np.linalg.pinv(matrix)
    products = (matrix[:, None, :] * matrix[None, :, :]).reshape(-1, matrix.shape[1]).T
    abundances_of_events = np.empty((observed.shape[0], matrix.shape[0]), dtype=np.float64)
    for first in range(0, observed.shape[0], _BLOCK):
        block = observed[first : first + _BLOCK].astype(np.float64)
        abundances = block @ start
        weights = np.ones_like(block)
        for _ in range(_ROUNDS if noise is not None else 0):
            weights = 1.0 / noise.variance(abundances @ matrix) if noise is not None else weights
            abundances = _solve(block, weights, matrix, products)
        if non_negative:
            abundances = _non_negative(abundances, block, weights, matrix, products)
        abundances_of_events[first : first + _BLOCK] = abundances
    return abundances_of_events


def _normal_equations(block: Array, weights: Array, matrix: Array, products: Array) -> tuple[Array, Array]:
    k = matrix.shape[0]
    return (weights @ products).reshape(-1, k, k), (weights * block) @ matrix.T


def _solve(block: Array, weights: Array, matrix: Array, products: Array) -> Array:
    left, right = _normal_equations(block, weights, matrix, products)
    return np.asarray(np.linalg.solve(left, right[:, :, None])[:, :, 0], dtype=np.float64)


def _non_negative(abundances: Array, block: Array, weights: Array, matrix: Array, products: Array) -> Array:
    """Return the least squares without negative components, by coordinates (Franc, Hlavac and Navara 2005, CAIP)."""
    left, right = _normal_equations(block, weights, matrix, products)
    solution = np.maximum(abundances, 0.0)
    diagonal = np.einsum("nii->ni", left)
    for _ in range(_SWEEPS):
        for index in range(solution.shape[1]):
            gradient = np.einsum("nj,nj->n", left[:, index, :], solution) - right[:, index]
            solution[:, index] = np.maximum(solution[:, index] - gradient / diagonal[:, index], 0.0)
    return solution


def smallest_error(abundances: Array, signatures: Signatures, noise: DetectorNoise) -> Array:
    """Return the standard deviation below which no unbiased estimate can be, shape (n, k).

    The Cramer-Rao bound for variances that are known: the diagonal of the inverse of ``M diag(1 / variance) M'``.
    """
    matrix = signatures.matrix
    weights = 1.0 / noise.variance(abundances @ matrix)
    information = np.einsum("kd,nd,ld->nkl", matrix, weights, matrix)
    return np.asarray(np.sqrt(np.einsum("nii->ni", np.linalg.inv(information))), dtype=np.float64)

"""How well the components of an unmixing can be told apart: condition, likeness and hot spots."""

import numpy as np

from marrowgate.signal.checks import Check, at_most
from marrowgate.signal.unmixing.unmix import Array, Signatures

MOST_ALIKE = 0.98
"""Cosine of two signatures above which their fluorochromes can hardly be told apart."""
LARGEST_HOT_SPOT = 3.0
"""Entry of the hot spot matrix above which a component's noise is spread so many fold."""


def hot_spots(signatures: Signatures) -> Array:
    """Return the hot spot matrix: root of the absolute inverse of the signatures' likeness, shape (k, k).

    Its diagonal is how many fold a component's noise is larger than if it were alone; an entry beside it is how much
    two components give to each other's spread.

    References
    ----------
    Marquardt 1970, Technometrics 12:591: the diagonal is the root of the variance inflation factor.
    """
    rows = signatures.matrix / np.linalg.norm(signatures.matrix, axis=1)[:, None]
    return np.asarray(np.sqrt(np.abs(np.linalg.inv(rows @ rows.T))), dtype=np.float64)


def unmixing_checks(signatures: Signatures, max_condition: float) -> tuple[Check, ...]:
    """Judge the signatures: ``unmixing_condition``, ``unmixing_likeness`` and ``unmixing_hot_spot``.

    Parameters
    ----------
    signatures : Signatures
        Of all components.
    max_condition : float
        Largest condition number.
    """
    rows = signatures.matrix / np.linalg.norm(signatures.matrix, axis=1)[:, None]
    names = signatures.components
    condition = float(np.linalg.cond(rows))
    likeness = np.triu(rows @ rows.T, 1)
    first, second = np.unravel_index(int(likeness.argmax()), likeness.shape)
    spots = hot_spots(signatures)
    worst = int(np.diag(spots).argmax())
    beside = spots[worst].copy()
    beside[worst] = 0
    other = names[int(beside.argmax())]
    return (
        at_most("unmixing_condition", condition, max_condition, f"noise is amplified up to {condition:.1f} fold"),
        at_most(
            "unmixing_likeness",
            float(likeness.max()),
            MOST_ALIKE,
            f"the signatures of {names[first]} and {names[second]} are nearly the same",
        ),
        at_most(
            "unmixing_hot_spot",
            float(spots[worst, worst]),
            LARGEST_HOT_SPOT,
            f"the noise of {names[worst]} is spread {spots[worst, worst]:.1f} fold, most by {other}",
        ),
    )

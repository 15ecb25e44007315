"""A sample's spillover matrix against those of its batch: one file with another matrix is a mistake in that file."""

from collections.abc import Sequence

import numpy as np

from marrowgate.fcs.model import Spillover
from marrowgate.signal.checks import Check, at_most, not_checked

CHECK = "spillover_against_batch"
_FEWEST = 3


def spillover_check(own: Spillover | None, batch: Sequence[Spillover | None], limit: float) -> Check:
    """Hold the matrix that a sample was compensated with against the usual one of its batch.

    The samples of a batch share detectors, reagents and day, so their matrices should be the same. The usual matrix is
    the median of all in every entry, so that a wrong one among them does not count.

    Parameters
    ----------
    own : Spillover or None
        Of the sample; None when it was not compensated.
    batch : sequence of Spillover or None
        Of the other samples of its panel and batch.
    limit : float
        Largest difference of an entry, as a share of the stain's own signal.

    Returns
    -------
    Check
        ``spillover_against_batch``: the largest difference, with its stain and detector in the reason; `not_checked`
        without a matrix, or with fewer than three samples whose matrices have the same labels.
    """
    if own is None:
        return not_checked(CHECK, "not compensated", limit)
    matrices = [own.matrix, *(other.matrix for other in batch if other is not None and other.labels == own.labels)]
    if len(matrices) < _FEWEST:
        return not_checked(CHECK, f"fewer than {_FEWEST} samples of the batch have a matrix of these detectors", limit)
    usual = np.median(np.stack(matrices), axis=0)
    difference = np.abs(own.matrix - usual)
    row, column = np.unravel_index(int(difference.argmax()), difference.shape)
    stain, detector = own.labels[row], own.labels[column]
    why = f"{stain} in {detector}: {own.matrix[row, column]:.3g}, in the batch {usual[row, column]:.3g}"
    return at_most(CHECK, float(difference[row, column]), limit, why)

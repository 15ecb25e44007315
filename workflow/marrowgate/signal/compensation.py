"""Compensation: apply the inverse of the spillover matrix to the detectors that need it."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from marrowgate.fcs.model import Channel, Spillover

MAX_CONDITION = 1e6
"""Above this condition number the compensated values would be rounding noise."""


class SpilloverError(ValueError):
    """A spillover matrix that cannot be used with this file; the message says why."""


def compensation_weights(
    spillover: Spillover, channels: Sequence[Channel], wanted: Sequence[int]
) -> dict[int, dict[int, float]]:
    """Give the weights that make the wanted channels compensated.

    Parameters
    ----------
    spillover : Spillover
        Rows are fluorochromes, columns are detectors.
    channels : sequence of Channel
        The file's channels.
    wanted : sequence of int
        Columns to compensate. Those without a label in the matrix are left out of the result.

    Returns
    -------
    dict of int to dict of int to float
        For each compensated column, the weight of each detector's column in it.

    Raises
    ------
    SpilloverError
        A label is not a channel of the file, or the matrix is singular or ill-conditioned.
    """
    columns = {channel.name: channel.index for channel in channels}
    missing = [label for label in spillover.labels if label not in columns]
    if missing:
        msg = f"the spillover matrix names {', '.join(missing)}, which the file does not have"
        raise SpilloverError(msg)
    condition = np.linalg.cond(spillover.matrix)
    if not condition < MAX_CONDITION:
        msg = f"the spillover matrix of {', '.join(spillover.labels)} is singular (condition number {condition:.3g})"
        raise SpilloverError(msg)
    inverse = np.linalg.inv(spillover.matrix)
    detectors = [columns[label] for label in spillover.labels]
    return {
        column: {detector: float(weight) for detector, weight in zip(detectors, inverse[:, place], strict=True)}
        for place, column in enumerate(detectors)
        if column in wanted
    }


def compensate_column(events: NDArray[np.floating], weights: Mapping[int, float]) -> NDArray[np.float64]:
    """Give one compensated column, shape (n_events,), in linear channel units.

    Observed = true @ spillover, so true = observed @ inverse: a weighted sum of the detectors.
    """
    total = np.zeros(events.shape[0], dtype=np.float64)
    for detector, weight in weights.items():
        if weight:
            total += events[:, detector] * weight
    return total

"""Compensation: apply the inverse of the spillover matrix to the detectors that need it."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from marrowgate.fcs.model import Channel, Spillover

MAX_CONDITION = 1e6
"""Above this condition number the compensated values would be rounding noise."""


_BLOCK = 1 << 12


class SpilloverError(ValueError):
    """A spillover matrix that cannot be used with this file; the message says why."""


def compensation_weights(
    spillover: Spillover, channels: Sequence[Channel], wanted: Sequence[int]
) -> dict[int, dict[int, float]]:
    """Return the weights that make the wanted channels compensated.

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
        column: {detector: float(weight) for detector, weight in zip(detectors, inverse[:, index], strict=True)}
        for index, column in enumerate(detectors)
        if column in wanted
    }


def compensate(
    events: NDArray[np.floating], weights: Mapping[int, Mapping[int, float]], as_read: Sequence[int] = ()
) -> dict[int, NDArray[np.float64]]:
    """Return the compensated columns, each of shape (n_events,), in linear channel units.

    Observed = true @ spillover, so true = observed @ inverse: weighted sums of the detectors. The sums are made in
    float64, block by block, so that no copy of the whole matrix is needed.

    Parameters
    ----------
    events : ndarray, shape (n_events, n_channels)
        Values as read.
    weights : mapping of int to mapping of int to float
        For each wanted column, the weight of each detector's column (`compensation_weights`).
    as_read : sequence of int
        Further columns, which are taken out of the rows in the same walk through the events, and not compensated.
    """
    wanted = list(weights)
    columns = np.empty((len(wanted) + len(as_read), events.shape[0]), dtype=np.float64)
    detectors = sorted({detector for column in weights.values() for detector in column})
    mixing = np.array([[weights[column].get(detector, 0.0) for column in wanted] for detector in detectors])
    for start in range(0, events.shape[0], _BLOCK):
        block = slice(start, start + _BLOCK)
        if wanted:
            columns[: len(wanted), block] = (events[block].take(detectors, axis=1).astype(np.float64) @ mixing).T
        for row, column in enumerate(as_read, start=len(wanted)):
            columns[row, block] = events[block, column]
    return dict(zip((*wanted, *as_read), columns, strict=True))


def compensate_column(events: NDArray[np.floating], weights: Mapping[int, float]) -> NDArray[np.float64]:
    """Return one compensated column, shape (n_events,); see `compensate`."""
    return compensate(events, {0: weights})[0]

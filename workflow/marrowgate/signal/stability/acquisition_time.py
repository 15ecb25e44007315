"""The time at which each event was acquired, also where the counter of the instrument ran over."""

import numpy as np
from numpy.typing import NDArray

from marrowgate.fcs.model import Channel, FcsFile

_MOST_RUNS = 100
"""More steps back than this are no counter that ran over but events in another order."""


def time_channel(file: FcsFile) -> Channel | None:
    """Return the time channel, or None."""
    return next((channel for channel in file.channels if channel.role == "time"), None)


def acquisition_time(file: FcsFile) -> NDArray[np.float64] | None:
    """Return the time of each event in the file's own unit.

    A counter that ran over goes on from where it was. Events that are not in the order of time keep their times.

    Returns
    -------
    ndarray of float64, shape (n_events,), or None
        None when the file has no events or no time channel, or when its time stands still.
    """
    channel = time_channel(file)
    if channel is None or file.events is None or file.n_events == 0:
        return None
    times = file.events[:, channel.index].astype(np.float64)
    span = float(times.max() - times.min())
    if span <= 0:
        return None
    over = np.diff(times) < -0.5 * span
    runs = np.count_nonzero(over)
    if 0 < runs <= _MOST_RUNS:
        times[1:] += np.cumsum(over) * span
    return times

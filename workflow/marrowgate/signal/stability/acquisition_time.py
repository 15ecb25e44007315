"""The time at which each event was acquired, also where the counter of the instrument ran over."""

import re

import numpy as np
from numpy.typing import NDArray

from marrowgate.fcs.model import Channel, FcsFile

Times = NDArray[np.float64]

_MOST_RUNS = 100
"""More steps back than this are no counter that ran over but events in another order."""
_EVENTS_OF_A_RUN = 100
"""With fewer events between two steps back these are in another order, too."""


_HIGH = r"(?i)T(?:IME)?[\s_-]?(?:MSW|HIGH|HI|MSB)"
_LOW = r"(?i)T(?:IME)?[\s_-]?(?:LSW|LOW|LO|LSB)"
_NUMBERED = r"(?i)T[01]"
_WORD = 2.0**16


def time_channel(file: FcsFile) -> Channel | None:
    """Return the time channel, the plain one before copies of it, or None."""
    times = [channel for channel in file.channels if channel.role == "time"]
    return min(times, key=lambda channel: (channel.name.strip().casefold() != "time", channel.index), default=None)


def time_words(file: FcsFile) -> tuple[Channel, Channel] | None:
    """Return the channels with the high and the low word of a time that is kept in two words, or None.

    Some instruments say by the name which is which (``TIME_MSW``, ``TIME_LSW``); of Aquios' ``T0`` and ``T1`` the low
    one is that which runs over.
    """
    times = [channel for channel in file.channels if channel.role == "time"]
    high = [channel for channel in times if re.fullmatch(_HIGH, channel.name.strip())]
    low = [channel for channel in times if re.fullmatch(_LOW, channel.name.strip())]
    if len(high) == len(low) == 1:
        return high[0], low[0]
    numbered = [channel for channel in times if re.fullmatch(_NUMBERED, channel.name.strip())]
    if len(numbered) != 2 or file.events is None:
        return None
    first, second = numbered
    return min(((first, second), (second, first)), key=lambda pair: _steps_back(_joined(file, *pair)))


def acquisition_time(file: FcsFile) -> Times | None:
    """Return the time of each event in the file's own unit.

    A counter that ran over, or started again where files were joined, goes on from where it was; a time kept in two
    words is put together. Events that are not in the order of time keep their times.

    Returns
    -------
    ndarray of float64, shape (n_events,), or None
        None when the file has no events or no time channel, or when its time stands still.
    """
    channel = time_channel(file)
    if channel is None or file.events is None or file.n_events == 0:
        return None
    words = None if channel.name.strip().casefold() == "time" else time_words(file)
    times = _joined(file, *words) if words else file.events[:, channel.index].astype(np.float64)
    span = float(times.max() - times.min())
    if span <= 0:
        return None
    steps = np.diff(times)
    over = steps < -0.5 * span
    back = (steps < 0) & ~over
    if np.count_nonzero(over) > _MOST_RUNS:
        return times
    gaps = np.where(over, span, 0.0)
    if np.count_nonzero(back) <= min(_MOST_RUNS, len(times) // _EVENTS_OF_A_RUN):
        gaps[back] = -steps[back]
    if gaps.any():
        times[1:] += np.cumsum(gaps)
    return times


def _joined(file: FcsFile, high: Channel, low: Channel) -> Times:
    """Return high word x size of a word + low word; integers of fewer bits have smaller words."""
    events = np.zeros((0, len(file.channels))) if file.events is None else file.events
    largest = float(events[:, low.index].max(initial=0.0))
    smaller = low.range if largest < low.range <= _WORD and np.log2(low.range).is_integer() else _WORD
    return events[:, high.index].astype(np.float64) * smaller + events[:, low.index]


def _steps_back(times: Times) -> int:
    return int(np.count_nonzero(np.diff(times) < 0))

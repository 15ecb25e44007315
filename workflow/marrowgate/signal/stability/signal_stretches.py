"""Stretches of a run in which a signal departs from its usual level: bubbles, drifting lasers, moving cores."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from marrowgate.fcs.model import Channel
from marrowgate.signal.stability.change_points import change_points, window_means

_EVENTS_PER_BIN, _MOST_BINS = 200, 200
_SMALLEST_PIECE = 5


def unusual_signal(
    events: NDArray[np.floating],
    usual: NDArray[np.bool_],
    channels: Sequence[Channel],
    max_shift: float,
) -> tuple[tuple[int, int, str, float], ...]:
    """Find stretches in which the mean of a channel is shifted, on a scale of asinh.

    The scale is asinh(x / median |x|): nearly linear for dim and logarithmic for bright events, so that no single event
    rules the mean. Bins hold equal numbers of events; the usual level is the median over bins of usual rate, so that
    a surge with many events does not make its own level the usual one.

    Parameters
    ----------
    events : ndarray of float, shape (n_events, n_channels)
        Stored values, in the order of time.
    usual : ndarray of bool, shape (n_events,)
        Which of them came at the usual rate.
    channels : sequence of Channel
        Channels to look at.
    max_shift : float
        Largest shift of a stretch, in standard deviations of the channel's events on the same scale.

    Returns
    -------
    tuple of (int, int, str, float)
        First and last event (the last not included), channel and shift of each stretch.
    """
    n_events = len(events)
    per_bin = max(_EVENTS_PER_BIN, -(-n_events // _MOST_BINS))
    n_bins = n_events // per_bin
    if n_bins < 2 * _SMALLEST_PIECE:
        return ()
    steady = usual[: n_bins * per_bin].reshape(n_bins, -1).mean(axis=1) > 0.5
    steady = steady if steady.any() else np.ones_like(steady)
    stretches = []
    for channel in channels:
        levels = _levels(events[: n_bins * per_bin, channel.index], steady)
        if levels is None or np.abs(window_means(levels, _SMALLEST_PIECE)).max() <= max_shift:
            continue
        ends = change_points(levels, _SMALLEST_PIECE)
        for start, end in zip((0, *ends[:-1]), ends, strict=True):
            shift = float(levels[start:end].mean())
            if abs(shift) > max_shift:
                last = n_events if end == n_bins else end * per_bin
                stretches.append((start * per_bin, last, channel.name, shift))
    return tuple(stretches)


def _levels(values: NDArray[np.floating], steady: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Return the mean of each bin less the usual one, in standard deviations of the events; None without a spread."""
    unit = float(np.median(np.abs(values[:: max(1, values.size // 20_000)])))
    if unit <= 0:
        return None
    scaled = np.arcsinh(values / unit)
    spread = float(scaled.std(dtype=np.float64))
    if spread <= 0:
        return None
    means = scaled.reshape(steady.size, -1).mean(axis=1, dtype=np.float64)
    return np.asarray((means - np.median(means[steady])) / spread, dtype=np.float64)

"""Stretches of a run in which a signal departs from its usual level: bubbles, drifting lasers, moving cores."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marrowgate.fcs.model import Channel
from marrowgate.signal.stability.change_points import change_points, window_means
from marrowgate.signal.stability.population_shift import PopulationShift, population_shift

_EVENTS_PER_BIN, _MOST_BINS = 200, 200
_SMALLEST_PIECE = 5
_PART_WITHIN, _LEAST_COVERED = 0.5, 0.5
_FEWEST_USUAL = 1000


@dataclass(frozen=True)
class SignalStretch:
    """A stretch in which the mean of a channel is shifted.

    Parameters
    ----------
    first, last : int
        Events, the last not included.
    channel : str
        Its name.
    shift : float
        Of the mean, in standard deviations of the channel's events.
    of_mix : bool
        The populations lie where they usually lie: cells come in other shares, the signal is the same.
    """

    first: int
    last: int
    channel: str
    shift: float
    of_mix: bool


def unusual_signal(
    events: NDArray[np.floating],
    usual: NDArray[np.bool_],
    channels: Sequence[Channel],
    max_shift: float,
) -> tuple[SignalStretch, ...]:
    """Find stretches in which the mean of a channel is shifted, on a scale of asinh, and tell signal from mix.

    The scale is asinh(x / median |x|): nearly linear for dim and logarithmic for bright events, so that no single event
    rules the mean. Bins hold equal numbers of events; the usual level is the median over bins of usual rate, so that
    a surge with many events does not make its own level the usual one.

    A shift is one of the mix of cells when less than half of it is found within populations, and when at least half of
    the stretch's events lie in populations that the rest of the run shows (`population_shift`).

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
    tuple of SignalStretch
    """
    found = _shifted_means(events, usual, channels, max_shift)
    elsewhere = usual.copy()
    for first, last, _, _ in found:
        elsewhere[first:last] = False
    spans = dict.fromkeys((first, last) for first, last, _, _ in found)
    moves = {span: _move(events, elsewhere, channels, span) for span in spans}
    return tuple(
        SignalStretch(first, last, channels[at].name, shift, _of_mix(moves[first, last], at, shift))
        for first, last, at, shift in found
    )


def _shifted_means(
    events: NDArray[np.floating], usual: NDArray[np.bool_], channels: Sequence[Channel], max_shift: float
) -> list[tuple[int, int, int, float]]:
    """Return first and last event (the last not included), number of the channel and shift of each stretch."""
    n_events = len(events)
    per_bin = max(_EVENTS_PER_BIN, -(-n_events // _MOST_BINS))
    n_bins = n_events // per_bin
    if n_bins < 2 * _SMALLEST_PIECE:
        return []
    steady = usual[: n_bins * per_bin].reshape(n_bins, -1).mean(axis=1) > 0.5
    steady = steady if steady.any() else np.ones_like(steady)
    stretches = []
    for at, channel in enumerate(channels):
        levels = _levels(events[: n_bins * per_bin, channel.index], steady)
        if levels is None or np.abs(window_means(levels, _SMALLEST_PIECE)).max() <= max_shift:
            continue
        ends = change_points(levels, _SMALLEST_PIECE)
        for start, end in zip((0, *ends[:-1]), ends, strict=True):
            shift = float(levels[start:end].mean())
            if abs(shift) > max_shift:
                last = n_events if end == n_bins else end * per_bin
                stretches.append((start * per_bin, last, at, shift))
    return stretches


def _of_mix(move: PopulationShift | None, at: int, shift: float) -> bool:
    """Say whether the populations moved by less than half of the shift; where that cannot be told it is a signal."""
    return (
        move is not None and move.covered >= _LEAST_COVERED and abs(float(move.shifts[at])) < _PART_WITHIN * abs(shift)
    )


def _move(
    events: NDArray[np.floating], elsewhere: NDArray[np.bool_], channels: Sequence[Channel], span: tuple[int, int]
) -> PopulationShift | None:
    """Return how far the populations of a stretch lie from where they lie elsewhere; None when nothing is elsewhere."""
    rows = np.flatnonzero(elsewhere)
    if rows.size < _FEWEST_USUAL:
        return None
    points = np.column_stack([_in_spreads(events[:, channel.index]) for channel in channels])
    return population_shift(points[rows], points[slice(*span)])


def _levels(values: NDArray[np.floating], steady: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Return the mean of each bin less the usual one, in standard deviations of the events; None without a spread."""
    scaled = _in_spreads(values)
    if not scaled.any():
        return None
    means = scaled.reshape(steady.size, -1).mean(axis=1, dtype=np.float64)
    return np.asarray(means - np.median(means[steady]), dtype=np.float64)


def _in_spreads(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return asinh(x / median |x|) in standard deviations of the events; zeros where they have no spread."""
    unit = float(np.median(np.abs(values[:: max(1, values.size // 20_000)])))
    if unit <= 0:
        return np.zeros_like(values)
    scaled = np.arcsinh(values / unit)
    spread = float(scaled.std(dtype=np.float64))
    return scaled / spread if spread > 0 else np.zeros_like(values)

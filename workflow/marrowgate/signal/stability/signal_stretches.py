"""Stretches of a run in which a signal departs from its usual level: bubbles, drifting lasers, moving cores."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marrowgate.fcs.model import Channel
from marrowgate.frozen import Frozen
from marrowgate.signal.stability.change_points import change_points, window_means
from marrowgate.signal.stability.population_shift import PopulationShift, population_shift
from marrowgate.stats.order_statistics import median_of

_EVENTS_PER_BIN, _MOST_BINS = 200, 200
_SMALLEST_PIECE = 5
_PART_WITHIN, _LEAST_COVERED = 0.5, 0.5
_FEWEST_USUAL, _MOST_POINTS, _MOST_SCALED = 1000, 6000, 20_000
_ERROR_OF_LOG = 1e-4
"""More than rounding makes of the mean of a window when arcsinh is written as a logarithm."""


class SignalStretch(Frozen):
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

    A stretch is one of the mix of cells when less than half of each shift is found within populations, when these have
    moved by no more than `max_shift` in any channel, and when at least half of the stretch's events lie in populations
    that the rest of the run shows (`population_shift`). A channel in which populations moved while the mix kept its
    mean is named, too.

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
    columns = [channel.index for channel in channels]
    stretches: list[SignalStretch] = []
    for span in dict.fromkeys((first, last) for first, last, _, _ in found):
        shifts = {at: shift for first, last, at, shift in found if (first, last) == span}
        move = _move(events, columns, elsewhere, span)
        signal = _of_signal(move, shifts, max_shift)
        stretches += [SignalStretch(*span, channels[at].name, shift, of_mix=not signal) for at, shift in shifts.items()]
        if move is not None:
            hidden = [at for at in np.flatnonzero(np.abs(move.shifts) > max_shift).tolist() if at not in shifts]
            stretches += [
                SignalStretch(*span, channels[at].name, float(move.shifts[at]), of_mix=False) for at in hidden
            ]
    return tuple(stretches)


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
        values = events[: n_bins * per_bin, channel.index]
        if _is_level(values, steady, max_shift):
            continue
        levels = _levels(values, steady)
        if levels is None or np.abs(window_means(levels, _SMALLEST_PIECE)).max() <= max_shift:
            continue
        ends = change_points(levels, _SMALLEST_PIECE)
        for start, end in zip((0, *ends[:-1]), ends, strict=True):
            shift = float(levels[start:end].mean())
            if abs(shift) > max_shift:
                last = n_events if end == n_bins else end * per_bin
                stretches.append((start * per_bin, last, at, shift))
    return stretches


def _of_signal(move: PopulationShift | None, shifts: Mapping[int, float], max_shift: float) -> bool:
    """Say whether the populations of a stretch moved; where that cannot be told they did."""
    if move is None or move.covered < _LEAST_COVERED or np.abs(move.shifts).max() > max_shift:
        return True
    return any(abs(float(move.shifts[at])) >= _PART_WITHIN * abs(shift) for at, shift in shifts.items())


def _move(
    events: NDArray[np.floating], columns: list[int], elsewhere: NDArray[np.bool_], span: tuple[int, int]
) -> PopulationShift | None:
    """Return how far the populations of a stretch lie from where they lie elsewhere; None when little is elsewhere."""
    there, here = np.flatnonzero(elsewhere), np.arange(*span)
    if there.size < _FEWEST_USUAL:
        return None
    some = _thinned(events, _MOST_SCALED)[:, columns]
    units = np.median(np.abs(some), axis=0)
    units[units <= 0] = 1.0
    spreads = np.arcsinh(some / units).std(axis=0, dtype=np.float64)
    # a channel without a spread says nothing
    spreads[spreads <= 0] = np.inf
    usual, odd = (
        np.arcsinh(events[_thinned(rows, _MOST_POINTS)][:, columns] / units) / spreads for rows in (there, here)
    )
    return population_shift(usual, odd)


def _thinned(rows: NDArray[Any], most: int) -> NDArray[Any]:
    return rows[:: max(1, -(-len(rows) // most))]


def _is_level(values: NDArray[np.floating], steady: NDArray[np.bool_], max_shift: float) -> bool:
    """Say whether a channel has no shift beyond doubt, which takes a tenth of the time of `_levels`."""
    unit = median_of(np.abs(_thinned(values, _MOST_SCALED)))
    if unit <= 0:
        return True
    x = values / unit
    with np.errstate(over="ignore", invalid="ignore"):
        # arcsinh, which numpy computes value by value
        scaled = np.copysign(np.log(np.abs(x) + np.sqrt(x * x + 1.0)), x).astype(np.float64)
        means = scaled.reshape(steady.size, -1).mean(axis=1)
        away = np.abs(window_means(means - np.median(means[steady]), _SMALLEST_PIECE)).max()
        return bool(away <= max_shift * scaled.std() - _ERROR_OF_LOG)


def _levels(values: NDArray[np.floating], steady: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Return the mean of each bin less the usual one, in standard deviations of the events; None without a spread."""
    unit = median_of(np.abs(_thinned(values, _MOST_SCALED)))
    if unit <= 0:
        return None
    scaled = np.arcsinh(values / unit)
    spread = float(scaled.std(dtype=np.float64))
    if spread <= 0:
        return None
    means = scaled.reshape(steady.size, -1).mean(axis=1, dtype=np.float64)
    return np.asarray((means - np.median(means[steady])) / spread, dtype=np.float64)

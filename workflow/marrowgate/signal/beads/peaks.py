"""Find the kinds of bead in a sample, without knowing where they lie.

The singlet beads lie in the densest region of scatter. They are cut in two at the deepest valley that any fluorescence
channel has, and the parts again, until there are as many parts as the lot has kinds of bead. A kind that is hidden in
one channel, as dim beads are, is so found in another.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marrowgate.errors import NotEstimableError
from marrowgate.fcs.model import Channel, FcsFile
from marrowgate.signal.scatter_region import densest_region

Values = NDArray[np.float64]

REGION_SHARE = 0.85
"""Share of all events that the scatter region of single beads holds."""
DEEP = 0.5
"""A valley that is more than this part of the lower of its two peaks does not tell two kinds of bead apart."""
_FEWEST_SHARE = 0.3
_BINS, _FEWEST_BINS, _SMOOTHING = 256, 16, 2.0
_TOP = 0.99
_SURE = 5.0
_EVENTS_IN_KERNEL = 2 * np.sqrt(np.pi) * _SMOOTHING  # a smoothed count has the noise of this many bins


class BeadError(NotEstimableError):
    """A bead sample that cannot be used; the message says why."""


@dataclass(frozen=True, eq=False)
class BeadPeaks:
    """The kinds of bead of a sample, from dim to bright.

    Parameters
    ----------
    channels : tuple of Channel, length k
        The fluorescence channels.
    values : ndarray of float64, shape (n, k)
        Single beads, linear channel units.
    kind : ndarray of int64, shape (n,)
        The kind of each bead, 0 is the dimmest.
    """

    channels: tuple[Channel, ...]
    values: Values
    kind: NDArray[np.int64]


def find_peaks(file: FcsFile, n_kinds: int) -> BeadPeaks:
    """Find the kinds of bead of a sample.

    Parameters
    ----------
    file : FcsFile
        With its events.
    n_kinds : int
        Kinds of bead in the lot.

    Returns
    -------
    BeadPeaks
        Kinds are ordered by the sum of their medians over the channels, on a scale of asinh.

    Raises
    ------
    BeadError
        The file has no events, no scatter or no fluorescence, or shows fewer kinds of bead.
    """
    channels = tuple(channel for channel in file.channels if channel.role == "fluorescence")
    if file.events is None or not channels:
        msg = "the file is rejected" if file.events is None else "the file has no fluorescence channel"
        raise BeadError(msg)
    scatter = _scatter(file)
    try:
        single = densest_region(scatter, REGION_SHARE).inside(scatter)
    except NotEstimableError as error:
        raise BeadError(str(error)) from None
    values = file.events[single][:, [channel.index for channel in channels]].astype(np.float64)
    # noise around 0 must stay in the linear part of asinh, which would else have a valley at 0
    noise = np.maximum(-np.quantile(values, 0.01, axis=0), np.quantile(np.abs(values), 0.05, axis=0))
    scaled = np.arcsinh(values / np.maximum(noise, float(np.finfo(np.float32).tiny)))
    parts = _cut(scaled, n_kinds)
    medians = [float(np.median(scaled[part], axis=0).sum()) for part in parts]
    kind = np.empty(values.shape[0], dtype=np.int64)
    for rank, index in enumerate(np.argsort(medians)):
        kind[parts[index]] = rank
    return BeadPeaks(channels, values, kind)


def _scatter(file: FcsFile) -> NDArray[np.floating]:
    """Return forward and side scatter; of area and height the one of which fewer events are cut off at the top."""
    if file.events is None:
        return np.empty((0, 2))
    columns = []
    for name in ("FSC", "SSC"):
        channels = [channel for channel in file.channels if channel.scatter in {f"{name}-A", f"{name}-H"}]
        if not channels:
            msg = f"the file has no {name}"
            raise BeadError(msg)
        events = file.events
        cut_off = [float(np.mean(events[:, c.index] >= _TOP * c.range)) if c.range > 0 else 0.0 for c in channels]
        columns.append(events[:, channels[int(np.argmin(cut_off))].index])
    return np.column_stack(columns)


def _cut(scaled: Values, n_kinds: int) -> list[NDArray[np.intp]]:
    """Cut the beads into parts, each time at the deepest valley of any part and channel."""
    fewest = int(_FEWEST_SHARE * scaled.shape[0] / n_kinds)
    parts = [np.arange(scaled.shape[0])]
    valleys = [_deepest_valley(scaled, parts[0], fewest)]
    while len(parts) < n_kinds:
        lowest = min(range(len(parts)), key=lambda i: valleys[i][0])
        depth, channel, at = valleys[lowest]
        if depth > DEEP:
            msg = f"{len(parts)} kinds of bead are told apart, the lot has {n_kinds}"
            raise BeadError(msg)
        part = parts[lowest]
        below = scaled[part, channel] < at
        parts[lowest : lowest + 1] = [part[below], part[~below]]
        valleys[lowest : lowest + 1] = [_deepest_valley(scaled, half, fewest) for half in parts[lowest : lowest + 2]]
    return parts


def _deepest_valley(scaled: Values, part: NDArray[np.intp], fewest: int) -> tuple[float, int, float]:
    """Return depth (0 is empty, 1 is none), channel and place of the deepest valley with enough beads on both sides."""
    best = (1.0, 0, 0.0)
    if part.size < 2 * fewest:
        return best
    for channel in range(scaled.shape[1]):
        values = scaled[part, channel]
        low, high = np.quantile(values, [0.001, 0.999])
        # stored integers leave gaps between them, which are no valleys: a bin holds at least two of them
        bins = min(_BINS, np.unique(values).size // 2)
        if high <= low or bins < _FEWEST_BINS:
            continue
        counts, edges = np.histogram(values, bins=bins, range=(float(low), float(high)))
        smooth = _smooth(counts.astype(np.float64))
        left = np.maximum.accumulate(smooth)
        right = np.maximum.accumulate(smooth[::-1])[::-1]
        peak = np.minimum(left, right)
        sure = (peak - smooth) * np.sqrt(_EVENTS_IN_KERNEL) > _SURE * np.sqrt(peak + smooth)
        below = np.cumsum(counts) + np.count_nonzero(values < low)
        depth = np.where(sure & (below >= fewest) & (part.size - below >= fewest), smooth / peak, 1.0)
        middle = int(np.median(np.flatnonzero(depth == depth.min())))
        if depth[middle] < best[0]:
            best = (float(depth[middle]), channel, float(edges[middle + 1]))
    return best


def _smooth(counts: Values) -> Values:
    reach = int(3 * _SMOOTHING)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / _SMOOTHING) ** 2)
    return np.convolve(counts, kernel / kernel.sum(), "same") + 1e-9

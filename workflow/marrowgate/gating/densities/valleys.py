"""Valleys of densities: how deep they are, and where the deepest one lies; of many densities at once."""

import numpy as np
from numpy.typing import NDArray

from marrowgate.frozen import Frozen
from marrowgate.gating.densities.density import BINS, CENTRES, Counts

Places = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Valley(Frozen):
    """A valley: where it lies, and its density over the lower of the two modes beside it."""

    at: float
    ratio: float


def sides(counts: Counts, least: int) -> tuple[Places, Places]:
    """Return the stretch that has at least `least` events on either side of each of its places.

    Parameters
    ----------
    counts : ndarray of float64, shape (..., BINS)
        Whole numbers.
    least : int
        Events, at least 1.

    Returns
    -------
    tuple of 2 ndarrays of float64, shape (...)
        First and last place, parts of full scale; 1 and 0 where there is none.
    """
    below = np.cumsum(counts, axis=-1)
    above = below[..., -1:] - below
    first = np.count_nonzero(below < least, axis=-1)
    last = np.count_nonzero(above >= least, axis=-1) - 1
    there = first <= last
    return np.where(there, CENTRES[np.minimum(first, BINS - 1)], 1.0), np.where(there, CENTRES[last], 0.0)


def deepest(density: Counts, low: float, high: float, max_ratio: float, min_rise: float) -> float | None:
    """Return the place of the deepest valley, or None when there is none that is deep enough."""
    valley = depths(density, low, high, min_rise)
    return None if valley is None or valley.ratio > max_ratio else valley.at


def depths(density: Counts, low: float, high: float, min_rise: float) -> Valley | None:
    """Return the deepest valley of one density, shape (BINS,); see `deepest_valleys`."""
    return deepest_valleys(density[np.newaxis], np.array([low]), np.array([high]), min_rise)[0]


def deepest_valleys(density: Counts, low: Places, high: Places, min_rise: float) -> list[Valley | None]:
    """Return the deepest valley of each density between two places, or None when there is none.

    Depth is the density in the valley over the lower of the highest densities on its two sides. Where the density is
    the same over a stretch, for instance empty, the middle of the stretch is taken. A gap that counting noise makes in
    the tail of one mode is no valley, nor is the end of the stretch when the density goes on falling beyond it.

    Parameters
    ----------
    density : ndarray of float64, shape (n, BINS)
        Smoothed counts.
    low, high : ndarray of float64, shape (n,)
        The stretch of each, parts of full scale.
    min_rise : float
        Standard errors by which the lower mode must hold more events than the valley. At 1, a sample of one
        heavy-tailed mode shows a valley in 0 to 15 of 100 draws, at 0 in up to 92.
    """
    ratios = depth_ratios(density, low, high, min_rise)
    starts = ratios.argmin(axis=1)
    best = ratios[np.arange(len(ratios)), starts]
    alike = ratios <= best[:, np.newaxis] + 1e-4
    return [
        None if ratio >= 1.0 else Valley(_middle_of_lowest(start, low_bins), ratio)
        for start, ratio, low_bins in zip(starts.tolist(), best.tolist(), alike, strict=True)
    ]


def depth_ratios(density: Counts, low: Places, high: Places, min_rise: float) -> Counts:
    """Return the depth of the valley at each place, 1 where there is none.

    Arguments as in `deepest_valleys`, or of one density alone, shape (BINS,). Shape of `density`.
    """
    first, last = np.searchsorted(CENTRES, low, side="left"), np.searchsorted(CENTRES, high, side="right") - 1
    # only where a valley may be, with the next bin on either side; of the rest the highest densities count
    near = slice(max(int(np.min(first)) - 1, 0), int(np.max(last)) + 2)
    own = density[..., near]
    ratios = np.ones_like(density)
    if not own.size:
        return ratios
    highest = [
        part.max(axis=-1, initial=0.0)[..., np.newaxis]
        for part in (density[..., : near.start], density[..., near.stop :])
    ]
    left = np.maximum(np.maximum.accumulate(own, axis=-1), highest[0])
    right = np.maximum(np.maximum.accumulate(own[..., ::-1], axis=-1)[..., ::-1], highest[1])
    lower = np.minimum(left, right)
    ratio = np.divide(own, lower, out=np.ones_like(own), where=lower > 0)
    ratio[~_between_slopes(own, first - near.start, last - near.start)] = 1.0
    if min_rise > 0:
        at = np.nonzero(ratio < 1.0)
        is_noise = _rises(density, near.start, left, right, at) < min_rise
        ratio[tuple(index[is_noise] for index in at)] = 1.0
    ratios[..., near] = ratio
    return ratios


def _middle_of_lowest(start: int, alike: Mask) -> float:
    """Return the middle of the lowest stretch, whose first lowest bin is `start`; `alike` marks the bins as low."""
    length = int(np.argmin(alike[start:])) or BINS - start
    first = max(start - length + 1, 0)
    run = first + np.flatnonzero(alike[first : start + length])
    return float(CENTRES[run].mean())


def _rises(density: Counts, begin: int, left: Counts, right: Counts, at: tuple[NDArray[np.intp], ...]) -> Places:
    """Return by how many standard errors the lower mode beside each place holds more events than the place itself.

    Both are counted in windows of the same width, a quarter of the way between them to either side. `left` and `right`
    are the highest densities on either side of the bins from `begin` on, and `at` has the places, as indices of these.
    """
    end = begin + left.shape[-1]
    own, bins = density[..., begin:end], np.arange(begin, end)
    # the last bin to the left that is as high as any before it, and the first such bin to the right
    beyond = (
        begin - 1 - np.argmax(density[..., :begin][..., ::-1], axis=-1) if begin else np.zeros(density.shape[:-1], int)
    )
    top_left = np.maximum.accumulate(np.where(own >= left, bins, beyond[..., np.newaxis]), axis=-1)[at]
    beyond = end + np.argmax(density[..., end:], axis=-1) if end < BINS else np.full(density.shape[:-1], BINS - 1)
    top_right = np.where(own >= right, bins, beyond[..., np.newaxis])
    top_right = np.minimum.accumulate(top_right[..., ::-1], axis=-1)[..., ::-1][at]
    here = begin + at[-1]
    mode = np.where(left[at] <= right[at], top_left, top_right)
    reach = np.abs(mode - here) // 4
    upto = np.zeros((*density.shape[:-1], BINS + 1))
    np.cumsum(density, axis=-1, out=upto[..., 1:])

    def events(middle: NDArray[np.intp]) -> Places:
        ends = np.minimum(middle + reach + 1, BINS), np.maximum(middle - reach, 0)
        return np.asarray(upto[(*at[:-1], ends[0])] - upto[(*at[:-1], ends[1])])

    in_mode, in_valley = events(mode), events(here)
    return np.asarray((in_mode - in_valley) / np.sqrt(np.maximum(in_mode + in_valley, 1e-9)))


def _between_slopes(density: Counts, first: NDArray[np.intp], last: NDArray[np.intp]) -> Mask:
    """Mark the bins from first to last without the slopes at the ends on which the density goes on falling outwards."""
    size = density.shape[-1]
    bins = np.arange(size)
    first, last = first[..., np.newaxis], last[..., np.newaxis]
    inside = (bins >= first) & (bins <= last)
    falls = np.zeros(density.shape, dtype=np.bool_)
    falls[..., :-1] = density[..., 1:] < density[..., :-1]
    rises = np.zeros(density.shape, dtype=np.bool_)
    rises[..., 1:] = density[..., :-1] < density[..., 1:]
    # where the density falls out of the stretch, it begins at the next place that lies above its neighbour inwards
    climbs = np.take_along_axis(rises, np.minimum(first, size - 1), axis=-1)
    top = np.argmax((falls | (bins == last)) & inside, axis=-1)[..., np.newaxis]
    first = np.where(climbs, np.maximum(first, top), first)
    inside &= bins >= first
    climbs = np.take_along_axis(falls, np.clip(last, 0, size - 1), axis=-1)
    top = size - 1 - np.argmax(((rises | (bins == first)) & inside)[..., ::-1], axis=-1)[..., np.newaxis]
    last = np.where(climbs, np.minimum(last, top), last)
    return np.asarray(inside & (bins <= last))

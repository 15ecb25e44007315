"""Stretches of a run in which events came much faster or slower than usual: clogs, bursts, air, changes of the flow."""

import numpy as np
from numpy.typing import NDArray

from marrowgate.signal.stability.change_points import change_points, noise_of, window_means

Times = NDArray[np.float64]
Interval = tuple[float, float]

_EVENTS_PER_BIN, _FEWEST_BINS, _MOST_BINS = 100, 20, 400
_SMALLEST_PIECE = 3
_SURE = 4.0
_COARSE = 20


def unusual_rate(times: Times, max_fold: float) -> tuple[tuple[float, float, float], ...]:
    """Find stretches whose event rate differs from the usual one by more than a factor.

    The run is cut into pieces of constant rate. The pieces whose rates lie within `max_fold` above and below a common
    rate are kept, with that common rate for which most events are kept: a fast run that ends in a long trickle loses
    the trickle, and a run that slows down little by little loses nothing.

    Parameters
    ----------
    times : ndarray of float64, shape (n,)
        Ascending.
    max_fold : float
        Largest factor between a kept piece and the common rate, above 1.

    Returns
    -------
    tuple of (float, float, float)
        Start, end (not included) and rate over the mean rate of the kept pieces, for each piece that is not kept.
    """
    edges = _edges(times)
    counts = np.diff(np.searchsorted(times, edges)).astype(np.float64)
    level = 2 * np.sqrt(counts + 3 / 8)  # Anscombe 1948: counts of Poisson noise get a standard deviation of 1
    if counts.size < 2 * _SMALLEST_PIECE or not _could_be_unusual(level, float(np.median(counts)), max_fold):
        return ()
    ends = change_points(level, _SMALLEST_PIECE)
    starts = (0, *ends[:-1])
    pieces = list(zip(starts, ends, strict=True))
    rates = [float(counts[start:end].mean()) for start, end in pieces]
    low, high, usual = _kept_rates(np.array(rates), np.diff([0, *ends]), max_fold)
    cuts = [float(edges[0])]
    for index, end in enumerate(ends[:-1]):
        around = float(edges[max(end - 2, starts[index])]), float(edges[min(end + 2, ends[index + 1])])
        width = float(edges[1] - edges[0])
        cuts.append(_best_cut(times, around, rates[index] / width, rates[index + 1] / width))
    cuts.append(float(np.inf))
    return tuple(
        (cuts[index], cuts[index + 1], rate / usual) for index, rate in enumerate(rates) if not low <= rate <= high
    )


def _kept_rates(rates: Times, durations: NDArray[np.intp], max_fold: float) -> tuple[float, float, float]:
    """Return lowest and the highest rate that is kept and mean of the kept ones, so that most events are kept."""
    events = rates * durations
    kept = (rates >= rates[:, np.newaxis]) & (rates <= max_fold**2 * rates[:, np.newaxis]) & (rates[:, np.newaxis] > 0)
    best = kept[int(np.argmax(kept @ events))]
    return float(rates[best].min()), float(rates[best].max()), float(events[best].sum() / durations[best].sum())


def _edges(times: Times) -> Times:
    """Return the edges of bins of equal time; where the clock is coarse, a bin is a whole number of its ticks."""
    bins = int(np.clip(times.size // _EVENTS_PER_BIN, _FEWEST_BINS, _MOST_BINS))
    first, last = float(times[0]), float(times[-1])
    width = (last - first) / bins
    steps = np.diff(times)
    tick = float(steps[steps > 0].min())
    if width < _COARSE * tick:
        width = max(round(width / tick), 1) * tick
        bins = max(int((last - first) / width), 1)
        return np.asarray(first - tick / 2 + width * np.arange(bins + 1), dtype=np.float64)
    edges = np.linspace(first, last, bins + 1)
    edges[-1] = np.nextafter(last, np.inf)
    return edges


def _could_be_unusual(level: Times, usual: float, max_fold: float) -> bool:
    """Tell whether any window departs so far from the median rate that a stretch could."""
    means = window_means(level, _SMALLEST_PIECE)
    room = _SURE * max(1.0, noise_of(level)) / np.sqrt(_SMALLEST_PIECE)
    low, high = (2 * np.sqrt(rate + 3 / 8) for rate in (usual / max_fold, usual * max_fold))
    centre = 2 * np.sqrt(usual + 3 / 8)
    return bool(((means < min(low, centre - room)) | (means > max(high, centre + room))).any())


def _best_cut(times: Times, around: Interval, before: float, after: float) -> float:
    """Return the time at which the rate changed, by the likelihood of the event times under both rates (Poisson)."""
    first, last = (int(np.searchsorted(times, edge)) for edge in around)
    inside = times[first:last]
    tiny = 1e-3 * max(before, after)
    gain = np.log(max(before, tiny) / max(after, tiny))
    # events become rarer just after one of them, and more frequent with one of them
    own = 1 if before > after else 0
    cuts = np.concatenate([[around[0]], np.nextafter(inside, np.inf) if own else inside, [around[1]]])
    counted = np.concatenate([[0], np.arange(inside.size) + own, [inside.size]])
    likelihood = counted * gain - (before - after) * (cuts - around[0])
    return float(cuts[int(np.argmax(likelihood))])

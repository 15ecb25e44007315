"""Drift of a signal from the beginning to the end of a run: how far its distribution has moved as a whole.

The bright events of the first and of the last third of a run are compared as histograms on a logarithmic scale; the
drift is the shift at which the two are most alike (cross-correlation). Peaks that become higher or lower do not move
it, as a change in the mix of cells would move a mean.
"""

import numpy as np
from numpy.typing import NDArray

from marrowgate.stats.order_statistics import quantiles_of

Values = NDArray[np.floating]

_STEP, _SMOOTHING, _REACH = 0.02, 3, 40
_FEWEST_BRIGHT, _MOST_EVENTS = 400, 50_000
_ABOVE_NOISE, _ABOVE_DIM = 3.0, 10.0
_ALIKE = 0.8
_BETWEEN_THIRDS = 2 / 3


def signal_drift(values: Values) -> float | None:
    """Return the factor by which a signal changes from the first to the last event.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        One channel in the order of time, channel units.

    Returns
    -------
    float or None
        1 is no drift. None when it cannot be told: fewer than 400 bright events in a third, or distributions that no
        shift makes alike. Bright is what stands out of the noise around 0 and of the dimmest events.
    """
    third = values.size // 3
    step = max(1, third // _MOST_EVENTS)
    first, last = values[:third:step], values[values.size - third :: step]
    floor = _floor(np.concatenate([first, last])) if third else 0.0
    if floor <= 0:
        return None
    logs = [np.log(part[part > floor].astype(np.float64) / floor) for part in (first, last)]
    if min(part.size for part in logs) < _FEWEST_BRIGHT:
        return None
    bins = int(max(part.max() for part in logs) / _STEP) + 1
    shift = _best_shift(*(_histogram(part, bins) for part in logs))
    return None if shift is None else float(np.exp(shift * _STEP / _BETWEEN_THIRDS))


def _floor(values: Values) -> float:
    """Return 3 times the depth of the noise below 0, or 10 times the dimmest events, whichever is more."""
    (low,), (dim,) = quantiles_of(values, [0.01]), quantiles_of(np.abs(values), [0.05])
    return max(_ABOVE_NOISE * max(-low, 0.0), _ABOVE_DIM * dim)


def _histogram(logs: NDArray[np.float64], bins: int) -> NDArray[np.float64]:
    reach = 3 * _SMOOTHING
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / _SMOOTHING) ** 2)
    counts = np.bincount((logs / _STEP).astype(np.intp), minlength=bins)[:bins]
    return np.convolve(counts, kernel)[reach : reach + bins]


def _best_shift(first: NDArray[np.float64], last: NDArray[np.float64]) -> int | None:
    """Return the bins by which `last` is shifted against `first`; None when they are alike at no shift within reach."""
    # the norms are those of the whole histograms, so that a shift does not gain by pushing peaks out of sight
    norm = float(np.sqrt((first @ first) * (last @ last)))
    alike = np.correlate(np.pad(last, _REACH), first, "valid") / norm
    best = int(np.argmax(alike))
    at_the_end = best in {0, 2 * _REACH}
    return None if alike[best] < _ALIKE or at_the_end else best - _REACH

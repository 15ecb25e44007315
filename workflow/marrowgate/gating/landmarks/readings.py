"""How bright landmark cells are in every dimension: what tells whether a detector reads as it did."""

from collections.abc import Mapping

import numpy as np

from marrowgate.frozen import Frozen
from marrowgate.gating.landmarks.cells import MOST_EVENTS, EventRows, LandmarkCells, find_cells
from marrowgate.gating.sample_events import SampleEvents
from marrowgate.stats.order_statistics import quantiles_of

LANDMARK_DIMENSIONS = ("SSC-A", "CD45")
MEASURES = ("median", "upper", "width")
"""The median, the 84 % quantile, and the distance of the 16 % from the 84 % quantile."""
_QUANTILES = (0.16, 0.5, 0.84)
_DIGITS = 6

Readings = Mapping[str, Mapping[str, tuple[float, float, float]]]
"""Kind of landmark cells, then dimension, to `MEASURES` in channel units of the file."""


class CellsOfSample(Frozen):
    """The landmark cells of a sample.

    Parameters
    ----------
    looked_at : ndarray of intp
        Events that were looked at, evenly spread over the run; `cells` counts from the first of them.
    cells : LandmarkCells
        Where each kind is among them.
    """

    looked_at: EventRows
    cells: LandmarkCells


def cells_of_sample(sample_events: SampleEvents) -> CellsOfSample:
    """Find the landmark cells of a sample, by linear values alone, so that no scale has a say."""
    n_events = sample_events.file.n_events
    rows = np.arange(0, n_events, max(1, -(-n_events // MOST_EVENTS)))
    absent = [name for name in LANDMARK_DIMENSIONS if name not in sample_events.channels]
    if absent:
        return CellsOfSample(rows, LandmarkCells({}, f"the panel has no {' and no '.join(absent)}"))
    values = (sample_events.linear(name, rows) for name in LANDMARK_DIMENSIONS)
    return CellsOfSample(rows, find_cells(*values))


def sample_readings(sample_events: SampleEvents, of_sample: CellsOfSample) -> Readings:
    """Return how bright each kind of landmark cells of a sample is in each of its dimensions."""
    readings: dict[str, dict[str, tuple[float, float, float]]] = {kind: {} for kind in of_sample.cells.rows}
    for dimension in sample_events.channels if readings else ():
        values = sample_events.linear(dimension, of_sample.looked_at)
        for kind, at in of_sample.cells.rows.items():
            low, middle, high = quantiles_of(values[at], _QUANTILES)
            readings[kind][dimension] = (_rounded(middle), _rounded(high), _rounded(high - low))
    return readings


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")

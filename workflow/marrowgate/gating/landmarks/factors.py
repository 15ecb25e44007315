"""How many channel units of a file make one unit of a strategy's numbers: one factor for each channel and batch."""

from collections.abc import Mapping, Sequence

import numpy as np

from marrowgate.gating.landmarks.modes import Floats
from marrowgate.gating.landmarks.readings import CellsOfSample
from marrowgate.gating.landmarks.rows import LandmarkRow
from marrowgate.gating.sample_events import SampleEvents
from marrowgate.settings.strategies.scales import Home
from marrowgate.stats.order_statistics import median_of, quantiles_of

MOST_APART = 1.6
"""A sample whose landmark is further than this factor from the batch's is shifted."""
_DIGITS = 3


def sample_landmarks(sample_events: SampleEvents, home: Home, of_sample: CellsOfSample) -> tuple[LandmarkRow, ...]:
    """Find the landmarks of one sample.

    Parameters
    ----------
    sample_events : SampleEvents
        The events.
    home : Home
        Which landmarks there are, and what they have in the strategy's units.
    of_sample : CellsOfSample
        Its landmark cells.

    Returns
    -------
    tuple of LandmarkRow
        One for each landmark and dimension of the section that the panel has.
    """
    rows, cells = of_sample.looked_at, of_sample.cells
    measured = []
    for landmark in home.landmarks:
        at = cells.rows.get(landmark.of)
        for dimension, own in landmark.values.items():
            if dimension not in sample_events.channels:
                continue
            if at is None:
                reason = cells.reason or f"no {landmark.of}"
                measured.append(LandmarkRow(landmark.of, landmark.by, dimension, None, None, 0, "not_found", reason))
                continue
            value = _measured(sample_events.linear(dimension, rows[at]), landmark.by)
            row = LandmarkRow(landmark.of, landmark.by, dimension, value, value / own, at.size, "ok")
            measured.append(row if value > 0 else _without(row, f"{landmark.by} of {value:.3g}, which is no size"))
    return tuple(measured)


def batch_landmarks(samples: Sequence[Sequence[LandmarkRow]]) -> tuple[LandmarkRow, ...]:
    """Find what the samples of a batch agree on: the median of each landmark, so that a batch outvotes a sample.

    Parameters
    ----------
    samples : sequence of sequence of LandmarkRow
        Of each sample, in any order.

    Returns
    -------
    tuple of LandmarkRow
        One for each landmark that any sample has; doubtful when fewer than two in three samples that found it lie
        within `MOST_APART` of the median.
    """
    names = list(dict.fromkeys(row.name for rows in samples for row in rows))
    return tuple(_agreed([row for rows in samples for row in rows if row.name == name]) for name in names)


def against_batch(own: Sequence[LandmarkRow], factors: Mapping[str, float]) -> tuple[LandmarkRow, ...]:
    """Say of a sample's landmarks which lie far from the batch's factors, which are used all the same."""
    return tuple(_compared(row, factors.get(row.dimension)) for row in own)


def factors_of(batch: Sequence[LandmarkRow]) -> dict[str, float]:
    """Return the factor of each dimension: that of its first landmark that was found. Rounded to three digits."""
    factors: dict[str, float] = {}
    for row in batch:
        if row.factor is not None:
            factors.setdefault(row.dimension, _rounded(row.factor))
    return factors


def doubtful_dimensions(batch: Sequence[LandmarkRow]) -> tuple[str, ...]:
    """Return the dimensions whose factor is that of a landmark in doubt, see `factors_of`."""
    used: dict[str, LandmarkRow] = {}
    for row in batch:
        if row.factor is not None:
            used.setdefault(row.dimension, row)
    return tuple(name for name, row in used.items() if row.status == "doubtful")


def _measured(values: Floats, by: str) -> float:
    if by == "upper":
        return quantiles_of(values, [0.84])[0]
    middle = median_of(values)
    return middle if by == "median" else middle - quantiles_of(values, [0.16])[0]


def _without(row: LandmarkRow, reason: str) -> LandmarkRow:
    return LandmarkRow(*row.name, None, None, row.n, "not_found", reason)


def _agreed(rows: Sequence[LandmarkRow]) -> LandmarkRow:
    known = [row for row in rows if row.value is not None and row.factor is not None]
    if not known:
        return LandmarkRow(*rows[0].name, None, None, 0, "not_found", rows[0].reason)
    value = float(np.median([row.value for row in known if row.value is not None]))
    factor = float(np.median([row.factor for row in known if row.factor is not None]))
    near = [row for row in known if row.factor is not None and not _apart(row.factor, factor)]
    agreed = LandmarkRow(*rows[0].name, value, factor, len(known), "ok")
    if 3 * len(near) >= 2 * len(known):
        return agreed
    reason = f"{len(near)} of {len(known)} samples lie within a factor of {MOST_APART:g} of the median"
    return LandmarkRow(*rows[0].name, value, factor, len(known), "doubtful", reason)


def _compared(row: LandmarkRow, factor: float | None) -> LandmarkRow:
    if row.factor is None or factor is None or not _apart(row.factor, factor):
        return row
    reason = f"{row.factor / factor:.2f} times that of the batch"
    return LandmarkRow(*row.name, row.value, row.factor, row.n, "shifted", reason)


def _apart(first: float, other: float) -> bool:
    return max(first, other) > MOST_APART * min(first, other)


def _rounded(factor: float) -> float:
    return float(f"{factor:.{_DIGITS}g}")

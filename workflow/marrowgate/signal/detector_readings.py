"""Whether the detectors of a whole batch read otherwise than in a release.

A sample alone cannot always tell: where people differ by 8 % in a marker, a detector that was turned up by 30 % lies
within what they differ by. The middle of several samples of a batch can.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from marrowgate.signal.checks import Check, at_most

LEAST_FOLD = 1.1
"""A smaller change does not matter to a gate: 10 % move a boundary by less than 0.01 of full scale."""
MIN_SAMPLES = 3
"""Samples of a batch that say something of its middle."""
_OF_MEDIAN = math.pi / 2
"""Variance of the median of many normal values, by that of their mean."""


@dataclass(frozen=True)
class ReferenceReading:
    """How one detector of a sample reads against a release.

    Parameters
    ----------
    ratio : float
        By which factor.
    limit_fold : float
        Factor up to which one sample is called unchanged: a prediction interval.
    n_released : int
        Samples of the release that it rests on.
    """

    ratio: float
    limit_fold: float
    n_released: int


def batch_checks(
    own: Mapping[str, ReferenceReading], batch: Sequence[Mapping[str, ReferenceReading]]
) -> tuple[Check, ...]:
    """Hold the middle of a batch's samples against the release, in each dimension that a sample was watched in.

    Parameters
    ----------
    own : mapping of str to ReferenceReading
        Dimension to reading of the sample whose rows these are.
    batch : sequence of mapping of str to ReferenceReading
        Of all stained samples of its panel and batch, itself among them.

    Returns
    -------
    tuple of Check
        ``reference_fold_of_batch_<dimension>``; none where fewer than `MIN_SAMPLES` samples were watched.
    """
    checks = []
    for dimension in own:
        readings = [sample[dimension] for sample in batch if dimension in sample]
        if len(readings) >= MIN_SAMPLES:
            checks.append(_batch_check(dimension, readings))
    return tuple(checks)


def _batch_check(dimension: str, readings: Sequence[ReferenceReading]) -> Check:
    from statistics import median

    away = median(math.log(reading.ratio) for reading in readings)
    one, n = readings[0], len(readings)
    # the interval of one more sample holds its own variance and that of the release's middle
    share = (_OF_MEDIAN / n + 1 / one.n_released) / (1 + 1 / one.n_released)
    limit = max(LEAST_FOLD, math.exp(math.log(one.limit_fold) * math.sqrt(share)))
    reason = f"{dimension} reads {math.exp(away):.2f} times that of the release in the middle of {n} samples"
    return at_most(f"reference_fold_of_batch_{dimension}", math.exp(abs(away)), limit, reason)

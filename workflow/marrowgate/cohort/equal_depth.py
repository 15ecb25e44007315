"""Counts of one measure on the log scale at one depth, so that no arm's values rest on more cells than another's."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from marrowgate.cohort.readings import Reading
from marrowgate.stats.thinning import thinned_log2

LOW_QUANTILE = 0.1
"""Of each arm and phase: a single sample with few cells does not set the depth, an arm or a phase does."""


def equal_depth(readings: Sequence[Reading], arms: Mapping[str, str]) -> tuple[Reading, ...]:
    """Return the readings of one measure with their log2 at a common depth.

    Each count is thinned to the depth of the arm and phase with the fewest cells, as `thinned_log2`; samples with fewer
    still keep their own. Readings that are no counts stay as they are.

    Parameters
    ----------
    readings : sequence of Reading
        Of one measure.
    arms : mapping of str to str
        Arm of each patient.
    """
    depth = common_depth(readings, arms)
    if math.isnan(depth):
        return tuple(readings)
    return tuple(_at_depth(reading, depth) for reading in readings)


def common_depth(readings: Sequence[Reading], arms: Mapping[str, str]) -> float:
    """Return the exposure that all counts are thinned to; NaN where nothing is a count."""
    exposures: dict[tuple[str, str], list[float]] = defaultdict(list)
    for reading in readings:
        if reading.is_count:
            exposures[arms.get(reading.visit.patient_id, ""), reading.visit.phase].append(reading.exposure)
    return min((float(np.quantile(own, LOW_QUANTILE)) for own in exposures.values()), default=math.nan)


def _at_depth(reading: Reading, depth: float) -> Reading:
    if reading.n_events is None or not reading.is_count:
        return reading
    share = min(depth / reading.exposure, 1.0)
    log2 = thinned_log2(reading.n_events, share) - math.log2(reading.exposure * share)
    return replace(reading, log2=log2, depth=reading.exposure * share)

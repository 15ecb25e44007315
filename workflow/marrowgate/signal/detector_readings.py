"""Whether the detectors of a whole batch read otherwise than in a release.

A sample alone cannot always tell: where people differ by 8 % in a marker, a detector that was turned up by 30 % lies
within what they differ by. The middle of several patients of a batch can.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import chain

from marrowgate.frozen import Frozen
from marrowgate.signal.checks import Check, at_most

LEAST_FOLD = 1.1
"""A smaller change does not matter to a gate: 10 % move a boundary by less than 0.01 of full scale."""
MIN_PATIENTS = 3
"""Patients of a batch that say something of its middle."""
_OF_MIDDLE = math.pi / 3
"""Variance of the Hodges-Lehmann middle of many normal values, by that of their mean."""


class ReferenceReading(Frozen):
    """How one detector of a sample reads against a release.

    Parameters
    ----------
    ratio : float
        By which factor.
    reach : float
        What patients differ by (ln): a quantile of t times their standard deviation, as the release shows it.
    n_released : int
        Patients of the release that it rests on.
    """

    ratio: float
    reach: float
    n_released: int


BatchReadings = Sequence[tuple[str, Mapping[str, ReferenceReading]]]
"""Patient of each sample, and dimension to its reading."""


def batch_checks(batch: BatchReadings) -> tuple[Check, ...]:
    """Hold the middle of a batch's patients against the release, in each dimension that they were watched in.

    Parameters
    ----------
    batch : BatchReadings
        Of all stained samples of a panel and batch.

    Returns
    -------
    tuple of Check
        ``reference_fold_of_batch_<dimension>``; none where fewer than `MIN_PATIENTS` patients were watched.
    """
    checks = []
    for dimension in sorted({name for _, readings in batch for name in readings}):
        of_patient: dict[str, list[ReferenceReading]] = {}
        for patient, readings in batch:
            if dimension in readings:
                of_patient.setdefault(patient, []).append(readings[dimension])
        if len(of_patient) >= MIN_PATIENTS:
            checks.append(_batch_check(dimension, list(of_patient.values())))
    return tuple(checks)


def _batch_check(dimension: str, of_patients: Sequence[Sequence[ReferenceReading]]) -> Check:
    from statistics import mean

    from marrowgate.stats.robust import hodges_lehmann

    n = len(of_patients)
    away = hodges_lehmann([mean(math.log(reading.ratio) for reading in own) for own in of_patients])
    # a sample that lacks some cells was watched in fewer: the dullest counts
    dullest = max(chain.from_iterable(of_patients), key=lambda reading: reading.reach)
    limit = max(LEAST_FOLD, math.exp(dullest.reach * math.sqrt(_OF_MIDDLE / n + 1 / dullest.n_released)))
    reason = f"{dimension} reads {math.exp(away):.2f} times that of the release in the middle of {n} patients"
    return at_most(f"reference_fold_of_batch_{dimension}", math.exp(abs(away)), limit, reason)

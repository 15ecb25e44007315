"""Whether a conclusion holds when gates, or whole values, are moved within their own uncertainty."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marrowgate.cohort.compared_arms import ComparedArms
from marrowgate.cohort.contrasts.changes import Pairs
from marrowgate.cohort.courses import Course, window_weights
from marrowgate.cohort.visits import Clock
from marrowgate.stats.two_arms import ALPHA, Estimate, welch

Floats = NDArray[np.float64]
STABLE_SHARE = 0.95


@dataclass(frozen=True)
class Gated:
    """The change of each patient as a weighted sum of its readings, with the gates' uncertainty of each reading.

    Parameters
    ----------
    change : ndarray of float64, shape (patients,)
        Change from baseline, log2.
    in_first : ndarray of bool, shape (patients,)
        Whether the patient is in the first arm.
    weights : ndarray of float64, shape (patients, readings)
        Weight of each reading in each change.
    gate_sd : ndarray of float64, shape (readings,)
        Standard deviation of each log2 value from its gates alone; 0 where it is not known.
    batches : tuple of str
        Batch of each reading.
    n_known : int
        Readings of which the gates' uncertainty is known.
    """

    change: Floats
    in_first: NDArray[np.bool_]
    weights: Floats
    gate_sd: Floats
    batches: tuple[str, ...]
    n_known: int


def gated_changes(courses: Mapping[str, Course], arms: ComparedArms, clock: Clock) -> Gated:
    """Write the changes over the window as weighted sums of readings.

    Parameters
    ----------
    courses : mapping of str to Course
        Of one measure, by patient_id.
    arms : ComparedArms
        Arm of each patient that is compared.
    clock : Clock
        Time scale that the mean over the window was made with.
    """
    kept = [course for p, course in courses.items() if p in arms and course.baselines and course.window]
    parts = [
        (patient, reading, weight)
        for patient, course in enumerate(kept)
        for readings, own in (
            (course.window, window_weights(course.window, clock)),
            (course.baselines, np.full(len(course.baselines), -1.0 / len(course.baselines))),
        )
        for reading, weight in zip(readings, own.tolist(), strict=True)
    ]
    weights = np.zeros((len(kept), len(parts)))
    for column, (patient, _, weight) in enumerate(parts):
        weights[patient, column] = weight
    sds = np.array([reading.gate_log2_sd for _, reading, _ in parts], dtype=np.float64)
    return Gated(
        weights @ np.array([reading.log2 for _, reading, _ in parts], dtype=np.float64),
        np.array([arms.is_first(course.patient_id) for course in kept], dtype=np.bool_),
        weights,
        np.nan_to_num(sds),
        tuple(reading.batch for _, reading, _ in parts),
        int(np.count_nonzero(~np.isnan(sds))),
    )


def move_gates(gated: Gated, draws: int, seed: int, *, by_batch: bool) -> tuple[Estimate, str]:
    """Repeat the change score with all gates moved at random, the counts as they are.

    Parameters
    ----------
    gated : Gated
        At least two patients in each arm.
    draws, seed : int
        Number of draws and their seed.
    by_batch : bool
        True: one draw for all samples of a batch, as when they share a boundary. False: one for each sample.

    Returns
    -------
    tuple of (Estimate, str)
        Median and 95 % range of the estimates, with how many draws end like the values in its note; and ``stable``, or
        ``unstable`` when fewer than 95 % do.
    """
    names = sorted(set(gated.batches)) if by_batch else []
    mover = np.array([names.index(batch) for batch in gated.batches]) if by_batch else np.arange(gated.gate_sd.size)
    normal = np.random.default_rng(seed).standard_normal((draws, len(names) if by_batch else gated.gate_sd.size))
    changes = gated.change + (normal[:, mover] * gated.gate_sd) @ gated.weights.T
    return drawn_stability(welch(*_arms(gated, gated.change)), [welch(*_arms(gated, row)) for row in changes])


def move_values(pairs: Pairs, draws: int, seed: int) -> tuple[Estimate, str]:
    """Repeat the change score with every change drawn from its measurement uncertainty, of counting and gates together.

    Parameters
    ----------
    pairs : Pairs
        With the standard deviation of each change.
    draws, seed : int
        Number of draws and their seed.

    Returns
    -------
    tuple of (Estimate, str)
        As `move_gates`.
    """
    sd = np.nan_to_num(pairs.sd)
    normal = np.random.default_rng(seed).standard_normal((draws, sd.size))
    drawn = [welch(*pairs.of_arms(row)) for row in pairs.change + normal * sd]
    return drawn_stability(welch(*pairs.of_arms(pairs.change)), drawn)


def drawn_stability(seen: Estimate, drawn: list[Estimate]) -> tuple[Estimate, str]:
    """Say how many of the drawn contrasts end like the one seen: on the same side of 5 %, and there of zero."""
    same = sum(
        (draw.p < ALPHA) == (seen.p < ALPHA) and (seen.p >= ALPHA or draw.value * seen.value > 0) for draw in drawn
    )
    low, middle, high = np.quantile([draw.value for draw in drawn], (0.025, 0.5, 0.975))
    stability = f"{same} of {len(drawn)} draws end like the values themselves (p below 5 % or not)"
    status = "stable" if same >= STABLE_SHARE * len(drawn) else "unstable"
    return Estimate(float(middle), float(low), float(high), float("nan"), stability), status


def _arms(gated: Gated, values: Floats) -> tuple[Floats, Floats]:
    return values[gated.in_first], values[~gated.in_first]

"""Contrasts of one value per patient: the change from baseline, several methods side by side."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marrowgate.cohort.compared_arms import ComparedArms
from marrowgate.cohort.courses import Course, expected_peak
from marrowgate.errors import NotEstimableError
from marrowgate.stats.negative_binomial import PatientCounts, negative_binomial
from marrowgate.stats.two_arms import Estimate, hodges_lehmann, permutation_p, regression, welch

Floats = NDArray[np.float64]
Row = dict[str, Any]
MOST_EXCLUDED_MORE = 0.1
"""Share of an arm's patients that may have too few visits for a peak beyond that of the other arm."""


@dataclass(frozen=True)
class Pairs:
    """Baseline and value to compare of each patient who has both, on the log2 scale.

    Parameters
    ----------
    patient_ids : tuple of str
        Patients.
    in_first : ndarray of bool, shape (n,)
        Whether the patient is in the first arm.
    baseline, value, sd : ndarray of float64, shape (n,)
        Both values, and the standard deviation of their difference from measurement alone.
    """

    patient_ids: tuple[str, ...]
    in_first: NDArray[np.bool_]
    baseline: Floats
    value: Floats
    sd: Floats

    @property
    def change(self) -> Floats:
        """Change from baseline."""
        return self.value - self.baseline

    @property
    def counts(self) -> tuple[int, int]:
        """Patients of the first and of the second arm."""
        return int(self.in_first.sum()), int((~self.in_first).sum())

    def of_arms(self, values: Floats) -> tuple[Floats, Floats]:
        """Return the values of the first and of the second arm."""
        return values[self.in_first], values[~self.in_first]


def make_pairs(courses: Mapping[str, Course], arms: ComparedArms, part: str) -> Pairs:
    """Collect the patients who have a baseline and the named summary.

    Parameters
    ----------
    courses : mapping of str to Course
        By patient_id.
    arms : ComparedArms
        Arm of each patient that is compared.
    part : str
        A summary of `Course` (``window_mean``, ``peak``, ``last``, ``off``) or ``peak_matched``: the expected highest
        of as many visits as the arm with fewer visits has at the median; patients with fewer are left out.
    """
    matched = _matched_visits(courses, arms) if part == "peak_matched" else 0
    patients = []
    for patient_id, course in courses.items():
        if patient_id not in arms or course.baseline is None:
            continue
        if part == "peak_matched":
            values = [reading.log2 for reading in course.window]
            if 0 < matched <= len(values):
                patients.append((patient_id, course.baseline.log2, expected_peak(values, matched), math.nan))
        elif (point := getattr(course, part)) is not None:
            sd = math.hypot(point.log2_sd, course.baseline.log2_sd)
            patients.append((patient_id, course.baseline.log2, point.log2, sd))
    numbers = np.array([entry[1:] for entry in patients], dtype=np.float64).reshape(-1, 3)
    in_first = np.array([arms.is_first(entry[0]) for entry in patients], dtype=np.bool_)
    return Pairs(tuple(entry[0] for entry in patients), in_first, numbers[:, 0], numbers[:, 1], numbers[:, 2])


def change_score(pairs: Pairs) -> Estimate:
    """Compare the arms' mean changes (Welch)."""
    return welch(*pairs.of_arms(pairs.change))


def ancova(pairs: Pairs) -> Estimate:
    """Compare the arms' values at equal baseline."""
    return regression(pairs.value, pairs.in_first, pairs.baseline[:, None])


def companions(pairs: Pairs, draws: int, seed: int) -> list[tuple[str, Estimate]]:
    """Return the methods that stand beside the change score.

    Parameters
    ----------
    pairs : Pairs
        At least two patients in each arm.
    draws, seed : int
        For the permutation test.

    Returns
    -------
    list of (str, Estimate)
        Method and estimate: analysis of covariance, permutation of patients, Hodges-Lehmann shift.
    """
    first, second = pairs.of_arms(pairs.change)
    p, how = permutation_p(first, second, draws, seed)
    mean = float(first.mean() - second.mean())
    rows = [("permutation", Estimate(mean, math.nan, math.nan, p, f"{how}; no interval by this method"))]
    rows.append(("hodges_lehmann", hodges_lehmann(first, second)))
    try:
        adjusted = ancova(pairs)
    except NotEstimableError as error:
        adjusted = Estimate(math.nan, math.nan, math.nan, math.nan, f"baseline and arm cannot be told apart: {error}")
    return [("ancova", adjusted), *rows]


def unequal_exclusion(courses: Mapping[str, Course], arms: ComparedArms) -> str:
    """Say why a peak is not compared: patients with too few visits for it are not shared alike by the arms.

    Who stops early after a rise would be left out with the rise. Empty where the arms lose alike.
    """
    matched = _matched_visits(courses, arms)
    shares = []
    for arm in arms.pair:
        own = [course for p, course in courses.items() if arms.get(p) == arm and course.baseline and course.window]
        shares.append(sum(len(course.window) < matched for course in own) / len(own) if own else 0.0)
    if abs(shares[0] - shares[1]) <= MOST_EXCLUDED_MORE:
        return ""
    excluded = " and ".join(
        f"{100 * share:.0f} % of the {arm} arm" for share, arm in zip(shares, arms.pair, strict=True)
    )
    return f"the peak of {matched} visits would leave out {excluded}: peaks are not compared"


def count_contrast(courses: Mapping[str, Course], arms: ComparedArms) -> tuple[Estimate, tuple[int, int]] | None:
    """Compare the counts behind a measure per 100 CD45+ cells; None for measures that are no such counts."""
    sums_of_patients = []
    for patient_id, course in courses.items():
        window, before = course.window, course.baselines
        if patient_id not in arms or not window or not before:
            continue
        if any(reading.n_events is None or not reading.n_reference for reading in (*window, *before)):
            return None
        sums = (_sum(part, name) for part in (before, window) for name in ("n_events", "n_reference"))
        sums_of_patients.append((*sums, arms.is_first(patient_id)))
    if not sums_of_patients:
        return None
    n_before, cells_before, n_window, cells_window = np.array(
        [entry[:4] for entry in sums_of_patients], dtype=np.float64
    ).T
    in_first = np.array([entry[4] for entry in sums_of_patients], dtype=np.bool_)
    # half an event in as many cells as the arm with fewer had before treatment: one share for all, whatever was counted
    least = 0.5 / min(float(np.median(cells_before[arm])) for arm in (in_first, ~in_first) if arm.any())
    expected = cells_window * (n_before / cells_before + least)
    estimate = negative_binomial(PatientCounts(n_window, expected, in_first))
    return estimate, (int(in_first.sum()), int((~in_first).sum()))


def _sum(readings: Sequence[Any], name: str) -> float:
    return float(sum(getattr(reading, name) for reading in readings))


def _matched_visits(courses: Mapping[str, Course], arms: ComparedArms) -> int:
    counts: dict[str, list[int]] = {}
    for patient_id, course in courses.items():
        if patient_id in arms and course.window:
            counts.setdefault(arms[patient_id], []).append(len(course.window))
    return int(min((median(own) for own in counts.values()), default=0))

"""The lead row of a change: counts as counts, other values by the difference of mean changes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marrowgate.cohort.compared_arms import ComparedArms
from marrowgate.cohort.contrasts import changes
from marrowgate.cohort.contrasts.count_pairs import paired_counts
from marrowgate.cohort.contrasts.estimate_row import estimate_row
from marrowgate.cohort.courses import Course
from marrowgate.cohort.visits import Clock
from marrowgate.errors import NotEstimableError
from marrowgate.stats.conditional_binomial import compare_counts
from marrowgate.stats.two_arms import Estimate, welch

Row = dict[str, Any]
Floats = NDArray[np.float64]
UNITS = {
    "_per_100_cd45": "per 100 CD45+ cells",
    "_per_ul": "cells per uL",
    "_per_ml": "per mL",
    "_ratio_fi": "ratio to the control",
    "_abc": "molecules per cell",
    "_median_fi": "median fluorescence",
    "_pct": "%",
}
LEVELS = {"window_mean": "window_mean", "last": "last", "off": "off"}


@dataclass(frozen=True)
class Lead:
    """The lead comparison of a change.

    Parameters
    ----------
    method : str
        ``conditional_binomial`` for counts, else ``change_score``.
    estimate : Estimate
        NaN throughout where there is none; the note says why.
    counts : tuple of int
        Patients of the first and of the second arm.
    influence : ndarray of float64
        What each patient of the pairs adds to the estimate; empty where there is none.
    """

    method: str
    estimate: Estimate
    counts: tuple[int, int]
    influence: Floats


def lead_contrast(
    courses: Mapping[str, Course], arms: ComparedArms, clock: Clock, part: str, pairs: changes.Pairs
) -> Lead:
    """Compare the arms' changes by the method that leads.

    Parameters
    ----------
    courses : mapping of str to Course
        Of one measure, by patient_id.
    arms : ComparedArms
        Arm of each patient that is compared.
    clock : Clock
        Time scale.
    part : str
        A summary of `Course`, or ``peak_matched``.
    pairs : Pairs
        Baseline and summary of the same patients, at least two in each arm.
    """
    in_first = {patient_id: arms.is_first(patient_id) for patient_id in arms}
    counts = paired_counts(courses, in_first, part, clock)
    if counts is None:
        return Lead("change_score", changes.change_score(pairs), pairs.counts, welch_influence(pairs))
    try:
        compared = compare_counts(counts, pairs.baseline)
    except NotEstimableError as error:
        nothing = Estimate(math.nan, math.nan, math.nan, math.nan, str(error))
        return Lead("conditional_binomial", nothing, pairs.counts, np.zeros(0))
    return Lead("conditional_binomial", compared.estimate, pairs.counts, compared.influence)


def welch_influence(pairs: changes.Pairs) -> Floats:
    """Return what each patient adds to the difference of the arms' mean changes."""
    influence = np.zeros(pairs.change.size)
    for arm, sign in ((pairs.in_first, 1.0), (~pairs.in_first, -1.0)):
        own = pairs.change[arm]
        influence[arm] = sign * (own - own.mean()) / own.size
    return influence


def lead_row(
    courses: Mapping[str, Course],
    arms: ComparedArms,
    clock: Clock,
    name: tuple[str, str, str],
    part: str,
) -> tuple[Row, Lead] | None:
    """Return the lead row of a comparison; None where an arm has fewer than two patients.

    Parameters
    ----------
    courses, arms, clock
        As `lead_contrast`.
    name : tuple of str
        Measure, endpoint and contrast.
    part : str
        A summary of `Course`.
    """
    pairs = changes.make_pairs(courses, arms, part)
    if min(pairs.counts) < 2:
        return None
    lead = lead_contrast(courses, arms, clock, part, pairs)
    measure, endpoint, contrast = name
    row = estimate_row(endpoint, contrast, lead.method, lead.estimate, lead.counts)
    if part in LEVELS and row["estimate"] is not None and not math.isnan(row["estimate"]):
        row |= original_difference(courses, arms, measure, LEVELS[part])
    return row, lead


def original_difference(courses: Mapping[str, Course], arms: ComparedArms, measure: str, part: str) -> Row:
    """Return the difference of the arms' mean changes in the unit of the measure (Welch), for the lead row."""
    own: dict[str, list[float]] = {arm: [] for arm in arms.pair}
    for patient_id, course in courses.items():
        point = getattr(course, part)
        if patient_id in arms and point is not None and course.baseline is not None:
            own[arms[patient_id]].append(point.value - course.baseline.value)
    first, second = (np.array(own[arm]) for arm in arms.pair)
    if min(first.size, second.size) < 2:
        return {}
    difference = welch(first, second)
    return {
        "difference": difference.value,
        "difference_low": difference.low,
        "difference_high": difference.high,
        "difference_unit": unit_of(measure),
    }


def unit_of(measure: str) -> str:
    """Return the unit that values of a measure are read in, in words; the measure's own words where none is known."""
    return next((unit for end, unit in UNITS.items() if measure.endswith(end)), measure.replace("_", " "))

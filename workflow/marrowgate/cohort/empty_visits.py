"""Visits without any event between visits with many: no biology that a model of counts knows."""

from collections.abc import Iterable, Mapping

import numpy as np

from marrowgate.cohort.compared_arms import ComparedArms
from marrowgate.cohort.courses import Course
from marrowgate.cohort.design import Finding

MANY_EVENTS = 10.0
"""Events that a visit would have by the lower of the visits before and after: none is then a chance of 1 in 20,000."""
MOST_EMPTY = 0.02
"""Share of the visits between two others above which such empty ones are flagged."""


def empty_visits(courses: Mapping[str, Course], arms: ComparedArms) -> Iterable[Finding]:
    """Flag counts of which too many are nothing where the visits before and after give many.

    A patient's first and last visit are not judged: cells that come or go under treatment leave none there.

    Parameters
    ----------
    courses : mapping of str to Course
        Of one measure, by patient_id.
    arms : ComparedArms
        The patients that are compared.
    """
    total = empty = 0
    for patient_id, course in courses.items():
        own = [reading for reading in (*course.baselines, *course.window) if reading.is_count]
        if patient_id not in arms or len(own) < 3:
            continue
        events = np.array([reading.n_events or 0 for reading in own], dtype=np.float64)
        exposures = np.array([reading.exposure for reading in own])
        rates = events / exposures
        expected = np.minimum(rates[:-2], rates[2:]) * exposures[1:-1]
        total += expected.size
        empty += int(((events[1:-1] == 0) & (expected >= MANY_EVENTS)).sum())
    if empty > MOST_EMPTY * total:
        sentence = (
            f"{empty} of {total} visits between two others have no event at all although the visits before and after "
            f"would give at least {MANY_EVENTS:g}: look at the gates and samples of these visits, "
            "no model of counts expects them"
        )
        yield Finding("empty_visits", "flagged", sentence)

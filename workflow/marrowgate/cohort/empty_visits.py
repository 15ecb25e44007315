"""Visits without any event in patients who have many at their other visits: no biology that a model of counts knows."""

from collections.abc import Iterable, Mapping

import numpy as np

from marrowgate.cohort.compared_arms import ComparedArms
from marrowgate.cohort.courses import Course
from marrowgate.cohort.design import Finding

MANY_EVENTS = 10.0
"""Events that a visit would have by the median of the patient's other visits: none is then a chance of 1 in 20,000."""
MOST_EMPTY = 0.02
"""Share of the visits above which such empty ones are flagged."""


def empty_visits(courses: Mapping[str, Course], arms: ComparedArms) -> Iterable[Finding]:
    """Flag counts of which too many are nothing where the patient's other visits would give many.

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
        if patient_id not in arms or len(own) < 2:
            continue
        events = np.array([reading.n_events or 0 for reading in own], dtype=np.float64)
        exposures = np.array([reading.exposure for reading in own])
        total += events.size
        for visit in np.flatnonzero(events == 0):
            others = np.delete(events / exposures, visit)
            empty += float(np.median(others)) * exposures[visit] >= MANY_EVENTS
    if empty > MOST_EMPTY * total:
        sentence = (
            f"{empty} of {total} visits have no event at all although the patient's other visits would give at least "
            f"{MANY_EVENTS:g}: look at the gates and samples of these visits, no model of counts expects them"
        )
        yield Finding("empty_visits", "flagged", sentence)

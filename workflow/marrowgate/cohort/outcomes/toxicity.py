"""Toxicity from one row per event: each patient counts once per term, with the highest grade."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from marrowgate.cohort.outcomes.outcome_row import outcome_row
from marrowgate.settings.sheets import Patient, Toxicity
from marrowgate.stats.intervals import binomial_interval

Row = dict[str, Any]
GRADES = (("grade_1_2", range(1, 3)), ("grade_3_4", range(3, 5)), ("grade_5", range(5, 6)))


def toxicity_rows(arm: str, patients: Sequence[Patient], toxicity: Sequence[Toxicity]) -> Iterable[Row]:
    """Give, for each term, the share of patients with grades 1-2, 3-4 and 5, and the treatment-related deaths.

    Parameters
    ----------
    arm : str
        Name of the group.
    patients : sequence of Patient
        The group; all of them are the denominator.
    toxicity : sequence of Toxicity
        Rows of the toxicity sheet, of all groups; none means that toxicity was not recorded, and no row is given.
    """
    own = {patient.patient_id for patient in patients}
    if not toxicity:
        return
    # a term that only other groups have is none of this group's, not unknown
    highest: dict[str, dict[str, int]] = {event.term: {} for event in toxicity}
    for event in toxicity:
        if event.patient_id in own:
            patients_of = highest[event.term]
            patients_of[event.patient_id] = max(event.grade, patients_of.get(event.patient_id, 0))
    for term, grades in sorted(highest.items()):
        for name, wanted in GRADES:
            x = sum(grade in wanted for grade in grades.values())
            if name != "grade_5" or x:
                note = f"{term}: highest grade of each patient"
                yield _share(f"toxicity_{_word(term)}_{name}_proportion", arm, x, len(own), note)
    dead = {event.patient_id for event in toxicity if event.treatment_related_death == "yes"} & own
    note = "patients without a row in the toxicity sheet count as without toxicity"
    yield _share("treatment_related_death_proportion", arm, len(dead), len(own), note)


def _share(measure: str, arm: str, x: int, n: int, note: str) -> Row:
    low, high = binomial_interval(x, n)
    return outcome_row(measure, arm, n, x, x / n, low=low, high=high, method="clopper_pearson", note=note)


def _word(term: str) -> str:
    return re.sub(r"\W+", "_", term.strip().lower()).strip("_")

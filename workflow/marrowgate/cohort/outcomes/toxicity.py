"""Toxicity from one row per event: each patient counts once per term, with the highest grade."""

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

from marrowgate.cohort.outcomes.outcome_row import outcome_row
from marrowgate.endpoint_names import OutcomeMeasure
from marrowgate.settings.outcome_words import one_spelling
from marrowgate.settings.sheets import Patient, Toxicity
from marrowgate.stats.intervals import binomial_interval

Row = dict[str, Any]
GRADES = (("grade_1_2", range(1, 3)), ("grade_3_4", range(3, 5)), ("grade_5", range(5, 6)))
NO_ROW = "patients without a row in the toxicity sheet count as without toxicity, unless toxicity_evaluable is no"


def toxicity_rows(arm: str, patients: Sequence[Patient], toxicity: Sequence[Toxicity]) -> Iterable[Row]:
    """Give, for each term, the share of patients with grades 1-2, 3-4 and 5, and the treatment-related deaths.

    Parameters
    ----------
    arm : str
        Name of the group.
    patients : sequence of Patient
        The group.
    toxicity : sequence of Toxicity
        Rows of the toxicity sheet, of all groups; none means that toxicity was not recorded, and no row is given.
        Spellings of a term that differ in case, blanks or dashes are one term.

    Returns
    -------
    iterable of dict
        Each share over all treated patients and over the evaluable ones, with exact limits (Clopper and Pearson 1934).
    """
    if not toxicity:
        return
    names = one_spelling(event.term for event in toxicity)
    evaluable = {patient.patient_id for patient in patients if patient.toxicity_evaluable != "no"}
    denominators = {"all_treated": {patient.patient_id for patient in patients}, "evaluable": evaluable}
    dead = {event.patient_id for event in toxicity if event.treatment_related_death == "yes"}
    for denominator, own in denominators.items():
        # a term that only other groups have is none of this group's, not unknown
        highest: dict[str, dict[str, int]] = {term: {} for term in names.values()}
        for event in toxicity:
            if event.patient_id in own:
                grades = highest[names[event.term]]
                grades[event.patient_id] = max(event.grade, grades.get(event.patient_id, 0))
        for term, grades in sorted(highest.items()):
            for name, wanted in GRADES:
                x = sum(grade in wanted for grade in grades.values())
                if name != "grade_5" or x:
                    note = f"{term}: highest grade of each patient"
                    measure = OutcomeMeasure("toxicity", f"{_word(term)}_{name}_{denominator}", "proportion")
                    yield _share(measure, arm, x, own, note)
        measure = OutcomeMeasure("treatment_related_death", denominator, "proportion")
        yield _share(measure, arm, len(dead & own), own, NO_ROW)


def _share(measure: OutcomeMeasure, arm: str, x: int, own: set[str], note: str) -> Row:
    if not own:
        return outcome_row(measure, arm, 0, 0, math.nan, method="clopper_pearson", note="nobody is evaluable")
    low, high = binomial_interval(x, len(own))
    limits = {"low": low, "high": high}
    return outcome_row(measure, arm, len(own), x, x / len(own), **limits, method="clopper_pearson", note=note)


def _word(term: str) -> str:
    return re.sub(r"\W+", "_", term.strip().lower()).strip("_")

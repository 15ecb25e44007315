"""Clinical outcomes of the simulated patients, and their colony-forming cells: the same course for both arms.

Outcomes are drawn apart from arm and response of the blood, so the truth is that the arms do not differ in them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from marrowgate.simulate.cell_types import HSPC
from marrowgate.simulate.cohorts.plan import CohortPlan
from marrowgate.simulate.parameters import CLINICAL, COLONIES, RESPONSES, TOXICITIES
from marrowgate.simulate.streams import stream

Cell = str | float | int | None
NOT_EVALUABLE = "not evaluable"
OUTLIVED = 6.0  # months that every patient lives
MEASURE, UNIT = "colony_forming_cells", "per_ml"
OUTCOME_COLUMNS = (
    "response", "response_evaluable", "os_months", "os_event", "dfs_months", "dfs_event", "relapse_event", "dfs_origin",
    "transplant_months", "anc_recovery_days", "platelet_recovery_days",
)  # fmt: skip


@dataclass(frozen=True)
class Course:
    """When things happen to one patient, in months from the first dose; infinite for what never happens.

    Parameters
    ----------
    response : str
        Best response.
    remission, relapse, death : float
        Times of these events.
    last_seen : float
        End of follow-up, if death does not come before.
    transplant : float
        Time of transplant.
    """

    response: str
    remission: float
    relapse: float
    death: float
    last_seen: float
    transplant: float


def outcomes(plan: CohortPlan, patient_id: str) -> dict[str, Cell]:
    """Return the outcome columns of a patient's row in patients.tsv.

    Parameters
    ----------
    plan : CohortPlan
        The cohort.
    patient_id : str
        Patient.

    Returns
    -------
    dict of str to value
        By the names of `OUTCOME_COLUMNS`; None where the patient has none.
    """
    rng = stream(plan.scenario.name, plan.seed, "outcomes", patient_id)
    course = _course(rng)
    row: dict[str, Cell] = dict.fromkeys(OUTCOME_COLUMNS)
    judged = course.response != NOT_EVALUABLE
    row |= {"response": course.response if judged else None, "response_evaluable": "yes" if judged else "no"}
    row |= {"os_months": round(min(course.death, course.last_seen), 1)}
    row["os_event"] = int(course.death <= course.last_seen)
    if np.isfinite(course.remission):
        first = min(course.relapse, course.death)
        happened = first <= course.last_seen
        row["dfs_months"] = round(min(first, course.last_seen) - course.remission, 1)
        row["dfs_event"] = int(happened)
        row["relapse_event"] = int(happened and course.relapse <= course.death)
        row["dfs_origin"] = "remission"
    if course.transplant < min(course.relapse, course.death, course.last_seen):
        row["transplant_months"] = round(course.transplant, 1)
    for column, name in (("anc_recovery_days", "anc_recovery"), ("platelet_recovery_days", "platelet_recovery")):
        row[column] = round(CLINICAL[name].value * float(np.exp(CLINICAL["recovery_sd"].value * rng.standard_normal())))
    return row


def _course(rng: np.random.Generator) -> Course:
    names = tuple(RESPONSES)
    response = str(rng.choice(names, p=[RESPONSES[name] for name in names]))
    remission = float(rng.uniform(2, 4)) if response == "CR" else np.inf
    relapse = remission + _waiting(rng, "relapse")
    # nobody dies while visits go on
    death = OUTLIVED + _waiting(rng, "death_before_relapse")
    if relapse < death:
        death = max(relapse, OUTLIVED) + _waiting(rng, "death_after_relapse")
    last_seen = float(rng.uniform(CLINICAL["shortest_follow_up"].value, CLINICAL["longest_follow_up"].value))
    transplant = float(rng.uniform(6, 9)) if rng.random() < CLINICAL["transplant"].value else np.inf
    return Course(response, remission, relapse, death, last_seen, transplant)


def _waiting(rng: np.random.Generator, name: str) -> float:
    """Draw an exponential time of a stated median."""
    return float(rng.exponential(CLINICAL[name].value / np.log(2)))


def toxicities(plan: CohortPlan) -> Iterable[Mapping[str, Cell]]:
    """Return the rows of toxicity.tsv: at most one per patient and term, none fatal."""
    for patient in plan.patients:
        rng = stream(plan.scenario.name, plan.seed, "toxicity", patient.patient_id)
        for term, shares in TOXICITIES.items():
            grade = int(rng.choice(len(shares) + 1, p=[1 - sum(shares), *shares]))
            if grade:
                yield {
                    "patient_id": patient.patient_id,
                    "term": term,
                    "grade": grade,
                    "treatment_related_death": "no",
                }


def true_colonies(plan: CohortPlan) -> Sequence[Mapping[str, Cell]]:
    """Return true colony-forming cells per mL of each visit: a share of the CD34+ cells that is the patient's own."""
    rows: list[Mapping[str, Cell]] = []
    for visit in plan.visits:
        rng = stream(plan.scenario.name, plan.seed, "colonies", visit.patient_id)
        share = COLONIES["share_of_cd34"].value * np.exp(COLONIES["share_sd"].value * rng.standard_normal())
        per_ml = 1000 * share * sum(visit.blood.per_ul[kind] for kind in HSPC)
        name = f"generating_{MEASURE}_{UNIT}"
        rows.append({"patient_id": visit.patient_id, "day": visit.day, name: float(per_ml)})
    return rows


def measurements(plan: CohortPlan) -> Iterable[Mapping[str, Cell]]:
    """Return the rows of measurements.tsv: colonies counted at each visit, and colony-forming cells per mL."""
    volume = COLONIES["plated_volume"].value
    for visit, truth in zip(plan.visits, true_colonies(plan), strict=True):
        rng = stream(plan.scenario.name, plan.seed, "plates", visit.patient_id, visit.name)
        mean = float(str(truth[f"generating_{MEASURE}_{UNIT}"])) * volume
        n = int(rng.poisson(mean * np.exp(COLONIES["assay_sd"].value * rng.standard_normal())))
        yield {
            "patient_id": visit.patient_id,
            "day": visit.day,
            "measure": MEASURE,
            "value": n / volume,
            "unit": UNIT,
            "n_counted": n,
            "source": "simulated",
        }

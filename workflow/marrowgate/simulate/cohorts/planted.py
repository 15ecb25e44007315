"""What was planted in the samples of a simulated run, as plain rows that a report can set beside what was found."""

from collections.abc import Container
from dataclasses import dataclass

from marrowgate.simulate.cohorts.plan import CohortPlan
from marrowgate.simulate.truth import population_truths


@dataclass(frozen=True)
class Planted:
    """The blood's truth of one population at one visit.

    Parameters
    ----------
    sample_id, patient_id, population : str
        Whose, and which.
    responds : bool
        The patient truly responds.
    is_baseline, is_full_effect : bool
        Before treatment; the visit under therapy at which the patient's effect is highest.
    per_100_cd45, cells_per_ul, cxcr4_abc : float or None
        Generating truth; None where the population has none.
    """

    sample_id: str
    patient_id: str
    population: str
    responds: bool
    is_baseline: bool
    is_full_effect: bool
    per_100_cd45: float | None
    cells_per_ul: float | None
    cxcr4_abc: float | None


def planted_truth(plan: CohortPlan, sample_ids: Container[str]) -> list[Planted]:
    """Return the generating truth of every population of the fully stained samples of visits.

    Parameters
    ----------
    plan : CohortPlan
        The cohort.
    sample_ids : container of str
        The samples of the run; others of the plan are left out.
    """
    responders = {patient.patient_id for patient in plan.patients if patient.responds}
    rows = []
    for sample in plan.samples:
        visit = sample.visit
        if visit is None or sample.control_type != "none" or sample.sample_id not in sample_ids:
            continue
        is_baseline = visit.cycle is None and visit.days_off is None
        rows += [
            Planted(
                sample.sample_id,
                visit.patient_id,
                truth.population,
                visit.patient_id in responders,
                is_baseline,
                visit.effect == 1.0,
                truth.generating_per_100_cd45,
                truth.generating_cells_per_ul,
                truth.generating_cxcr4_abc,
            )
            for truth in population_truths(sample, None)
        ]
    return rows

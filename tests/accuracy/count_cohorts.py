"""Cohorts at the level of counts: perfect gates on simulated samples, then the workflow's own measures and statistics.

Counts come from `marrowgate.simulate.cohorts.counts`, CXCR4 from as many cells as were counted; fractions, cells per
uL, controls and molecules from `marrowgate.measure`, so that only gating is left out.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from accuracy.count_cxcr4 import PANEL, POPULATION, measured_rows, row_of
from marrowgate.cohort.study import Comparison, make_study
from marrowgate.columns import TABLES
from marrowgate.measure.populations import population_rows
from marrowgate.measure.record import PopulationCount, SampleRecord
from marrowgate.settings.arms import ArmPair
from marrowgate.settings.config import Cohort, Config
from marrowgate.settings.project import Project
from marrowgate.settings.sheets import Patient, Sample
from marrowgate.simulate.blood import Blood, cxcr4_abc_median
from marrowgate.simulate.cells import kinds_of
from marrowgate.simulate.cohorts.counts import draw_counts
from marrowgate.simulate.cohorts.plan import CohortPlan, SamplePlan
from marrowgate.simulate.parameters import TUBE

COUNTED = {"hspc": ("cd45_pos", "cd34_hspc", "bead_singlets"), "immature": ("cd45_pos", "immature")}
INSIDE = {"cd34_hspc": ("cd45_pos",)}
CXCR4 = ("cd34_hspc_CXCR4_abc", "cd34_hspc_CXCR4_ratio_fi")
MEASURES = ("immature_per_100_cd45", "cd34_hspc_per_ul", *CXCR4)


def draw_study(plan: CohortPlan, n_events: int | None = None) -> Comparison:
    """Draw every sample of a cohort and make the study that the statistics read.

    Parameters
    ----------
    plan : CohortPlan
        The cohort; its visits' samples are counted.
    n_events : int, optional
        Events of every sample instead of the plan's. CXCR4 is then the blood's median of molecules, also in place of
        the ratio; their changes are nearly the same.

    Returns
    -------
    Comparison
        The same for the same scenario and seed.
    """
    config = Config(
        strategy_of_panel={"hspc": "none"},
        cohort=Cohort(populations=("immature", "cd34_hspc"), intensity_columns=("ratio_fi", "abc")),
    )
    stained = [sample for sample in plan.samples if sample.visit and sample.control_type == "none"]
    samples, populations = [], []
    arms = {patient.patient_id: patient.arm for patient in plan.patients}
    for tube in stained:
        sample = sheet_row(tube)
        samples.append(sample)
        populations += count_rows(tube, sample, draw_counts(plan, tube, n_events or tube.n_events), config, arms)
    counted = {row["sample_id"]: row["n_events"] for row in populations if row["population"] == POPULATION}
    if n_events is None:
        intensities = measured_rows(plan, [sample for sample in samples if sample.panel == PANEL], counted)
    else:
        intensities = [true_row(tube, counted[tube.sample_id]) for tube in stained if tube.panel == PANEL]
    patients = {
        patient.patient_id: Patient(patient_id=patient.patient_id, arm=patient.arm, regimen=patient.regimen)
        for patient in plan.patients
    }
    return make_study(Project(config, tuple(samples), patients, (), (), {}, {}), populations, intensities).compare(
        ArmPair("triplet", "doublet")
    )


def sheet_row(tube: SamplePlan) -> Sample:
    """Return a sample's row of the sample sheet."""
    visit = tube.visit
    if visit is None:
        msg = f"{tube.sample_id} belongs to no visit"
        raise ValueError(msg)
    beads = bool(tube.bead_lot)
    return Sample(
        sample_id=tube.sample_id,
        patient_id=visit.patient_id,
        fcs="none.fcs",
        panel=tube.panel,
        batch=tube.batch,
        cycle=visit.cycle,
        cycle_day=visit.cycle_day,
        day=visit.day,
        days_off=visit.days_off,
        preparation="lysed_whole_blood",
        wbc_per_ul=visit.wbc_per_ul,
        nrbc_per_100_wbc=visit.nrbc_per_100_wbc,
        bead_lot=tube.bead_lot or None,
        beads_per_tube=TUBE["beads_per_tube"].value if beads else None,
        sample_volume_ul=TUBE["sample_volume"].value if beads else None,
    )


def count_rows(
    tube: SamplePlan, sample: Sample, counts: NDArray[np.int64], config: Config, arms: dict[str, str]
) -> list[dict[str, Any]]:
    """Return the rows of populations.tsv for counts by kind."""
    events = {name: int(counts[kinds_of(name)].sum()) for name in COUNTED[tube.panel]}
    found = tuple(PopulationCount(name, "root", n, None, INSIDE.get(name, ()), "ok", "") for name, n in events.items())
    record = SampleRecord(tube.sample_id, {}, found, (), ())
    rows = population_rows(record, sample, arms.get(sample.patient_id or ""), config.measure)
    # as they are read back from the table, with every column
    return [{name: row.get(name) for name in TABLES["populations"]} for row in rows]


def visit_blood(tube: SamplePlan) -> Blood:
    """Return the blood in a sample."""
    if tube.blood is None:
        msg = f"{tube.sample_id} holds no blood"
        raise ValueError(msg)
    return tube.blood


def true_row(tube: SamplePlan, n: int) -> dict[str, Any]:
    """Return the row of intensities.tsv with the blood's molecules."""
    molecules = cxcr4_abc_median(visit_blood(tube))
    return row_of(tube.sample_id, n, {"abc": molecules, "ratio_fi": molecules})

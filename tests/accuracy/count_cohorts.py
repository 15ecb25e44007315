"""Cohorts at the level of counts: perfect gates on simulated tubes, then the workflow's own measures and statistics.

Counts come from `marrowgate.simulate.counts`, CXCR4 from as many cells as were counted; fractions, cells per uL and
their intervals from `marrowgate.measure`, so that only gating is left out.
"""

import math
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accuracy.scratch import REPOSITORY
from marrowgate.cohort.study import Study, make_study
from marrowgate.columns import TABLES
from marrowgate.measure.populations import population_rows
from marrowgate.measure.record import PopulationCount, SampleRecord
from marrowgate.settings.config import Cohort, Config
from marrowgate.settings.panel import Panel, load_panel
from marrowgate.settings.project import Project
from marrowgate.settings.sheets import Patient, Sample
from marrowgate.simulate.blood import Blood, cxcr4_abc_median
from marrowgate.simulate.cells import kinds_of
from marrowgate.simulate.cohort import make_plan
from marrowgate.simulate.counts import draw_counts
from marrowgate.simulate.intensities import intensity_truth
from marrowgate.simulate.parameters import TUBE
from marrowgate.simulate.plan import CohortPlan, SamplePlan

COUNTED = {"hspc": ("cd45_pos", "cd34_hspc", "bead_singlets"), "immature": ("cd45_pos", "immature")}
INSIDE = {"cd34_hspc": ("cd45_pos",)}
CXCR4 = "cd34_hspc_CXCR4_ratio_fi"
MEASURES = ("immature_per_100_cd45", "cd34_hspc_per_ul", CXCR4)
FEWEST = 5


def draw_study(plan: CohortPlan, n_events: int | None = None) -> Study:
    """Draw every tube of a cohort and make the study that the statistics read.

    Parameters
    ----------
    plan : CohortPlan
        The cohort; its visits' tubes are counted.
    n_events : int, optional
        Events of every tube instead of the plan's. CXCR4 is then the blood's median of molecules instead of a measured
        ratio; their changes are nearly the same.

    Returns
    -------
    Study
        The same for the same scenario and seed.
    """
    config = Config(
        strategy_of_panel={"hspc": "none"},
        cohort=Cohort(populations=("immature", "cd34_hspc"), intensity_columns=("ratio_fi",)),
    )
    stained = [sample for sample in plan.samples if sample.visit and sample.control_type == "none"]
    samples, populations, intensities = [], [], []
    arms = {patient.patient_id: patient.arm for patient in plan.patients}
    for tube in stained:
        sample = sheet_row(tube)
        rows = count_rows(tube, sample, draw_counts(plan, tube, n_events or tube.n_events), config, arms)
        samples.append(sample)
        populations += rows
        if tube.panel == "hspc":
            n = next(row["n_events"] for row in rows if row["population"] == "cd34_hspc")
            ratio = cxcr4_ratio(plan, tube, n) if n_events is None else cxcr4_abc_median(visit_blood(tube))
            intensities.append(cxcr4_row(tube, n, ratio))
    patients = {
        patient.patient_id: Patient(patient_id=patient.patient_id, arm=patient.arm, regimen=patient.regimen)
        for patient in plan.patients
    }
    return make_study(Project(config, tuple(samples), patients, (), (), {}, {}), populations, intensities)


def sheet_row(tube: SamplePlan) -> Sample:
    """Give a tube's row of the sample sheet."""
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
    """Give the rows of populations.tsv for counts by kind."""
    events = {name: int(counts[kinds_of(name)].sum()) for name in COUNTED[tube.panel]}
    found = tuple(PopulationCount(name, "root", n, None, INSIDE.get(name, ()), "ok", "") for name, n in events.items())
    record = SampleRecord(tube.sample_id, {}, found, (), ())
    rows = population_rows(record, sample, arms.get(sample.patient_id or ""), config.measure)
    # as they are read back from the table, with every column
    return [{name: row.get(name) for name in TABLES["populations"]} for row in rows]


def visit_blood(tube: SamplePlan) -> Blood:
    """Give the blood in a tube."""
    if tube.blood is None:
        msg = f"{tube.sample_id} holds no blood"
        raise ValueError(msg)
    return tube.blood


def cxcr4_ratio(plan: CohortPlan, tube: SamplePlan, n: int) -> float | None:
    """Measure the ratio of CXCR4 on `n` CD34+ cells to the tube without the antibody, which holds half as many.

    As in the workflow there is none with fewer than five cells in either tube, and none when the control's median is
    within 3 standard errors of 0.
    """
    n_control = n // 2
    if n_control < FEWEST:
        return None
    panel = _panel(tube.panel)
    control = intensity_truth(plan, tube, panel, n_cells=n_control).control_median_fi
    if control <= 3 * control_spread(tube.panel) / math.sqrt(n_control):
        return None
    return intensity_truth(plan, tube, panel, n_cells=n).median_fi / control


@cache
def control_spread(panel: str) -> float:
    """Give the standard error of the control's median times the root of its cells, from many tubes of 50 cells."""
    plan = make_plan("published", 1)
    tubes = [tube for tube in plan.samples if tube.panel == panel and tube.visit and tube.control_type == "none"]
    medians = [intensity_truth(plan, tube, _panel(panel), n_cells=50).control_median_fi for tube in tubes]
    return float(np.std(medians, ddof=1) * math.sqrt(50))


def cxcr4_row(tube: SamplePlan, n: int, ratio: float | None) -> dict[str, Any]:
    """Give the row of intensities.tsv for CXCR4 on CD34+ cells."""
    return {
        "sample_id": tube.sample_id,
        "population": "cd34_hspc",
        "marker": "CXCR4",
        "n_events": n,
        "ratio_fi": ratio,
        "ratio_fi_low": None,
        "ratio_fi_high": None,
    }


@cache
def _panel(name: str) -> Panel:
    return load_panel(REPOSITORY / "config" / "panels" / f"{name}.yaml")

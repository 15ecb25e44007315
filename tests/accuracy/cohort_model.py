"""Cohorts at count level: the simulator's patients and visits, with counts and medians drawn instead of events.

The truth is that of `marrowgate simulate`; what is left out is everything between blood and count (gates, spillover,
doublets), so that the statistics are judged alone and a thousand cohorts take minutes.
"""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from marrowgate.cohort.study import Comparison, make_study
from marrowgate.settings.arms import ArmPair
from marrowgate.settings.config import Cohort, Config
from marrowgate.settings.project import Project
from marrowgate.settings.sheets import Patient, Sample
from marrowgate.simulate.cell_types import HSPC
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import CohortPlan, VisitTruth
from marrowgate.simulate.cohorts.scenarios import find_scenario
from marrowgate.stats.intervals import binomial_interval, ratio_interval, widened
from marrowgate.tables import write_table

N_CD45 = {"hspc": 150_000, "immature": 80_000}
IG = ("promyelocyte", "myelocyte", "metamyelocyte")
CXCR4_CELL_SD = 0.7
PIPETTING = 0.05
MEASURES = ("immature_per_100_cd45", "cd34_hspc_per_ul", "cd34_hspc_CXCR4_ratio_fi")


@dataclass(frozen=True)
class Drawn:
    """A cohort: what the analysis sees, and the plan it was drawn from."""

    study: Comparison
    plan: CohortPlan


def draw_cohort(scenario: str, seed: int, settings: Cohort | None = None) -> Drawn:
    """Draw a cohort of a scenario and make the study from its tables' rows."""
    plan = _plan(scenario, seed)
    rng = np.random.default_rng([seed, 11])
    gains = {f"B{n + 1}": plan.scenario.batch_gain_sd * rng.standard_normal() for n in range(plan.scenario.n_batches)}
    samples: list[Sample] = []
    populations: list[dict[str, Any]] = []
    intensities: list[dict[str, Any]] = []
    for visit in plan.visits:
        found = [sample_of(visit, panel) for panel in ("hspc", "immature")]
        samples += found
        n_cd34, rows = hspc_rows(visit, found[0], rng)
        populations += [*rows, *immature_rows(visit, found[1], rng)]
        intensities.append(cxcr4_row(visit, found[0], n_cd34, gains[visit.batch], rng))
    patients = {
        p.patient_id: Patient.model_construct(
            patient_id=p.patient_id,
            arm=p.arm,
            regimen=p.regimen,
            recent_gcsf="no",
            transplant_months=None,
            prior_lenalidomide_cycles=float(p.covariates["prior_lenalidomide_cycles"]),
        )
        for p in plan.patients
    }
    config = Config(
        strategy_of_panel={"hspc": "none"}, cohort=settings or Cohort(populations=("immature", "cd34_hspc"))
    )
    project = Project(config, tuple(samples), patients, (), (), {}, {})
    return Drawn(make_study(project, populations, intensities).compare(ArmPair("triplet", "doublet")), plan)


def _plan(scenario: str, seed: int) -> CohortPlan:
    """Plan a cohort: a scenario, the published design without effect, or `null` with batches by visit."""
    if scenario == "moving_batches":
        plan = make_plan.__wrapped__("null", seed)
        rng = np.random.default_rng([seed, 12])
        early = {patient.patient_id: 0.8 if patient.arm == "triplet" else 0.2 for patient in plan.patients}
        half = plan.scenario.n_batches // 2
        batches = [int(rng.integers(half)) + half * (rng.random() > early[visit.patient_id]) for visit in plan.visits]
        visits = (replace(visit, batch=f"B{n + 1}") for visit, n in zip(plan.visits, batches, strict=True))
        return replace(plan, visits=tuple(visits))
    if scenario != "fair_null":
        return make_plan.__wrapped__(scenario, seed)
    fair = replace(find_scenario("published"), name="fair_null", n_responders=0, cd34_fold=1.0, cxcr4_fold=1.0)
    with patch("marrowgate.simulate.cohorts.cohort.find_scenario", return_value=fair):
        return make_plan.__wrapped__(scenario, seed)


def sample_of(visit: VisitTruth, panel: str) -> Sample:
    """Return the sheet's row of one sample; the simulator's values need no check."""
    return Sample.model_construct(
        sample_id=f"{visit.patient_id}_{visit.name}_{panel}",
        fcs="",
        patient_id=visit.patient_id,
        panel=panel,
        batch=visit.batch,
        control_type="none",
        cycle=visit.cycle,
        cycle_day=visit.cycle_day,
        day=visit.day,
        days_off=visit.days_off,
        preparation="lysed_whole_blood",
        lysis=None,
        anticoagulant=None,
        wbc_per_ul=visit.wbc_per_ul,
    )


def immature_rows(visit: VisitTruth, sample: Sample, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Draw the immature cells of a sample: granulocytes and nucleated red cells per 100 white cells."""
    n_cd45 = N_CD45["immature"]
    share = sum(visit.blood.per_ul[kind] for kind in (*IG, "erythroblast")) / visit.blood.wbc
    return [count_row(sample, "immature", int(rng.poisson(n_cd45 * share)), n_cd45, None)]


def hspc_rows(visit: VisitTruth, sample: Sample, rng: np.random.Generator) -> tuple[int, list[dict[str, Any]]]:
    """Draw the CD34+ cells of a sample, with the pipetting error of blood and beads in the cells per uL."""
    n_cd45 = N_CD45["hspc"]
    per_ul = sum(visit.blood.per_ul[kind] for kind in HSPC)
    n = int(rng.poisson(n_cd45 * per_ul / visit.blood.wbc))
    factor = visit.blood.wbc / n_cd45 * math.exp(PIPETTING * rng.standard_normal())
    # cd45_pos tells what one event stands for when there are no CD34+ cells at all
    return n, [count_row(sample, "cd45_pos", n_cd45, n_cd45, factor), count_row(sample, "cd34_hspc", n, n_cd45, factor)]


def count_row(sample: Sample, population: str, n: int, n_cd45: int, factor: float | None) -> dict[str, Any]:
    """Return a row of populations.tsv."""
    low, high = ratio_interval(n, n_cd45)
    row: dict[str, Any] = {
        "sample_id": sample.sample_id,
        "population": population,
        "n_events": n,
        "n_cd45": n_cd45,
        "per_100_cd45": 100 * n / n_cd45,
        "per_100_cd45_low": 100 * low,
        "per_100_cd45_high": 100 * high,
        "cells_per_ul": None,
        "cells_per_ul_low": None,
        "cells_per_ul_high": None,
        "count_method": "none" if factor is None else "beads",
        "gate_status": "ok",
        "control_type": "none",
    }
    if factor is not None:
        wide = widened(n * factor, factor * n_cd45 * low, factor * n_cd45 * high, PIPETTING)
        row |= {"cells_per_ul": n * factor, "cells_per_ul_low": wide[0], "cells_per_ul_high": wide[1]}
    return row


def cxcr4_row(visit: VisitTruth, sample: Sample, n: int, gain: float, rng: np.random.Generator) -> dict[str, Any]:
    """Draw the ratio of CXCR4 to its control on the CD34+ cells; missing below five events."""
    shift = visit.blood.shift["*", "CXCR4"] + visit.blood.shift[HSPC[0], "CXCR4"] + gain
    error = 1.2533 * CXCR4_CELL_SD / math.sqrt(max(n, 1))
    ratio = 20 * math.exp(shift + error * rng.standard_normal())
    row: dict[str, Any] = {"sample_id": sample.sample_id, "population": "cd34_hspc", "marker": "CXCR4", "n_events": n}
    for column in ("ratio_fi", "abc", "median_fi"):
        row |= {column: None, f"{column}_low": None, f"{column}_high": None}
    if n >= 5:
        row |= {"ratio_fi": ratio}
        row |= {"ratio_fi_low": ratio * math.exp(-1.96 * error), "ratio_fi_high": ratio * math.exp(1.96 * error)}
    return row


def share_row(name: str, hits: int, n: int, detail: str) -> dict[str, Any]:
    """Return a figure row of a share in percent, with its exact 95 % interval in the detail."""
    low, high = binomial_interval(hits, n)
    told = f"{detail}; {hits} of {n}, exact 95 % interval {100 * low:.1f} to {100 * high:.1f} %"
    return {"name": name, "value": 100 * hits / n, "unit": "%", "detail": told}


def write_figures(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write figures as results/accuracy/<name>.tsv and print them."""
    write_table(path, "figures", rows)
    for row in rows:
        print(f"{row['name']}\t{row['value']:.4g}\t{row['unit']}\t{row['detail']}")

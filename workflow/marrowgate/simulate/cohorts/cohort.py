"""The cohort's course: who is treated how, who responds, which visits take place and what the blood is like then."""

from functools import cache

import numpy as np

from marrowgate.simulate.blood import Constitution, Response, draw_blood, draw_constitution
from marrowgate.simulate.cohorts.plan import CohortPlan, PatientPlan, VisitTruth
from marrowgate.simulate.cohorts.samples import plan_tubes
from marrowgate.simulate.cohorts.scenarios import Scenario, VisitPlan, find_scenario
from marrowgate.simulate.diseases import HEALTHY, find_disease, sicken
from marrowgate.simulate.optics.instruments import find_instrument
from marrowgate.simulate.parameters import TUBE
from marrowgate.simulate.streams import stream

FULL_EFFECT_DAY = 35.0  # the effect rises evenly over the first five weeks
EFFECT_NOISE_SD = 0.2  # spread of a visit's effect around that line (ln)
PEAK_SD = 0.45  # spread of the responders' peaks (ln)
NRBC_SHARE = (0.15, 0.35)  # nucleated red cells among a responder's immature cells
MEGAKARYOCYTE_FOLD = 5.0
TREND_DAYS = 90.0  # a patient's own trend is complete after this time
ENROLMENT_DAYS = 300
FOLLOW_UP_DAYS = 120
CYCLES = {"VRd": 21, "VTd": 28, "Vd": 35, "Rd": 28, "Td": 28}
REGIMENS = {"triplet": ("VRd", "VTd"), "doublet": ("Vd", "Rd", "Td")}
LAST_CYCLE = 4


@cache
def make_plan(scenario: str, seed: int, instrument: str = "home", disease: str = HEALTHY) -> CohortPlan:
    """Plan a cohort.

    Parameters
    ----------
    scenario : str
        Name of a scenario.
    seed : int
        Seed of all randomness.
    instrument : str
        Name of the instrument that measures every sample.
    disease : str
        Disease of every patient, with its level; donors of controls are healthy.

    Returns
    -------
    CohortPlan
        Patients, visits and samples.

    Raises
    ------
    UserError
        There is no such scenario, instrument or disease.
    """
    settings = find_scenario(scenario)
    measured_on = find_instrument(instrument)
    patients = _patients(settings, seed)
    find_disease(disease)
    visits = tuple(
        visit
        for position, patient in enumerate(patients)
        for visit in _visits(settings, seed, position, patient, disease)
    )
    return CohortPlan(settings, seed, patients, visits, plan_tubes(settings, seed, visits), measured_on, disease)


def _patients(scenario: Scenario, seed: int) -> tuple[PatientPlan, ...]:
    """Draw the patients; the responders' peaks are scaled so that their mean is the scenario's."""
    rng = stream(scenario.name, seed, "cohort")
    responders = sorted(rng.permutation(scenario.n_triplet)[: scenario.n_responders].tolist())
    peaks = np.exp(PEAK_SD * rng.standard_normal(scenario.n_triplet))
    if responders:
        peaks *= scenario.peak_pct / peaks[responders].mean()
    patients = []
    for arm, letter, count in (("triplet", "T", scenario.n_triplet), ("doublet", "D", scenario.n_doublet)):
        for number in range(count):
            patient_id = f"{letter}{number + 1:02d}"
            peak = float(peaks[number]) if arm == "triplet" and number in responders else 0.0
            patients.append(_patient(stream(scenario.name, seed, "patient", patient_id), patient_id, arm, peak))
    return tuple(patients)


def _patient(rng: np.random.Generator, patient_id: str, arm: str, peak: float) -> PatientPlan:
    regimen = str(rng.choice(REGIMENS[arm]))
    covariates = {
        "prior_lenalidomide_cycles": str(int(rng.choice([0, 0, 2, 4, 6, 9]))),
        "recent_gcsf": "no",
        "age_years": str(int(np.clip(rng.normal(65, 8), 40, 85))),
        "marrow_plasma_cells_pct": str(int(np.clip(rng.lognormal(3.3, 0.6), 5, 95))),
    }
    share = float(rng.uniform(*NRBC_SHARE))
    return PatientPlan(patient_id, arm, regimen, CYCLES[regimen], peak > 0, peak, share, covariates)


def _visits(scenario: Scenario, seed: int, position: int, patient: PatientPlan, disease: str) -> list[VisitTruth]:
    rng = stream(scenario.name, seed, "visits", patient.patient_id)
    shift = scenario.baseline_shift if patient.arm == "triplet" else 0.0
    body = draw_constitution(stream(scenario.name, seed, "body", patient.patient_id), shift, scenario.patient_slope_sd)
    start = int(rng.integers(0, ENROLMENT_DAYS))
    planned = scenario.visits if patient.arm == "triplet" else scenario.doublet_visits
    dated = [(visit, _day(rng, scenario, patient, visit)) for visit in planned]
    therapy = [index for index, (visit, _) in enumerate(dated) if visit.cycle]
    # the last visit on therapy always takes place, so that every patient has one
    missing = {index for index in therapy[:-1] if rng.random() < scenario.missing}
    kept = [entry for index, entry in enumerate(dated) if index not in missing]
    visits = []
    for (visit, day), effect in zip(kept, _effects(rng, kept), strict=True):
        batch = _batch(scenario, seed, position, patient, start + day)
        visits.append(_visit(scenario, seed, patient, body, visit, day, effect, batch, disease))
    return visits


def _day(rng: np.random.Generator, scenario: Scenario, patient: PatientPlan, visit: VisitPlan) -> int:
    jitter = int(rng.integers(-scenario.jitter_days, scenario.jitter_days + 1))
    if visit.days_off is not None:
        return LAST_CYCLE * patient.cycle_days + visit.days_off + jitter
    if not visit.cycle:
        return -abs(jitter)
    return (visit.cycle - 1) * patient.cycle_days + visit.cycle_day - 1 + jitter


def _effects(rng: np.random.Generator, visits: list[tuple[VisitPlan, int]]) -> list[float]:
    """Return the share of the full effect at each visit; the highest sampled one is 1 by the definition of the peak."""
    raw = []
    for visit, day in visits:
        noise = float(np.exp(EFFECT_NOISE_SD * rng.standard_normal()))
        raw.append(min(day / FULL_EFFECT_DAY, 1.0) * noise if visit.cycle else 0.0)
    highest = max(raw)
    return [value / highest for value in raw]


def _batch(scenario: Scenario, seed: int, position: int, patient: PatientPlan, calendar_day: int) -> str:
    n = scenario.n_batches
    if scenario.batch_rule == "arm":
        number = 0 if patient.arm == "triplet" else 1
    elif scenario.batch_rule == "by_patient":
        number = position % n
    elif scenario.batch_rule == "by_calendar":
        number = min(max(calendar_day * n // (ENROLMENT_DAYS + FOLLOW_UP_DAYS), 0), n - 1)
    else:
        rng = stream(scenario.name, seed, "batch", patient.patient_id)
        is_early = rng.random() < (0.8 if patient.arm == "triplet" else 0.2)
        number = int(rng.integers(0, n // 2)) + (0 if is_early else n - n // 2)
    return f"B{number + 1}"


def _visit(
    scenario: Scenario,
    seed: int,
    patient: PatientPlan,
    body: Constitution,
    visit: VisitPlan,
    day: int,
    effect: float,
    batch: str,
    disease: str,
) -> VisitTruth:
    rng = stream(scenario.name, seed, "blood", patient.patient_id, visit.name)
    response = Response(on_therapy=bool(visit.cycle))
    if patient.responds and effect:
        response = Response(
            on_therapy=True,
            immature_pct=body.ig_pct + (patient.peak_pct - body.ig_pct) * effect,
            nrbc_share=patient.nrbc_share,
            cd34_fold=scenario.cd34_fold**effect,
            cxcr4_fold=scenario.cxcr4_fold**effect,
            megakaryocyte_fold=MEGAKARYOCYTE_FOLD**effect,
        )
    blood = draw_blood(rng, body, response, min(max(day, 0) / TREND_DAYS, 1.0))
    sick = find_disease(disease)
    if sick:
        blood = sicken(stream(scenario.name, seed, "disease", disease, patient.patient_id), blood, *sick)
    nrbc = 100 * blood.per_ul["erythroblast"] / blood.wbc
    error = 1 + TUBE["analyser_cv"].value * rng.standard_normal()
    return VisitTruth(
        patient_id=patient.patient_id,
        name=visit.name,
        batch=batch,
        cycle=visit.cycle or None,
        cycle_day=day - (visit.cycle - 1) * patient.cycle_days + 1 if visit.cycle else None,
        day=day,
        days_off=day - LAST_CYCLE * patient.cycle_days if visit.days_off is not None else None,
        blood=blood,
        effect=effect,
        wbc_per_ul=float(round((blood.wbc + blood.per_ul["erythroblast"] + blood.per_ul["myeloma_cell"]) * error, -1)),
        nrbc_per_100_wbc=round(float(rng.poisson(100 * nrbc)) / 100, 1),
    )

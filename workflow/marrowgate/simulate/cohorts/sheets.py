"""The sheets of a simulated cohort as a user would write them, and the tables of truth."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields

from marrowgate.simulate.cohorts.clinical import measurements, outcomes, toxicities, true_colonies
from marrowgate.simulate.cohorts.plan import CohortPlan, SamplePlan
from marrowgate.simulate.intensities import IntensityTruth
from marrowgate.simulate.parameters import TUBE
from marrowgate.simulate.truth import PopulationTruth

SAMPLE_COLUMNS = (
    "sample_id", "patient_id", "fcs", "data_set", "panel", "batch", "control_type", "control_marker", "control_for",
    "cycle", "cycle_day", "day", "days_off", "preparation", "lysis", "anticoagulant", "wbc_per_ul", "nrbc_per_100_wbc",
    "bead_lot", "beads_per_tube", "sample_volume_ul", "dilution",
)  # fmt: skip


def samples_sheet(plan: CohortPlan, folder: str) -> str:
    """Write samples.tsv.

    Parameters
    ----------
    plan : CohortPlan
        The cohort.
    folder : str
        Folder of the FCS files as the sheet shall name it.

    Returns
    -------
    str
        Tab-separated text with a header.
    """
    return _tsv(SAMPLE_COLUMNS, (_sample_row(sample, folder) for sample in plan.samples))


def _sample_row(sample: SamplePlan, folder: str) -> dict[str, object]:
    row: dict[str, object] = {
        "sample_id": sample.sample_id,
        "fcs": f"{folder}/{sample.sample_id}.fcs",
        "data_set": 1,
        "panel": sample.panel,
        "batch": sample.batch,
        "control_type": sample.control_type,
        "control_marker": sample.control_marker,
        "control_for": sample.control_for,
    }
    if sample.blood:
        row |= {"preparation": "lysed_whole_blood", "lysis": "ammonium_chloride", "anticoagulant": "K2EDTA"}
    if sample.visit:
        visit = sample.visit
        row |= {name: getattr(visit, name) for name in ("patient_id", "cycle", "cycle_day", "day", "days_off")}
        row |= {"wbc_per_ul": f"{visit.wbc_per_ul:.0f}", "nrbc_per_100_wbc": visit.nrbc_per_100_wbc}
    row["bead_lot"] = sample.bead_lot
    if sample.bead_lot == "COUNT01":
        row |= {
            "beads_per_tube": f"{TUBE['beads_per_tube'].value:.0f}",
            "sample_volume_ul": f"{TUBE['sample_volume'].value:.0f}",
            "dilution": 1,
        }
    return row


def patients_sheet(plan: CohortPlan) -> str:
    """Write patients.tsv as tab-separated text with a header: arms, covariates and drawn outcomes."""
    rows = [
        {
            "patient_id": patient.patient_id,
            "arm": patient.arm,
            "regimen": patient.regimen,
            **patient.covariates,
            **outcomes(plan, patient.patient_id),
        }
        for patient in plan.patients
    ]
    return _tsv(tuple(rows[0]), rows)


def measurements_sheet(plan: CohortPlan) -> str:
    """Write measurements.tsv as tab-separated text with a header: colony-forming cells of every visit."""
    rows = list(measurements(plan))
    return _tsv(tuple(rows[0]), rows)


def measurements_truth(plan: CohortPlan) -> str:
    """Write the true colony-forming cells of every visit."""
    rows = true_colonies(plan)
    return _tsv(tuple(rows[0]), rows)


def toxicity_sheet(plan: CohortPlan) -> str:
    """Write toxicity.tsv as tab-separated text with a header."""
    return _tsv(("patient_id", "term", "grade", "treatment_related_death"), toxicities(plan))


def patients_truth(plan: CohortPlan) -> str:
    """Write the truth of every patient: responder or not, and the peak over the sampled visits."""
    columns = ("patient_id", "arm", "is_responder", "generating_peak_immature_per_100_cd45", "n_visits")
    rows = [
        {
            "patient_id": patient.patient_id,
            "arm": patient.arm,
            "is_responder": "yes" if patient.responds else "no",
            "generating_peak_immature_per_100_cd45": _peak(plan, patient.patient_id),
            "n_visits": sum(visit.patient_id == patient.patient_id for visit in plan.visits),
        }
        for patient in plan.patients
    ]
    return _tsv(columns, rows)


def _peak(plan: CohortPlan, patient_id: str) -> float:
    """Return the highest immature cells per 100 white cells at a visit on therapy."""
    kinds = ("promyelocyte", "myelocyte", "metamyelocyte", "erythroblast")
    return max(
        100 * sum(visit.blood.per_ul[kind] for kind in kinds) / visit.blood.wbc
        for visit in plan.visits
        if visit.patient_id == patient_id and visit.cycle
    )


def troubles_truth(plan: CohortPlan) -> str:
    """Write which samples went wrong and how."""
    rows = ({"sample_id": s.sample_id, "trouble": s.trouble.name} for s in plan.samples if s.trouble.name)
    return _tsv(("sample_id", "trouble"), rows)


def samples_truth(truths: Mapping[str, Sequence[PopulationTruth]]) -> str:
    """Write the truths of every population of every sample, keyed by sample_id."""
    columns = ("sample_id", *(entry.name for entry in fields(PopulationTruth)))
    return _tsv(columns, ({"sample_id": key, **asdict(row)} for key, rows in truths.items() for row in rows))


def intensities_sheet(truths: Iterable[IntensityTruth]) -> str:
    """Write the true intensities, one row per sample."""
    return _tsv([entry.name for entry in fields(IntensityTruth)], (asdict(truth) for truth in truths))


def _tsv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    lines = ["\t".join(columns)]
    lines += ["\t".join(_cell(row.get(column)) for column in columns) for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)

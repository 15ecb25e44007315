"""The design in words: who is in which arm and is left out where, visits and missing visits, batches, preparations."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from marrowgate.cohort.readings import Reading
from marrowgate.cohort.study import Comparison
from marrowgate.cohort.visits import Visit

PHASES = {"baseline": "at baseline", "on_therapy": "on therapy", "off_therapy": "after stopping"}
PHASES |= {"unplaced": "at a time not known"}


@dataclass(frozen=True)
class FlowStep:
    """How many patients of each arm are still there after one step towards the primary contrast.

    Parameters
    ----------
    name, sentence : str
        Short name, and what the patients of this step have.
    n : tuple of int
        Patients of the first and of the second arm.
    """

    name: str
    sentence: str
    n: tuple[int, int]


def patient_flow(study: Comparison) -> list[FlowStep]:
    """Count the patients from the sheet to the primary contrast, as a CONSORT diagram does.

    Parameters
    ----------
    study : Comparison
        The cohort.

    Returns
    -------
    list of FlowStep
        In order, each step among the patients of the one before.
    """
    settings = study.project.config.cohort
    measures = [measure for measure in study.courses if settings.primary.startswith(f"{measure}_")]
    measure = max(measures, key=len, default="")
    courses = study.courses.get(measure, {})
    steps: list[tuple[str, str, set[str]]] = [("in_the_sheet", "patients in the sheet", set(study.project.patients))]
    if settings.recent_gcsf == "leave_out":
        steps.append(("without_recent_gcsf", "without recent G-CSF or plerixafor", set(study.arms)))
    what = measure or f"the measure of {settings.primary}"
    for name, sentence, part in (
        ("with_a_value", f"with a value of {what} at any visit", ""),
        ("with_a_baseline", "with a value before treatment", "baselines"),
        ("with_a_value_in_the_window", "with a value on therapy in the common window too", "window"),
    ):
        kept = {patient_id for patient_id, course in courses.items() if not part or getattr(course, part)}
        steps.append((name, sentence, steps[-1][2] & kept))
    pair = study.arms.pair
    arms = {patient_id: patient.arm for patient_id, patient in study.project.patients.items()}
    return [
        FlowStep(name, sentence, (_of_arm(kept, arms, pair.first), _of_arm(kept, arms, pair.second)))
        for name, sentence, kept in steps
    ]


def describe_design(study: Comparison) -> Iterable[tuple[str, str]]:
    """Say who is in which arm, how many visits took place, and how batches and preparations are shared."""
    patients = study.project.patients
    for arm in study.arms.pair:
        own = [patient_id for patient_id, its in study.arms.items() if its == arm]
        named = Counter(patients[patient_id].regimen or "regimen not given" for patient_id in own)
        yield f"{arm}_patients", f"{len(own)} patients: " + _shares(named) if own else "no patient"
        readings = [entry for every in study.readings.values() for entry in every if entry.visit.patient_id in own]
        seen = dict.fromkeys(entry.visit for entry in readings)
        visits = {patient_id: [visit for visit in seen if visit.patient_id == patient_id] for patient_id in own}
        yield f"{arm}_visits", _visit_sentence(list(visits.values()))
        yield f"{arm}_missing_visits", _missing_sentence(list(visits.values()))
        yield f"{arm}_batches", _batch_sentence(readings)
        preparations = {reading.preparation for reading in readings}
        yield f"{arm}_preparations", "; ".join(sorted(preparations - {""})) or "no preparation is given"
        platforms = {reading.platform for reading in readings}
        yield f"{arm}_count_methods", ", ".join(sorted(platforms - {"", "none"})) or "no absolute counts"


def _batch_sentence(readings: Iterable[Reading]) -> str:
    batch_of_visit = {reading.visit: reading.batch for reading in readings}
    batches = Counter(f"{batch} {PHASES[visit.phase]}" for visit, batch in batch_of_visit.items() if batch)
    return f"visits by batch and time: {_shares(batches)}" if batches else "no batch is known"


def _visit_sentence(visits: Sequence[list[Visit]]) -> str:
    parts = []
    for phase, name in PHASES.items():
        counts = [sum(visit.phase == phase for visit in own) for own in visits]
        if counts and (phase != "unplaced" or max(counts)):
            none = sum(count == 0 for count in counts)
            sentence = f"{mean(counts):.1f} visits {name} ({min(counts)} to {max(counts)})"
            parts.append(sentence + (f", {none} patients without" if none else ""))
    return "per patient " + "; ".join(parts) if parts else "no visits"


def _missing_sentence(visits: Sequence[list[Visit]]) -> str:
    """Say how many patients have fewer visits on therapy than the patient of the arm with the most."""
    counts = [sum(visit.phase == "on_therapy" for visit in own) for own in visits]
    most = max(counts, default=0)
    fewer = Counter(f"{most - count} fewer:" for count in counts if count < most)
    if not fewer:
        return f"every patient has {most} visits on therapy" if counts else "no visits"
    sentence = f"{sum(fewer.values())} of {len(counts)} patients have fewer visits on therapy than the most, {most}"
    return f"{sentence} ({_shares(fewer)})"


def _of_arm(kept: set[str], arms: Mapping[str, str], arm: str) -> int:
    return sum(arms[patient_id] == arm for patient_id in kept)


def _shares(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))

"""A part of the page for each patient: course, samples, what to look at, and a line to sign."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from marrowgate.report.charts.course_rows import CourseRows
from marrowgate.report.charts.style import NO_ARM, arm_colours
from marrowgate.report.charts.time_charts import patient_chart
from marrowgate.report.plan import Course
from marrowgate.report.sections.hand_section import ToLookAt
from marrowgate.report.wording import number, words
from marrowgate.settings.sheets import Patient, Sample

Row = Mapping[str, Any]
FEWEST_BASELINES = 5
"""Of fewer visits before treatment no range is taken."""


@dataclass(frozen=True)
class PatientSample:
    """One sample of a patient: when, what, verdict, and how many of its gates ask for an eye."""

    sample_id: str
    day: float | None
    when: str
    panel: str
    verdict: str
    n_to_look_at: int


@dataclass(frozen=True)
class PatientPart:
    """What the page shows of a patient.

    Parameters
    ----------
    patient_id, arm, regimen : str
        Who.
    responds : str
        In words; empty where it is not known.
    charts : tuple of (str, str, str)
        Title, chart as SVG and what the band of reference is, for each measure with a value.
    samples : tuple of PatientSample
        By day; controls that belong to a sample stand with it.
    """

    patient_id: str
    arm: str
    regimen: str
    responds: str
    charts: tuple[tuple[str, str, str], ...]
    samples: tuple[PatientSample, ...]


def reference_of(
    course: CourseRows, measure: str, given: Mapping[str, tuple[float, float]]
) -> tuple[tuple[float, float] | None, str]:
    """Return the reference range of a measure and what it is: of the settings, else of the run's own baselines.

    The range of the baselines is that of their 10th to 90th percentile (linear between the values); it is none with
    fewer than five.
    """
    if measure in given:
        low, high = given[measure]
        return (low, high), f"Band: reference range of the settings, {number(low)} to {number(high)}."
    before = [row[course.column] for row in course.rows if row["day"] <= 0 and row["days_off"] is None]
    if len(before) < FEWEST_BASELINES:
        return None, ""
    tenths = quantiles(before, n=10, method="inclusive")
    note = f"Band: 10th to 90th percentile of the {len(before)} baseline samples of this run, not of healthy people."
    return (tenths[0], tenths[-1]), note


def patient_parts(
    patients: Mapping[str, Patient],
    samples: Sequence[Sample],
    verdicts: Mapping[str, str],
    courses: Sequence[tuple[Course, CourseRows]],
    looks: Sequence[ToLookAt],
    references: Mapping[str, tuple[float, float]],
    responds: Mapping[str, bool],
    arms: Sequence[str],
) -> list[PatientPart]:
    """Return a part for each patient of the sheets.

    Parameters
    ----------
    patients : mapping of str to Patient
        The patient sheet; patients of the sample sheet alone get a part too.
    samples : sequence of Sample
        The sample sheet.
    verdicts : mapping of str to str
        sample_id to its verdict.
    courses : sequence of (Course, CourseRows)
        What is drawn of each.
    looks : sequence of ToLookAt
        What to look at by hand.
    references : mapping of str to (float, float)
        Measure to its reference range, from the settings.
    responds : mapping of str to bool
        Who responds, where it is known.
    arms : sequence of str
        Names of the arms.
    """
    colours = arm_colours(arms)
    bands = [reference_of(rows, course.measure, references) for course, rows in courses]
    n_looks: dict[str, int] = {}
    for entry in looks:
        n_looks[entry.sample_id] = n_looks.get(entry.sample_id, 0) + 1
    names = dict.fromkeys((*patients, *(sample.patient_id for sample in samples if sample.patient_id)))
    parts = []
    for name in names:
        patient = patients.get(name)
        arm = str(patient.arm or "") if patient else ""
        charts = [
            (rows.title, patient_chart(rows, name, band, colours.get(arm, NO_ARM)), note)
            for (_, rows), (band, note) in zip(courses, bands, strict=True)
        ]
        own = sorted((s for s in samples if s.patient_id == name), key=lambda s: (s.day is None, s.day or 0))
        listed = tuple(_sample(sample, verdicts, n_looks) for sample in own)
        answer = {True: "responder", False: "no responder"}.get(responds[name], "") if name in responds else ""
        regimen = str(getattr(patient, "regimen", None) or "")
        parts.append(PatientPart(name, arm, regimen, answer, tuple(c for c in charts if c[1]), listed))
    return parts


def _sample(sample: Sample, verdicts: Mapping[str, str], n_looks: Mapping[str, int]) -> PatientSample:
    kind = "" if sample.control_type == "none" else f", {words(sample.control_type)}"
    when = "" if sample.cycle is None else f"cycle {sample.cycle:g}"
    when += "" if sample.cycle_day is None else f", day {sample.cycle_day:g}"
    when = when if sample.days_off is None else f"{sample.days_off:g} days after stopping"
    verdict = verdicts.get(sample.sample_id, "not gated")
    return PatientSample(
        sample.sample_id, sample.day, when, f"{sample.panel}{kind}", verdict, n_looks.get(sample.sample_id, 0)
    )

"""Rows of the run's tables, in the order of the sheet."""

from collections.abc import Mapping
from typing import Any

from marrowgate.measure.intensities import choose_controls, intensity_rows
from marrowgate.measure.populations import population_rows
from marrowgate.measure.record import SampleRecord
from marrowgate.settings.project import Project
from marrowgate.settings.sheets import Sample

Rows = list[dict[str, Any]]
Records = Mapping[str, SampleRecord]


def manifest_table(project: Project, records: Records) -> Rows:
    """Give one row per tube that was read."""
    return [records[sample.sample_id].manifest for sample in project.samples if sample.sample_id in records]


def population_table(project: Project, records: Records) -> Rows:
    """Give one row per tube and population."""
    return [
        row
        for sample in project.samples
        if sample.sample_id in records
        for row in population_rows(records[sample.sample_id], sample, arm_of(project, sample), project.config.measure)
    ]


def intensity_table(project: Project, records: Records) -> Rows:
    """Give one row per stained tube, population and marker; control tubes stand in their sample's rows."""
    rows: Rows = []
    for sample in project.samples:
        if sample.sample_id not in records or sample.control_type != "none":
            continue
        controls = choose_controls(sample, project.samples, records)
        record, config = records[sample.sample_id], project.config
        rows += intensity_rows(record, sample, arm_of(project, sample), controls, config.measure, config.seed)
    return rows


def quality_table(project: Project, records: Records) -> Rows:
    """Give one row per tube and check."""
    return [
        {"sample_id": sample.sample_id, "batch": sample.batch, **vars(check)}
        for sample in project.samples
        if sample.sample_id in records
        for check in records[sample.sample_id].checks
    ]


def arm_of(project: Project, sample: Sample) -> str | None:
    """Give the arm of a sample's patient, where there is one."""
    patient = project.patients.get(sample.patient_id or "")
    return patient.arm if patient else None

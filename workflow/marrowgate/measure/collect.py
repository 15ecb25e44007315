"""Rows of the run's tables, from the records of its samples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from marrowgate.measure.intensities import choose_controls, intensity_rows
from marrowgate.measure.populations import population_rows
from marrowgate.measure.record import PopulationCount, SampleRecord
from marrowgate.settings.config import Measure
from marrowgate.settings.project import Project
from marrowgate.settings.sheets import Sample
from marrowgate.settings.strategy import Strategy

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Measured:
    """A tube with all that its rows need.

    Parameters
    ----------
    record : SampleRecord
        What `gate` found.
    sample : Sample
        Its row of the sheet.
    arm : str or None
        Arm of its patient.
    strategy : Strategy
        What it was gated with.
    """

    record: SampleRecord
    sample: Sample
    arm: str | None
    strategy: Strategy


def measured_samples(project: Project, records: Mapping[str, SampleRecord]) -> list[Measured]:
    """Give the tubes of a project that have a record, in the order of the sheet."""
    found = []
    for sample in project.samples:
        if sample.sample_id not in records:
            continue
        patient = project.patients.get(sample.patient_id or "")
        strategy = project.strategies[project.config.strategy_of_panel[sample.panel]]
        found.append(Measured(records[sample.sample_id], sample, patient.arm if patient else None, strategy))
    return found


def manifest_table(tubes: Sequence[Measured]) -> Rows:
    """Give one row per tube."""
    return [tube.record.manifest for tube in tubes]


def population_table(tubes: Sequence[Measured], settings: Measure) -> Rows:
    """Give one row per tube and population."""
    return [row for tube in tubes for row in population_rows(_whole(tube), tube.sample, tube.arm, settings)]


def intensity_table(tubes: Sequence[Measured], settings: Measure, seed: int) -> Rows:
    """Give one row per stained tube, population and marker; control tubes stand in their sample's rows."""
    records = {tube.sample.sample_id: tube.record for tube in tubes}
    samples = [tube.sample for tube in tubes]
    rows: Rows = []
    for tube in tubes:
        if tube.sample.control_type == "none":
            controls = choose_controls(tube.sample, samples, records)
            rows += intensity_rows(tube.record, tube.sample, tube.arm, controls, settings, seed)
    return rows


def quality_table(tubes: Sequence[Measured]) -> Rows:
    """Give one row per tube and check."""
    return [
        {"sample_id": tube.sample.sample_id, "batch": tube.sample.batch, **vars(check)}
        for tube in tubes
        for check in tube.record.checks
    ]


def _whole(tube: Measured) -> SampleRecord:
    """Give a rejected tube a row without numbers for every population, so that its absence is no silence."""
    if tube.record.manifest["verdict"] != "rejected":
        return tube.record
    reason = tube.record.manifest["reasons"]
    counts = tuple(
        PopulationCount(population.name, population.parent, None, None, (), "not_gated", reason)
        for population in tube.strategy.populations
    )
    return replace(tube.record, counts=counts)

"""Rows of the run's tables, from the records of its samples."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from marrowgate.measure.blanks import NO_BLANKS, Blanks, BlankSample, find_blanks
from marrowgate.measure.corrections import override_rows
from marrowgate.measure.intensity.calibrated import Lines
from marrowgate.measure.intensity.controls import choose_controls
from marrowgate.measure.intensity.intensities import intensity_rows
from marrowgate.measure.intensity.ratio_rule import DecidingControls
from marrowgate.measure.manifest import WITHOUT_NUMBERS
from marrowgate.measure.populations import events_needed, platform_difference, population_rows
from marrowgate.measure.record import PopulationCount, SampleRecord
from marrowgate.measure.visit_differences import Differences
from marrowgate.settings.config import Measure
from marrowgate.settings.project import Project
from marrowgate.settings.quality import Quality
from marrowgate.settings.sheets import Sample
from marrowgate.settings.strategies.strategy import Strategy
from marrowgate.signal.checks import Check, at_most
from marrowgate.signal.detector_readings import batch_checks
from marrowgate.signal.detector_settings import setting_checks
from marrowgate.signal.spillover.agreement import spillover_check

Rows = list[dict[str, Any]]


class SampleDefectError(Exception):
    """A defect of the program that shows in one sample's rows; its cause says what it is."""

    def __init__(self, sample_id: str):
        self.sample_id = sample_id
        super().__init__(f"the rows of sample {sample_id} cannot be made")


@dataclass(frozen=True)
class Measured:
    """A sample with all that its rows need.

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
    """Return the samples of a project that have a record, in the order of the sheet."""
    measured = []
    for sample in project.samples:
        if sample.sample_id not in records:
            continue
        patient = project.patients.get(sample.patient_id or "")
        strategy = project.strategies[project.config.strategy_of_panel[sample.panel]]
        measured.append(Measured(records[sample.sample_id], sample, patient.arm if patient else None, strategy))
    return measured


def manifest_table(measured: Sequence[Measured]) -> Rows:
    """Return one row per sample."""
    return [entry.record.manifest for entry in measured]


def blanks_of(project: Project, measured: Sequence[Measured]) -> Blanks:
    """Find the samples of a run that lack a population's marker."""
    markers = {
        name: tuple(entry.marker for entry in panel.channels if entry.marker) for name, panel in project.panels.items()
    }
    return find_blanks([BlankSample(entry.sample, entry.record, entry.strategy) for entry in measured], markers)


def population_table(measured: Sequence[Measured], settings: Measure, blanks: Blanks = NO_BLANKS) -> Rows:
    """Return one row per sample and population."""
    return list(chain.from_iterable(population_rows_of(measured, settings, blanks)))


def population_rows_of(measured: Sequence[Measured], settings: Measure, blanks: Blanks = NO_BLANKS) -> Iterator[Rows]:
    """Return one row per sample and population, sample by sample."""

    def rows(entry: Measured) -> Rows:
        return population_rows(_whole(entry), entry.sample, entry.arm, settings, blanks, entry.strategy.roles)

    return _for_each(measured, rows)


def override_rows_of(measured: Sequence[Measured]) -> Iterator[Rows]:
    """Return one row per population that a person's gate may have changed: counts before and after."""
    return _for_each(measured, lambda entry: override_rows(entry.record, entry.sample))


def intensity_table(measured: Sequence[Measured], settings: Measure, seed: int, lines: Lines) -> Rows:
    """Return one row per stained sample, population and marker, where no visits are compared."""
    return list(chain.from_iterable(intensity_rows_of(measured, settings, seed, lines)))


def intensity_rows_of(
    measured: Sequence[Measured], settings: Measure, seed: int, lines: Lines, differences: Differences | None = None
) -> Iterator[Rows]:
    """Return one row per stained sample, population and marker; control samples stand in their sample's rows."""
    records = {entry.sample.sample_id: entry.record for entry in measured}
    deciding = DecidingControls([entry.sample for entry in measured], records)
    of_batch = _grouped(measured, lambda entry: (entry.sample.panel, entry.sample.batch))

    def rows(entry: Measured) -> Rows:
        near = [other.sample for other in of_batch[entry.sample.panel, entry.sample.batch]]
        controls = choose_controls(entry.sample, near, records, settings, deciding)
        own = intensity_rows(entry.record, entry.sample, entry.arm, controls, settings, seed, lines)
        return [row | _visits(row, differences) for row in own]

    return _for_each([entry for entry in measured if entry.sample.control_type == "none"], rows)


def _visits(row: Mapping[str, Any], differences: Differences | None) -> dict[str, str]:
    unknown = ("not_checked", "no other visit of the patient")
    status, reason = (differences or {}).get((row["sample_id"], row["marker"]), unknown)
    return {"visit_status": status, "visit_reason": reason}


def quality_table(measured: Sequence[Measured], limits: Quality, settings: Measure) -> Rows:
    """Return one row per sample and check."""
    return list(chain.from_iterable(quality_rows_of(measured, limits, settings)))


def quality_rows_of(measured: Sequence[Measured], limits: Quality, settings: Measure) -> Iterator[Rows]:
    """Return one row per sample and check, with detector settings against others, counting error and platforms."""
    of_batch = _grouped(measured, lambda entry: (entry.sample.panel, entry.sample.batch))
    of_patient = _grouped(measured, lambda entry: (entry.sample.panel, entry.sample.patient_id or ""))
    of_release = {name: _readings(batch) for name, batch in of_batch.items()}

    def rows(entry: Measured) -> Rows:
        batch = of_batch[entry.sample.panel, entry.sample.batch]
        visits = of_patient[entry.sample.panel, entry.sample.patient_id] if entry.sample.patient_id else []
        checks = (
            *entry.record.checks,
            *_settings(entry, batch, visits, limits),
            *(of_release[entry.sample.panel, entry.sample.batch] if _is_watched(entry) else ()),
            *_counting(entry, settings.wanted_cv_pct),
            *_platforms(entry, settings),
        )
        return [{"sample_id": entry.sample.sample_id, "batch": entry.sample.batch, **vars(check)} for check in checks]

    return _for_each(measured, rows)


def _for_each(measured: Sequence[Measured], rows: Callable[[Measured], Rows]) -> Iterator[Rows]:
    """Return the rows of each sample, one after the other; what fails is told with the sample that it failed in."""
    for entry in measured:
        try:
            own = rows(entry)
        except Exception as error:
            raise SampleDefectError(entry.sample.sample_id) from error
        yield own


def _grouped(
    measured: Sequence[Measured], key: Callable[[Measured], tuple[str, str]]
) -> dict[tuple[str, str], list[Measured]]:
    groups: dict[tuple[str, str], list[Measured]] = {}
    for entry in measured:
        groups.setdefault(key(entry), []).append(entry)
    return groups


def _settings(
    entry: Measured, batch: Sequence[Measured], visits: Sequence[Measured], limits: Quality
) -> tuple[Check, ...]:
    """Hold a sample's settings and matrix against those of its panel in the batch and at the patient's visits."""
    if entry.record.manifest["verdict"] in WITHOUT_NUMBERS:
        return ()
    near, own_visits = ([other.record for other in group if other is not entry] for group in (batch, visits))
    matrices = [record.spillover for record in near]
    return (
        *setting_checks(
            entry.record.settings,
            [record.settings for record in near],
            [record.settings for record in own_visits],
            limits.max_setting_change_pct,
        ),
        spillover_check(entry.record.spillover, matrices, limits.max_spillover_difference),
    )


def _is_watched(entry: Measured) -> bool:
    """Say whether a sample is a stained one whose detectors were held against a release."""
    return entry.sample.control_type == "none" and bool(entry.record.detectors)


def _readings(batch: Sequence[Measured]) -> tuple[Check, ...]:
    """Hold the detectors of a batch's stained samples against the release that they were gated against."""
    return batch_checks(
        [
            (entry.sample.patient_id or entry.sample.sample_id, entry.record.detectors)
            for entry in batch
            if _is_watched(entry)
        ]
    )


def _counting(entry: Measured, wanted_cv_pct: float) -> tuple[Check, ...]:
    rare = entry.strategy.roles.rare
    counts = [count for count in entry.record.counts if count.population == rare and count.n_events is not None]
    return tuple(_counting_error(f"cv_pct_{rare}", count.n_events or 0, wanted_cv_pct) for count in counts)


def _counting_error(name: str, n_events: int, wanted_cv_pct: float) -> Check:
    needed = events_needed(wanted_cv_pct)
    cv = 100 / n_events**0.5 if n_events else math.inf
    why = f"{n_events} events, {needed} are needed for a CV of {wanted_cv_pct:g} %"
    if not n_events:
        return Check(name, None, wanted_cv_pct, "flagged", why)
    return at_most(name, cv, wanted_cv_pct, why)


def _platforms(entry: Measured, settings: Measure) -> tuple[Check, ...]:
    difference = platform_difference(entry.record, entry.sample, settings, entry.strategy.roles)
    if difference is None:
        return ()
    limit = settings.max_platform_difference_pct
    why = f"CD45+ cells per uL differ by {difference:.1f} % between the ways of counting"
    return (at_most("platform_difference_pct", difference, limit, why),)


def _whole(entry: Measured) -> SampleRecord:
    """Return a rejected sample a row without numbers for every population, so that its absence is no silence."""
    if entry.record.manifest["verdict"] not in WITHOUT_NUMBERS:
        return entry.record
    reason = entry.record.manifest["reasons"]
    code = "file_rejected" if entry.record.manifest["verdict"] == "rejected" else "step_failed"
    counts = tuple(
        PopulationCount(name, population.parent, None, None, (), "not_gated", reason, None, code, name)
        for population in entry.strategy.populations
        for name in (population.name,)
    )
    return replace(entry.record, counts=counts)

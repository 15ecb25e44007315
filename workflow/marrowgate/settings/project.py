"""A whole project: config, sheets, panels and strategies, read together so that all faults are told at once."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from marrowgate.errors import Fault, UserError, fault
from marrowgate.settings import checks, outcome_checks
from marrowgate.settings.bead_lots import bead_faults
from marrowgate.settings.config import Config
from marrowgate.settings.endpoint_checks import DEPENDS_ON, impossible_names, nameable
from marrowgate.settings.given_file import is_there
from marrowgate.settings.messages import NAME_PATTERN, correct_to, nearest
from marrowgate.settings.override_files import corrected_samples, stray_files
from marrowgate.settings.overrides import Overrides, load_overrides
from marrowgate.settings.panel import Panel, load_panel
from marrowgate.settings.references import batch_faults, reference_faults
from marrowgate.settings.released import ReleaseHead, release_path
from marrowgate.settings.settings_file import Settings, read_settings
from marrowgate.settings.sheet_file import Sheet, models_of, read_sheet
from marrowgate.settings.sheets import Measurement, Patient, Sample, Toxicity
from marrowgate.settings.strategy import MethodFaults, Strategy, load_strategy

Row = TypeVar("Row", bound=BaseModel)


@dataclass(frozen=True)
class Project:
    """Everything that the user has said.

    Parameters
    ----------
    config : Config
        The settings.
    samples : tuple of Sample
        In the order of the sheet.
    patients : mapping of str to Patient
        By patient_id.
    measurements : tuple of Measurement
        Imported measurements.
    toxicity : tuple of Toxicity
        Adverse events.
    panels, strategies : mapping of str to Panel, to Strategy
        By name; the panels of the sample sheet, the strategies of the config.
    overrides : mapping of str to Overrides
        Gates that a person gave, by sample_id.
    releases : mapping of str to ReleaseHead
        What the releases that batches are gated against say of themselves, by name.
    renamed : tuple of (str, str, str, str)
        Sheet, column, name as it is written there and as it is called here: with signs that no file name can hold.
    """

    config: Config
    samples: tuple[Sample, ...]
    patients: Mapping[str, Patient]
    measurements: tuple[Measurement, ...]
    toxicity: tuple[Toxicity, ...]
    panels: Mapping[str, Panel]
    strategies: Mapping[str, Strategy]
    overrides: Mapping[str, Overrides] = field(default_factory=dict)
    releases: Mapping[str, ReleaseHead] = field(default_factory=dict)
    renamed: tuple[tuple[str, str, str, str], ...] = ()

    @cached_property
    def samples_of_batch(self) -> dict[tuple[str, str], tuple[Sample, ...]]:
        """The samples of each panel and batch, in the order of the sheet."""
        found: dict[tuple[str, str], list[Sample]] = {}
        for sample in self.samples:
            found.setdefault((sample.panel, sample.batch), []).append(sample)
        return {key: tuple(samples) for key, samples in found.items()}

    @cached_property
    def samples_of_patient(self) -> dict[tuple[str, str], tuple[Sample, ...]]:
        """The samples of each patient and panel, in the order of the sheet."""
        found: dict[tuple[str, str], list[Sample]] = {}
        for sample in self.samples:
            if sample.patient_id is not None:
                found.setdefault((sample.patient_id, sample.panel), []).append(sample)
        return {key: tuple(samples) for key, samples in found.items()}

    @cached_property
    def shared_controls(self) -> dict[tuple[str, str], tuple[Sample, ...]]:
        """The controls of each panel and batch that belong to no single sample, in the order of the sheet."""
        return {
            key: tuple(sample for sample in samples if sample.control_type != "none" and sample.control_for is None)
            for key, samples in self.samples_of_batch.items()
        }

    @cached_property
    def controls_of_sample(self) -> dict[str, tuple[Sample, ...]]:
        """The controls that belong to each sample that has some, in the order of the sheet."""
        found: dict[str, list[Sample]] = {}
        for sample in self.samples:
            if sample.control_for is not None:
                found.setdefault(sample.control_for, []).append(sample)
        return {key: tuple(samples) for key, samples in found.items()}

    def panel_path(self, panel: str) -> Path:
        """Return the file of a panel."""
        return Path(self.config.panels) / f"{panel}.yaml"

    def strategy_path(self, panel: str) -> Path:
        """Return the file of the strategy that gates a panel."""
        return Path(self.config.strategies) / f"{self.config.strategy_of_panel[panel]}.yaml"

    def release_path(self, name: str) -> Path:
        """Return the file of a release."""
        return release_path(self.config.strategies, name)

    def bead_lot_path(self, lot: str) -> Path:
        """Return the file of a lot of calibration beads."""
        return Path(self.config.signal.bead_lots) / f"{lot}.yaml"

    def is_simulated(self, sample: Sample) -> bool:
        """Say whether the workflow makes the sample's file itself."""
        simulation = self.config.simulation
        return simulation is not None and Path(sample.fcs).parent == Path(simulation.folder)


@dataclass
class _Reading:
    """What is read so far."""

    settings: Settings
    faults: list[Fault]
    sheets: dict[str, Sheet] = field(default_factory=dict)
    show_paths: bool = False

    def sheet(self, entry: str, model: type[Row]) -> tuple[Row, ...]:
        """Read the sheet that an entry of the config names; a sheet that cannot be read has no rows."""
        config = self.settings.config
        name = config.sample_sheet if entry == "samples" else getattr(config, entry)
        if name is None or self.settings.doubts(entry):
            return ()
        if not Path(name).exists():
            cure = f"make it, or correct {entry}" if entry == "samples" else f"make it, or write {entry}: null"
            self.faults.append(Fault(self.settings.where(entry), f"there is no file {name!r}", cure))
            return ()
        try:
            tab = {str(name): tab for name, tab in config.workbook_sheets.items()}.get(entry)
            more = {"arm": config.arms.names} if entry == "patients" and not self.settings.doubts("arms") else {}
            self.sheets[entry] = read_sheet(Path(name), model, more, tab=tab or entry, must_be_there=tab is not None)
        except UserError as error:
            self.faults += error.faults
            return ()
        rows, faults = models_of(self.sheets[entry], model)
        self.faults += faults
        return tuple(row for _, row in rows)


def load_config(path: Path, overrides: Mapping[str, Any] | None = None) -> Config:
    """Read the config; `overrides` take the place of its entries (``snakemake --config seed=3``).

    Raises
    ------
    UserError
        One fault per wrong entry.
    """
    settings = read_settings(path, overrides or {})
    if settings.faults:
        raise UserError(settings.faults)
    return settings.config


def parse_overrides(text: str) -> dict[str, Any]:
    """Read the option ``--overrides``: entries that take the place of the config's, as JSON.

    Raises
    ------
    UserError
        The text is not a JSON object.
    """
    try:
        entries = json.loads(text)
    except json.JSONDecodeError as error:
        raise fault("--overrides", f"is not JSON: {error}", 'write it like {"seed": 3}') from None
    except (RecursionError, ValueError):
        raise fault(
            "--overrides", "is nested too deep or holds a number without end", 'write it like {"seed": 3}'
        ) from None
    if not isinstance(entries, dict):
        raise fault("--overrides", f"must be a JSON object, got {text!r}", 'write it like {"seed": 3}')
    return entries


def load_project(
    path: Path, method_faults: MethodFaults, overrides: Mapping[str, Any] | None = None, *, show_paths: bool = False
) -> Project:
    """Read a project and check that its parts fit together.

    Parameters
    ----------
    path : Path
        The config file; other paths are relative to the working directory.
    method_faults : callable
        Checks the methods of a strategy (`marrowgate.gating.methods.method_faults`).
    overrides : mapping
        Entries that take the place of those of the config.
    show_paths : bool
        Whether faults show the paths of FCS files, which hold names and dates.

    Raises
    ------
    UserError
        All faults of all files.
    """
    settings = read_settings(path, overrides or {})
    reading = _Reading(settings, list(settings.faults), show_paths=show_paths)
    samples = reading.sheet("samples", Sample)
    patients = reading.sheet("patients", Patient)
    measurements = reading.sheet("measurements", Measurement)
    toxicity = reading.sheet("toxicity", Toxicity)
    panels = _panels(reading)
    strategies = _strategies(reading, method_faults)
    overrides = _overrides(reading, panels, strategies)
    releases = _releases(reading, panels, strategies)
    _check_samples(reading, panels)
    _check_patients(reading)
    _check_names(reading, panels, strategies)
    if reading.faults:
        faults = [*reading.faults, *_absent_matrices(settings)]
        raise UserError(sorted(faults, key=lambda fault: not fault.where.startswith((str(path), "--config"))))
    by_id = {row.patient_id: row for row in patients}
    renamed = tuple((str(sheet.path), *names) for sheet in reading.sheets.values() for names in sheet.renamed)
    return Project(
        settings.config,
        samples,
        by_id,
        measurements,
        toxicity,
        panels,
        strategies,
        overrides,
        releases,
        renamed,
    )


def project_files(project: Project) -> dict[str, Path]:
    """Return sheets, panels, strategies and bead lots of a project, each under a name that tells nothing private."""
    config = project.config
    sheets = {
        "samples": config.sample_sheet,
        "patients": config.patients,
        "measurements": config.measurements,
        "toxicity": config.toxicity,
    }
    files = {name: Path(path) for name, path in sheets.items() if path is not None}
    files |= {f"panel {name}": project.panel_path(name) for name in project.panels}
    files |= {f"strategy {config.strategy_of_panel[name]}": project.strategy_path(name) for name in project.panels}
    lots = {sample.bead_lot: project.bead_lot_path(sample.bead_lot) for sample in project.samples if sample.bead_lot}
    files |= {f"bead lot {name}": path for name, path in lots.items() if is_there(path)}
    return files


def release_files(project: Project) -> dict[str, Path]:
    """Return the releases that batches are gated against, each under a name that tells nothing private."""
    return {f"release {name}": project.release_path(name) for name in sorted(project.releases)}


def override_files(project: Project) -> dict[str, Path]:
    """Return the files of the gates that a person gave, each under a name that tells nothing private."""
    return {f"override {name}": found.path for name, found in sorted(project.overrides.items())}


def _check_samples(reading: _Reading, panels: Mapping[str, Panel]) -> None:
    sheet = reading.sheets.get("samples")
    if sheet is None:
        return
    if not sheet.rows:
        reading.faults.append(Fault(str(sheet.path), "has no rows", "describe at least one FCS file"))
    config = reading.settings.config
    simulation = config.simulation
    measured = [wanted.marker for wanted in config.measure.intensities]
    lots = Path(config.signal.bead_lots)
    reading.faults += [
        *checks.twice(sheet, "sample_id"),
        *(
            ()
            if reading.settings.doubts("simulation")
            else checks.files(sheet, Path(simulation.folder) if simulation else None, show_paths=reading.show_paths)
        ),
        *checks.same_data_set(sheet),
        *checks.controls(sheet),
        *checks.bead_cells(sheet),
        *checks.partners(sheet),
        *checks.control_markers(sheet, panels),
        *(
            ()
            if reading.settings.doubts("signal.bead_lots", "measure.intensities")
            else bead_faults(sheet, panels, lots, measured)
        ),
    ]


def _check_patients(reading: _Reading) -> None:
    patients = reading.sheets.get("patients")
    if patients is None:
        return
    reading.faults += checks.twice(patients, "patient_id")
    if not reading.settings.doubts("arms"):
        reading.faults += checks.arm_cells(patients, reading.settings.config.arms.names)
    reading.faults += checks.covariate_cells(patients, Patient.model_fields)
    for index, what, cure in checks.covariate_names(reading.settings.config, patients):
        reading.faults.append(Fault(reading.settings.where("cohort", "covariates", index), what, cure))
    reading.faults += _outcome_faults(reading, patients)
    known = {row.cells["patient_id"] for row in patients.rows if "patient_id" in row.cells}
    for entry in ("samples", "measurements", "toxicity"):
        if entry in reading.sheets:
            reading.faults += checks.strangers(reading.sheets[entry], known, str(patients.path))


def _outcome_faults(reading: _Reading, patients: Sheet) -> Iterator[Fault]:
    """Tell which outcomes are no words for a response, or cannot be true together."""
    if not reading.settings.doubts("cohort.response_words", "cohort.responses"):
        cohort = reading.settings.config.cohort
        yield from outcome_checks.response_words(patients, cohort.response_words)
        yield from outcome_checks.contradictions(patients, cohort.responses)
    if "toxicity" in reading.sheets:
        yield from outcome_checks.deaths_of_survivors(reading.sheets["toxicity"], patients)


def _check_names(reading: _Reading, panels: Mapping[str, Panel], strategies: Mapping[str, Strategy]) -> None:
    """Hold the populations, markers, measures and endpoints that the config names against those that there are."""
    settings = reading.settings
    config = settings.config
    samples = reading.sheets.get("samples")
    used = {row.cells["panel"] for row in samples.rows if "panel" in row.cells} if samples else set()
    unread = set(config.strategy_of_panel.values()) - set(strategies) or not used or used - set(panels)
    if unread or settings.doubts("strategy_of_panel"):
        return  # a strategy or panel that cannot be read may have the population or marker
    measurements = reading.sheets.get("measurements")
    known = nameable(config, strategies.values(), panels.values(), checks.imported(measurements))
    for index, name, what, cure in checks.measured(config, known.markers, known.populations):
        reading.faults.append(Fault(settings.where("measure", "intensities", index, name), what, cure))
    lacks_measurements = config.measurements is not None and measurements is None
    if config.patients is None or lacks_measurements or settings.doubts(*DEPENDS_ON):
        return
    for entry, what, cure in impossible_names(known):
        if entry[0] in config.cohort.model_fields_set:
            reading.faults.append(Fault(settings.where("cohort", *entry), what, cure))


def _absent_matrices(settings: Settings) -> Iterator[Fault]:
    """Tell which spillover files do not exist; what is in a file is checked against a project without faults."""
    for entry, what, cure in checks.matrix_files(settings.config):
        yield Fault(settings.where(*entry), what, cure)


def _panels(reading: _Reading) -> dict[str, Panel]:
    """Read the panels that the sample sheet names."""
    config = reading.settings.config
    sheet = None if reading.settings.doubts("panels") else reading.sheets.get("samples")
    first: dict[str, int] = {}
    for row in sheet.rows if sheet else ():
        if re.fullmatch(NAME_PATTERN, row.cells.get("panel", "")):
            first.setdefault(row.cells["panel"], row.line)
    panels = {}
    for name, line in first.items():
        path = Path(config.panels) / f"{name}.yaml"
        if not is_there(path):
            there = tuple(file.stem for file in sorted(Path(config.panels).glob("*.yaml")))
            cure = correct_to(name, there, "correct the name, or write that file")
            where = sheet.where(line, "panel") if sheet else str(config.samples)
            reading.faults.append(Fault(where, f"there is no panel file {path}", cure))
            continue
        if name not in config.strategy_of_panel and not reading.settings.doubts("strategy_of_panel"):
            reading.faults.append(_without_strategy(reading.settings, name, first))
        try:
            panels[name] = load_panel(path)
        except UserError as error:
            reading.faults += error.faults
    return panels


def _without_strategy(settings: Settings, name: str, used: Collection[str]) -> Fault:
    """Tell that a panel has no strategy; an entry that no sample uses may be meant."""
    near = nearest(name, [panel for panel in settings.config.strategy_of_panel if panel not in used])
    entry = ("strategy_of_panel", near) if near else ("strategy_of_panel",)
    cure = f"write {name} in place of {near}" if near else f"add the line `{name}: <strategy>`"
    return Fault(settings.where(*entry), f"panel {name!r} has no strategy", cure)


def _strategies(reading: _Reading, method_faults: MethodFaults) -> dict[str, Strategy]:
    """Read the strategies that the config names, each once."""
    config = reading.settings.config
    strategies: dict[str, Strategy] = {}
    for panel, name in config.strategy_of_panel.items():
        path = Path(config.strategies) / f"{name}.yaml"
        if name in strategies or reading.settings.doubts("strategies"):
            continue
        if not is_there(path) and reading.settings.doubts("strategy_of_panel"):
            continue
        if not is_there(path):
            there = tuple(file.stem for file in sorted(Path(config.strategies).glob("*.yaml")))
            cure = correct_to(name, there, "correct the name, or write that file")
            where = reading.settings.where("strategy_of_panel", panel)
            reading.faults.append(Fault(where, f"there is no strategy file {path}", cure))
            continue
        try:
            strategies[name], faults = load_strategy(path, method_faults)
        except UserError as error:
            reading.faults += error.faults
        else:
            reading.faults += faults
    return strategies


def _overrides(
    reading: _Reading, panels: Mapping[str, Panel], strategies: Mapping[str, Strategy]
) -> dict[str, Overrides]:
    """Read the gates that a person gave, of every sample whose panel and strategy can be read."""
    sheet, config = reading.sheets.get("samples"), reading.settings.config
    if sheet is None or reading.settings.doubts("overrides", "strategy_of_panel"):
        return {}
    folder = Path(config.overrides)
    reading.faults += stray_files(folder, sheet)
    overrides = {}
    for name, panel in corrected_samples(folder, sheet).items():
        strategy = strategies.get(config.strategy_of_panel.get(panel, ""))
        if panel not in panels or strategy is None:
            continue
        try:
            overrides[name], faults = load_overrides(folder / f"{name}.yaml", strategy, panels[panel])
        except UserError as error:
            reading.faults += error.faults
        else:
            reading.faults += faults
    return overrides


def _releases(
    reading: _Reading, panels: Mapping[str, Panel], strategies: Mapping[str, Strategy]
) -> dict[str, ReleaseHead]:
    """Read what the releases say that batches are gated against, and hold panels and strategies against them."""
    sheet, settings = reading.sheets.get("samples"), reading.settings
    if sheet is None or settings.doubts("reference", "reference_of_panel", "batches", "strategies"):
        return {}
    reading.faults += batch_faults(settings, sheet)
    releases, faults = reference_faults(settings, sheet, panels, strategies)
    reading.faults += faults
    return releases

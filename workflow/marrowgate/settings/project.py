"""A whole project: config, sheets, panels and strategies, read together so that all faults are told at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from marrowgate.errors import Fault, UserError
from marrowgate.settings.config import Config
from marrowgate.settings.messages import sentence
from marrowgate.settings.panel import Panel, load_panel
from marrowgate.settings.sheet_file import load_sheet
from marrowgate.settings.sheets import Measurement, Patient, Sample, Toxicity
from marrowgate.settings.strategy import Strategy, load_strategy
from marrowgate.settings.yaml_file import load_model, read_yaml

Row = TypeVar("Row", bound=BaseModel)
MethodFaults = Callable[[Strategy], Sequence[tuple[int, str, str, str]]]


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
        By name; those that are used.
    """

    config: Config
    samples: tuple[Sample, ...]
    patients: Mapping[str, Patient]
    measurements: tuple[Measurement, ...]
    toxicity: tuple[Toxicity, ...]
    panels: Mapping[str, Panel]
    strategies: Mapping[str, Strategy]

    def panel_path(self, panel: str) -> Path:
        """Give the file of a panel."""
        return Path(self.config.panels) / f"{panel}.yaml"

    def strategy_path(self, panel: str) -> Path:
        """Give the file of the strategy that gates a panel."""
        return Path(self.config.strategies) / f"{self.config.strategy_of_panel[panel]}.yaml"

    def is_simulated(self, sample: Sample) -> bool:
        """Say whether the workflow makes the sample's file itself."""
        simulation = self.config.simulation
        return simulation is not None and Path(sample.fcs).parent == Path(simulation.folder)


def load_config(path: Path, overrides: Mapping[str, Any] | None = None) -> Config:
    """Read the config; `overrides` take the place of its top-level entries (``snakemake --config seed=3``).

    Raises
    ------
    UserError
        One fault per wrong entry.
    """
    if not overrides:
        return load_model(path, Config)
    content, _ = read_yaml(path)
    try:
        return Config.model_validate({**content, **overrides})
    except ValidationError as error:
        faults = []
        for entry in error.errors(include_url=False):
            field = ".".join(str(part) for part in entry["loc"])
            where = f"--config {field}" if entry["loc"] and entry["loc"][0] in overrides else f"{path}, {field}"
            faults.append(Fault(where, *sentence(entry)))
        raise UserError(faults) from None


def load_project(path: Path, method_faults: MethodFaults, overrides: Mapping[str, Any] | None = None) -> Project:
    """Read a project and check that its parts fit together.

    Parameters
    ----------
    path : Path
        The config file; other paths are relative to the working directory.
    method_faults : callable
        Checks the methods of a strategy (`marrowgate.gating.methods.method_faults`).
    overrides : mapping
        Entries that take the place of those of the config.

    Raises
    ------
    UserError
        All faults of all files.
    """
    config = load_config(path, overrides)
    faults: list[Fault] = []
    samples = _sheet(config.samples, Sample, faults)
    patients = _sheet(config.patients, Patient, faults)
    measurements = _sheet(config.measurements, Measurement, faults)
    toxicity = _sheet(config.toxicity, Toxicity, faults)
    faults += _twice(config.samples, "sample_id", samples)
    faults += _twice(config.patients or "", "patient_id", patients)
    faults += _files(config, samples)
    faults += _links(config, samples)
    if config.patients is not None:
        known = {patient.patient_id for _, patient in patients}
        for sheet, rows in (
            (config.samples, samples),
            (config.measurements, measurements),
            (config.toxicity, toxicity),
        ):
            faults += _strangers(str(sheet), rows, known, config.patients)
    panels = _panels(config, samples, faults)
    strategies = _strategies(config, panels, method_faults, faults)
    if faults:
        raise UserError(faults)
    return Project(
        config,
        tuple(row for _, row in samples),
        {row.patient_id: row for _, row in patients},
        tuple(row for _, row in measurements),
        tuple(row for _, row in toxicity),
        panels,
        strategies,
    )


def _sheet(name: str | None, model: type[Row], faults: list[Fault]) -> list[tuple[int, Row]]:
    if name is None:
        return []
    try:
        rows, found = load_sheet(Path(name), model)
    except UserError as error:
        faults += error.faults
        return []
    faults += found
    return rows


def _twice(sheet: str, column: str, rows: Sequence[tuple[int, BaseModel]]) -> list[Fault]:
    first: dict[str, int] = {}
    faults = []
    for line, row in rows:
        value = getattr(row, column)
        if value in first:
            what = f"{column} {value!r} stands in line {first[value]} already"
            faults.append(Fault(f"{sheet} line {line}, column {column}", what, "give each row its own"))
        first.setdefault(value, line)
    return faults


def _files(config: Config, samples: Sequence[tuple[int, Sample]]) -> list[Fault]:
    made = Path(config.simulation.folder) if config.simulation else None
    return [
        Fault(f"{config.samples} line {line}, column fcs", f"there is no file {sample.fcs!r}", "correct the path")
        for line, sample in samples
        if Path(sample.fcs).parent != made and not Path(sample.fcs).is_file()
    ]


def _links(config: Config, samples: Sequence[tuple[int, Sample]]) -> list[Fault]:
    by_id = {sample.sample_id: sample for _, sample in samples}
    faults = []
    for line, sample in samples:
        if sample.control_for is None:
            continue
        where = f"{config.samples} line {line}, column control_for"
        partner = by_id.get(sample.control_for)
        if partner is None:
            faults.append(Fault(where, f"there is no sample {sample.control_for!r}", "name a sample_id of this sheet"))
        elif partner.panel != sample.panel:
            what = f"sample {partner.sample_id!r} has panel {partner.panel!r}, this tube has {sample.panel!r}"
            faults.append(Fault(where, what, "a control has the panel of its sample"))
    return faults


def _strangers(sheet: str, rows: Sequence[tuple[int, Any]], known: set[str], patients: str) -> list[Fault]:
    return [
        Fault(
            f"{sheet} line {line}, column patient_id",
            f"patient {row.patient_id!r} is not in {patients}",
            "add the patient there, or correct the name",
        )
        for line, row in rows
        if row.patient_id is not None and row.patient_id not in known
    ]


def _panels(config: Config, samples: Sequence[tuple[int, Sample]], faults: list[Fault]) -> dict[str, Panel]:
    lines: dict[str, int] = {}
    for line, sample in samples:
        lines.setdefault(sample.panel, line)
    panels = {}
    for name, line in lines.items():
        path = Path(config.panels) / f"{name}.yaml"
        if not path.is_file():
            where = f"{config.samples} line {line}, column panel"
            faults.append(Fault(where, f"there is no panel file {path}", "correct the name, or write that file"))
            continue
        try:
            panels[name] = load_panel(path)
        except UserError as error:
            faults += error.faults
    return panels


def _strategies(
    config: Config, panels: Mapping[str, Panel], method_faults: MethodFaults, faults: list[Fault]
) -> dict[str, Strategy]:
    strategies: dict[str, Strategy] = {}
    for panel in panels:
        name = config.strategy_of_panel.get(panel)
        if name is None:
            cure = f"add `{panel}: <strategy>`"
            faults.append(Fault("config, strategy_of_panel", f"panel {panel!r} has no strategy", cure))
            continue
        path = Path(config.strategies) / f"{name}.yaml"
        if name in strategies:
            continue
        try:
            strategy, found = load_strategy(path)
        except UserError as error:
            faults += error.faults
            continue
        faults += found
        _, lines = read_yaml(path)
        for index, population, what, cure in method_faults(strategy):
            line = lines.get(("populations", index), 1)
            faults.append(Fault(f"{path} line {line}, population {population}", what, cure))
        strategies[name] = strategy
    return strategies


def project_files(project: Project) -> dict[str, Path]:
    """Give the sheets, panels and strategies of a project, each under a name that tells nothing private."""
    config = project.config
    sheets = {
        "samples": config.samples,
        "patients": config.patients,
        "measurements": config.measurements,
        "toxicity": config.toxicity,
    }
    files = {name: Path(path) for name, path in sheets.items() if path is not None}
    files |= {f"panel {name}": project.panel_path(name) for name in project.panels}
    files |= {f"strategy {config.strategy_of_panel[name]}": project.strategy_path(name) for name in project.panels}
    return files

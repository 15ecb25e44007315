"""Read a whole project together, so that all its faults are named at once."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from marrowgate.errors import Fault, UserError, fault
from marrowgate.settings.config import Config
from marrowgate.settings.files.given_file import is_there, names_in
from marrowgate.settings.files.shipped import own_or_shipped
from marrowgate.settings.messages import NAME_PATTERN, correct_to, nearest
from marrowgate.settings.overrides import Overrides, load_overrides
from marrowgate.settings.panel import Panel, load_panel, own_marker
from marrowgate.settings.project import Project
from marrowgate.settings.project_checks.override_files import corrected_samples, stray_files
from marrowgate.settings.project_checks.references import batch_faults, reference_faults
from marrowgate.settings.project_checks.whole_project import absent_matrices, name_faults, patient_faults, sample_faults
from marrowgate.settings.reading import Reading
from marrowgate.settings.released import ReleaseHead
from marrowgate.settings.settings_file import Settings, read_settings
from marrowgate.settings.sheets import Measurement, Patient, Sample, Toxicity
from marrowgate.settings.strategies.strategy import Strategy
from marrowgate.settings.strategies.strategy_reader import MethodFaults, load_strategy

ScaleFaults = Callable[[Project], Iterable[Fault]]


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
    path: Path,
    method_faults: MethodFaults,
    overrides: Mapping[str, Any] | None = None,
    *,
    show_paths: bool = False,
    scale_faults: ScaleFaults | None = None,
) -> Project:
    """Read a project and check that its parts fit together.

    Parameters
    ----------
    path : Path
        The config file; other paths are relative to the working directory.
    method_faults : callable
        Checks the methods of a strategy (`marrowgate.gating.method_checks.method_faults`).
    overrides : mapping
        Entries that take the place of those of the config.
    show_paths : bool
        Whether faults show the paths of FCS files, which hold names and dates.
    scale_faults : callable
        Holds overrides against the samples' files (`marrowgate.gating.overrides.override_scales.overrides_off_scale`).
        It is called only where something else is wrong, so that all is said at once; it costs a read of each such file.

    Raises
    ------
    UserError
        All faults of all files.
    """
    settings = read_settings(path, overrides or {})
    reading = Reading(settings, list(settings.faults), show_paths=show_paths)
    samples = reading.sheet("samples", Sample)
    patients = reading.sheet("patients", Patient)
    measurements = reading.sheet("measurements", Measurement)
    toxicity = reading.sheet("toxicity", Toxicity)
    panels = _panels(reading)
    strategies = _strategies(reading, method_faults)
    overrides = _overrides(reading, panels, strategies)
    releases = _releases(reading, panels, strategies)
    reading.faults += sample_faults(reading, panels)
    reading.faults += patient_faults(reading)
    reading.faults += name_faults(reading, panels, strategies)
    if reading.faults:
        faults = [*reading.faults, *absent_matrices(settings)]
        if scale_faults is not None and not settings.doubts("signal"):
            faults += scale_faults(Project(settings.config, samples, {}, (), (), panels, strategies, overrides))
        raise UserError(sorted(faults, key=lambda fault: not fault.where.startswith((str(path), "--config"))))
    by_id = {row.patient_id: row for row in patients}
    renamed = tuple((str(sheet.path), *names) for sheet in reading.sheets.values() for names in sheet.renamed)
    return Project(
        settings.config,
        tuple(_in_words_of_panel(sample, panels[sample.panel]) for sample in samples),
        by_id,
        measurements,
        toxicity,
        panels,
        strategies,
        overrides,
        releases,
        renamed,
    )


def _in_words_of_panel(sample: Sample, panel: Panel) -> Sample:
    """Return a sample whose control names its marker as the panel does, so that ``cd34`` is CD34 in every step."""
    marker = own_marker(panel, sample.control_marker) if sample.control_marker else None
    if marker in {None, sample.control_marker}:
        return sample
    return sample.model_copy(update={"control_marker": marker})


def _panels(reading: Reading) -> dict[str, Panel]:
    """Read the panels that the sample sheet names."""
    config = reading.settings.config
    sheet = None if reading.settings.doubts("panels") else reading.sheets.get("samples")
    first: dict[str, int] = {}
    for row in sheet.rows if sheet else ():
        if re.fullmatch(NAME_PATTERN, row.cells.get("panel", "")):
            first.setdefault(row.cells["panel"], row.line)
    panels = {}
    for name, line in first.items():
        path = own_or_shipped(Path(config.panels) / f"{name}.yaml", "panels")
        if not is_there(path):
            there = names_in(Path(config.panels), ".yaml")
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


def _strategies(reading: Reading, method_faults: MethodFaults) -> dict[str, Strategy]:
    """Read the strategies that the config names, each once."""
    config = reading.settings.config
    strategies: dict[str, Strategy] = {}
    for panel, name in config.strategy_of_panel.items():
        path = own_or_shipped(Path(config.strategies) / f"{name}.yaml", "strategies")
        if name in strategies or reading.settings.doubts("strategies"):
            continue
        if not is_there(path) and reading.settings.doubts("strategy_of_panel"):
            continue
        if not is_there(path):
            there = names_in(Path(config.strategies), ".yaml")
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
    reading: Reading, panels: Mapping[str, Panel], strategies: Mapping[str, Strategy]
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
    reading: Reading, panels: Mapping[str, Panel], strategies: Mapping[str, Strategy]
) -> dict[str, ReleaseHead]:
    """Read what the releases say that batches are gated against, and hold panels and strategies against them."""
    sheet, settings = reading.sheets.get("samples"), reading.settings
    if sheet is None or settings.doubts("reference", "reference_of_panel", "batches", "strategies"):
        return {}
    reading.faults += batch_faults(settings, sheet)
    releases, faults = reference_faults(settings, sheet, panels, strategies)
    reading.faults += faults
    return releases

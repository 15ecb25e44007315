"""A whole project as its owner described it: config, sheets, panels and strategies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from marrowgate.settings.config import Config
from marrowgate.settings.files.given_file import is_there
from marrowgate.settings.files.shipped import own_or_shipped
from marrowgate.settings.overrides import Overrides
from marrowgate.settings.panel import Panel
from marrowgate.settings.released import ReleaseHead, release_path
from marrowgate.settings.sheets import Measurement, Patient, Sample, Toxicity
from marrowgate.settings.strategies.strategy import Strategy


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
        samples_of: dict[tuple[str, str], list[Sample]] = {}
        for sample in self.samples:
            samples_of.setdefault((sample.panel, sample.batch), []).append(sample)
        return {key: tuple(samples) for key, samples in samples_of.items()}

    @cached_property
    def samples_of_patient(self) -> dict[tuple[str, str], tuple[Sample, ...]]:
        """The samples of each patient and panel, in the order of the sheet."""
        samples_of: dict[tuple[str, str], list[Sample]] = {}
        for sample in self.samples:
            if sample.patient_id is not None:
                samples_of.setdefault((sample.patient_id, sample.panel), []).append(sample)
        return {key: tuple(samples) for key, samples in samples_of.items()}

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
        samples_of: dict[str, list[Sample]] = {}
        for sample in self.samples:
            if sample.control_for is not None:
                samples_of.setdefault(sample.control_for, []).append(sample)
        return {key: tuple(samples) for key, samples in samples_of.items()}

    def panel_path(self, panel: str) -> Path:
        """Return the file of a panel: the project's own, or the shipped one."""
        return own_or_shipped(Path(self.config.panels) / f"{panel}.yaml", "panels")

    def strategy_path(self, panel: str) -> Path:
        """Return the file of the strategy that gates a panel: the project's own, or the shipped one."""
        own = Path(self.config.strategies) / f"{self.config.strategy_of_panel[panel]}.yaml"
        return own_or_shipped(own, "strategies")

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
    return {f"override {name}": overrides.path for name, overrides in sorted(project.overrides.items())}

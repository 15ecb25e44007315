"""Whether what was read of a project fits together, as far as it could be read."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from marrowgate.errors import Fault
from marrowgate.settings.files.sheet_file import Sheet
from marrowgate.settings.panel import Panel
from marrowgate.settings.project_checks import outcome_checks, sheet_checks
from marrowgate.settings.project_checks.bead_lots import bead_faults
from marrowgate.settings.project_checks.endpoint_checks import DEPENDS_ON, impossible_names, nameable
from marrowgate.settings.reading import Reading
from marrowgate.settings.settings_file import Settings
from marrowgate.settings.sheets import Patient
from marrowgate.settings.strategies.strategy import Strategy


def sample_faults(reading: Reading, panels: Mapping[str, Panel]) -> Iterator[Fault]:
    """Yield what does not fit in the sample sheet: rows with each other, with files, panels and beads."""
    sheet, doubts = reading.sheets.get("samples"), reading.settings.doubts
    if sheet is None:
        return
    if not sheet.rows:
        yield Fault(str(sheet.path), "has no rows", "describe at least one FCS file")
    config = reading.settings.config
    yield from sheet_checks.twice(sheet, "sample_id")
    if not doubts("simulation"):
        simulated = Path(config.simulation.folder) if config.simulation else None
        yield from sheet_checks.files(sheet, simulated, show_paths=reading.show_paths)
    yield from sheet_checks.same_data_set(sheet)
    yield from sheet_checks.controls(sheet)
    yield from sheet_checks.bead_cells(sheet)
    yield from sheet_checks.partners(sheet)
    yield from sheet_checks.control_markers(sheet, panels)
    if not doubts("signal.bead_lots", "measure.intensities"):
        measured = [wanted.marker for wanted in config.measure.intensities]
        yield from bead_faults(sheet, panels, Path(config.signal.bead_lots), measured)


def patient_faults(reading: Reading) -> Iterator[Fault]:
    """Yield what does not fit in the patient sheet, and rows of other sheets whose patient it does not know."""
    patients, settings = reading.sheets.get("patients"), reading.settings
    if patients is None:
        return
    yield from sheet_checks.twice(patients, "patient_id")
    if not settings.doubts("arms"):
        yield from sheet_checks.arm_cells(patients, settings.config.arms.names)
    yield from sheet_checks.covariate_cells(patients, Patient.model_fields)
    for index, what, cure in sheet_checks.covariate_names(settings.config, patients):
        yield Fault(settings.where("cohort", "covariates", index), what, cure)
    yield from _outcome_faults(reading, patients)
    known = {row.cells["patient_id"] for row in patients.rows if "patient_id" in row.cells}
    for entry in ("samples", "measurements", "toxicity"):
        if entry in reading.sheets:
            yield from sheet_checks.strangers(reading.sheets[entry], known, str(patients.path))


def _outcome_faults(reading: Reading, patients: Sheet) -> Iterator[Fault]:
    """Tell which outcomes are no words for a response, or cannot be true together."""
    if not reading.settings.doubts("cohort.response_words", "cohort.responses"):
        cohort = reading.settings.config.cohort
        yield from outcome_checks.response_words(patients, cohort.response_words)
        yield from outcome_checks.contradictions(patients, cohort.responses)
    if "toxicity" in reading.sheets:
        yield from outcome_checks.deaths_of_survivors(reading.sheets["toxicity"], patients)


def name_faults(reading: Reading, panels: Mapping[str, Panel], strategies: Mapping[str, Strategy]) -> Iterator[Fault]:
    """Yield the populations, markers, measures and endpoints of the config that there are not."""
    settings = reading.settings
    config = settings.config
    samples = reading.sheets.get("samples")
    used = {row.cells["panel"] for row in samples.rows if "panel" in row.cells} if samples else set()
    unread = set(config.strategy_of_panel.values()) - set(strategies) or not used or used - set(panels)
    if unread or settings.doubts("strategy_of_panel"):
        return  # a strategy or panel that cannot be read may have the population or marker
    measurements = reading.sheets.get("measurements")
    known = nameable(config, strategies.values(), panels.values(), sheet_checks.imported(measurements))
    for index, name, what, cure in sheet_checks.measured(config, known.markers, known.populations):
        yield Fault(settings.where("measure", "intensities", index, name), what, cure)
    lacks_measurements = config.measurements is not None and measurements is None
    if config.patients is None or lacks_measurements or settings.doubts(*DEPENDS_ON):
        return
    for entry, what, cure in impossible_names(known):
        if entry[0] in config.cohort.model_fields_set:
            yield Fault(settings.where("cohort", *entry), what, cure)


def absent_matrices(settings: Settings) -> Iterator[Fault]:
    """Tell which spillover files do not exist; what is in a file is checked against a project without faults."""
    for entry, what, cure in sheet_checks.matrix_files(settings.config):
        yield Fault(settings.where(*entry), what, cure)

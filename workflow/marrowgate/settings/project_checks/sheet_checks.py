"""Whether the parts of a project fit together: rows with each other, with files, patients, panels and the config.

The checks take the sheets as text, so that a row with one fault is still checked for all others.
"""

import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path

from marrowgate.endpoint_names import imported_measure
from marrowgate.errors import Fault
from marrowgate.settings.config import SPILLOVER_SOURCES, Config
from marrowgate.settings.files.given_file import is_there
from marrowgate.settings.files.sheet_file import Sheet, SheetRow
from marrowgate.settings.messages import correct_to
from marrowgate.settings.panel import Panel, own_marker

NEED_MARKER = frozenset({"fmo", "isotype", "single_stain"})
"""Control types of which the sheet must name the marker."""

TAKE_SAMPLE = frozenset({"fmo", "isotype"})
"""Control types that may belong to one sample."""

BASELINE_WBC = "baseline_wbc_per_ul"
"""A covariate that comes from the sample sheet."""

_NO_MARKER = frozenset({"none", "unstained", "beads"})


def twice(sheet: Sheet, column: str) -> Iterator[Fault]:
    """Tell which rows have the name of an earlier one; names that differ in case only would share a file."""
    first: dict[str, SheetRow] = {}
    for row in sheet.rows:
        name = row.cells.get(column)
        if name is None:
            continue
        earlier = first.setdefault(name.casefold(), row)
        if earlier is row:
            continue
        what = f"{column} {name!r} stands in {sheet.line_word} {earlier.line} already"
        if earlier.cells[column] != name:
            other = f"{earlier.cells[column]!r} of {sheet.line_word} {earlier.line}"
            what = f"{column} {name!r} differs from {other} in case only"
        yield _fault(sheet, row, column, what, "give each row its own")


def same_data_set(sheet: Sheet) -> Iterator[Fault]:
    """Tell which rows name the file and data set of an earlier row with the same panel: a path copied and forgotten."""
    first: dict[tuple[str, str, str], SheetRow] = {}
    for row in sheet.rows:
        if "fcs" not in row.cells:
            continue
        data_set = (str(Path(row.cells["fcs"])), row.cells.get("data_set", "1"), row.cells.get("panel", ""))
        earlier = first.setdefault(data_set, row)
        if earlier is not row:
            what = f"{sheet.line_word} {earlier.line} names the same file, data set and panel"
            yield _fault(sheet, row, "fcs", what, "correct the path, or remove the row")


def files(sheet: Sheet, made: Path | None, *, show_paths: bool = False) -> Iterator[Fault]:
    """Tell which files do not exist; those in the folder `made` are simulated and carry their sample's name.

    Paths hold names and dates, so they are shown on demand only: the line says where the path stands.
    """
    listed: dict[Path, dict[str, str]] = {}
    for row in sheet.rows:
        path = Path(row.cells["fcs"]) if "fcs" in row.cells else None
        if path is None:
            continue
        if made is not None and path.parent == made:
            name = f"{row.cells.get('sample_id', '')}.fcs"
            if path.name != name:
                what = f"files in {made} are simulated, and that of this sample is called {name}"
                yield _fault(sheet, row, "fcs", what, "correct the path, or keep your own files in another folder")
        elif not is_there(path):
            what, cure = _path_fault(path, listed)
            yield _fault(sheet, row, "fcs", f"{what}, {str(path)!r}" if show_paths else what, cure)


def _path_fault(path: Path, listed: dict[Path, dict[str, str]]) -> tuple[str, str]:
    """Say what is wrong with a path that is no file, and what to do; `listed` keeps the folders that were looked at."""
    what = "there is no such file"
    if "\\" in str(path):
        return what, "write / in place of \\"
    if str(path).startswith("~"):
        return what, "write the whole path in place of ~"
    if path.parent not in listed:
        listed[path.parent] = _names_in(path.parent)
    same = listed[path.parent].get(path.name.casefold())
    if same == path.name:
        if path.is_dir():
            return "is a folder", "name a file in it"
        return "is a pipe or a device", "name a file"
    return what, "write capital letters as in the file's name" if same else "correct the path"


def _names_in(folder: Path) -> dict[str, str]:
    """Return the names in a folder by their form in small letters; none when it cannot be looked at."""
    try:
        return {entry.name.casefold(): entry.name for entry in folder.iterdir()}
    except OSError:
        return {}


def controls(sheet: Sheet) -> Iterator[Fault]:
    """Tell which control cells of a row do not go together."""
    for row in sheet.rows:
        kind = row.cells.get("control_type", "none")
        marker, partner = row.cells.get("control_marker"), row.cells.get("control_for")
        if kind in NEED_MARKER and not marker and "control_marker" not in row.unreadable:
            yield _fault(sheet, row, "control_marker", f"is empty, but control_type is {kind}", "name the marker")
        if kind in _NO_MARKER and marker:
            what = f"control_type {kind} takes no control_marker, got {marker!r}"
            yield _fault(sheet, row, "control_marker", what, "empty that cell, or correct control_type")
        if kind in {*_NO_MARKER, "single_stain"} and partner:
            what = f"control_type {kind} takes no control_for, got {partner!r}"
            yield _fault(sheet, row, "control_for", what, "empty that cell, or correct control_type")


def bead_cells(sheet: Sheet) -> Iterator[Fault]:
    """Tell which rows say twice how many counting beads are in the sample, or half of it."""
    for row in sheet.rows:
        filled = row.cells.keys() | row.unreadable
        given = {name for name in ("beads_per_tube", "beads_per_ul", "bead_volume_ul") if name in filled}
        if "beads_per_tube" in given and len(given) > 1:
            cure = "empty beads_per_tube for liquid beads, else the other two"
            yield _fault(sheet, row, "beads_per_tube", "stands beside beads_per_ul or bead_volume_ul", cure)
        elif len(given) == 1 and "beads_per_tube" not in given:
            (here,) = given
            (absent,) = {"beads_per_ul", "bead_volume_ul"} - given
            yield _fault(sheet, row, absent, f"is empty, but {here} is not", "liquid beads need both")


def partners(sheet: Sheet) -> Iterator[Fault]:
    """Tell which controls belong to a sample that is not there or that they cannot be the control of."""
    by_id = {row.cells["sample_id"]: row for row in reversed(sheet.rows) if "sample_id" in row.cells}
    for row in sheet.rows:
        name = row.cells.get("control_for")
        if name is None or row.cells.get("control_type") not in TAKE_SAMPLE:
            continue
        partner = by_id.get(name)
        if partner is None:
            cure = correct_to(name, tuple(by_id), "name a sample_id of this sheet")
            yield _fault(sheet, row, "control_for", f"there is no sample {name!r}", cure)
        elif partner.cells.get("control_type", "none") != "none":
            what = f"sample {name!r} is a control itself"
            yield _fault(sheet, row, "control_for", what, "name the fully stained sample")
        else:
            for column in ("panel", "batch", "patient_id"):
                here, there = row.cells.get(column), partner.cells.get(column)
                if here and there and here != there:
                    what = f"sample {name!r} has {column} {there!r}, this sample has {here!r}"
                    yield _fault(sheet, row, "control_for", what, f"a control has the {column} of its sample")


def control_markers(sheet: Sheet, panels: Mapping[str, Panel]) -> Iterator[Fault]:
    """Tell which controls name a marker that their panel has not."""
    for row in sheet.rows:
        marker, panel = row.cells.get("control_marker"), panels.get(row.cells.get("panel", ""))
        if not marker or panel is None or row.cells.get("control_type") not in NEED_MARKER:
            continue
        if own_marker(panel, marker) is None:
            markers = tuple(entry.marker for entry in panel.channels if entry.marker)
            what = f"panel {row.cells['panel']!r} has no marker {marker!r}"
            yield _fault(sheet, row, "control_marker", what, correct_to(marker, markers, "name one of its markers"))


def strangers(sheet: Sheet, known: Container[str], patients: str) -> Iterator[Fault]:
    """Tell which rows name a patient who is not in the patient sheet."""
    for row in sheet.rows:
        name = row.cells.get("patient_id")
        if name is not None and name not in known:
            cure = "add the patient there, or correct the name"
            yield _fault(sheet, row, "patient_id", f"patient {name!r} is not in {patients}", cure)


def arm_cells(patients: Sheet, names: Sequence[str]) -> Iterator[Fault]:
    """Tell which patients are in an arm that the config does not name."""
    for row in patients.rows:
        arm = row.cells.get("arm")
        if arm is not None and arm not in names:
            cure = correct_to(
                arm, names, f"write one of {', '.join(names)}, or name the arms in arms.names of the config"
            )
            yield _fault(patients, row, "arm", f"the config names no arm {arm!r}", cure)


def covariate_cells(patients: Sheet, columns: Container[str]) -> Iterator[Fault]:
    """Tell which covariates have a decimal comma, which would make words of a column of numbers."""
    for row in patients.rows:
        for column, cell in row.cells.items():
            if column not in columns and re.fullmatch(r"[+-]?\d+,\d+", cell):
                yield _fault(patients, row, column, f"has a decimal comma, got {cell!r}", "write it with a point")


def covariate_names(config: Config, patients: Sheet) -> Iterator[tuple[int, str, str]]:
    """Tell which covariates of the config are no column of the patient sheet, as (index, what, cure)."""
    for index, name in enumerate(config.cohort.covariates):
        if name not in patients.columns and name != BASELINE_WBC:
            cure = correct_to(name, patients.columns, f"name a column of that sheet, or {BASELINE_WBC}")
            yield index, f"{patients.path} has no column {name!r}", cure


def matrix_files(config: Config) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Tell which spillover files of the config do not exist, each once, as (place of the entry, what, cure)."""
    signal = config.signal
    named: dict[tuple[str, ...], str] = {("signal", "spillover"): signal.spillover}
    named |= {("signal", "spillover_of_batch", batch): source for batch, source in signal.spillover_of_batch.items()}
    given = set(SPILLOVER_SOURCES)
    for entry, source in named.items():
        if source not in given and not is_there(Path(source)):
            yield entry, f"there is no file {source!r}", "make it, or correct the path"
        given.add(source)


def imported(measurements: Sheet | None) -> list[str]:
    """Name the measures of the measurements sheet; a row counts although another of its cells is wrong."""
    rows = [row.cells for row in measurements.rows] if measurements else []
    return [imported_measure(row["measure"], row["unit"]) for row in rows if {"measure", "unit"} <= row.keys()]


def measured(config: Config, markers: Sequence[str], populations: Sequence[str]) -> Iterator[tuple[int, str, str, str]]:
    """Tell which intensities name a population or marker that there is not, as (index, field, what, cure)."""
    for index, wanted in enumerate(config.measure.intensities):
        named = [("population", wanted.population), *(("strata", name) for name in wanted.strata)]
        for field, name in [*named, *([("negative", wanted.negative)] if wanted.negative else [])]:
            if name not in populations:
                cure = correct_to(name, populations, "name a population of a strategy that is used")
                yield index, field, f"no strategy has the population {name!r}", cure
        if wanted.negative == wanted.population:
            yield index, "negative", f"{wanted.negative} is the population itself", "name cells without the marker"
        if wanted.marker not in markers:
            cure = correct_to(wanted.marker, markers, "name a marker of a panel that is used")
            yield index, "marker", f"no panel has the marker {wanted.marker!r}", cure
    pairs = Counter((wanted.population, wanted.marker) for wanted in config.measure.intensities)
    for index, wanted in enumerate(config.measure.intensities):
        pair = (wanted.population, wanted.marker)
        if pairs[pair] > 1 and config.measure.intensities.index(wanted) < index:
            yield index, "marker", f"{wanted.marker} on {wanted.population} stands twice", "keep one of them"


def _fault(sheet: Sheet, row: SheetRow, column: str, what: str, cure: str) -> Fault:
    return Fault(sheet.where(row.line, column), what, cure)

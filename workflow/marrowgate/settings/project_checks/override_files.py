"""Which samples of the sheet have a file of overrides, and which such files belong to no sample that is gated."""

from collections.abc import Iterator
from pathlib import Path

from marrowgate.errors import Fault
from marrowgate.settings.files.given_file import names_in
from marrowgate.settings.files.sheet_file import Sheet
from marrowgate.settings.messages import correct_to

_ENDINGS = (".yaml", ".yml")
_NOT_GATED = frozenset({"single_stain", "beads"})


def corrected_samples(folder: Path, sheet: Sheet) -> dict[str, str]:
    """Return the samples that have a file of overrides, each with its panel."""
    names = {path.stem for path in _files(folder) if path.suffix == _ENDINGS[0]}
    rows = [row.cells for row in sheet.rows]
    return {row["sample_id"]: row.get("panel", "") for row in rows if row.get("sample_id") in names}


def stray_files(folder: Path, sheet: Sheet) -> Iterator[Fault]:
    """Tell which files of the folder change no gate: no such sample, not gated, or gated with another's gates."""
    rows = {row.cells["sample_id"]: row.cells for row in sheet.rows if "sample_id" in row.cells}
    for path in _files(folder):
        row = rows.get(path.stem)
        if path.suffix != _ENDINGS[0]:
            yield Fault(str(path), "files of overrides end in .yaml", "rename it")
        elif row is None:
            cure = correct_to(path.stem, list(rows), "name the file after a sample, or remove it")
            yield Fault(str(path), f"{sheet.path} has no sample {path.stem!r}", cure)
        elif row.get("control_type") in _NOT_GATED:
            yield Fault(str(path), f"a sample of the kind {row['control_type']} is not gated", "remove the file")
        elif row.get("control_for"):
            what = f"the control is gated with the gates of sample {row['control_for']!r}, corrections included"
            yield Fault(str(path), what, "correct that sample, or empty the control's cell control_for")


def _files(folder: Path) -> list[Path]:
    return sorted(folder / f"{name}{ending}" for ending in _ENDINGS for name in names_in(folder, ending))

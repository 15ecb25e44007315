"""Files of the bead lots that the sample sheet names: readable, and of the lot that they are called."""

from pathlib import Path

from marrowgate.errors import Fault, UserError
from marrowgate.settings.files.yaml_file import line_of, read_yaml
from marrowgate.settings.project import Project
from marrowgate.settings.sample_links import bead_samples
from marrowgate.signal.beads.lots import load_bead_lot


def lot_faults(project: Project) -> list[Fault]:
    """Tell what is wrong with the files of the lots of bead samples, before `marrowgate calibrate` reads them.

    Parameters
    ----------
    project : Project
        Settings and sheets.

    Returns
    -------
    list of Fault
        One for each wrong entry of a file that there is, and for each file that describes another lot than its name
        says. A lot without a file is no fault: counting beads need none.
    """
    samples = [sample for own in bead_samples(project).values() for sample in own]
    paths = dict.fromkeys(project.bead_lot_path(sample.bead_lot) for sample in samples if sample.bead_lot)
    return [fault for path in paths for fault in _file_faults(path)]


def _file_faults(path: Path) -> list[Fault]:
    try:
        lot = load_bead_lot(path).lot
    except UserError as error:
        return list(error.faults)
    if lot == path.stem:
        return []
    where = f"{path} line {line_of(('lot',), read_yaml(path)[1])}, lot"
    return [Fault(where, f"describes lot {lot!r}, but the file is that of {path.stem!r}", "correct one of the names")]

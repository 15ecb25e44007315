"""What `check` says of the compensation of each sample, from its header, before any job is sent."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from marrowgate.errors import UserError
from marrowgate.fcs.mass_cytometry import is_mass_cytometry
from marrowgate.fcs.model import FcsFile, Note, Spillover
from marrowgate.fcs.spillover import is_identity
from marrowgate.settings.panel import Panel
from marrowgate.signal.spillover.compensation import SpilloverError
from marrowgate.signal.spillover.matrix_csv import read_spillover
from marrowgate.signal.spillover.matrix_of_sample import in_names_of_file, stained_channels

SPILLOVER_FINDINGS: Mapping[str, str] = {
    "spillover_unusable": "The file's matrix cannot be used, and its sample is rejected.",
    "spillover_missing": "The file has no matrix, and its sample is gated without compensation.",
    "spillover_several": "The file holds matrices that differ.",
    "spillover_incomplete": "A stained channel is not in the matrix, and is gated without compensation.",
    "spillover_not_used": "The settings say that nothing is to be compensated, and the file has a matrix.",
    "spillover_detectors_missing": "The matrix of the batch has detectors that the file does not have.",
    "compensated_already": "The file's values are compensated or unmixed already, and no matrix is applied.",
}
_CURE = "give its batch a matrix, or write spillover: none for it if it needs none"


def spillover_findings(file: FcsFile, source: str, panel: Panel) -> Iterator[Note]:
    """Hold a file against where its batch takes its spillover from.

    Parameters
    ----------
    file : FcsFile
        Its header; a rejected file has no findings of this kind.
    source : str
        ``file``, ``none``, ``stains`` or the path of a CSV file.
    panel : Panel
        Of the sample.

    Returns
    -------
    iterator of Note
        With codes of `SPILLOVER_FINDINGS`.
    """
    stained = stained_channels(file)
    if file.verdict.status == "rejected" or len(stained) < 2:
        return
    if source == "none":
        if file.spillover is not None and not is_identity(file.spillover):
            n = len(file.spillover.labels)
            yield Note("spillover_not_used", f"the settings say none, and the file has a matrix of {n} detectors")
        return
    ready = [channel.name for channel in stained if channel.compensated]
    if ready:
        yield Note(
            "compensated_already", f"the values of {_listed(ready)} are compensated already: no matrix is applied"
        )
    elif source == "file":
        yield from _of_file(file, [channel.name for channel in stained])
    elif source != "stains":
        yield from _of_batch(file, Path(source), panel, [channel.name for channel in stained])


def _of_file(file: FcsFile, stained: Sequence[str]) -> Iterator[Note]:
    noted = {note.code: note.sentence for note in file.verdict.repairs}
    if "spillover_several" in noted:
        yield Note("spillover_several", noted["spillover_several"])
    if file.spillover is not None:
        yield from _incomplete(file.spillover, stained)
    elif "spillover_ignored" in noted:
        yield Note("spillover_unusable", f"{noted['spillover_ignored']}; {_CURE}")
    elif not is_mass_cytometry(file):
        yield Note("spillover_missing", f"{len(stained)} channels are stained, and the file has no matrix; {_CURE}")


def _of_batch(file: FcsFile, path: Path, panel: Panel, stained: Sequence[str]) -> Iterator[Note]:
    try:
        matrix = in_names_of_file(read_spillover(path), file.channels, panel)
    except SpilloverError as error:
        yield Note("spillover_detectors_missing", str(error))
    except UserError:  # what is wrong with the file is told of the file
        return
    else:
        if matrix is not None:
            yield from _incomplete(matrix, stained)


def _incomplete(matrix: Spillover, stained: Sequence[str]) -> Iterator[Note]:
    left = [name for name in stained if name not in matrix.labels]
    if left:
        yield Note("spillover_incomplete", f"the matrix does not hold {_listed(left)}: not compensated")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")

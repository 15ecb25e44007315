"""Which matrix a sample is compensated with, and whether all that needs it is compensated."""

from collections.abc import Sequence

from marrowgate.fcs.mass_cytometry import is_mass_cytometry
from marrowgate.fcs.model import Channel, FcsFile, Spillover
from marrowgate.fcs.spillover_labels import labelled_channels
from marrowgate.settings.panel import Panel
from marrowgate.signal.checks import Check, at_least, not_checked
from marrowgate.signal.signal_channels import signal_channels
from marrowgate.signal.spillover.compensation import SpilloverError

CHECK = "compensated_channels_pct"
"""Name of the check whose flag puts every number that rests on fluorescence in doubt."""


def in_names_of_file(spillover: Spillover, channels: Sequence[Channel], panel: Panel | None) -> Spillover | None:
    """Return the matrix of a batch with the names that the file gives its detectors.

    Parameters
    ----------
    spillover : Spillover
        Its labels are names or aliases of the panel, or the file's own.
    channels : sequence of Channel
        Of the file.
    panel : Panel or None
        Knows the other names of a channel.

    Returns
    -------
    Spillover or None
        None where the file's values are compensated already: nothing may be applied to them twice.

    Raises
    ------
    SpilloverError
        The file does not have a detector of the matrix.
    """
    meant = labelled_channels(spillover.labels, channels, panel)
    missing = [label for label, channel in zip(spillover.labels, meant, strict=True) if channel is None]
    if missing:
        msg = f"the spillover matrix names {', '.join(missing)}, which the file does not have"
        raise SpilloverError(msg)
    own = [channel for channel in meant if channel is not None]
    if len({channel.index for channel in own}) < len(own):
        msg = f"two detectors of the spillover matrix ({', '.join(spillover.labels)}) are the same channel of the file"
        raise SpilloverError(msg)
    if any(channel.compensated for channel in own):
        return None
    return Spillover(tuple(channel.name for channel in own), spillover.matrix)


def refuse_unusable(file: FcsFile) -> None:
    """Refuse a file whose own matrix is there and cannot be used: it would be gated uncompensated by accident.

    Raises
    ------
    SpilloverError
        With the reason, and what can be done.
    """
    ignored = [note.sentence for note in file.verdict.repairs if note.code == "spillover_ignored"]
    if ignored and file.spillover is None:
        msg = f"{ignored[0]}; give the batch a matrix, or write spillover: none for it if it needs none"
        raise SpilloverError(msg)


def stained_channels(file: FcsFile) -> tuple[Channel, ...]:
    """Return the fluorescence channels that are used and have a marker; light spills over between them."""
    return tuple(channel for channel in signal_channels(file) if channel.role == "fluorescence" and channel.marker)


def compensation_check(file: FcsFile, source: str, *, is_light: bool = True) -> Check:
    """Tell whether the stained channels of a sample are compensated: ``compensated_channels_pct``.

    Parameters
    ----------
    file : FcsFile
        With the matrix that is applied.
    source : str
        ``file``, ``matrix`` or ``none``; with ``none`` somebody said that nothing is to be compensated.
    is_light : bool
        False where the strategy takes the values for points on a display scale: no matrix belongs to these.

    Returns
    -------
    Check
        Share of the stained channels that the matrix holds, or that the file holds compensated. `not_checked` with
        ``none``, for mass cytometry, for a display scale, and with fewer than two stained channels.
    """
    stained = stained_channels(file)
    if source == "none":
        return not_checked(CHECK, "the settings say that nothing is to be compensated")
    if is_mass_cytometry(file):
        return not_checked(CHECK, "mass cytometry: no light that spills over")
    if not is_light:
        return not_checked(CHECK, "values on a display scale: no matrix belongs to these")
    if len(stained) < 2:
        return not_checked(CHECK, "fewer than two stained channels")
    labels = file.spillover.labels if file.spillover else ()
    left = [channel.name for channel in stained if not channel.compensated and channel.name not in labels]
    share = 100.0 * (1 - len(left) / len(stained))
    return at_least(CHECK, share, 100.0, f"no matrix holds {', '.join(left)}")

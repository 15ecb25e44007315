"""The spillover matrix in the TEXT, under whichever keyword an instrument puts it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from marrowgate.fcs.keywords import Keywords, to_integer
from marrowgate.fcs.model import Channel, Note, Spillover
from marrowgate.fcs.spillover_labels import is_channel_name, labelled_channels
from marrowgate.fcs.spillover_text import MatrixText, parse_matrix
from marrowgate.fcs.verdict import repair
from marrowgate.settings.panel import Panel

KEYWORDS = ("$SPILLOVER", "SPILL", "$SPILL", "SPILLOVER", "$COMP", "COMP")


def read_spillover(
    keywords: Keywords, channels: Sequence[Channel], panel: Panel | None, repairs: list[Note]
) -> Spillover | None:
    """Read the spillover matrix of the TEXT.

    Parameters
    ----------
    keywords : Keywords
        The TEXT.
    channels : sequence of Channel
        The columns; labels are held against their names and numbers, see `labelled_channels`.
    panel : Panel or None
        Gives other names of the channels.
    repairs : list of Note
        A matrix that cannot be used is noted, and how one was read that is not written as the standard says.

    Returns
    -------
    Spillover or None
        Rows are fluorochromes, columns are detectors, labels are `$PnN`. Of several matrices the first that is no
        identity. None also where the values are compensated already.
    """
    matrices: dict[str, Spillover] = {}
    notes: dict[str, list[Note]] = {}
    for keyword in KEYWORDS:
        text = keywords.text(keyword)
        if not text or text.strip("0,; ") == "":
            continue
        notes[keyword] = []
        matrix = _read(keyword, text, channels, panel, notes[keyword])
        if matrix is not None:
            matrices[keyword] = matrix
    chosen = next(
        (keyword for keyword, matrix in matrices.items() if not is_identity(matrix)), next(iter(matrices), "")
    )
    if not chosen:
        repairs += next(iter(notes.values()), [])
        return None
    repairs += notes[chosen]
    if len({_entries(matrix) for matrix in matrices.values()}) > 1:
        sentence = (
            f"the file holds {len(matrices)} spillover matrices that differ ({', '.join(matrices)}); {chosen} was used"
        )
        repairs.append(repair("spillover_several", sentence))
    return matrices[chosen]


def is_identity(spillover: Spillover) -> bool:
    """Tell whether a matrix has no spillover at all."""
    return bool(np.array_equal(spillover.matrix, np.eye(len(spillover.labels))))


def _read(
    keyword: str, text: str, channels: Sequence[Channel], panel: Panel | None, notes: list[Note]
) -> Spillover | None:
    parsed = parse_matrix(text, lambda name: is_channel_name(name, channels))
    fault = parsed if isinstance(parsed, str) else ""
    meant: Sequence[Channel | None] = ()
    if isinstance(parsed, MatrixText):
        meant = labelled_channels(parsed.labels, channels, panel) if parsed.labels else _unlabelled(parsed, channels)
        parsed, meant = _without_strangers(parsed, meant)
        fault = _label_fault(parsed, meant)
    if isinstance(parsed, str) or fault:
        notes.append(repair("spillover_ignored", f"{keyword} was ignored: {fault}"))
        return None
    own = [channel for channel in meant if channel is not None]
    if any(channel.compensated for channel in own):
        if not np.array_equal(parsed.matrix, np.eye(len(own))):
            sentence = f"{keyword} was not applied: the values of its channels are compensated already"
            notes.append(repair("spillover_applied", sentence))
        return None
    if parsed.in_per_cent:
        notes.append(repair("spillover_in_per_cent", f"the values of {keyword} are per cent and were divided by 100"))
    return Spillover(tuple(channel.name for channel in own), parsed.matrix)


def _without_strangers(
    parsed: MatrixText, meant: Sequence[Channel | None]
) -> tuple[MatrixText, Sequence[Channel | None]]:
    """Leave out detectors that are no channel of the file where nothing spills into them or from them."""
    matrix = parsed.matrix
    if not parsed.labels or all(meant):
        return parsed, meant
    alone = (np.count_nonzero(matrix, axis=0) == 1) & (np.count_nonzero(matrix, axis=1) == 1)
    kept = [index for index, channel in enumerate(meant) if channel is not None or not alone[index]]
    if not kept or len(kept) == len(meant):
        return parsed, meant
    smaller = matrix[np.ix_(kept, kept)]
    smaller.setflags(write=False)
    labels = tuple(parsed.labels[index] for index in kept)
    return replace(parsed, labels=labels, matrix=smaller), [meant[index] for index in kept]


def _label_fault(parsed: MatrixText, meant: Sequence[Channel | None]) -> str:
    size = len(parsed.matrix)
    if not parsed.labels and len(meant) != size:
        return f"it has no labels and {size} rows for {len(meant)} fluorescence channels"
    unknown = [str(number) for number, channel in enumerate(meant, start=1) if channel is None]
    if unknown:
        return f"{len(unknown)} of {size} labels name no channel (labels {', '.join(unknown[:10])})"
    if len({channel.index for channel in meant if channel is not None}) < size:
        return "two labels name the same channel"
    if any(to_integer(label) is not None for label in parsed.labels):
        return _number_fault(parsed, [channel for channel in meant if channel is not None])
    return ""


def _number_fault(parsed: MatrixText, meant: Sequence[Channel]) -> str:
    """Refuse numbers that let scatter or time spill over: they are no numbers of channels then."""
    beside = parsed.matrix - np.diag(np.diag(parsed.matrix))
    spills = np.count_nonzero(beside, axis=0) + np.count_nonzero(beside, axis=1)
    odd = [channel for channel, n in zip(meant, spills, strict=True) if n and channel.role != "fluorescence"]
    return f"its labels are numbers, and number {odd[0].index + 1} is {odd[0].role}" if odd else ""


def _unlabelled(parsed: MatrixText, channels: Sequence[Channel]) -> Sequence[Channel]:
    """Return the channels of a matrix without labels: all of them, or those of fluorescence, in file order."""
    if len(parsed.matrix) == len(channels):
        return channels
    return [channel for channel in channels if channel.role == "fluorescence"]


def _entries(spillover: Spillover) -> frozenset[tuple[str, str, float]]:
    """Return what spills over, by names: two matrices with the same are the same, whatever their size and order."""
    return frozenset(
        (row, column, float(value))
        for row, values in zip(spillover.labels, spillover.matrix, strict=True)
        for column, value in zip(spillover.labels, values, strict=True)
        if row != column and value
    )

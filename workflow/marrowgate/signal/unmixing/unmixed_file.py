"""Write what unmixing gives: signatures as CSV, and events as FCS 3.2 files that say that they are unmixed."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from marrowgate.fcs.model import FcsFile
from marrowgate.fcs.write import WriteChannel, write_fcs
from marrowgate.files import write_text
from marrowgate.settings.panel import PanelChannel
from marrowgate.signal.unmixing.unmix import DetectorNoise, Signatures, unmix

UNMIXED = "Unmixed Fluorescence"
FULL_SCALE = 262144.0
"""Range of a channel whose file states none."""
_KEPT = ("$TIMESTEP", "$VOL", "$LOST", "$ABRT")


def write_signatures(path: Path, signatures: Signatures) -> None:
    """Write the signatures: rows are fluorochromes and autofluorescence, columns are detectors."""
    lines = [",".join(["", *signatures.detectors])]
    for name, row in zip(signatures.components, signatures.matrix, strict=True):
        lines.append(",".join([name, *(f"{value:.6g}" for value in row)]))
    write_text(path, "\n".join(lines) + "\n")


def detector_faults(raw: FcsFile, control: FcsFile, detectors: Sequence[str]) -> str:
    """Say why signatures of a control do not hold for a raw file; empty where they do.

    A signature is right at the detectors' settings at which its control was acquired, and at no others.

    Parameters
    ----------
    raw, control : FcsFile
        Accepted; the control has all detectors.
    detectors : sequence of str
        Of the signatures.
    """
    by_name, wanted = ({channel.name: channel for channel in file.channels} for file in (raw, control))
    if missing := [name for name in detectors if name not in by_name]:
        return f"has no detector {', '.join(missing[:5])}"
    for setting in ("voltage", "gain"):
        others = [
            f"{name} {own:g}, not {control_value:g}"
            for name in detectors
            if (own := getattr(by_name[name], setting)) is not None
            and (control_value := getattr(wanted[name], setting)) is not None
            and own != control_value
        ]
        if others:
            return f"was acquired at another {setting} than the controls ({'; '.join(others[:3])})"
    return ""


def write_unmixed(
    path: Path,
    raw: FcsFile,
    signatures: Signatures,
    noise: DetectorNoise | None,
    entries: Sequence[PanelChannel],
    *,
    negative: bool = True,
) -> None:
    """Write a raw file's events unmixed: its scatter and time as they are, then a channel for each component.

    Parameters
    ----------
    path : Path
        The file to make.
    raw : FcsFile
        Accepted, with every detector of the signatures (`detector_faults`).
    signatures, noise : Signatures, DetectorNoise or None
        See `unmix`.
    entries : sequence of PanelChannel
        Of the fluorochromes, in the order of the signatures.
    negative : bool
        Whether values below 0 are allowed.

    Raises
    ------
    NotEstimableError
        The components cannot be told apart.
    ValueError
        The file is rejected.
    """
    if raw.events is None:
        msg = "a rejected file has no events"
        raise ValueError(msg)
    by_name = {channel.name: channel for channel in raw.channels}
    columns = [by_name[name].index for name in signatures.detectors]
    abundances = unmix(raw.events[:, columns], signatures, noise, non_negative=not negative)
    kept = [channel for channel in raw.channels if channel.role in {"scatter", "time", "index"}]
    top = max((by_name[name].range for name in signatures.detectors), default=FULL_SCALE)
    channels = [
        *(WriteChannel(channel.name, channel.label, channel.range or FULL_SCALE) for channel in kept),
        *(_unmixed_channel(entry, top) for entry in entries),
        *(WriteChannel(name, "", top, kind=UNMIXED) for name in signatures.components[signatures.n_dyes :]),
    ]
    keywords = {name: raw.facts[name] for name in _KEPT if name in raw.facts} | {"$CYT": raw.cytometer}
    events = np.column_stack([raw.events[:, [channel.index for channel in kept]], abundances])
    write_fcs(path, events, channels, version="3.2", keywords=keywords)


def _unmixed_channel(entry: PanelChannel, top: float) -> WriteChannel:
    marker = entry.marker or ""
    return WriteChannel(entry.channel, marker, top, kind=UNMIXED, analyte=marker, tag=entry.fluorochrome or "")

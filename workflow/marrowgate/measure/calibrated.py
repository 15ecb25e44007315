"""Calibration lines of the batches, as the intensities and the quality table need them."""

from collections.abc import Mapping, Sequence
from typing import Any

from marrowgate.settings.project import Project
from marrowgate.signal.bead_fit import Calibration
from marrowgate.signal.calibration import lines_from_rows
from marrowgate.signal.levey_jennings import bead_checks, bead_series, peak_of_batches

Rows = Sequence[Mapping[str, Any]]
Lines = Mapping[tuple[str, str, str], Calibration]
"""Panel, batch and marker to the line of the marker's channel."""


def calibration_lines(project: Project, calibrated: Mapping[str, Rows]) -> dict[tuple[str, str, str], Calibration]:
    """Give the line of each marker whose channel was calibrated.

    Parameters
    ----------
    project : Project
        Panels say which channel carries a marker.
    calibrated : mapping of str to sequence of mapping
        ``<panel>_<batch>`` to the rows of its table `calibration`.
    """
    found = {}
    for panel, batch in {(sample.panel, sample.batch) for sample in project.samples}:
        lines = lines_from_rows(calibrated.get(f"{panel}_{batch}", []))
        for entry in project.panels[panel].channels:
            names = (entry.channel, *entry.aliases)
            line = next((lines[name] for name in names if name in lines), None)
            if entry.marker and line is not None:
                found[panel, batch, entry.marker] = line
    return found


def bead_rows(calibrated: Mapping[str, Rows], max_fold: float) -> list[dict[str, Any]]:
    """Give quality rows of the bead peaks of all batches, channel by channel."""
    rows = [row for table in calibrated.values() for row in table]
    channels = sorted({row["channel"] for row in rows})
    return [
        {"batch": batch, **vars(check)}
        for channel in channels
        for batch, checks in bead_checks(channel, bead_series(peak_of_batches(rows, channel)), max_fold).items()
        for check in checks
    ]

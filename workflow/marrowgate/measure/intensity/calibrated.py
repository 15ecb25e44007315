"""Calibration lines of the batches, as the intensities and the quality table need them."""

from collections.abc import Mapping, Sequence
from typing import Any

from marrowgate.settings.panel import Panel
from marrowgate.settings.project import Project
from marrowgate.signal.beads.calibration import lines_from_rows
from marrowgate.signal.beads.levey_jennings import bead_checks, bead_series, peak_of_batches
from marrowgate.signal.beads.molecule_line import Calibration

Rows = Sequence[Mapping[str, Any]]
Lines = Mapping[tuple[str, str, str], Calibration]
"""Panel, batch and marker to the line of the marker's channel."""


def calibration_lines(project: Project, calibrated: Mapping[str, Rows]) -> dict[tuple[str, str, str], Calibration]:
    """Return the line of each marker whose channel was calibrated.

    Parameters
    ----------
    project : Project
        Panels say which channel carries a marker.
    calibrated : mapping of str to sequence of mapping
        ``<panel>_<batch>`` to the rows of its table `calibration`.
    """
    line_of = {}
    for panel, batch in {(sample.panel, sample.batch) for sample in project.samples}:
        lines = lines_from_rows(calibrated.get(f"{panel}_{batch}", []))
        for entry in project.panels[panel].channels:
            names = (entry.channel, *entry.aliases)
            line = next((lines[name] for name in names if name in lines), None)
            if entry.marker and line is not None:
                line_of[panel, batch, entry.marker] = line
    return line_of


def bead_rows(project: Project, calibrated: Mapping[str, Rows], max_fold: float) -> list[dict[str, Any]]:
    """Return quality rows of the bead peaks of all batches, one series for each panel, lot and channel.

    Beads of one lot alone can be compared from batch to batch. A row carries the bead sample's sample_id; of several
    samples of one lot in a batch the first one counts.

    Parameters
    ----------
    project : Project
        The sheet says which panel a bead sample belongs to.
    calibrated : mapping of str to sequence of mapping
        As for `calibration_lines`.
    max_fold : float
        Factor between a batch and the others above which it is flagged.
    """
    panels = {sample.sample_id: sample.panel for sample in project.samples}
    own_names = {name: _own_names(panel) for name, panel in project.panels.items()}
    series: dict[tuple[str, str, str], dict[str, Rows]] = {}
    samples: dict[tuple[str, str, str], str] = {}
    for row in (row for table in calibrated.values() for row in table):
        panel = panels[row["sample_id"]]
        if samples.setdefault((panel, row["bead_lot"], row["batch"]), row["sample_id"]) == row["sample_id"]:
            name: str = row["channel"]
            channel = own_names[panel].get(name, name)
            batches = series.setdefault((panel, row["bead_lot"], channel), {})
            batches[row["batch"]] = [*batches.get(row["batch"], []), {**row, "channel": channel}]
    return [
        {"sample_id": samples[panel, lot, batch], "batch": batch, **vars(check)}
        for (panel, lot, channel), batches in sorted(series.items())
        for batch, checks in bead_checks(channel, bead_series(_peaks(batches, channel)), max_fold).items()
        for check in checks
    ]


def _own_names(panel: Panel) -> dict[str, str]:
    """Return the panel's own name of a channel for each of its aliases, which other instruments may use."""
    return {alias: entry.channel for entry in panel.channels for alias in entry.aliases}


def _peaks(batches: Mapping[str, Rows], channel: str) -> dict[str, float]:
    return peak_of_batches([row for rows in batches.values() for row in rows], channel)

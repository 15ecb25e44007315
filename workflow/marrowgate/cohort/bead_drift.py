"""Bead peaks that moved from batch to batch, as a flag on the contrasts whose intensities moved with them."""

from collections.abc import Mapping, Sequence

from marrowgate.cohort.design import Finding
from marrowgate.cohort.readings import Reading, Rows
from marrowgate.endpoint_names import IntensityMeasure
from marrowgate.settings.project import Project

CHECK = "bead_fold_"
"""Name of the quality check of a bead sample, before its channel."""
MOVED = ("median_fi", "ratio_fi")
"""Intensities that move with the instrument. Binding capacities do not: they are read off the same beads."""

Drifts = Mapping[tuple[str, str, str], str]
"""Panel, batch and marker to what the beads say."""


def bead_drifts(project: Project, quality: Rows) -> dict[tuple[str, str, str], str]:
    """Find the markers whose channel reads differently in a batch, from rows of `tables/quality.tsv`.

    A row counts when its check is ``bead_fold_<channel>`` and it is flagged, that is above `quality.max_bead_fold`.
    """
    panels = {sample.sample_id: sample.panel for sample in project.samples}
    drifts = {}
    for row in quality:
        panel = panels.get(row["sample_id"] or "")
        if row["verdict"] != "flagged" or not row.get("check", "").startswith(CHECK) or panel is None:
            continue
        channel = row["check"].removeprefix(CHECK)
        for entry in project.panels[panel].channels:
            if entry.marker and channel == entry.channel:
                drifts[panel, row["batch"], entry.marker] = f"{row['reason']} in {channel}"
    return drifts


def drift_findings(project: Project, drifts: Drifts, measure: str, readings: Sequence[Reading]) -> list[Finding]:
    """Say which batches of a measure have beads that moved.

    Parameters
    ----------
    project : Project
        Settings and sheets.
    drifts : mapping of (str, str, str) to str
        What `bead_drifts` gave.
    measure : str
        Name of the measure; only those of `MOVED` can be flagged.
    readings : sequence of Reading
        Its readings.

    Returns
    -------
    list of Finding
        One for each batch that the measure uses and whose beads moved, in the order of the names.
    """
    marker = _marker_of(project, measure)
    panels = {sample.sample_id: sample.panel for sample in project.samples}
    used = {(panels.get(reading.sample_id, ""), reading.batch) for reading in readings}
    findings = [
        f"batch {batch}: {drifts[panel, batch, marker]}" for panel, batch in used if (panel, batch, marker) in drifts
    ]
    cancels = "; a ratio to the control is free of it only where the control's median is light and no offset"
    more = cancels if measure.endswith("_ratio_fi") else ""
    return [Finding("bead_drift", "flagged", f"{sentence}{more}") for sentence in sorted(findings)]


def _marker_of(project: Project, measure: str) -> str:
    """Return the marker whose intensity a measure is; empty for any other measure."""
    for wanted in project.config.measure.intensities:
        if measure in {IntensityMeasure(wanted.population, wanted.marker, column).name for column in MOVED}:
            return wanted.marker
    return ""

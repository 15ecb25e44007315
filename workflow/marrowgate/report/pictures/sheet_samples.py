"""The samples of a project as contact sheets show them."""

from collections.abc import Mapping, Sequence
from typing import Any

from marrowgate.measure.manifest import WITHOUT_NUMBERS
from marrowgate.measure.pictures.model import SamplePictures
from marrowgate.report.pictures.against_control import ControlPictures
from marrowgate.report.pictures.sheet_rows import SheetSample
from marrowgate.settings.project import Project
from marrowgate.settings.sample_links import gated
from marrowgate.settings.sheets import Sample

_KINDS = ("fmo", "isotype", "unstained")


def sheet_samples(
    project: Project, pictures: Mapping[str, SamplePictures], manifest: Sequence[Mapping[str, Any]]
) -> list[SheetSample]:
    """Return the gated samples of a project, in the order of the sheet.

    Parameters
    ----------
    project : Project
        The sheets.
    pictures : mapping of str to SamplePictures
        By sample_id, of every gated sample.
    manifest : sequence of mapping
        Rows of the manifest.
    """
    troubles = {
        row["sample_id"]: f"{row['verdict']}: {row['reasons'] or 'no reason given'}"
        for row in manifest
        if row["verdict"] in WITHOUT_NUMBERS
    }
    return [
        SheetSample(
            sample.sample_id,
            sample.panel,
            sample.batch,
            sample.patient_id or "",
            "" if sample.day is None else f"{sample.day:g}",
            sample.control_type,
            troubles.get(sample.sample_id, ""),
            pictures[sample.sample_id],
            tuple(
                ControlPictures(control.control_type, control.control_marker or "", pictures[control.sample_id])
                for control in serving(project, sample)
            ),
        )
        for sample in gated(project)
    ]


def serving(project: Project, sample: Sample) -> list[Sample]:
    """Return the controls that are laid over a stained sample: its own of each kind and marker, else the batch's."""
    if sample.control_type != "none":
        return []
    there = [
        other
        for other in gated(project)
        if other.control_type in _KINDS and (other.panel, other.batch) == (sample.panel, sample.batch)
    ]
    own = [other for other in there if other.control_for == sample.sample_id]
    served = {(other.control_type, other.control_marker) for other in own}
    batch = [other for other in there if not other.control_for]
    return [*own, *(other for other in batch if (other.control_type, other.control_marker) not in served)]

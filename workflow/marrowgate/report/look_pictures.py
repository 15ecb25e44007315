"""The pictures of the gates that a person should look at, and where all pictures of a sample are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from marrowgate.measure.pictures.model import STEP, Picture, SamplePictures, read_pictures
from marrowgate.report.pictures.draw import draw_picture
from marrowgate.report.pictures.plan import GATES, planned_sample_pages
from marrowgate.report.pictures.svg import svg_text, thumbnail, written
from marrowgate.report.pictures.table_statuses import rows_of_samples, with_table_statuses
from marrowgate.report.sections.hand_section import ToLookAt
from marrowgate.settings.project import Project
from marrowgate.settings.sample_links import gated

MOST_PICTURES = 60
"""Pictures in the page; those of further gates stand in the contact sheets, so that the page stays small."""


@dataclass(frozen=True)
class LookPicture:
    """A gate as SVG without looks of its own: cut down to its plot, and whole."""

    small: Markup
    whole: Markup


def look_pictures(
    looks: Sequence[ToLookAt], folder: Path | None, populations: Sequence[Mapping[str, Any]]
) -> dict[tuple[str, str], LookPicture]:
    """Draw the gates of the list, the worst first.

    Parameters
    ----------
    looks : sequence of ToLookAt
        The list.
    folder : Path or None
        Where the samples' pictures are; what is not there is not drawn.
    populations : sequence of mapping
        Rows of that table, for the statuses of the numbers.

    Returns
    -------
    dict
        sample_id and gate to the pictures of it.
    """
    drawn: dict[tuple[str, str], LookPicture] = {}
    rows = rows_of_samples(populations)
    for entry in looks:
        path = folder / f"{entry.sample_id}.json" if folder else None
        if len(drawn) == MOST_PICTURES or not entry.gate or path is None or not path.is_file():
            continue
        pictures = with_table_statuses(read_pictures(path), rows.get(entry.sample_id, ()))
        shown = next((step for step in pictures.of_kind(STEP) if entry.gate in step.gates), None)
        if shown is not None and _shows_something(pictures, shown):
            picture = written(draw_picture(pictures, shown))
            drawn[entry.sample_id, entry.gate] = LookPicture(
                Markup(thumbnail(picture, is_lean=True)),  # noqa: S704 - names in it are escaped
                Markup(svg_text(picture, is_whole=False)),  # noqa: S704 - names in it are escaped
            )
    return drawn


def _shows_something(pictures: SamplePictures, picture: Picture) -> bool:
    """Say whether there are events or a gate in a picture; an empty frame says nothing."""
    return picture.density is not None or any(pictures.gates[name].gate is not None for name in picture.gates)


def picture_addresses(project: Project, folder: Path | None) -> dict[str, str]:
    """Return where all pictures of each sample are, from the folder of the report; empty without pictures."""
    if folder is None or not folder.is_dir():
        return {}
    own_pages = frozenset(planned_sample_pages(project))
    return {
        sample.sample_id: (
            f"contact_sheets/samples/{sample.sample_id}.html"
            if sample.sample_id in own_pages
            else f"contact_sheets/{GATES}_{sample.panel}.html#sample-{sample.sample_id}"
        )
        for sample in gated(project)
    }

"""The page of pictures that `marrowgate try` writes: every gate of every file."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marrowgate.files import write_text
from marrowgate.measure.manifest import WITHOUT_NUMBERS
from marrowgate.measure.pictures.model import read_pictures
from marrowgate.report.pictures.against_control import ControlPictures
from marrowgate.report.pictures.pages import pictures_page
from marrowgate.report.pictures.sheet_rows import SheetSample
from marrowgate.report.pictures.table_statuses import rows_of_samples, with_table_statuses

if TYPE_CHECKING:
    from marrowgate.measure.collect import Measured
    from marrowgate.steps.try_run import TryGroup

MOST_ON_ONE_PAGE = 150
_TITLE = "Pictures of the gates"


def write_try_pictures(
    folder: Path, results: "Sequence[tuple[TryGroup, list[Measured]]]", populations: Sequence[Mapping[str, Any]]
) -> list[Path]:
    """Write `pictures.html`, and `pictures_2.html` and so on where there are many samples.

    Parameters
    ----------
    folder : Path
        What `try` writes into, with the pictures of each sample.
    results : sequence of (TryGroup, list of Measured)
        What was measured, by group.
    populations : sequence of mapping
        Rows of `populations.tsv`.

    Returns
    -------
    list of Path
        The pages.
    """
    rows = rows_of_samples(populations)
    samples = list({sample.sample_id: sample for sample in _samples(folder, results, rows)}.values())
    starts = range(0, max(len(samples), 1), MOST_ON_ONE_PAGE)
    paths = [folder / ("pictures.html" if n == 1 else f"pictures_{n}.html") for n in range(1, len(starts) + 1)]
    for path, start in zip(paths, starts, strict=True):
        links = [(other.stem.replace("_", " "), other.name) for other in paths if other != path]
        write_text(path, pictures_page(_TITLE, samples[start : start + MOST_ON_ONE_PAGE], links=links))
    return paths


def _samples(
    folder: Path,
    results: "Sequence[tuple[TryGroup, list[Measured]]]",
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
) -> Iterator[SheetSample]:
    for group, measured in results:
        stained = {file.name for file in group.stained}
        controls = tuple(
            ControlPictures(file.role.kind, file.role.marker, read_pictures(_path(folder, file.name)))
            for file in group.controls
        )
        for measured_sample in measured:
            name, manifest = measured_sample.sample.sample_id, measured_sample.record.manifest
            verdict = manifest["verdict"]
            trouble = f"{verdict}: {manifest['reasons']}" if verdict in WITHOUT_NUMBERS else ""
            pictures = with_table_statuses(read_pictures(_path(folder, name)), rows.get(name, ()))
            control = measured_sample.sample.control_type
            served = controls if name in stained else ()
            yield SheetSample(name, group.panel_name, "", "", "", control, trouble, pictures, served)


def _path(folder: Path, name: str) -> Path:
    return folder / "pictures" / f"{name}.json"

"""Read what the page shows of single samples: their gates, detector settings and landmarks."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from marrowgate.report.page_inputs import SampleFiles
from marrowgate.settings.project import Project
from marrowgate.settings.sample_links import gated
from marrowgate.tables import read_rows


def read_sample_files(project: Project, results: Path | None, calibration: Sequence[Path]) -> SampleFiles:
    """Read the gates, records and fits of the run's samples.

    Parameters
    ----------
    project : Project
        The samples that are read, in the order of the sheet.
    results : Path or None
        Folder that holds `gates`, `records` and `fits`; what is not there is left out.
    calibration : sequence of Path
        Calibrations of the batches.
    """
    rows = [row for path in calibration for row in read_rows(path)]
    if results is None:
        return SampleFiles(calibration=rows)
    names = [sample.sample_id for sample in gated(project)]
    gates = {name: results / "gates" / f"{name}.tsv" for name in names}
    records = {name: results / "records" / f"{name}.json" for name in names}
    return SampleFiles(
        {name: read_rows(path) for name, path in gates.items() if path.exists()},
        {name: _read(path).get("settings", {}) for name, path in records.items() if path.exists()},
        list(_landmarks(project, results)),
        rows,
        results / "pictures",
    )


def _landmarks(project: Project, results: Path) -> Iterator[dict[str, Any]]:
    for sample in gated(project):
        path = results / "fits" / f"{sample.sample_id}.json"
        if sample.control_type == "none" and path.exists():
            who = {"sample_id": sample.sample_id, "panel": sample.panel, "batch": sample.batch}
            yield from ({**who, **landmark} for landmark in _read(path).get("landmarks", ()))


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content

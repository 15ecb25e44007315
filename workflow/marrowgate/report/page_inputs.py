"""What a page is written from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marrowgate.report.charts.course_rows import CourseRows
from marrowgate.report.plan import Course
from marrowgate.report.sections.planted_section import PlantedLine
from marrowgate.settings.project import Project

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class SampleFiles:
    """What the page reads of single samples and batches beside the tables; all empty where a run has none.

    Parameters
    ----------
    gates : mapping of str to sequence of mapping
        sample_id to the rows of its table of gates.
    settings : mapping of str to mapping
        sample_id to channel to voltage and gain.
    landmarks : sequence of mapping
        sample_id, panel, batch, of, by, dimension, value, status.
    calibration : sequence of mapping
        Rows of the calibrations of all batches.
    pictures : Path or None
        Folder with the samples' pictures.
    """

    gates: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    settings: Mapping[str, Mapping[str, Sequence[float | None]]] = field(default_factory=dict)
    landmarks: Sequence[Row] = ()
    calibration: Sequence[Row] = ()
    pictures: Path | None = None


@dataclass(frozen=True)
class PageInputs:
    """Everything that the page is written from.

    Parameters
    ----------
    project : Project
        Settings and sheets.
    findings : sequence of str
        What `check` found in the headers, a line each.
    manifest : sequence of mapping
        Rows of the manifest.
    tables : mapping of str to sequence of mapping
        Rows of the other tables by name.
    files : sequence of Path
        The tables on disk, for download.
    figures : mapping of str to Path
        Name to SVG file.
    narrow : mapping of str to str
        The same figures that are not drawn by the page itself, for a narrow screen: name to the text of the SVG.
    courses : mapping of str to (Course, CourseRows)
        What is drawn over time, by name of the figure.
    left_out : sequence of str
        A sentence for everything that the page has nothing to show of.
    provenance : mapping
        Content of provenance.json.
    simulated : str
        What of the run is simulated, in a sentence; empty when nothing is.
    planted : sequence of PlantedLine
        The truth of a simulated run beside what was found.
    made_from : mapping of str to str
        Files that the page was made from, by their place in the results, to the digests of their bytes.
    samples : SampleFiles
        What it reads of single samples.
    """

    project: Project
    findings: Sequence[str]
    manifest: Sequence[Row]
    tables: Tables
    files: Sequence[Path]
    figures: Mapping[str, Path]
    courses: Mapping[str, tuple[Course, CourseRows]]
    left_out: Sequence[str]
    provenance: Mapping[str, Any]
    simulated: str
    planted: Sequence[PlantedLine]
    made_from: Mapping[str, str]
    samples: SampleFiles = SampleFiles()
    narrow: Mapping[str, str] = field(default_factory=dict)

    @property
    def arms(self) -> tuple[str, ...]:
        """Return the names of the arms, in their order."""
        return self.project.config.arms.names

    @property
    def responder(self) -> str:
        """Return the endpoint of the responders' calls."""
        return f"{self.project.config.cohort.responder_measure}_responder"

    @property
    def reported(self) -> tuple[str, ...]:
        """Return the populations that are drawn over time, the endpoints' first."""
        return tuple(dict.fromkeys(course.population for course, _ in self.courses.values() if course.population))

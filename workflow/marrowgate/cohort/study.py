"""The cohort as it is compared: patients, time scale, readings and courses, from settings, sheets and tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Self, TypeVar

from marrowgate.cohort.bead_drift import Drifts, bead_drifts
from marrowgate.cohort.compared_arms import ComparedArms
from marrowgate.cohort.courses import Course, make_courses
from marrowgate.cohort.equal_depth import equal_depth
from marrowgate.cohort.readings import Reading, Readings, Rows, measure_readings
from marrowgate.cohort.visits import Clock, make_clock, visit_of
from marrowgate.settings.arms import ArmPair
from marrowgate.settings.project import Project

AnyStudy = TypeVar("AnyStudy", bound="Study")


@dataclass(frozen=True)
class Study:
    """Everything that endpoints and contrasts are made of.

    Parameters
    ----------
    project : Project
        Settings and sheets.
    clock : Clock
        Time scale and common window.
    arms : mapping of str to str
        Arm of each patient that is compared, in the order of the sheet.
    readings : mapping of str to tuple of Reading
        By measure.
    courses : mapping of str to mapping of str to Course
        By measure and patient_id.
    flagged : frozenset of str
        Samples that a quality check flagged.
    drifts : mapping of (str, str, str) to str
        Panel, batch and marker whose beads moved, and how.
    jobs : int
        Processes that draws may use; no number depends on it.
    """

    project: Project
    clock: Clock
    arms: Mapping[str, str]
    readings: Readings
    courses: Mapping[str, Mapping[str, Course]]
    flagged: frozenset[str] = frozenset()
    drifts: Drifts = field(default_factory=dict)
    jobs: int = 1

    def only(self, keep: Callable[[Reading], bool]) -> Self:
        """Return the study with the readings that `keep` lets pass; patients without any are gone too."""
        readings = {measure: tuple(filter(keep, own)) for measure, own in self.readings.items()}
        return _with_readings(self, readings)

    def only_measures(self, measures: set[str]) -> Self:
        """Return the study with the named measures alone."""
        readings = {measure: own for measure, own in self.readings.items() if measure in measures}
        return _with_readings(self, readings)

    def compare(self, pair: ArmPair) -> "Comparison":
        """Return the study with the patients of two arms alone."""
        arms = ComparedArms(pair, {name: arm for name, arm in self.arms.items() if arm in (pair.first, pair.second)})
        parts = {part.name: getattr(self, part.name) for part in fields(self)}
        return Comparison(**parts | {"arms": arms}).only(lambda reading: reading.visit.patient_id in arms)


@dataclass(frozen=True)
class Comparison(Study):
    """A study of two arms that are compared."""

    arms: ComparedArms

    @property
    def between(self) -> str:
        """Name of the comparison in the tables."""
        return self.arms.pair.contrast


def make_study(project: Project, populations: Rows, intensities: Rows, quality: Rows = ()) -> Study:
    """Make the study; with no patients all its parts are empty.

    Parameters
    ----------
    project : Project
        Settings and sheets.
    populations, intensities, quality : sequence of mapping
        Rows of the tables of these names.
    """
    settings = project.config.cohort
    visits = [visit for sample in project.samples if (visit := visit_of(sample)) is not None]
    clock = make_clock(settings, visits, project.patients)
    arms = {
        patient_id: patient.arm
        for patient_id, patient in project.patients.items()
        if settings.recent_gcsf == "keep" or patient.recent_gcsf != "yes"
    }
    flagged = frozenset(row["sample_id"] for row in quality if row["verdict"] == "flagged")
    empty = Study(project, clock, arms, {}, {}, flagged, bead_drifts(project, quality))
    readings = measure_readings(project, populations, intensities)
    if clock.unit == "none":
        readings = {measure: tuple(map(_of_one_time, own)) for measure, own in readings.items()}
    return _with_readings(empty, {measure: equal_depth(own, arms) for measure, own in readings.items()})


def _of_one_time(reading: Reading) -> Reading:
    return replace(reading, visit=replace(reading.visit, one_time=True))


def _with_readings(study: AnyStudy, readings: Readings) -> AnyStudy:
    keep_stopped = study.project.config.cohort.after_stopping == "keep"
    courses = {measure: make_courses(own, study.clock, keep_stopped=keep_stopped) for measure, own in readings.items()}
    return replace(study, readings=readings, courses=courses)

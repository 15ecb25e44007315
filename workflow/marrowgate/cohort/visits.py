"""When a visit is: its phase of treatment, and its time on a scale that both arms share."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Literal

from marrowgate.settings.config import Cohort
from marrowgate.settings.sheets import Patient, Sample

Phase = Literal["baseline", "on_therapy", "off_therapy", "unplaced"]


@dataclass(frozen=True)
class Visit:
    """One visit of one patient.

    Parameters
    ----------
    patient_id : str
        Pseudonym.
    day, cycle, cycle_day, days_off : float or None
        As in the sample sheet.
    one_time : bool
        Whether the study knows no time at all, and each patient was sampled at one time.
    """

    patient_id: str
    day: float | None
    cycle: float | None = None
    cycle_day: float | None = None
    days_off: float | None = None
    one_time: bool = False

    @property
    def phase(self) -> Phase:
        """Phase of treatment; `unplaced` when neither day nor cycle is known."""
        if self.one_time:
            return "on_therapy"
        if self.days_off is not None:
            return "off_therapy"
        if self.day is not None:
            return "baseline" if self.day <= 0 else "on_therapy"
        if self.cycle is not None:
            return "baseline" if self.cycle == 0 else "on_therapy"
        return "unplaced"


@dataclass(frozen=True)
class Clock:
    """The time scale of the cohort.

    Parameters
    ----------
    unit : str
        ``cycles`` or ``days`` since the first dose; ``none`` where no sample has a time.
    window : tuple of float
        First and last time of the common window, in that unit.
    cycle_days : mapping of str to float
        Length of a cycle of each patient; empty when the unit is days.
    reason : str
        Why days are used although phases were asked for.
    """

    unit: Literal["cycles", "days", "none"]
    window: tuple[float, float]
    cycle_days: Mapping[str, float]
    reason: str = ""

    def time(self, visit: Visit) -> float | None:
        """Return the time of a visit since the first dose, in the clock's unit; None where it is not known."""
        if self.unit == "none":
            return 0.0
        if self.unit == "days":
            return visit.day
        length = self.cycle_days[visit.patient_id]
        if visit.cycle is not None and visit.cycle >= 1 and visit.cycle_day is not None:
            return visit.cycle - 1 + (visit.cycle_day - 1) / length
        return None if visit.day is None else visit.day / length

    def in_window(self, visit: Visit, *, keep_stopped: bool = False) -> bool:
        """Say whether a visit on therapy (and, with `keep_stopped`, after it) lies in the common window."""
        time = self.time(visit)
        phases = ("on_therapy", "off_therapy") if keep_stopped else ("on_therapy",)
        return visit.phase in phases and time is not None and self.window[0] <= time <= self.window[1]


def visit_of(sample: Sample) -> Visit | None:
    """Return the visit that a sample was drawn at; None for samples without a patient."""
    if sample.patient_id is None:
        return None
    return Visit(sample.patient_id, sample.day, sample.cycle, sample.cycle_day, sample.days_off)


def visit_on(patient_id: str, day: float, samples: Iterable[Sample]) -> Visit:
    """Return visit of a patient's samples on a day; else one that knows only its day."""
    for sample in samples:
        if sample.patient_id == patient_id and sample.day == day and sample.control_type == "none":
            return Visit(patient_id, day, sample.cycle, sample.cycle_day, sample.days_off)
    return Visit(patient_id, day)


def make_clock(settings: Cohort, visits: Iterable[Visit], patients: Mapping[str, Patient]) -> Clock:
    """Choose the time scale: cycles of each patient's own length, or days.

    A patient's cycle length follows from any visit in the second cycle or later, (day - cycle_day + 1) / (cycle - 1);
    a patient without one has the median of the regimen, else of all patients.

    Parameters
    ----------
    settings : Cohort
        Alignment and windows.
    visits : iterable of Visit
        All visits of all patients.
    patients : mapping of str to Patient
        By patient_id, with regimen.

    Returns
    -------
    Clock
        In days when phases are wanted but no cycle length can be found.
    """
    visits = tuple(visits)
    if visits and all(visit.phase == "unplaced" for visit in visits):
        return Clock("none", (0.0, 1.0), {}, "no sample has a day or a cycle: each patient is compared at one time")
    days = (settings.window_days[0], settings.window_days[1])
    if settings.align == "day":
        return Clock("days", days, {})
    own = _own_lengths(visits)
    if not own:
        return Clock("days", days, {}, "cycle lengths are not known, so time is counted in days")
    by_regimen: dict[str | None, list[float]] = defaultdict(list)
    for patient_id, length in own.items():
        if patient_id in patients:
            by_regimen[patients[patient_id].regimen].append(length)
    everyone = median(own.values())
    lengths = {
        patient_id: own.get(patient_id) or median(by_regimen.get(patient.regimen) or [everyone])
        for patient_id, patient in patients.items()
    }
    first, last = settings.window_cycles
    return Clock("cycles", (first - 1.0, float(last)), lengths)


def _own_lengths(visits: Iterable[Visit]) -> dict[str, float]:
    lengths_of: dict[str, list[float]] = defaultdict(list)
    for visit in visits:
        if visit.phase == "on_therapy" and visit.day is not None and visit.cycle_day is not None:
            cycle = visit.cycle or 0
            length = (visit.day - visit.cycle_day + 1) / (cycle - 1) if cycle > 1 else 0
            if length > 0:
                lengths_of[visit.patient_id].append(length)
    return {patient_id: median(lengths) for patient_id, lengths in lengths_of.items()}

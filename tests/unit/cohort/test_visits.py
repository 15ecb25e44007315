"""Phases of treatment, and cycles of different lengths on one scale."""

import pytest

from marrowgate.cohort.visits import Visit, make_clock, visit_on
from marrowgate.settings.config import Cohort
from marrowgate.settings.sheets import Patient, Sample


@pytest.mark.parametrize(
    ("visit", "phase"),
    [
        (Visit("P", 0.0), "baseline"),
        (Visit("P", -3.0), "baseline"),
        (Visit("P", 1.0), "on_therapy"),
        (Visit("P", 90.0, days_off=10.0), "off_therapy"),
        (Visit("P", None, 0.0), "baseline"),
        (Visit("P", None, 2.0, 8.0), "on_therapy"),
        (Visit("P", None, days_off=3.0), "off_therapy"),
        (Visit("P", None), "unplaced"),
    ],
)
def test_visit__phase(visit: Visit, phase: str) -> None:
    assert visit.phase == phase


PATIENTS = {
    name: Patient(patient_id=name, arm="triplet", regimen=regimen)
    for name, regimen in (("A", "VRd"), ("B", "VTd"), ("C", "VRd"), ("D", None))
}
VISITS = [
    Visit("A", 7.0, 1.0, 8.0),
    Visit("A", 28.0, 2.0, 8.0),
    Visit("B", 63.0, 3.0, 8.0),
    Visit("C", 7.0, 1.0, 8.0),
    Visit("A", 90.0, days_off=5.0),
]


def test_make_clock__cycle_length_from_own_visits_then_regimen_then_all() -> None:
    clock = make_clock(Cohort(), VISITS, PATIENTS)
    assert clock.unit == "cycles"
    assert clock.cycle_days == {"A": 21.0, "B": 28.0, "C": 21.0, "D": 24.5}
    assert clock.window == (0.0, 3.0)


def test_clock__same_phase_of_different_cycles_is_the_same_time() -> None:
    clock = make_clock(Cohort(), VISITS, PATIENTS)
    assert clock.time(Visit("A", 31.5, 2.0, 11.5)) == pytest.approx(1.5)
    assert clock.time(Visit("B", 42.0, 2.0, 15.0)) == pytest.approx(1.5)
    assert clock.time(Visit("A", 42.0)) == pytest.approx(2.0)
    assert clock.time(Visit("A", None)) is None


def test_clock__window_holds_its_cycles_and_no_visit_after_stopping() -> None:
    clock = make_clock(Cohort(window_cycles=(2, 3)), VISITS, PATIENTS)
    assert not clock.in_window(VISITS[0])
    assert clock.in_window(VISITS[1])
    late = Visit("A", 60.0, days_off=1.0)
    assert not clock.in_window(late)
    assert clock.in_window(late, keep_stopped=True)


def test_make_clock__without_cycles_counts_days_and_says_so() -> None:
    clock = make_clock(Cohort(), [Visit("A", 7.0)], PATIENTS)
    assert (clock.unit, clock.window) == ("days", (1.0, 63.0))
    assert clock.reason == "cycle lengths are not known, so time is counted in days"


def test_make_clock__days_on_request() -> None:
    clock = make_clock(Cohort(align="day", window_days=(1, 40)), VISITS, PATIENTS)
    assert (clock.unit, clock.window, clock.reason) == ("days", (1.0, 40.0), "")


def test_visit_on__joins_the_visit_of_the_tubes() -> None:
    sample = Sample(sample_id="s", patient_id="A", fcs="f", panel="p", batch="b", day=28, cycle=2, cycle_day=8)
    assert visit_on("A", 28.0, [sample]) == Visit("A", 28.0, 2, 8.0)
    assert visit_on("A", 29.0, [sample]) == Visit("A", 29.0)

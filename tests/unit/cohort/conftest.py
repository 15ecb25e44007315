"""Builders of small cohorts for the tests of this room."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from marrowgate.cohort.readings import Reading
from marrowgate.cohort.study import Comparison, make_study
from marrowgate.cohort.visits import Clock, Visit
from marrowgate.settings.arms import ArmPair
from marrowgate.settings.config import Cohort, Config
from marrowgate.settings.project import Project
from marrowgate.settings.sheets import Measurement, Patient, Sample

Row = dict[str, Any]
N_CD45 = 100_000
PAIR = ArmPair("triplet", "doublet")
DAYS = (0.0, 7.0, 14.0, 28.0)


@pytest.fixture(scope="session")
def clock() -> Clock:
    """Days, window of days 1 to 63."""
    return Clock("days", (1.0, 63.0), {})


@pytest.fixture(scope="session")
def reading() -> Callable[..., Reading]:
    """Make one reading."""

    def make(day: float, value: float, patient_id: str = "P1", **more: Any) -> Reading:
        more = {"low": value * 0.9, "high": value * 1.1, "n_events": 500, "n_reference": N_CD45} | more
        off = more.pop("days_off", None)
        visit = Visit(patient_id, day, days_off=off)
        more = {"log2": math.log2(value) if value > 0 else -5.0, "log2_sd": 0.07} | more
        return Reading(more.pop("measure", "ig_per_100_cd45"), visit, value, **more)

    return make


def count_row(sample: Sample, population: str, n: int | None, **more: Any) -> Row:
    """Return a row of populations.tsv."""
    row: Row = dict.fromkeys(("cells_per_ul", "cells_per_ul_low", "cells_per_ul_high"))
    row |= {"per_100_cd45": None, "per_100_cd45_low": None, "per_100_cd45_high": None}
    if n is not None:
        row |= {"per_100_cd45": 100 * n / N_CD45, "per_100_cd45_low": 90 * n / N_CD45}
        row |= {"per_100_cd45_high": 110 * (n + 1) / N_CD45}
        row |= {"cells_per_ul": n / 10, "cells_per_ul_low": n / 12, "cells_per_ul_high": (n + 1) / 8}
    row |= {"sample_id": sample.sample_id, "population": population, "n_events": n, "n_cd45": N_CD45}
    row |= {"count_method": "beads", "gate_status": "ok", "control_type": sample.control_type}
    return row | more


@pytest.fixture(scope="session")
def project() -> Callable[..., Project]:
    """Make a project of patients with one sample per visit."""

    def make(
        arms: Sequence[str] = ("triplet",) * 4 + ("doublet",) * 4,
        days: Sequence[float] = DAYS,
        batch: Callable[[str, float], str] = lambda arm, day: "B1",
        patient: Callable[[int], Row] = lambda number: {},
        sample: Callable[[str, float], Row] = lambda arm, day: {},
        measurements: Sequence[Measurement] = (),
        **settings: Any,
    ) -> Project:
        patients = [Patient(patient_id=f"P{i}", arm=arm, **patient(i)) for i, arm in enumerate(arms)]
        samples = [
            Sample(
                **{
                    "sample_id": f"{one.patient_id}_d{int(day)}".replace("-", "m"),
                    "patient_id": one.patient_id,
                    "fcs": "x.fcs",
                    "panel": "p",
                    "batch": batch(one.arm, day),
                    "day": day,
                    "preparation": "lysed",
                    "wbc_per_ul": 5000,
                }
                | sample(one.arm, day)
            )
            for one in patients
            for day in days
        ]
        config = Config(strategy_of_panel={"p": "s"}, cohort=Cohort(align="day", **settings))
        by_id = {one.patient_id: one for one in patients}
        return Project(config, tuple(samples), by_id, tuple(measurements), (), {}, {})

    return make


@pytest.fixture(scope="session")
def rows() -> Callable[..., list[Row]]:
    """Return population rows whose counts follow from the sample."""

    def make(project: Project, count: Callable[[Sample, int], int | None], population: str = "immature") -> list[Row]:
        order = {patient_id: place for place, patient_id in enumerate(project.patients)}
        return [
            count_row(sample, population, count(sample, order[sample.patient_id or ""])) for sample in project.samples
        ]

    return make


@pytest.fixture(scope="session")
def study(rows: Callable[..., list[Row]]) -> Callable[..., Comparison]:
    """Make a study of one population whose counts rise in the triplet arm."""

    def make(project: Project, rise: float = 8.0) -> Comparison:
        def count(sample: Sample, place: int) -> int:
            arm = project.patients[sample.patient_id or ""].arm
            treated = arm == "triplet" and (sample.day or 0) > 0
            return int((200 + 25 * place + (sample.day or 0) * (place % 3)) * (rise if treated else 1.0))

        return make_study(project, rows(project, count), []).compare(PAIR)

    return make

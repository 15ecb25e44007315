"""Endpoint rows: values, what is missing and why."""

from collections.abc import Callable
from typing import Any

import pytest

from marrowgate.cohort.endpoint_table import endpoint_table
from marrowgate.cohort.study import Comparison, make_study
from marrowgate.settings.project import Project

Row = dict[str, Any]


@pytest.fixture
def made(project: Callable[..., Project], study: Callable[..., Comparison]) -> Comparison:
    return study(project())


def found(study: Comparison) -> dict[tuple[str, str], Row]:
    return {(row["patient_id"], row["endpoint"]): row for row in endpoint_table(study)}


def test_endpoint_table__every_patient_has_every_endpoint_once(made: Comparison) -> None:
    rows = endpoint_table(made)
    assert len(rows) == len({(row["patient_id"], row["endpoint"]) for row in rows})
    assert len(rows) == 8 * (2 * 10 + 3)


def test_endpoint_table__values(made: Comparison) -> None:
    rows = found(made)
    base = rows["P1", "immature_per_100_cd45_baseline"]
    assert base["value"] == pytest.approx(0.225)
    assert (base["n_visits"], base["status"]) == (1, "ok")
    change = rows["P1", "immature_per_100_cd45_log2_change"]
    assert change["low"] < change["value"] < change["high"]
    assert change["value"] == pytest.approx(3.09, abs=0.02)
    peak_day = rows["P1", "immature_per_100_cd45_peak_day"]
    assert (peak_day["low"], peak_day["value"], peak_day["high"]) == (14, 28, pytest.approx(float("nan"), nan_ok=True))
    assert rows["P1", "immature_per_100_cd45_responder"]["value"] == 1.0
    assert rows["P5", "immature_per_100_cd45_responder"]["value"] == 0.0


def test_endpoint_table__what_is_missing_says_why(made: Comparison) -> None:
    rows = found(made.only(lambda r: not (r.visit.patient_id == "P0" and r.visit.day == 0)))
    assert rows["P0", "immature_per_ul_log2_change"]["reason"] == "no baseline value"
    assert rows["P0", "immature_per_ul_first_off_therapy"]["reason"] == "no value after stopping"
    unknown = rows["P0", "immature_per_100_cd45_responder"]
    assert (unknown["value"], unknown["status"], unknown["reason"]) == (None, "unknown", "no baseline visit")


def test_endpoint_table__patient_without_any_reading(made: Comparison) -> None:
    rows = found(made.only(lambda r: r.visit.patient_id != "P0"))
    assert rows["P0", "immature_per_ul_baseline"]["status"] == "missing"
    assert rows["P0", "immature_per_100_cd45_responder"]["reason"] == "no value"


def test_endpoint_table__borrowed_gates_are_told(
    project: Callable[..., Project], rows: Callable[..., list[Row]]
) -> None:
    made = project()
    table = rows(made, lambda sample, place: 300)
    for row in table[1:3]:
        row["gate_status"] = "borrowed"
    reason = found(make_study(made, table, []))["P0", "immature_per_ul_baseline"]["reason"]
    assert reason == "2 of 4 readings rest on doubtful, borrowed or shifted gates"


def test_endpoint_table__no_patients(project: Callable[..., Project]) -> None:
    assert endpoint_table(make_study(project(()), [], [])) == []

"""Readings from the tables and the sheets."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2

from marrowgate.cohort.readings import measure_readings
from marrowgate.settings.project import Project
from marrowgate.settings.sheets import Measurement, Sample

Make = Callable[..., Project]
Rows = Callable[..., list[dict[str, Any]]]
PAIR = ("triplet", "doublet")


def test_measure_readings__counts_per_100_and_per_ul(project: Make, rows: Rows) -> None:
    made = project(PAIR)
    found = measure_readings(made, rows(made, lambda sample, place: 400), [])
    assert set(found) == {"immature_per_100_cd45", "immature_per_ul"}
    first = found["immature_per_100_cd45"][0]
    assert (first.value, first.n_events, first.batch, first.preparation) == (0.4, 400, "B1", "lysed")
    assert first.log2 == pytest.approx(math.log2(0.4))
    assert (first.is_count, first.exposure, first.blank) == (True, 1000, 0)
    assert found["immature_per_ul"][0].exposure == pytest.approx(10)
    assert first.log2_sd == pytest.approx(math.sqrt(1 / 400.5 + 1e-5) / math.log(2))


def test_measure_readings__blanks_are_brought_to_the_cells_of_the_sample(project: Make, rows: Rows) -> None:
    made = project(PAIR)
    table = [{**row, "blank_n_events": 7, "blank_n_cd45": 400_000} for row in rows(made, lambda sample, place: 40)]
    found = measure_readings(made, table, [])
    for measure in ("immature_per_100_cd45", "immature_per_ul"):
        # 7 and a half of 400,000, in 100,000 cells
        assert (found[measure][0].blank, found[measure][0].blank_events) == (pytest.approx(1.875), 7)


def test_measure_readings__no_events_are_a_count_without_a_logarithm(project: Make, rows: Rows) -> None:
    made = project(PAIR)
    table = rows(made, lambda sample, place: 0 if sample.day else 10)
    other = rows(made, lambda sample, place: 1000, population="cd45_pos")
    found = measure_readings(made, [*table, *other], [])
    later = found["immature_per_ul"][1]
    assert (later.value, later.n_events) == (0, 0)
    assert math.isnan(later.log2)
    assert later.exposure == pytest.approx(10)


def test_measure_readings__controls_ungated_and_foreign_populations_give_none(project: Make, rows: Rows) -> None:
    made = project(PAIR)
    table = rows(made, lambda sample, place: None if place else 10)
    for row in table[:2]:
        row["control_type"] = "fmo"
    table += rows(made, lambda sample, place: 50, population="lymphocytes")
    found = measure_readings(made, table, [])
    assert {reading.visit.patient_id for reading in found["immature_per_ul"]} == {"P0"}
    assert len(found["immature_per_ul"]) == 2


def test_measure_readings__of_two_tubes_the_larger_counts(project: Make, rows: Rows) -> None:
    made = project(PAIR, days=(0.0,))
    small = rows(made, lambda sample, place: 3)
    small = [{**row, "n_cd45": 500, "per_100_cd45": 0.6} for row in small]
    found = measure_readings(made, [*small, *rows(made, lambda sample, place: 300)], [])
    assert [reading.n_events for reading in found["immature_per_100_cd45"]] == [300, 300]


def test_measure_readings__gate_uncertainty_widens(project: Make, rows: Rows) -> None:
    made = project(PAIR, days=(0.0,))
    table = [{**row, "gate_cv_pct": 20.0} for row in rows(made, lambda sample, place: 400)]
    first = measure_readings(made, table, [])["immature_per_100_cd45"][0]
    assert first.log2_sd == pytest.approx(math.sqrt(1 / 400.5 + 1e-5 + 0.04) / math.log(2))
    assert first.gate_log2_sd == pytest.approx(0.2 / math.log(2))
    # the interval of an absolute count holds the gates' uncertainty already
    known, unknown = (measure_readings(made, rows_, [])["immature_per_ul"][0] for rows_ in (table, _without_cv(table)))
    assert known.log2_sd == unknown.log2_sd
    assert math.isnan(unknown.gate_log2_sd)


def _without_cv(table: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{**row, "gate_cv_pct": None} for row in table]


def test_measure_readings__gate_uncertainty_counts_once_where_the_interval_holds_it(project: Make, rows: Rows) -> None:
    made = project(PAIR, days=(0.0,))
    plain = rows(made, lambda sample, place: 400)
    known, unknown = (
        measure_readings(made, [{**row, "gate_cv_pct": cv} for row in plain], [])["immature_per_ul"][0]
        for cv in (20.0, None)
    )
    assert known.log2_sd == unknown.log2_sd
    open_above = [{**row, "gate_cv_pct": 20.0, "cells_per_ul_high": math.inf} for row in plain]
    without = measure_readings(made, open_above, [])["immature_per_ul"][0]
    assert without.log2_sd == pytest.approx(math.sqrt(1 / 400.5 + 0.04) / math.log(2))


def test_measure_readings__visits_after_a_transplant_do_not_count(project: Make, rows: Rows) -> None:
    made = project(PAIR, patient=lambda number: {"transplant_months": 0.5})
    found = measure_readings(made, rows(made, lambda sample, place: 400), [])
    assert max(reading.visit.day or 0 for reading in found["immature_per_ul"]) == 14


def test_measure_readings__recent_gcsf_is_left_out_on_request(project: Make, rows: Rows) -> None:
    def gcsf(number: int) -> dict[str, str]:
        return {"recent_gcsf": "yes" if number == 0 else "no"}

    for setting, wanted in (("keep", {"P0", "P1"}), ("leave_out", {"P1"})):
        made = project(PAIR, patient=gcsf, recent_gcsf=setting)
        found = measure_readings(made, rows(made, lambda sample, place: 400), [])
        assert {reading.visit.patient_id for reading in found["immature_per_ul"]} == wanted


def test_measure_readings__intensities_on_the_log_scale(project: Make) -> None:
    made = project(PAIR, days=(0.0,))
    sample = made.samples[0]
    row = {"sample_id": sample.sample_id, "population": "cd34_hspc", "marker": "CXCR4", "n_events": 40}
    row |= {f"{column}{part}": None for column in ("abc", "median_fi") for part in ("", "_low", "_high")}
    row |= {"ratio_fi": 8.0, "ratio_fi_low": 4.0, "ratio_fi_high": 16.0}
    found = measure_readings(made, [], [row])
    assert set(found) == {"cd34_hspc_CXCR4_ratio_fi"}
    (reading,) = found["cd34_hspc_CXCR4_ratio_fi"]
    assert reading.log2 == 3
    assert reading.log2_sd == pytest.approx(1 / 1.959964, rel=1e-6)


def imported(value: float, n_counted: int | None, unit: str = "per_ml", patient_id: str = "P0") -> Measurement:
    return Measurement(patient_id=patient_id, day=0, measure="cfc", value=value, unit=unit, n_counted=n_counted)


def test_measure_readings__imported_colonies_have_the_exact_poisson_interval(project: Make) -> None:
    made = project(PAIR, measurements=[imported(120.0, 24), imported(0.0, 0, patient_id="P1")])
    first, none = measure_readings(made, [], [])["cfc_per_ml"]
    limits = np.array([chi2.ppf(0.025, 48), chi2.ppf(0.975, 50)]) / 2 * 5
    assert (first.low, first.high) == pytest.approx(tuple(limits), rel=1e-5)
    assert (none.value, none.low) == (0, 0)
    # one colony stands for 5 per mL in the other row
    assert none.high == pytest.approx(3.6889 * 5, rel=1e-4)
    assert math.isnan(none.log2)
    assert none.exposure == pytest.approx(1 / 5)


def test_measure_readings__imported_differential_has_the_exact_binomial_interval(project: Make) -> None:
    made = project(PAIR, measurements=[imported(3.0, 100, unit="per_100_wbc")])
    (reading,) = measure_readings(made, [], [])["cfc_per_100_wbc"]
    assert (round(reading.low, 1), round(reading.high, 1)) == (0.6, 8.5)
    assert (reading.n_events, reading.n_reference) == (3, 100)


def test_measure_readings__imported_value_without_count_has_no_interval(project: Make) -> None:
    made = project(PAIR, measurements=[imported(3.0, None), imported(0.0, None, patient_id="P1")])
    (reading,) = measure_readings(made, [], [])["cfc_per_ml"]
    assert math.isnan(reading.low)
    assert reading.log2_sd == 0


def test_measure_readings__order_is_patients_then_time(project: Make, rows: Rows) -> None:
    made = project(PAIR)
    table = rows(made, lambda sample, place: 400)[::-1]
    order = [(r.visit.patient_id, r.visit.day) for r in measure_readings(made, table, [])["immature_per_ul"]]
    assert order == sorted(order)


def test_measure_readings__no_rows(project: Make) -> None:
    assert measure_readings(project(()), [], []) == {}


def test_sample__fixture_is_a_stained_tube(project: Make) -> None:
    assert all(isinstance(s, Sample) and s.control_type == "none" for s in project(PAIR).samples)

"""The visit table."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from marrowgate.cohort.visit_table import visit_table
from marrowgate.columns import VISIT_KEY
from marrowgate.settings.project import Project
from marrowgate.settings.sheets import Measurement

Row = dict[str, Any]


def test_visit_table__tubes_intensities_and_imports_of_a_visit_are_one_row(
    project: Callable[..., Project], rows: Callable[..., list[Row]]
) -> None:
    cfc = Measurement(patient_id="P0", day=7, measure="cfc", value=120, unit="per_ml")
    other = Measurement(patient_id="P0", day=99, measure="cfc", value=1, unit="per_ml")
    made = project(("triplet", "doublet"), measurements=[cfc, other])
    intensity = {"sample_id": "P0_d7", "population": "cd34_hspc", "marker": "CXCR4", "status": "ok"}
    intensity |= {"median_fi": 5.0, "delta_fi": None, "ratio_fi": 2.0, "abc": None}
    columns, table = visit_table(made, rows(made, lambda sample, place: 40), [intensity])
    names = [column.name for column in columns]
    assert tuple(names[:6]) == VISIT_KEY
    assert {"immature_per_100_cd45", "cd34_hspc_CXCR4_ratio_fi", "cfc_per_ml"} <= set(names)
    assert len(table) == 9
    (row,) = [row for row in table if row["patient_id"] == "P0" and row["day"] == 7]
    assert (row["immature_n_events"], row["cd34_hspc_CXCR4_ratio_fi"], row["cfc_per_ml"]) == (40, 2.0, 120)
    assert row["arm"] == "triplet"


def test_visit_table__both_panels_of_a_visit_stand_together_with_their_counts(
    project: Callable[..., Project], rows: Callable[..., list[Row]]
) -> None:
    made = project(("triplet",), days=(7.0,))
    (hspc,) = made.samples
    # the other sample of the day, in whose row the cycle was left out
    hspc = hspc.model_copy(update={"sample_id": "P0_hspc", "cycle": 1, "cycle_day": 8.0})
    immature = hspc.model_copy(update={"sample_id": "P0_immature", "cycle": None, "cycle_day": None})
    made = replace(made, samples=(hspc, immature))
    table = rows(replace(made, samples=(hspc,)), lambda sample, place: 40, population="cd34_hspc")
    table += [
        {**row, "count_method": "dual_platform"}
        for row in rows(replace(made, samples=(immature,)), lambda sample, place: 900)
    ]
    columns, (row,) = visit_table(made, table, [])
    assert (row["patient_id"], row["day"], row["cycle"]) == ("P0", 7, 1)
    for population, n, method in (("cd34_hspc", 40, "beads"), ("immature", 900, "dual_platform")):
        assert row[f"{population}_n_events"] == n
        assert row[f"{population}_per_100_cd45"] == n / 1000
        assert (row[f"{population}_cells_per_ul"], row[f"{population}_count_method"]) == (n / 10, method)
        assert row[f"{population}_cells_per_ul_low"] < n / 10 < row[f"{population}_cells_per_ul_high"]
    assert set(row) <= {column.name for column in columns}


def test_visit_table__no_rows(project: Callable[..., Project]) -> None:
    columns, table = visit_table(project(()), [], [])
    assert [column.name for column in columns] == list(VISIT_KEY)
    assert table == []

"""The visit table."""

from collections.abc import Callable
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


def test_visit_table__no_rows(project: Callable[..., Project]) -> None:
    columns, table = visit_table(project(()), [], [])
    assert [column.name for column in columns] == list(VISIT_KEY)
    assert table == []

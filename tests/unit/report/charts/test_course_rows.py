"""What a figure over time shows, and what is said beside it."""

from dataclasses import replace
from typing import Any

import pytest

from marrowgate.columns import table_columns
from marrowgate.report.charts.course_rows import course_legend, course_rows
from marrowgate.report.plan import Course

Row = dict[str, Any]
EMPTY = {name: {column.name: None for column in table_columns(name)} for name in ("populations", "intensities")}
PER_UL = Course("blasts_per_ul", "populations", "cells_per_ul", "blasts", panel="p")
MEDIAN = Course("blasts_CD34_median_fi", "intensities", "median_fi", "blasts", "CD34", "p")


def tube(sample_id: str, **more: Any) -> Row:
    who = {"sample_id": sample_id, "patient_id": "P", "day": 0.0, "panel": "p", "control_type": "none"}
    what = {"population": "blasts", "parent": "cells", "n_events": 9, "gate_status": "ok", "gate_reason": ""}
    return {**EMPTY["populations"], **who, **what} | more


def intensity(sample_id: str, **more: Any) -> Row:
    return {**EMPTY["intensities"], "sample_id": sample_id, "population": "blasts", "marker": "CD34"} | more


def test_course_rows__controls_other_panels_and_populations_are_left_out():
    own = tube("a", cells_per_ul=2.0)
    others = [
        tube("b", cells_per_ul=2.0, control_type="fmo"),
        tube("c", cells_per_ul=2.0, panel="q"),
        tube("d", cells_per_ul=2.0, population="cells"),
    ]
    found = course_rows(PER_UL, {"populations": [own, *others]})
    assert [row["sample_id"] for row in found.rows] == ["a"]
    assert (found.title, found.unit) == ("blasts per µL", "cells per µL of blood")
    assert found.notes == ("1 stained sample.", "Gates: 1 ok.")


def test_course_rows__every_missing_value_has_its_reason_and_none_is_a_zero():
    rows = [
        tube("a", cells_per_ul=2.0),
        tube("b", n_events=None, gate_status="no_valley", gate_reason="no valley of CD45"),
        tube("c", count_reason="no beads"),
        tube("d", count_reason="no beads"),
    ]
    found = course_rows(PER_UL, {"populations": rows})
    assert [row["cells_per_ul"] for row in found.rows] == [2.0]
    assert found.notes[0] == (
        "1 of 4 stained samples has a value; the others: no beads (2); no valley: no valley of CD45."
    )


def test_course_rows__tubes_without_a_day_are_told():
    found = course_rows(PER_UL, {"populations": [tube("a", cells_per_ul=2.0, day=None)]})
    assert found.rows == ()
    assert "Without a day in the sample sheet, so not drawn: 1." in found.notes


def test_course_rows__gates_and_weak_counts_are_told():
    rows = [
        tube("a", cells_per_ul=2.0, gate_status="borrowed"),
        tube("b", cells_per_ul=0.0, n_events=0, detection="not_detected"),
    ]
    found = course_rows(PER_UL, {"populations": rows})
    assert [row["is_weak"] for row in found.rows] == [False, True]
    assert found.is_log
    assert found.notes[1:] == (
        "Gates: 1 ok, 1 borrowed.",
        "Open symbols are not above the limit of blank (1). Open symbols on the lower edge are counts of zero.",
    )


def test_course_rows__the_panel_is_named_where_several_give_the_value():
    found = course_rows(replace(PER_UL, is_shared=True), {"populations": [tube("a", cells_per_ul=2.0)]})
    assert found.title == "blasts per \N{MICRO SIGN}L, panel p"


def test_course_rows__share_names_its_parent():
    course = Course("blasts_pct_of_parent", "populations", "pct_of_parent", "blasts", panel="p")
    found = course_rows(course, {"populations": [tube("a", pct_of_parent=2.0)]})
    assert (found.title, found.unit) == ("blasts, share of its parent", "% of cells")


def test_course_rows__intensities_have_the_tube_s_days_and_gate():
    rows = {
        "populations": [
            tube("a", days_off=3.0, gate_status="shifted"),
            tube("b", n_events=None, gate_status="not_gated"),
        ],
        "intensities": [intensity("a", median_fi=-5.0, status="few_events")],
    }
    found = course_rows(MEDIAN, rows)
    assert [(row["days_off"], row["is_weak"]) for row in found.rows] == [(3.0, True)]
    assert not found.is_log
    assert (found.title, found.unit) == ("CD34 on blasts, median fluorescence", "channel units")
    assert found.notes == (
        "1 of 2 stained samples has a value; the others: not gated.",
        "Gates: 1 shifted.",
        "Open symbols rest on few events (1).",
    )


def test_course_rows__molecules_have_the_unit_of_the_beads():
    course = Course("blasts_CD34_abc", "intensities", "abc", "blasts", "CD34", "p")
    row = intensity("a", abc=5.0, status="ok", abc_unit="PE molecules per bead")
    found = course_rows(course, {"populations": [tube("a")], "intensities": [row]})
    assert (found.title, found.unit) == ("CD34 on blasts, molecules per cell less control", "PE molecules per cell")


def test_course_rows__imported_measurements_come_from_the_visits():
    course = Course("colonies_per_ml", "visits", "colonies_per_ml")
    visits = [{"patient_id": "P", "arm": None, "day": day, "days_off": None} for day in (0.0, 7.0)]
    visits[0]["colonies_per_ml"] = 4.0
    found = course_rows(course, {"visits": visits})
    assert [row["day"] for row in found.rows] == [0.0]
    assert found.notes == ("1 of 2 visits has a value; the others: not measured.",)


def test_course_legend__says_only_what_is_drawn():
    assert course_legend([]) == ""
    plain = {"days_off": None, "arm": None, "patient_id": None}
    assert "stopping" not in course_legend([plain])
    assert "first dose" not in course_legend([plain])
    treated = course_legend([plain, {**plain, "days_off": 3.0, "arm": "triplet"}])
    assert "Squares and broken lines are visits after stopping." in treated
    assert "median" not in treated
    assert "limit" not in treated
    assert "leads to its patient" not in treated
    assert treated.endswith(" Upright lines are the first dose and, where one patient is drawn, the last.")


@pytest.mark.parametrize(
    ("arms", "says"),
    [
        ({"P1": "a", "P2": "a"}, ""),
        (
            {"P1": None, "P2": None, "P3": None},
            "The thick line is the median of the patients on therapy, of at least 3.",
        ),
        (
            {"P1": "a", "P2": "a", "P3": "a", "P4": "b"},
            (
                "The thick line is the median of the arm on therapy, of at least 3 patients; "
                "the broken thick line is that of the other arm."
            ),
        ),
    ],
)
def test_course_legend__tells_of_medians_where_any_is_drawn(arms, says):
    rows = [{"days_off": None, "arm": arm, "patient_id": patient} for patient, arm in arms.items()]
    legend = course_legend([*rows, {**rows[0], "lod_events": 3.0}])
    assert (says in legend) if says else ("median" not in legend)
    assert legend.endswith("Brown bars are the limit of detection of each sample. A line leads to its patient.")

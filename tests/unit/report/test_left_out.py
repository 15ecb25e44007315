"""What the report has nothing to show of."""

from typing import Any

from marrowgate.report.charts.course_rows import CourseRows
from marrowgate.report.left_out import left_out
from marrowgate.settings.sheets import Patient
from unit.report.projects import project

FULL: dict[str, list[dict[str, Any]]] = {
    "populations": [{"control_type": "none"}],
    **{name: [{}] for name in ("design", "contrasts", "outcomes", "concordance", "quality")},
}
COURSE = CourseRows("blasts", "%", "pct_of_parent", False, ({"day": 0},), ())


def test_left_out__nothing_when_everything_is_there():
    assert left_out(project({}, []), FULL, {"x": COURSE}) == []


def test_left_out__no_patient_sheet_is_the_reason_for_two_sections():
    told = left_out(project({}, [], sheet=None), FULL | {"contrasts": [], "outcomes": []}, {"x": COURSE})
    assert told == [
        "Comparison of the arms: the config names no patient sheet.",
        "Clinical outcomes: the config names no patient sheet.",
    ]


def test_left_out__a_patient_sheet_without_outcomes():
    followed = (Patient(patient_id="P", arm="triplet"),)
    told = left_out(project({}, [], patients=followed), FULL | {"outcomes": []}, {"x": COURSE})
    assert told == ["Clinical outcomes: the patient sheet has none."]


def test_left_out__an_empty_run_says_all_of_it():
    told = left_out(project({}, []), {name: [] for name in FULL}, {})
    assert [line.partition(":")[0] for line in told] == [
        "Populations",
        "Comparison of the arms",
        "Over time",
        "Clinical outcomes",
        "Agreement with FlowKit",
        "Quality",
    ]


def test_left_out__a_figure_without_a_value_says_why():
    empty = CourseRows("blasts per µL", "cells", "cells_per_ul", True, (), ("0 of 2 stained samples have a value.",))
    assert left_out(project({}, []), FULL, {"x": COURSE, "y": empty}) == [
        "blasts per µL, over time: 0 of 2 stained samples have a value."
    ]

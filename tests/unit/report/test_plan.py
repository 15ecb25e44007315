"""Which figures a project's report holds."""

from marrowgate.report.plan import planned_courses, planned_figures
from marrowgate.settings.sheets import Measurement, Patient
from unit.report.projects import project, sample

OWN = {"cells": "root", "blasts": "cells", "t_cells": "cells"}
SHIPPED = {"cd45_pos": "root", "immature": "cd45_pos", "cd34_hspc": "cd45_pos"}
CXCR4 = {"intensities": [{"population": "cd34_hspc", "marker": "CXCR4"}]}


def test_planned_figures__endpoints_of_the_settings_in_their_order():
    made = project({"p": SHIPPED}, [sample("a", 0)], measure=CXCR4)
    assert planned_figures(made) == (
        "gate_status",
        "immature_per_100_cd45_over_time",
        "cd34_hspc_per_ul_over_time",
        "cd34_hspc_CXCR4_ratio_fi_over_time",
    )


def test_planned_figures__own_populations_are_those_that_end_the_tree():
    assert planned_figures(project({"p": OWN}, [sample("a", 0)])) == (
        "gate_status",
        "blasts_pct_of_parent_over_time",
        "t_cells_pct_of_parent_over_time",
    )


def test_planned_figures__own_populations_that_the_config_names():
    named = {"populations": ["blasts"], "primary": "blasts_window_mean"}
    made = project({"p": {**OWN, "cd45_pos": "root"}}, [sample("a", 0)], cohort=named)
    assert planned_figures(made) == ("gate_status", "blasts_per_100_cd45_over_time")


def test_planned_figures__own_endpoint_is_drawn_alone():
    made = project({"p": OWN}, [sample("a", 0)], cohort={"primary": "blasts_per_ul_log2_change"})
    assert planned_figures(made) == ("gate_status", "blasts_per_ul_over_time")


def test_planned_figures__markers_are_measured_only_where_the_panel_has_them():
    asked = {"intensities": [{"population": "blasts", "marker": "CD34"}]}
    with_it = project({"p": OWN}, [sample("a", 0)], markers=("CD34",), measure=asked)
    assert "blasts_CD34_median_fi_over_time" in planned_figures(with_it)
    without = project({"p": OWN}, [sample("a", 0)], markers=("CD3",), measure=asked)
    assert "blasts_CD34_median_fi_over_time" not in planned_figures(without)


def test_planned_figures__a_panel_without_an_endpoint_shows_its_own_populations():
    made = project({"p": SHIPPED, "q": OWN}, [sample("a", 0), sample("b", 0, panel="q")])
    assert {course.panel: course.measure for course in planned_courses(made)} == {
        "p": "cd34_hspc_per_ul",
        "q": "t_cells_pct_of_parent",
    }


def test_planned_figures__a_population_of_two_panels_is_drawn_for_each():
    made = project({"p": OWN, "q": OWN}, [sample("a", 0), sample("b", 0, panel="q")])
    names = planned_figures(made)
    assert "p_blasts_pct_of_parent_over_time" in names
    assert "q_blasts_pct_of_parent_over_time" in names
    assert len(set(names)) == len(names) == 5
    assert all(course.is_shared for course in planned_courses(made))


def test_planned_figures__without_days_nothing_is_drawn_over_time():
    assert planned_figures(project({"p": OWN}, [sample("a", None)])) == ("gate_status",)
    control = sample("c", 0, control_type="fmo", control_marker="CXCR4")
    assert planned_figures(project({"p": OWN}, [control])) == ("gate_status",)
    assert planned_figures(project({"p": OWN}, [])) == ()


def test_planned_figures__imported_measurements_that_are_endpoints():
    colonies = Measurement(patient_id="P", day=0, measure="colonies", value=3, unit="per_ml")
    made = project(
        {"p": OWN}, [sample("a", 0)], measurements=(colonies,), cohort={"primary": "colonies_per_ml_log2_change"}
    )
    assert planned_figures(made)[1] == "colonies_per_ml_over_time"


def test_planned_figures__survival_where_a_patient_has_follow_up():
    followed = Patient(patient_id="P", arm="triplet", os_months=3, os_event="0")
    made = project({"p": OWN}, [], patients=(followed,))
    assert planned_figures(made) == ("overall_survival",)


def test_planned_figures__names_of_markers_stay_apart_in_file_names():
    asked = {"intensities": [{"population": "blasts", "marker": name} for name in ("CD3/4", "CD3-4")]}
    names = planned_figures(project({"p": OWN}, [sample("a", 0)], markers=("CD3/4", "CD3-4"), measure=asked))
    assert names[-2:] == ("blasts_CD3_4_median_fi_over_time", "blasts_CD3_4_median_fi_2_over_time")

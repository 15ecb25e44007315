"""Courses over treatment time."""

from typing import Any

import pytest

from marrowgate.report.charts.course_figure import over_time
from marrowgate.report.charts.course_rows import CourseRows

ARMS = ("triplet", "doublet")
Row = dict[str, Any]


def visit(day: float, value: float, arm: str | None = "triplet", **more: Any) -> Row:
    who = {"sample_id": f"{arm}{day:g}", "patient_id": f"{arm}1", "arm": arm, "day": day, "days_off": None}
    return {**who, "x": value, "x_low": 0.8 * value, "x_high": 1.2 * value, "is_weak": False} | more


def course(*rows: Row, is_log: bool = False) -> CourseRows:
    return CourseRows("Cells", "per 100", "x", is_log, rows, ())


def test_over_time__arms_share_their_axes_and_say_how_many_patients() -> None:
    rows = [visit(0, 0.3), visit(14, 2.0), visit(0, 0.2, "doublet"), visit(150, 0.3, "doublet", days_off=10)]
    figure = over_time(course(*rows, is_log=True), 0.9, ARMS)
    triplet, doublet = figure.axes
    assert [axes.get_title(loc="left") for axes in (triplet, doublet)] == [
        "triplet (1 patient, 2 samples)",
        "doublet (1 patient, 2 samples)",
    ]
    assert triplet.get_xlim() == doublet.get_xlim()
    assert (triplet.get_ylabel(), triplet.get_xlabel()) == ("per 100", "days since first dose")
    name, _ = figure.texts  # the other one is the title
    assert name.get_text() == "dashed: responder limit 0.9"
    # above the axes, where no point can lie
    assert name.get_window_extent().y0 > max(axes.get_window_extent().y1 for axes in figure.axes)


def test_over_time__without_arms_no_dose_is_spoken_of() -> None:
    (axes,) = over_time(course(visit(0, 1.0, None), visit(4, 2.0, None)), None, ARMS).axes
    assert axes.get_title(loc="left") == "all (1 patient, 2 samples)"
    assert axes.get_xlabel() == "day"


def test_over_time__tubes_without_a_patient_are_not_joined() -> None:
    (axes,) = over_time(
        course(visit(0, 1.0, None, patient_id=None), visit(4, 2.0, None, patient_id=None)), None, ARMS
    ).axes
    assert [line.get_marker() for line in axes.lines] == ["o", "o"]
    assert axes.get_title(loc="left") == "all (2 samples)"


def test_over_time__visits_after_stopping_are_squares_on_a_broken_line() -> None:
    (axes,) = over_time(course(visit(0, 1.0), visit(14, 2.0), visit(60, 1.0, days_off=10)), None, ARMS).axes
    lines = [line for line in axes.lines if len(line.get_xdata()) == 2 and line.get_xdata()[0] != line.get_xdata()[1]]
    assert [line.get_linestyle() for line in lines] == ["-", ":"]
    assert [line.get_marker() for line in axes.lines if line.get_marker() != "None"] == ["o", "o", "s"]


def test_over_time__zero_is_an_open_symbol_on_the_lower_edge() -> None:
    (axes,) = over_time(course(visit(0, 0.0), visit(14, 2.0), is_log=True), None, ARMS).axes
    first, second = (line for line in axes.lines if line.get_marker() == "o")
    assert first.get_markerfacecolor() == "white"
    assert first.get_ydata()[0] == pytest.approx(1.0)
    assert second.get_markerfacecolor() != "white"


def test_over_time__weak_values_are_open_symbols_where_they_are() -> None:
    (axes,) = over_time(course(visit(0, 3.0, is_weak=True), visit(14, 2.0)), None, ARMS).axes
    first, second = (line for line in axes.lines if line.get_marker() == "o")
    assert (first.get_markerfacecolor(), first.get_ydata()[0]) == ("white", 3.0)
    assert second.get_markerfacecolor() != "white"


def test_over_time__one_wide_interval_does_not_flatten_the_rest() -> None:
    (axes,) = over_time(course(visit(0, 1.0, x_high=1000.0), visit(14, 2.0)), None, ARMS).axes
    assert axes.get_ylim() == pytest.approx((0, 2.5))


def test_over_time__values_without_an_interval_are_drawn_without() -> None:
    bare = {name: value for name, value in visit(0, 1.0).items() if name not in {"x_low", "x_high"}}
    (axes,) = over_time(course(bare), None, ARMS).axes
    assert len(axes.collections) == 0
    (axes,) = over_time(course(visit(0, 1.0)), None, ARMS).axes
    assert len(axes.collections) == 1


def test_over_time__nothing_to_draw_is_said() -> None:
    (axes,) = over_time(course(), None, ARMS).axes
    assert [text.get_text() for text in axes.texts] == ["no value to draw"]

"""Courses over treatment time."""

from typing import Any

import pytest

from marrowgate.report.figures import over_time

Row = dict[str, Any]


def visit(day: float, value: float | None, arm: str = "triplet", **more: Any) -> Row:
    limits = {"x_low": None, "x_high": None} if value is None else {"x_low": 0.8 * value, "x_high": 1.2 * value}
    return {"patient_id": f"{arm}1", "arm": arm, "day": day, "days_off": None, "x": value} | limits | more


def test_over_time__arms_share_their_axes_and_say_how_many_patients() -> None:
    rows = [visit(0, 0.3), visit(14, 2.0), visit(0, 0.2, "doublet"), visit(150, 0.3, "doublet", days_off=10)]
    figure = over_time([*rows, visit(7, None)], "x", "Cells", "per 100", log=True, limit=0.9)
    triplet, doublet = figure.axes
    assert [axes.get_title(loc="left") for axes in (triplet, doublet)] == [
        "triplet (1 patient)",
        "doublet (1 patient)",
    ]
    assert triplet.get_xlim() == doublet.get_xlim()
    assert triplet.get_ylabel() == "per 100"
    assert [text.get_text() for text in triplet.texts] == ["responder limit 0.9"]


def test_over_time__visits_after_stopping_are_squares_on_a_broken_line() -> None:
    rows = [visit(0, 1.0), visit(14, 2.0), visit(60, 1.0, days_off=10)]
    (axes,) = over_time(rows, "x", "Cells", "per 100", log=False).axes
    lines = [line for line in axes.lines if len(line.get_xdata()) == 2 and line.get_xdata()[0] != line.get_xdata()[1]]
    assert [line.get_linestyle() for line in lines] == ["-", ":"]
    assert [line.get_marker() for line in axes.lines if line.get_marker() != "None"] == ["o", "o", "s"]


def test_over_time__zero_is_an_open_symbol_on_the_lower_edge() -> None:
    (axes,) = over_time([visit(0, 0.0), visit(14, 2.0)], "x", "Cells", "per 100", log=True).axes
    first, second = (line for line in axes.lines if line.get_marker() == "o")
    assert first.get_markerfacecolor() == "white"
    assert first.get_ydata()[0] == pytest.approx(1.0)
    assert second.get_markerfacecolor() != "white"


def test_over_time__one_wide_interval_does_not_flatten_the_rest() -> None:
    rows = [visit(0, 1.0, x_high=1000.0), visit(14, 2.0)]
    (axes,) = over_time(rows, "x", "Cells", "a.u.", log=False).axes
    assert axes.get_ylim() == pytest.approx((0, 2.5))


def test_over_time__nothing_to_draw_is_said() -> None:
    (axes,) = over_time([visit(0, None)], "x", "Cells", "a.u.", log=False).axes
    assert [text.get_text() for text in axes.texts] == ["no value to draw"]

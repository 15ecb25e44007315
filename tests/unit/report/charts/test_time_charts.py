"""Courses as charts of the page: where their names stand, and what their axis of time is called."""

import re
from itertools import pairwise

import pytest

from marrowgate.report.charts.course_rows import CourseRows
from marrowgate.report.charts.time_charts import course_charts, patient_chart


def course(values, arm="triplet"):
    who = {"patient_id": "P1", "sample_id": "S1", "arm": arm, "days_off": None, "is_weak": False}
    rows = tuple({**who, "day": day, "v": value} for day, value in values.items())
    return CourseRows("Cells", "%", "v", False, rows, ())


def chart(values, arm="triplet"):
    return patient_chart(course(values, arm), "P1", None, "#000000")


def box_of(svg, name):
    """Return left, top, right and bottom of the words in the chart, 6 px a letter."""
    x, y, anchor = re.search(rf'<text x="([\d.]+)" y="([\d.]+)" text-anchor="(\w+)"[^>]*>{name}<', svg).groups()
    left = float(x) - (6 * len(name) if anchor == "end" else 0)
    return left, float(y) - 9, left + 6 * len(name), float(y) + 2


def dots(svg):
    return [(float(x), float(y)) for x, y in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', svg)]


def is_inside(at, box):
    return box[0] - 2 <= at[0] <= box[2] + 2 and box[1] - 3 <= at[1] <= box[3] + 3


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({0.0: 1.0, 4.0: 50.0, 10.0: 90.0}, id="rises from the first dose"),
        pytest.param({0.0: 90.0, 4.0: 50.0, 10.0: 1.0}, id="falls from the first dose"),
        pytest.param({-10.0: 1.0, 0.0: 1.0, 1.0: 90.0}, id="at the right end"),
    ],
)
def test_first_dose__is_named_where_no_value_lies(values):
    svg = chart(values)
    box = box_of(svg, "first dose")
    corners = dots(svg)
    on_the_way = [
        (a[0] + (b[0] - a[0]) * k / 50, a[1] + (b[1] - a[1]) * k / 50) for a, b in pairwise(corners) for k in range(51)
    ]
    assert len(corners) == 3
    assert not [at for at in on_the_way if is_inside(at, box)]
    assert box[0] >= 50
    assert box[2] <= 350


def test_days__are_of_treatment_where_somebody_is_treated():
    values = {-1.0: 1.0, 4.0: 50.0}
    assert "days since first dose" in chart(values)
    assert "first dose" not in chart(values, arm=None)
    assert ">day<" in chart(values, arm=None)


@pytest.mark.parametrize(("arm", "n"), [("triplet", 1), (None, 0)])
def test_first_dose__stands_in_the_charts_of_all_patients_where_somebody_is_treated(arm, n):
    charts = course_charts(course({-1.0: 1.0, 4.0: 50.0}, arm), ("triplet",), None, lambda row: row["day"], "day", 7.0)
    ((_, svg),) = charts.charts
    assert svg.count(">first dose<") == n

"""Values over treatment time as charts of the page: all patients of an arm, and one patient."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from marrowgate.report.charts.chart import TOP, Axis, Frame, dot, line, linear_axis, log_axis, path, text
from marrowgate.report.charts.course_rows import FEWEST_PATIENTS, CourseRows
from marrowgate.report.charts.style import NO_ARM, arm_colours
from marrowgate.report.wording import number, words

Row = Mapping[str, Any]
Time = Callable[[Row], float | None]
Position = tuple[float, float]
LIMIT = "#8a5a00"
_KEY_AT = 136
_STEP = 4.0
_SIGN, _LETTER = 6.2, 10.0
"""Width and height of a letter of 12 px."""
_NEAR_RIGHT = 0.6
"""Share of the axis from which on a name stands to the left of its line."""
MOST_FOLD = 4.0
"""An interval may widen a patient's axis so far beyond the values."""


@dataclass(frozen=True)
class CourseCharts:
    """One measure over time: a chart for each arm, all on the same axes.

    Parameters
    ----------
    title, note : str
        What is drawn, and what must be known of it.
    charts : tuple of (str, str)
        Name of the arm with its patients, and the chart as SVG.
    """

    title: str
    note: str
    charts: tuple[tuple[str, str], ...]


def course_charts(
    course: CourseRows, arms: Sequence[str], limit: float | None, time: Time, time_label: str, step: float
) -> CourseCharts:
    """Draw a measure of all patients, one chart per arm with the medians of all arms.

    Parameters
    ----------
    course : CourseRows
        What is drawn.
    arms : sequence of str
        Names of the arms, in their order.
    limit : float or None
        The responder limit.
    time : callable
        Time of a row, None where it is not known.
    time_label : str
        Name of the time axis, with its unit.
    step : float
        Width of the steps of time over which medians are taken, in its unit.
    """
    rows = [{**row, "time": time(row)} for row in course.rows]
    rows = [row for row in rows if row["time"] is not None]
    present = [arm for arm in (*arms, None) if any(row["arm"] == arm for row in rows)]
    if not rows:
        return CourseCharts(course.title, "", ())
    frame = Frame(linear_axis([row["time"] for row in rows], time_label), _value_axis(course, rows, limit))
    medians = {arm: _medians([row for row in rows if row["arm"] == arm], course.column, step) for arm in present}
    charts = []
    for arm in present:
        own = [row for row in rows if row["arm"] == arm]
        marks = [*_limit_marks(frame, course, own, limit), *_patient_lines(frame, course, own, arms)]
        marks += [_median_line(frame, medians[other], other, arms, is_own=other == arm) for other in present]
        name = _name_of_chart(arm, own)
        charts.append((name, frame.svg(f"{course.title}, {name}", marks, has_links=True)))
    return CourseCharts(course.title, " ".join(course.notes), tuple(charts))


def _name_of_chart(arm: str | None, rows: Sequence[Row]) -> str:
    n = len({row["patient_id"] for row in rows if row["patient_id"]})
    return f"{arm or 'all'}: {n} patient{'' if n == 1 else 's'}" if n else f"{len(rows)} samples"


def patient_chart(course: CourseRows, patient_id: str, reference: tuple[float, float] | None, colour: str) -> str:
    """Draw one patient's values by day with their intervals, on a band of reference; empty where there is none.

    Parameters
    ----------
    course : CourseRows
        What is drawn.
    patient_id : str
        Whose.
    reference : tuple of (float, float) or None
        Lower and upper end of the reference, in the measure's unit.
    colour : str
        Colour of the patient's arm.
    """
    rows = sorted((row for row in course.rows if row["patient_id"] == patient_id), key=lambda row: row["day"])
    if not rows:
        return ""
    axis = _patient_axis(course, rows, reference)
    days = linear_axis([row["day"] for row in rows], "days since first dose" if course.is_treated else "day")
    frame = Frame(days, axis, height=190)
    way = _way(frame, course, rows, "day")
    marks = [_band(frame, reference)] if reference else []
    marks += _first_dose(frame, course, way)
    stops = [row["day"] - row["days_off"] for row in rows if row["days_off"] is not None]
    marks += _upright(frame, min(stops), "last dose", way) if stops else []
    for row in rows:
        low, high = (row.get(f"{course.column}_{end}") for end in ("low", "high"))
        if low is not None and high is not None:
            at = frame.across(row["day"])
            marks.append(line((at, frame.down(low)), (at, frame.down(high)), colour, 1.5))
    marks += [*_limit_ticks(frame, course, rows), *_one_patient(frame, course, rows, "day", colour, 1.5)]
    return frame.svg(f"{course.title}, {patient_id}", marks)


def _patient_axis(course: CourseRows, rows: Sequence[Row], reference: tuple[float, float] | None) -> Axis:
    """Return an axis for values, reference and intervals; a very wide interval is cut, so that the course is seen."""
    values = [row[course.column] for row in rows] + list(reference or ())
    ends = [row.get(f"{course.column}_{end}") for row in rows for end in ("low", "high")]
    known = [end for end in ends if end is not None]
    if course.is_log:
        above = [value for value in values if value > 0]
        low, high = min(above, default=0.1) / MOST_FOLD, max(above, default=1.0) * MOST_FOLD
        return log_axis([*values, *(min(max(end, low), high) for end in known)], course.unit)
    return linear_axis([*values, *(min(end, 2 * max(values)) for end in known)], course.unit, from_zero=True)


def _value_axis(course: CourseRows, rows: Sequence[Row], limit: float | None) -> Axis:
    values = [row[course.column] for row in rows] + ([limit] if limit is not None else [])
    return log_axis(values, course.unit) if course.is_log else linear_axis(values, course.unit, from_zero=True)


def _band(frame: Frame, reference: tuple[float, float]) -> str:
    top, bottom = frame.down(reference[1]), frame.down(reference[0])
    left, right = frame.across(frame.x.low), frame.across(frame.x.high)
    return (
        f'<rect x="{left:g}" y="{top:g}" width="{right - left:g}" height="{max(bottom - top, 1):g}" fill="#e4efe6">'
        f"<title>reference {number(reference[0])} to {number(reference[1])}</title></rect>"
    )


def _patient_lines(frame: Frame, course: CourseRows, rows: Sequence[Row], arms: Sequence[str]) -> list[str]:
    marks = []
    colours = arm_colours(arms)
    for patient in dict.fromkeys(row["patient_id"] for row in rows):
        own = sorted((row for row in rows if row["patient_id"] == patient), key=lambda row: row["time"])
        if patient is None:
            marks += [part for row in own for part in _one_patient(frame, course, [row], "time", NO_ARM, 1)]
            continue
        drawn = "".join(_one_patient(frame, course, own, "time", colours.get(own[0]["arm"], NO_ARM), 1))
        marks.append(f'<a href="#patient-{patient}" class="patient" aria-label="patient {patient}">{drawn}</a>')
    return marks


def _one_patient(
    frame: Frame, course: CourseRows, rows: Sequence[Row], time: str, colour: str, width: float
) -> list[str]:
    positions = [(frame.across(row[time]), frame.down(row[course.column])) for row in rows]
    marks = []
    for (first, second), (_, row) in zip(pairwise(positions), pairwise(rows), strict=True):
        dash = "" if row["days_off"] is None else "2 3"
        marks.append(path([first, second], colour, width, dash, ' stroke-opacity="0.75"'))
    for (x, y), row in zip(positions, rows, strict=True):
        is_open = row["is_weak"] or (course.is_log and row[course.column] <= 0)
        marks.append(dot(x, y, colour, _title(course, row), is_open=is_open, is_square=row["days_off"] is not None))
    return marks


def _title(course: CourseRows, row: Row) -> str:
    low, high = (row.get(f"{course.column}_{end}") for end in ("low", "high"))
    limits = "" if low is None or high is None else f" (95 % {number(low)} to {number(high)})"
    who = row.get("sample_id") or row["patient_id"] or ""
    gates = f"; gates {words(row['gate_status'])}" if row.get("gate_status") else ""
    off = "" if row["days_off"] is None else f", {row['days_off']:g} days after stopping"
    return f"{who}, day {row['day']:g}{off}: {number(row[course.column])} {course.unit}{limits}{gates}"


def _limit_marks(frame: Frame, course: CourseRows, rows: Sequence[Row], limit: float | None) -> list[str]:
    patients = {row["patient_id"] for row in rows}
    lines = [[row for row in rows if row["patient_id"] == patient] for patient in patients]
    marks = _first_dose(frame, course, [at for own in lines for at in _way(frame, course, own, "time")])
    if limit is not None:
        at = frame.down(limit)
        marks.append(line((frame.across(frame.x.low), at), (frame.across(frame.x.high), at), "#444444", 1, "5 3"))
        # named above the axes, where no point can lie, between the axis' label and the button of the page
        marks.append(line((_KEY_AT, TOP - 7), (_KEY_AT + 16, TOP - 7), "#444444", 1, "5 3"))
        marks.append(text(_KEY_AT + 20, TOP - 3, f"responder limit {limit:g}", "start", "#444444"))
    return [*marks, *_limit_ticks(frame, course, rows)]


def _way(frame: Frame, course: CourseRows, rows: Sequence[Row], time: str) -> list[Position]:
    """Return points along the lines that join the values of one patient, at most `_STEP` px apart."""
    ordered = sorted(rows, key=lambda row: row[time])
    corners = [(frame.across(row[time]), frame.down(row[course.column])) for row in ordered]
    way = corners[:1]
    for (x, y), (to_x, to_y) in pairwise(corners):
        n = math.ceil(max(abs(to_x - x), abs(to_y - y)) / _STEP)
        way += [(x + (to_x - x) * k / n, y + (to_y - y) * k / n) for k in range(1, n + 1)]
    return way


def _first_dose(frame: Frame, course: CourseRows, way: Sequence[Position]) -> list[str]:
    return _upright(frame, 0.0, "first dose", way) if course.is_treated and frame.x.low < 0.0 < frame.x.high else []


def _upright(frame: Frame, at: float, name: str, way: Sequence[Position]) -> list[str]:
    """Return an upright line with its name at that end, on that side, where the fewest points of `way` lie."""
    x, bottom, top = frame.across(at), frame.down(frame.y.low), frame.down(frame.y.high)
    long = _SIGN * len(name)
    sides = [("start", 3.0), ("end", -3.0)] if frame.x.share(at) <= _NEAR_RIGHT else [("end", -3.0), ("start", 3.0)]
    left, right = frame.across(frame.x.low), frame.across(frame.x.high)
    corners = [
        (anchor, aside, end)
        for anchor, aside in sides
        if (x + aside + long <= right if anchor == "start" else x + aside - long >= left)
        for end in (bottom - 4, top + _LETTER)
    ]

    def covered(corner: tuple[str, float, float]) -> int:
        anchor, aside, end = corner
        low = x + aside - (long if anchor == "end" else 0.0)
        return sum(low - 4 <= px <= low + long + 4 and end - _LETTER - 3 <= py <= end + 5 for px, py in way)

    anchor, aside, end = min(corners or [(*sides[0], bottom - 4)], key=covered)
    return [line((x, bottom), (x, top), "#9aa4ad"), text(x + aside, end, name, anchor, "#5b6873", on_marks=True)]


def _limit_ticks(frame: Frame, course: CourseRows, rows: Sequence[Row]) -> list[str]:
    """Return a short bar at the limit of detection of each sample that has one."""
    marks = []
    for row in rows:
        limit = detection_limit(row, course.column)
        if limit is not None and limit >= frame.y.low:
            x, y = frame.across(row["time"] if "time" in row else row["day"]), frame.down(limit)
            marks.append(line((x - 4, y), (x + 4, y), LIMIT, 1.5))
    return marks


def detection_limit(row: Row, column: str) -> float | None:
    """Return a sample's limit of detection in the unit of a column; None where it is not known."""
    events = row.get("lod_events")
    if events is None or column not in {"per_100_cd45", "cells_per_ul"}:
        return None
    if column == "per_100_cd45":
        return 100.0 * float(events) / row["n_cd45"] if row.get("n_cd45") else None
    return float(events) * row["cells_per_ul"] / row["n_events"] if row.get("n_events") else None


def _medians(rows: Sequence[Row], column: str, step: float) -> list[tuple[float, float]]:
    """Return the median of the patients on therapy by step of time; baseline is one step, each patient counts once."""
    steps: dict[float, dict[str, list[Row]]] = {}
    for row in rows:
        if row["patient_id"] and row["days_off"] is None:
            at = 0.0 if row["time"] <= 0 else max(1, round(row["time"] / step)) * step
            steps.setdefault(at, {}).setdefault(row["patient_id"], []).append(row)
    kept = []
    for at in sorted(steps):
        if len(steps[at]) >= FEWEST_PATIENTS:
            own = [median(row[column] for row in of_one) for of_one in steps[at].values()]
            times = [row["time"] for of_one in steps[at].values() for row in of_one]
            kept.append((median(times), median(own)))
    return kept


def _median_line(
    frame: Frame, points: Sequence[tuple[float, float]], arm: str | None, arms: Sequence[str], *, is_own: bool
) -> str:
    positions = [(frame.across(at), frame.down(value)) for at, value in points]
    colour = arm_colours(arms).get(arm, NO_ARM)
    halo = path(positions, "#ffffff", 6 if is_own else 0) if is_own else ""
    return halo + path(positions, colour, 3.5 if is_own else 2, "" if is_own else "6 4")

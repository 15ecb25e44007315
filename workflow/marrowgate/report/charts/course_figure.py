"""Courses over treatment time, from rows of the tables."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from marrowgate.report.charts.course_rows import CourseRows
from marrowgate.report.charts.style import NO_ARM, arm_colours, figure_style, say_nothing

Row = Mapping[str, Any]


def over_time(course: CourseRows, limit: float | None, names: Sequence[str]) -> Figure:
    """Draw one line per patient against the days of the sample sheet, with 95 % intervals.

    Parameters
    ----------
    course : CourseRows
        What is drawn; zeros on a logarithmic axis are open symbols on the lower edge.
    limit : float or None
        The responder limit, drawn as a broken line; None where the measure has none.
    names : sequence of str
        Names of the arms, in their order.
    """
    rows, value = course.rows, course.column
    present, colours = {row["arm"] for row in rows}, arm_colours(names)
    arms = [arm for arm in (*names, None) if arm in present]
    with figure_style():
        figure = Figure(figsize=(4.2 * len(arms) if len(arms) > 1 else 5.5, 3.2))
        if not rows:
            axes = figure.add_subplot()
            axes.set_title(course.title, loc="left")
            say_nothing(axes, "no value to draw")
            return figure
        floor = _floor(rows, value) if course.is_log else None
        panels = figure.subplots(1, len(arms), sharex=True, sharey=True, squeeze=False)[0]
        for axes, arm in zip(panels, arms, strict=True):
            own = [row for row in rows if row["arm"] == arm]
            _draw_arm(axes, own, value, colours.get(arm, NO_ARM), floor)
            axes.set_title(f"{arm or 'all'} ({_who(own)})", loc="left")
            _draw_time(axes, is_treated=arms != [None])
            if limit is not None:
                axes.axhline(limit, color="#444444", linewidth=0.8, linestyle="--", zorder=0)
        if limit is not None:
            _name_limit(figure, limit)
        panels[0].set_ylabel(course.unit)
        if course.is_log:
            _label_decades(panels[0])
        else:
            _fit_to_values(panels[0], [row[value] for row in rows])
        figure.suptitle(course.title, x=0.02, ha="left", fontweight="bold")
        figure.tight_layout()
    return figure


def _draw_arm(axes: Axes, rows: Sequence[Row], value: str, colour: str, floor: float | None) -> None:
    shown = _at_least(floor)
    for own in _patients(rows):
        for first, second in pairwise(own):
            ends = [shown(row[value]) for row in (first, second)]
            style = "-" if second["days_off"] is None else ":"
            axes.plot([first["day"], second["day"]], ends, style, color=colour, linewidth=1, alpha=0.7)
        for row in own:
            low, high = (row.get(f"{value}_{end}") for end in ("low", "high"))
            if low is not None and high is not None:
                axes.vlines(row["day"], shown(low), shown(high), color=colour, alpha=0.35, linewidth=1)
            is_open = row["is_weak"] or (floor is not None and row[value] <= 0)
            mark = "o" if row["days_off"] is None else "s"
            face = "white" if is_open else colour
            axes.plot(row["day"], shown(row[value]), mark, color=colour, markersize=4, markerfacecolor=face)
    if floor is not None:
        axes.set_yscale("log")


def _patients(rows: Sequence[Row]) -> list[list[Row]]:
    """Return the rows of each patient by day; a sample without a patient stands by itself."""
    of_patient: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row["day"]):
        if row["patient_id"]:
            of_patient.setdefault(row["patient_id"], []).append(row)
    return [*(of_patient[name] for name in sorted(of_patient)), *([row] for row in rows if not row["patient_id"])]


def _who(rows: Sequence[Row]) -> str:
    """Say how many patients and samples, or visits, are drawn."""
    n = len({row["patient_id"] for row in rows if row["patient_id"]})
    what = "sample" if "sample_id" in rows[0] else "visit"
    samples = f"{len(rows)} {what}{'' if len(rows) == 1 else 's'}"
    return f"{n} patient{'' if n == 1 else 's'}, {samples}" if n else samples


def _draw_time(axes: Axes, *, is_treated: bool) -> None:
    axes.set_xlabel("days since first dose" if is_treated else "day")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
    if is_treated:
        # baseline is day 0 or before
        axes.axvline(0.5, color="#bbbbbb", linewidth=0.8, zorder=0)


def _name_limit(figure: Figure, limit: float) -> None:
    """Name the broken line above the axes, where no point can lie."""
    figure.text(0.98, 0.98, f"dashed: responder limit {limit:g}", ha="right", va="top", color="#444444")


def _label_decades(axes: Axes) -> None:
    """Label 1, 2 and 5 of each decade, so that short axes can be read too."""
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())


def _fit_to_values(axes: Axes, values: Sequence[float]) -> None:
    """Let the axis hold all values; single wide intervals are cut, so that they do not flatten the rest."""
    low, high = min(0.0, *values), max(0.0, *values)
    axes.set_ylim(low - 0.1 * (high - low) * (low < 0), high + 0.25 * (high - low))


def _at_least(floor: float | None) -> Callable[[float], float]:
    return (lambda value: value) if floor is None else (lambda value: max(value, floor))


def _floor(rows: Sequence[Row], value: str) -> float:
    return float(0.5 * min(row[value] for row in rows if row[value] > 0))

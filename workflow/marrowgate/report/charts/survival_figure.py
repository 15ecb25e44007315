"""Survival curves with confidence bands and the table below them, from rows of the table of outcomes.

The layout is that of the KMunicate study (Morris 2019, BMJ Open 9:e030215): at risk, censored, events under the axis.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from marrowgate.endpoint_names import BELOW, LONGEST, MARKED, SURVIVAL, OutcomeMeasure
from marrowgate.report.charts.style import NO_ARM, arm_colours, figure_style, say_nothing

Row = Mapping[str, Any]
TIMES_PER_INCH = 1.4
INCHES_PER_NAME = 2.4
LINE_POINTS = 15
ORIGIN = re.compile(r"counted from ([^;]*)")


@dataclass(frozen=True)
class Curve:
    """The survival curve of one group.

    Parameters
    ----------
    arm : str
        Name of the group.
    n : int
        Patients.
    points : tuple of (float, float, float or None, float or None)
        Month, survival and its limits, ascending; limits are None before the first event.
    last : float
        Longest follow-up in months.
    counts : mapping of str to mapping of float to int
        `at_risk`, `censored` and `events` by month.
    marks : tuple of (float, float)
        Month at which patients are censored, and the survival then, ascending.
    """

    arm: str
    n: int
    points: tuple[tuple[float, float, float | None, float | None], ...]
    last: float
    counts: Mapping[str, Mapping[float, int]]
    marks: tuple[tuple[float, float], ...]


def survival_curves(outcomes: Sequence[Row], name: str, arms: Sequence[str]) -> list[Curve]:
    """Collect the curves of one outcome: of the arms where there are several, else of the whole series.

    Parameters
    ----------
    outcomes : sequence of mapping
        Rows of the table of outcomes.
    name : str
        ``os`` or ``dfs``.
    arms : sequence of str
        Names of the arms, in their order.
    """
    curves = {
        row["arm"]: _curve([r for r in outcomes if r["arm"] == row["arm"]], row, name)
        for row in outcomes
        if row["measure"] == OutcomeMeasure(name, LONGEST, "months").name
    }
    return [curves[arm] for arm in [arm for arm in arms if arm in curves] or curves]


def _curve(rows: Sequence[Row], follow_up: Row, name: str) -> Curve:
    points = {
        row["months"]: (row["estimate"], row["ci_low"], row["ci_high"])
        for row in rows
        if row["measure"] == OutcomeMeasure(name, SURVIVAL, "proportion").name and row["estimate"] is not None
    }
    below = {OutcomeMeasure(name, what, "patients").name: what for what in BELOW}
    counts = {what: dict[float, int]() for what in BELOW}
    for row in rows:
        if row["measure"] in below:
            counts[below[row["measure"]]][row["months"]] = int(row["estimate"])
    ordered = tuple((month, *points[month]) for month in sorted(points))
    censored = sorted(row["months"] for row in rows if row["measure"] == OutcomeMeasure(name, MARKED, "patients").name)
    marks = tuple((month, _survival_at(ordered, month)) for month in censored)
    return Curve(follow_up["arm"], follow_up["n"], ordered, follow_up["estimate"], counts, marks)


def _survival_at(points: Sequence[tuple[float, float, float | None, float | None]], month: float) -> float:
    """Return the height of the curve at a time: that of its last point until then, before any it is 1."""
    return next((value for at, value, _, _ in reversed(points) if at <= month), 1.0)


def survival(outcomes: Sequence[Row], name: str, title: str, arms: Sequence[str], width: float = 7.0) -> Figure:
    """Draw the curves of one outcome.

    Parameters
    ----------
    outcomes : sequence of mapping
        Rows of the table of outcomes.
    name : str
        ``os`` or ``dfs``.
    title : str
        What stands above the figure.
    arms : sequence of str
        Names of the arms, in their order.
    width : float
        Width of the figure, inches; on a narrow one fewer times are written below the curves.
    """
    curves, colours = survival_curves(outcomes, name, arms), arm_colours(arms)
    with figure_style():
        if not curves:
            figure = Figure(figsize=(width, 3.2))
            axes = figure.add_subplot()
            axes.set_title(title, loc="left")
            say_nothing(axes, "no follow-up is given")
            return figure
        table_height = 0.2 * (1 + 4 * len(curves))
        figure = Figure(figsize=(width, 3.4 + table_height))
        axes, below = figure.subplots(2, 1, sharex=True, height_ratios=(3.4, table_height))
        for curve in curves:
            _draw_curve(axes, curve, colours.get(curve.arm, NO_ARM))
        months = sorted({month for curve in curves for month in curve.counts["at_risk"]})
        months = months[:: math.ceil(len(months) / (TIMES_PER_INCH * width))] if months else months
        axes.set_xticks(months)
        axes.set_xlim(0, 1.02 * max(curve.last for curve in curves))
        axes.set_ylim(0, 1.02)
        axes.set_ylabel("share of patients")
        axes.tick_params(labelbottom=True)
        axes.set_xlabel(f"months from {_origin(outcomes, name)}")
        in_a_row = max(1, int(width / INCHES_PER_NAME))
        if any(curve.marks for curve in curves):
            axes.plot([], [], "|", color=NO_ARM, markersize=8, label="censored")
        n_names = len(axes.get_legend_handles_labels()[1])
        axes.set_title(title, loc="left", pad=8 + LINE_POINTS * math.ceil(n_names / in_a_row))
        # above the axes, where no curve can run
        axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=in_a_row, borderaxespad=0.2)
        # the same distance from the first number on a narrow figure, too
        _write_counts(below, curves, months, colours, beside=-0.3 / width)
        figure.tight_layout()
    return figure


def _draw_curve(axes: Axes, curve: Curve, colour: str) -> None:
    inside = [point for point in curve.points if point[0] <= curve.last]
    months = [0.0, *(point[0] for point in inside), curve.last]
    values = [1.0, *(point[1] for point in inside)]
    axes.step(months, [*values, values[-1]], where="post", color=colour, label=f"{curve.arm} ({curve.n} patients)")
    if curve.marks:
        axes.plot(*zip(*curve.marks, strict=True), "|", color=colour, markersize=8, markeredgewidth=1.1)
    known = [(at, low, high) for at, _, low, high in inside if low is not None and high is not None]
    if known:
        at, low, high = zip(*known, (curve.last, *known[-1][1:]), strict=True)
        axes.fill_between(at, low, high, step="post", color=colour, alpha=0.18, linewidth=0)


def _write_counts(
    axes: Axes, curves: Sequence[Curve], months: Sequence[float], colours: Mapping[str | None, str], *, beside: float
) -> None:
    """Write the table: for each group a heading and at risk, censored and events; names end at `beside`."""
    line = 0
    axes.axis("off")
    for curve in curves:
        colour = colours.get(curve.arm, NO_ARM)
        axes.text(beside, -line, curve.arm, transform=axes.get_yaxis_transform(), ha="right", va="center", color=colour)
        for count in BELOW:
            line += 1
            label = count.replace("_", " ")
            axes.text(beside, -line, label, transform=axes.get_yaxis_transform(), ha="right", va="center")
            for month in months:
                if month in curve.counts[count]:
                    axes.text(month, -line, str(curve.counts[count][month]), ha="center", va="center")
        line += 1
    axes.set_ylim(-line, 0.6)


def _origin(outcomes: Sequence[Row], name: str) -> str:
    longest = OutcomeMeasure(name, LONGEST, "months").name
    notes = (row["note"] or "" for row in outcomes if row["measure"] == longest)
    origin = next((match[1] for note in notes if (match := ORIGIN.search(note))), "")
    return origin or "the start of treatment"

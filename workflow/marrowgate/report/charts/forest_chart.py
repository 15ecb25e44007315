"""The contrasts of the lead endpoints as a forest plot, their names above the lines so that it fits a narrow screen."""

from collections.abc import Mapping, Sequence
from html import escape
from textwrap import wrap
from typing import Any

from marrowgate.report.charts.chart import WIDTH, Axis, Frame, line, linear_axis, log_axis, text
from marrowgate.report.wording import effect, endpoint_words

Row = Mapping[str, Any]
ROW_HEIGHT = 54
NAME_SIGNS = 52
FAMILIES = {"log2 fold": ("fold", True, 1.0), "risk_difference": ("percentage points", False, 0.0)}
"""Scale of the table to its axis: label, logarithmic, and the value of no difference; an odds ratio is not drawn."""
WHO = {"primary": "#d55e00", "secondary": "#0072b2"}


def forest_charts(contrasts: Sequence[Row]) -> list[tuple[str, str]]:
    """Return a chart for each scale: its name and the chart as SVG.

    Parameters
    ----------
    contrasts : sequence of mapping
        Rows of the table of contrasts; primary and secondary rows with an interval are drawn, and of a yes-or-no
        endpoint its risk difference.
    """
    leads = {row["endpoint"]: row["role"] for row in contrasts if row["role"] in WHO}
    charts = []
    for scale, (label, is_log, none) in FAMILIES.items():
        rows = [
            row
            for row in contrasts
            if row["scale"] == scale
            and None not in (row["estimate"], row["ci_low"], row["ci_high"])
            and (row["role"] in WHO or (row["method"] == "newcombe" and row["endpoint"] in leads))
        ]
        drawn = [(row, leads[row["endpoint"]]) for row in rows]
        if drawn:
            charts.append((label, _chart(drawn, label, none, is_log=is_log)))
    return charts


def _chart(rows: Sequence[tuple[Row, str]], label: str, none: float, *, is_log: bool) -> str:
    def shown(value: float) -> float:
        return 2.0**value if is_log else 100.0 * value

    values = [shown(row[name]) for row, _ in rows for name in ("estimate", "ci_low", "ci_high")]
    scale = log_axis([*values, none], "") if is_log else linear_axis([*values, none], "")
    first, second = rows[0][0]["arm_1"], rows[0][0]["arm_2"]
    x = Axis(scale.low, scale.high, f"{label}, {first} against {second}", is_log, scale.ticks)
    frame = Frame(x, Axis(0, 1), WIDTH, ROW_HEIGHT * len(rows) + 70, left=12)
    marks: list[str] = []
    for at, (row, role) in enumerate(rows):
        y = 30 + ROW_HEIGHT * at
        name = endpoint_words(row["endpoint"]) + ("" if role != "primary" else " (primary)")
        # not through the names of the rows
        ends = (y + 17, frame.height - 42 if at == len(rows) - 1 else y + ROW_HEIGHT - 12)
        marks.append(line((frame.across(none), ends[0]), (frame.across(none), ends[1]), "#9aa4ad", 1, "4 3"))
        marks += [text(12, y + 14 * step, part, on_marks=True) for step, part in enumerate(wrap(name, NAME_SIGNS)[:2])]
        y += 14
        low, middle, high = (frame.across(shown(row[end])) for end in ("ci_low", "estimate", "ci_high"))
        marks.append(line((low, y + 13), (high, y + 13), WHO[role], 2))
        marks.append(
            f'<rect x="{middle - 4:g}" y="{y + 9:g}" width="8" height="8" fill="{WHO[role]}">'
            f"<title>{escape(_text(row))}</title></rect>"
        )
    return frame.svg(f"contrasts of {first} against {second} with 95 % intervals, {label}", marks)


def _text(row: Row) -> str:
    return f"{endpoint_words(row['endpoint'])}: {effect(row)}"

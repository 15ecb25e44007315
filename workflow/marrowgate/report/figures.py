"""The figures of the report, each from rows of the tables."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from marrowgate.report.style import ARM_COLOURS, STATUS_COLOURS, figure_style, say_nothing

Row = Mapping[str, Any]


def gate_status(populations: Sequence[Row]) -> Figure:
    """Draw how many tubes have which gate status, one bar per panel and population."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for row in populations:
        counts.setdefault((row["panel"], row["population"]), Counter())[row["gate_status"]] += 1
    names = [f"{population}  ({panel})" for panel, population in counts]
    with figure_style():
        figure = Figure(figsize=(7.5, 0.8 + 0.22 * max(len(names), 3)))
        axes = figure.add_subplot()
        left = [0.0] * len(names)
        for status, colour in STATUS_COLOURS.items():
            widths = [float(counter[status]) for counter in counts.values()]
            if any(widths):
                axes.barh(names, widths, left=left, color=colour, label=status, height=0.75)
                left = [a + b for a, b in zip(left, widths, strict=True)]
        axes.invert_yaxis()
        axes.set_xlabel("tubes")
        axes.set_title("Status of the weakest gate on the way to each population", loc="left")
        if names:
            axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
        else:
            say_nothing(axes, "no tube was gated")
    return figure


def over_time(
    rows: Sequence[Row], value: str, title: str, unit: str, *, log: bool, limit: float | None = None
) -> Figure:
    """Draw one line per patient against days since the first dose, with 95 % intervals.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of one population or marker; those without a day or a value are left out.
    value : str
        Column to draw; its limits are ``<value>_low`` and ``<value>_high``.
    title, unit : str
        What stands above the figure and beside its axis.
    log : bool
        Whether the axis is logarithmic; zeros are then drawn as open symbols on the lower edge.
    limit : float, optional
        The responder limit, drawn as a broken line.
    """
    usable = [row for row in rows if row["day"] is not None and row[value] is not None]
    arms = sorted({row["arm"] for row in usable}, key=lambda arm: (arm is None, str(arm)), reverse=True)
    with figure_style():
        figure = Figure(figsize=(4.2 * max(1, len(arms)), 3.2))
        if not usable:
            axes = figure.add_subplot()
            axes.set_title(title, loc="left")
            say_nothing(axes, "no value to draw")
            return figure
        floor = _floor(usable, value) if log else None
        panels = figure.subplots(1, len(arms), sharex=True, sharey=True, squeeze=False)[0]
        for axes, arm in zip(panels, arms, strict=True):
            own = [row for row in usable if row["arm"] == arm]
            _draw_arm(axes, own, value, ARM_COLOURS.get(arm, "#666666"), floor)
            n = len({row["patient_id"] for row in own})
            axes.set_title(f"{arm or 'all samples'} ({n} patient{'' if n == 1 else 's'})", loc="left")
            axes.set_xlabel("days since first dose")
            axes.axvline(0.5, color="#bbbbbb", linewidth=0.8, zorder=0)
            if limit is not None:
                axes.axhline(limit, color="#444444", linewidth=0.8, linestyle="--", zorder=0)
        if limit is not None:
            panels[0].annotate(
                f"responder limit {limit:g}",
                (1, limit),
                xycoords=("axes fraction", "data"),
                ha="right",
                va="bottom",
                fontsize=7,
                color="#444444",
            )
        panels[0].set_ylabel(unit)
        if log:
            panels[0].yaxis.set_major_formatter("{x:g}")
        else:
            _fit_to_values(panels[0], [row[value] for row in usable])
        figure.suptitle(title, x=0.02, ha="left", fontweight="bold")
        figure.tight_layout()
    return figure


def _draw_arm(axes: Axes, rows: Sequence[Row], value: str, colour: str, floor: float | None) -> None:
    shown = _at_least(floor)
    for patient in sorted({str(row["patient_id"]) for row in rows}):
        own = sorted((row for row in rows if str(row["patient_id"]) == patient), key=lambda row: row["day"])
        for first, second in pairwise(own):
            ends = [shown(row[value]) for row in (first, second)]
            style = "-" if second["days_off"] is None else ":"
            axes.plot([first["day"], second["day"]], ends, style, color=colour, linewidth=1, alpha=0.7)
        for row in own:
            y = shown(row[value])
            low, high = (row[f"{value}_{end}"] for end in ("low", "high"))
            if low is not None and high is not None:
                axes.vlines(row["day"], shown(low), shown(high), color=colour, alpha=0.25, linewidth=1)
            is_zero = floor is not None and row[value] <= 0
            mark = "o" if row["days_off"] is None else "s"
            axes.plot(row["day"], y, mark, color=colour, markersize=3.5, markerfacecolor="white" if is_zero else colour)
    if floor is not None:
        axes.set_yscale("log")


def _fit_to_values(axes: Axes, values: Sequence[float]) -> None:
    """Let the axis hold all values; single wide intervals are cut, so that they do not flatten the rest."""
    low, high = min(0.0, *values), max(0.0, *values)
    axes.set_ylim(low - 0.1 * (high - low) * (low < 0), high + 0.25 * (high - low))


def _at_least(floor: float | None) -> Callable[[float], float]:
    return (lambda value: value) if floor is None else (lambda value: max(value, floor))


def _floor(rows: Sequence[Row], value: str) -> float:
    positive = [row[value] for row in rows if row[value] > 0]
    return 0.5 * min(positive) if positive else 0.01

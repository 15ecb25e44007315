"""How sure the gates of a run are, from rows of the table of populations."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from marrowgate.report.charts.style import STATUS_COLOURS, STATUS_HATCHES, figure_style, say_nothing
from marrowgate.report.wording import words

Row = Mapping[str, Any]
ROW_HEIGHT = 0.19
HEAD_HEIGHT = 0.75
INCHES_PER_WORD = 1.6


def gate_status(populations: Sequence[Row], width: float = 8.0) -> Figure:
    """Draw how many samples have which gate status, one bar per population, one plot per panel.

    Parameters
    ----------
    populations : sequence of mapping
        Rows of the table of populations. The status is that of the weakest gate on the way to the population.
    width : float
        Width of the figure, inches.
    """
    panels: dict[str, dict[str, Counter[str]]] = {}
    for row in populations:
        panels.setdefault(row["panel"], {}).setdefault(row["population"], Counter())[row["gate_status"]] += 1
    with figure_style():
        if not panels:
            figure = Figure(figsize=(width, 1.5))
            say_nothing(figure.add_subplot(), "no sample was gated")
            return figure
        heights = [HEAD_HEIGHT + ROW_HEIGHT * len(counts) for counts in panels.values()]
        figure = Figure(figsize=(width, 0.4 + sum(heights)), layout="constrained")
        plots = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]
        for axes, (panel, counts) in zip(plots, panels.items(), strict=True):
            _draw_panel(axes, panel, counts)
        _draw_legend(
            figure, {status for counts in panels.values() for of_panel in counts.values() for status in of_panel}
        )
    return figure


def _draw_panel(axes: Axes, panel: str, counts: Mapping[str, Counter[str]]) -> None:
    names = list(counts)
    left = [0] * len(names)
    for status, colour in STATUS_COLOURS.items():
        widths = [counter[status] for counter in counts.values()]
        if any(widths):
            hatch = STATUS_HATCHES.get(status)
            axes.barh(names, widths, 0.75, left, facecolor=colour, hatch=hatch, edgecolor="#444444", linewidth=0)
            left = [a + b for a, b in zip(left, widths, strict=True)]
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(0, max(left))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, steps=(1, 2, 5, 10)))
    axes.set_xlabel("stained samples")
    axes.set_title(f"{panel}: {max(left)} stained sample{'' if max(left) == 1 else 's'}", loc="left")


def _draw_legend(figure: Figure, present: set[str]) -> None:
    patches = [
        Patch(facecolor=colour, hatch=STATUS_HATCHES.get(status), edgecolor="#444444", linewidth=0, label=words(status))
        for status, colour in STATUS_COLOURS.items()
        if status in present
    ]
    in_a_row = max(2, int(figure.get_figwidth() / INCHES_PER_WORD))
    figure.legend(handles=patches, loc="outside upper left", ncols=min(in_a_row, len(patches)))

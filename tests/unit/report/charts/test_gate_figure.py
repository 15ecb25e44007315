"""The status of the gates as a figure."""

from matplotlib.colors import to_hex

from marrowgate.report.charts.gate_figure import gate_status
from marrowgate.report.charts.style import STATUS_COLOURS, STATUS_HATCHES


def row(panel: str, population: str, status: str) -> dict[str, str]:
    return {"panel": panel, "population": population, "gate_status": status}


def test_gate_status__one_plot_per_panel_with_its_tubes():
    rows = [row("p", "cells", "ok"), row("p", "cells", "ok"), row("q", "blasts", "not_gated")]
    first, second = gate_status(rows).axes
    assert [axes.get_title(loc="left") for axes in (first, second)] == ["p: 2 stained samples", "q: 1 stained sample"]
    assert [text.get_text() for text in second.get_yticklabels()] == ["blasts"]


def test_gate_status__bars_are_the_tubes_of_each_status():
    rows = [row("p", "cells", status) for status in ("ok", "ok", "borrowed", "not_gated")]
    figure = gate_status(rows)
    widths = {to_hex(bar.get_facecolor()): bar.get_width() for bar in figure.axes[0].patches}
    assert widths == {STATUS_COLOURS["ok"]: 2, STATUS_COLOURS["borrowed"]: 1, STATUS_COLOURS["not_gated"]: 1}
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["ok", "borrowed", "not gated"]


def test_gate_status__no_two_statuses_look_alike():
    looks = {(colour, STATUS_HATCHES.get(status)) for status, colour in STATUS_COLOURS.items()}
    assert len(looks) == len(STATUS_COLOURS)


def test_gate_status__nothing_to_draw_is_said():
    (axes,) = gate_status([]).axes
    assert [text.get_text() for text in axes.texts] == ["no sample was gated"]

"""Text in figures is text."""

import pytest

from marrowgate.report.charts.style import figure_style, save_svg


@pytest.mark.parametrize("name", ["$a$b", "CD34 $x_", "a$^{$", "{cd34}", "<b>&", "\\frac"])
def test_figures__a_name_with_marks_of_mathematics_is_drawn_as_it_is(tmp_path, name):
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure()
        axes = figure.subplots()
        axes.set_title(name)
        axes.plot([1, 2], label=name)
        axes.legend()
        save_svg(figure, tmp_path / "f.svg")
    drawn = (tmp_path / "f.svg").read_text(encoding="utf-8")
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert drawn.count(f">{escaped}</text>") == 2

"""One look for all figures, and SVG files that are the same for the same data."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from marrowgate.files import whole_file

# colours that stay apart for colour-blind readers (Okabe and Ito 2008)
ARM_COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
NO_ARM = "#666666"
STATUS_COLOURS = {
    "ok": "#009e73",
    "fixed": "#56b4e9",
    "overridden": "#cc79a7",
    "borrowed": "#f0e442",
    "shifted": "#e69f00",
    "doubtful": "#d55e00",
    "too_few_events": "#bbbbbb",
    "no_valley": "#bbbbbb",
    "failed": "#bbbbbb",
    "not_gated": "#bbbbbb",
}
# statuses without numbers are hatched, so that they differ in more than their shade
STATUS_HATCHES = {"too_few_events": "///", "no_valley": "...", "failed": "xxx", "not_gated": "\\\\\\"}

_SETTINGS = {
    "svg.hashsalt": "marrowgate",
    "svg.fonttype": "none",
    # a name from a panel is a name, also with dollar signs
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "hatch.linewidth": 0.6,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "legend.frameon": False,
}


def arm_colours(names: Sequence[str]) -> dict[str | None, str]:
    """Return the colour of each arm by its place in the settings; beyond six arms the colours begin again."""
    own: dict[str | None, str] = {arm: ARM_COLOURS[i % len(ARM_COLOURS)] for i, arm in enumerate(names)}
    return {**own, None: NO_ARM}


@contextmanager
def figure_style() -> Iterator[None]:
    """Draw inside this block with the house style, without a display."""
    mpl.use("Agg")
    with mpl.rc_context(_SETTINGS):
        yield


def save_svg(figure: Figure, path: Path) -> None:
    """Write a figure as SVG without date or program name."""
    with figure_style(), whole_file(path) as part:
        figure.savefig(part, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})


def svg_of(figure: Figure) -> str:
    """Return a figure as the text of an SVG file, without date or program name."""
    text = StringIO()
    with figure_style():
        figure.savefig(text, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    return text.getvalue()


def say_nothing(axes: Axes, text: str) -> None:
    """Write into an empty figure why there is nothing in it."""
    axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes, color="#666666")
    axes.set_xticks([])
    axes.set_yticks([])

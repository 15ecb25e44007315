"""Draw scenes with matplotlib, for PNG and PDF: the same marks at the same places as in the SVG, in light."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline

from marrowgate.files import whole_file
from marrowgate.report.charts.style import figure_style
from marrowgate.report.pictures.looks import LOOKS
from marrowgate.report.pictures.scene import Dots, Mark, Raster, Scene, Shape, Words

_PX_PER_INCH = 96.0
_POINTS = 72.0 / _PX_PER_INCH
_PNG_PER_INCH = 192
_ANCHORS = {"start": "left", "middle": "center", "end": "right"}


def save_figure(scene: Scene, path: Path) -> None:
    """Write a scene as PNG or PDF, by the ending of its path; without date or program name.

    Parameters
    ----------
    scene : Scene
        The picture.
    path : Path
        Its ending says the format.
    """
    kind = path.suffix[1:]
    metadata = {"CreationDate": None, "Creator": None, "Producer": None} if kind == "pdf" else {"Software": None}
    with figure_style(), whole_file(path) as part:
        figure = Figure(figsize=(scene.width / _PX_PER_INCH, scene.height / _PX_PER_INCH))
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        axes.set_xlim(0.0, scene.width)
        axes.set_ylim(scene.height, 0.0)
        for order, mark in enumerate(scene.marks):
            _draw(axes, mark, order)
        figure.savefig(part, format=kind, dpi=_PNG_PER_INCH, metadata=metadata)


def _draw(axes: Axes, mark: Mark, order: int) -> None:
    if isinstance(mark, Raster):
        _draw_raster(axes, mark, order)
    elif isinstance(mark, Dots):
        _draw_dots(axes, mark, order)
    elif isinstance(mark, Shape):
        _draw_shape(axes, mark, order)
    else:
        _draw_words(axes, mark, order)


def _draw_raster(axes: Axes, raster: Raster, order: int) -> None:
    colours = np.array([to_rgba(colour) if colour else (0.0, 0.0, 0.0, 0.0) for colour in raster.palette])
    ends = (raster.x, raster.x + raster.width, raster.y + raster.height, raster.y)
    limits = axes.get_xlim(), axes.get_ylim()
    axes.imshow(colours[raster.pixels], extent=ends, interpolation="nearest", aspect="auto", zorder=order)
    axes.set(xlim=limits[0], ylim=limits[1])


def _draw_dots(axes: Axes, dots: Dots, order: int) -> None:
    look = LOOKS[dots.look]
    x, y = np.array(dots.points).T
    # the area of a mark, in square points
    axes.scatter(x, y, s=(look.size * _POINTS) ** 2, c=look.fill[0], linewidths=0, zorder=order)


def _draw_shape(axes: Axes, shape: Shape, order: int) -> None:
    look = LOOKS[shape.look]
    outline = _outline(shape)
    dash = (0.0, tuple(length * _POINTS for length in look.dash)) if look.dash else "solid"
    axes.add_patch(
        PathPatch(
            outline,
            facecolor=look.fill[0] or "none",
            edgecolor=look.stroke[0] or "none",
            linewidth=look.width * _POINTS,
            linestyle=dash,
            alpha=look.opacity,
            zorder=order,
        )
    )


def _outline(shape: Shape) -> Outline:
    parts = [Outline(np.array(part), closed=False) for part in shape.parts]
    if shape.is_closed:
        parts = [Outline(np.array([*part, part[0]]), closed=True) for part in shape.parts]
    return Outline.make_compound_path(*parts)


def _draw_words(axes: Axes, words: Words, order: int) -> None:
    look = LOOKS[words.look]
    axes.text(
        words.x,
        words.y,
        words.text,
        fontsize=look.size * _POINTS,
        fontweight="bold" if look.is_bold else "normal",
        color=look.fill[0],
        horizontalalignment=_ANCHORS[words.anchor],
        verticalalignment="baseline",
        rotation=90 if words.upwards else 0,
        rotation_mode="anchor",
        zorder=order,
    )

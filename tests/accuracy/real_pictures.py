"""Pictures of the real files: every event, coloured by the population it was found in, and as it is labelled."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from accuracy.real_sets import DataSet, Labels, Unlabelled
from marrowgate.fcs.read import read_fcs
from marrowgate.settings.panel import load_panel
from marrowgate.tables import read_rows
from real.scored import found_in, labels

COLOURS = ("tab:blue", "tab:green", "tab:orange", "tab:red", "tab:purple")
SIZES = ((1500, 3.0), (20_000, 2.2), (np.inf, 1.2))
"""Events of a file up to which its points have this size."""
WHOLE = {"cd45_pos", "cd3_pos", "singlets"}
"""Populations that hold the others; drawn below them and pale, or not at all beside labels."""


def given_labels(one: DataSet, path: Path) -> Labels:
    """Return the label of every event of a file."""
    return labels(path.with_name(path.stem + one.labels), one.column)


def draw(one: DataSet, files: Sequence[Path], out: Path, picture: Path) -> None:
    """Draw each file twice: coloured by what was found, and by the labels."""
    shown = [name for name in one.truth if name not in WHOLE]
    figure, axes = _sheet(2 * len(files), 2 if len(files) < 3 else 4)
    for number, path in enumerate(files):
        given = given_labels(one, path)
        sides = {
            f"{path.stem}, found": {name: found_in(out, path.stem, name) for name in shown},
            f"{path.stem}, labelled": {name: one.truth[name](given) for name in shown},
        }
        for axis, (title, members) in zip(axes[2 * number : 2 * number + 2], sides.items(), strict=True):
            _draw_file(axis, one, path, members, title)
        _say_statuses(axes[2 * number], _statuses(out, path.stem, shown))
    _save(figure, picture)


def draw_found(one: Unlabelled, files: Sequence[Path], out: Path, picture: Path) -> None:
    """Draw each file coloured by what was found."""
    figure, axes = _sheet(len(files), min(len(files), 4))
    for axis, path in zip(axes, files, strict=False):
        members = {name: found_in(out, path.stem, name) for name in one.shown}
        _draw_file(axis, one, path, members, path.stem)
        _say_statuses(axis, _statuses(out, path.stem, one.shown))
    _save(figure, picture)


def _sheet(number: int, across: int) -> tuple[plt.Figure, np.ndarray]:
    n_rows = -(-number // across)
    figure, axes = plt.subplots(n_rows, across, figsize=(max(2.6 * across, 5.2), 2.5 * n_rows + 0.4), squeeze=False)
    for axis in axes.flat[number:]:
        axis.set_axis_off()
    return figure, axes.ravel()


def _draw_file(axis: Axes, one: DataSet | Unlabelled, path: Path, members: Mapping[str, Labels], title: str) -> None:
    file = read_fcs(path, 1)
    by_name = {channel.name: channel for channel in file.channels}
    words = {entry.channel: entry.marker or entry.scatter for entry in load_panel(one.panel).channels}
    x, y = (file.events[:, by_name[name].index] for name in one.axes)
    size = _size(x.size)
    axis.plot(x, y, ".", color="0.75", markersize=size if size > SIZES[1][1] else SIZES[2][1], markeredgewidth=0)
    for (name, rows), colour in zip(members.items(), COLOURS, strict=False):
        if rows.any():
            axis.plot(
                x[rows], y[rows], ".", markersize=size, color=colour, markeredgewidth=0,
                alpha=0.2 if name in WHOLE else 0.7, label=name.replace("_", " "),
            )  # fmt: skip
    axis.set_title(title, fontsize=8)
    for side, name, values, width in zip("xy", one.axes, (x, y), one.linear, strict=True):
        axis.set(**{f"{side}label": words.get(name) or name})
        if width:
            {"x": axis.set_xscale, "y": axis.set_yscale}[side]("symlog", linthresh=width)
        axis.set(**{f"{side}lim": tuple(np.quantile(values, [0.001, 0.999]))})
    for label in (axis.xaxis.label, axis.yaxis.label):
        label.set_fontsize(8)
    axis.tick_params(which="both", labelsize=6, length=2, pad=1)


def _size(n_events: int) -> float:
    """Return the size of a point in a picture of so many events: few would not be seen, many would hide each other."""
    return next(size for most, size in SIZES if n_events <= most)


def _statuses(out: Path, name: str, populations: Sequence[str]) -> dict[str, str]:
    rows = read_rows(out / "tables" / "populations.tsv")
    of_file = {row["population"]: row["gate_status"] for row in rows if row["sample_id"] == name}
    return {population: of_file[population] for population in populations}


def _say_statuses(axis: Axes, statuses: Mapping[str, str]) -> None:
    """Name every population whose gate is not `ok`."""
    words = [f"{name}: {status}".replace("_", " ") for name, status in statuses.items() if status != "ok"]
    if words:
        box = {"facecolor": "white", "alpha": 0.8, "pad": 1, "edgecolor": "none"}
        axis.text(0.02, 0.98, "\n".join(words), transform=axis.transAxes, fontsize=6, va="top", bbox=box)


def _save(figure: plt.Figure, picture: Path) -> None:
    """Save with a legend of the populations that are drawn anywhere."""
    figure.tight_layout(rect=(0, 0.3 / figure.get_figheight(), 1, 1), h_pad=0.6, w_pad=0.4)
    drawn = [axis.get_legend_handles_labels() for axis in figure.axes]
    handles = {name: handle for pair in drawn for handle, name in zip(*pair, strict=True)}
    legend = figure.legend(
        handles.values(), handles, loc="lower center", ncols=5, fontsize=8, markerscale=4, frameon=False
    )
    for handle in legend.legend_handles:
        handle.set(alpha=1, markersize=8)
    figure.savefig(picture, dpi=100, pil_kwargs={"optimize": True})
    plt.close(figure)

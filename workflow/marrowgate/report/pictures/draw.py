"""Draw one picture of a sample: its events, its gates with their uncertainty, axes, counts and status."""

from collections.abc import Iterator, Sequence

import numpy as np

from marrowgate.gating.boundary_error import NO_ERROR
from marrowgate.gating.geometry.gates import Gate
from marrowgate.gating.records import WEAKEST_FIRST
from marrowgate.measure.pictures.density import FINE, Density
from marrowgate.measure.pictures.model import MEASURED, PROTOCOL, DrawnGate, Picture, PictureAxis, SamplePictures
from marrowgate.report.pictures.area import PlotArea
from marrowgate.report.pictures.histogram import Control, histogram_marks
from marrowgate.report.pictures.looks import STATUS_MARKS, shades
from marrowgate.report.pictures.outline import band_of, borders_of, lines_of
from marrowgate.report.pictures.scene import Dots, Mark, Raster, Scene, Shape, Words
from marrowgate.report.pictures.ticks import SIGN, ticks_of
from marrowgate.report.wording import words
from marrowgate.settings.strategies.strategy import ROOT

LEFT, TOP, SIDE, RIGHT, BOTTOM = 48.0, 54.0, 192.0, 8.0, 36.0
"""Px: a cell of the density is three of them wide."""
WIDTH, HEIGHT = LEFT + SIDE + RIGHT, TOP + SIDE + BOTTOM
_TITLE_SIGNS, _TEXT_SIGNS = 33, 41
_FIRST_CODE = 4


def draw_picture(pictures: SamplePictures, picture: Picture, controls: Sequence[Control] = ()) -> Scene:
    """Return the scene of a picture.

    Parameters
    ----------
    pictures : SamplePictures
        Those of the sample, for axes and gates.
    picture : Picture
        One of them.
    controls : sequence of Control
        Histograms of controls to lay over a measured marker.
    """
    axes = [pictures.axes[name] for name in picture.dimensions]
    area = PlotArea(LEFT, TOP, SIDE, axes[0], axes[1] if len(axes) > 1 else None)
    gates = [pictures.gates[name] for name in picture.gates if name in pictures.gates]
    lines = _with_controls(_lines(picture, gates), controls)
    marks = (
        Shape("paper", (_square(),), is_closed=True),
        *_events(picture, area, gates, controls),
        *(mark for gate in gates for mark in _gate_marks(gate, area)),
        Shape("frame", (_square(),), is_closed=True),
        *_axis_marks(area),
        *_heading(lines),
    )
    return Scene(WIDTH, HEIGHT, ". ".join(text for _, text in lines if text), marks, (LEFT, TOP, SIDE, SIDE))


def _square() -> tuple[tuple[float, float], ...]:
    right, bottom = LEFT + SIDE, TOP + SIDE
    return ((LEFT, TOP), (right, TOP), (right, bottom), (LEFT, bottom))


def _events(
    picture: Picture, area: PlotArea, gates: Sequence[DrawnGate], controls: Sequence[Control]
) -> Iterator[Mark]:
    density = picture.density
    if density is None:
        missing = "no events" if picture.n_parent == 0 else f"{population_words(picture.parent)} was not gated"
        yield Words("small", LEFT + SIDE / 2, TOP + SIDE / 2, shortened(missing, 30), "middle")
        return
    if density.is_histogram:
        yield from histogram_marks(density, picture.n_parent or 0, area, gates, controls)
        return
    if density.codes.any():
        yield _raster(density)
    for owner in sorted({int(owner) for owner in density.dots[:, 2]}, key=_rare_last):
        own = density.dots[density.dots[:, 2] == owner]
        positions = own[:, :2] / FINE * np.array([1.0, -1.0]) * SIDE + np.array([LEFT, TOP + SIDE])
        points = tuple((float(x), float(y)) for x, y in positions)
        is_rare = picture.kind == PROTOCOL and owner == 1
        yield from (Dots("ring", points), Dots("rare", points)) if is_rare else (Dots(f"dot{owner}", points),)


def _rare_last(owner: int) -> tuple[bool, int]:
    """Order the owners of single events: what is drawn last lies above the others."""
    return owner == 1, owner


def _raster(density: Density) -> Raster:
    """Return the cells in colours: the hue by owner, the darker the more events, on a logarithmic scale."""
    n_owners = int(density.owners.max()) + 1
    n = 7 if n_owners <= 2 else 5
    top = max(int(density.codes.max()), _FIRST_CODE + 1)
    share = (density.codes.astype(np.float64) - _FIRST_CODE) / (top - _FIRST_CODE)
    shade = np.clip(np.floor(share * n), 0, n - 1).astype(np.uint8)
    pixels = np.where(density.codes > 0, 1 + density.owners * n + shade, 0).astype(np.uint8)
    palette = ("", *(colour for owner in range(n_owners) for colour in shades(owner, n)))
    return Raster(LEFT, TOP, SIDE, SIDE, pixels[::-1], palette)


def _gate_marks(gate: DrawnGate, area: PlotArea) -> Iterator[Mark]:
    borders = borders_of(gate.gate, gate.error, area)
    bands = tuple(band for border in borders if len(band := band_of(border, area)) > 2)
    lines = tuple(line for border in borders for line in lines_of(border, area))
    if bands:
        yield Shape("band", bands, is_closed=True)
    if lines:
        yield Shape("halo", lines)
        yield Shape("gate" if gate.error.known else "unsure", lines)
    yield from _before(gate.before, area)


def _before(gate: Gate | None, area: PlotArea) -> Iterator[Mark]:
    lines = tuple(line for border in borders_of(gate, NO_ERROR, area) for line in lines_of(border, area))
    if lines:
        yield Shape("before", lines)


def _axis_marks(area: PlotArea) -> Iterator[Mark]:
    bottom = TOP + SIDE
    across = ticks_of(area.across, SIDE)
    upwards = ticks_of(area.upwards, SIDE) if area.upwards else ()
    at_x = [(LEFT + share * SIDE, text) for share, text in across]
    at_y = [(bottom - share * SIDE, text) for share, text in upwards]
    strokes = (*(((x, bottom), (x, bottom + 4)) for x, _ in at_x), *(((LEFT - 4, y), (LEFT, y)) for y, _ in at_y))
    yield Shape("tick", strokes)
    for x, text in at_x:
        # the last one may not be cut off by the edge of the picture
        yield Words("small", min(x, WIDTH - SIGN * len(text) / 2 - 1), bottom + 15, text, "middle")
    for y, text in at_y:
        yield Words("small", LEFT - 6, y + 4, text, "end")
    yield Words("text", LEFT + SIDE / 2, HEIGHT - 5, axis_words(area.across), "middle")
    if area.upwards:
        yield Words("text", 11, TOP + SIDE / 2, axis_words(area.upwards), "middle", upwards=True)


def axis_words(axis: PictureAxis) -> str:
    """Return the name of an axis: marker and dye, or scatter."""
    dye = f" ({axis.fluorochrome})" if axis.fluorochrome and axis.fluorochrome != axis.dimension else ""
    return shortened(f"{axis.dimension}{dye}", 30)


def _lines(picture: Picture, gates: Sequence[DrawnGate]) -> list[tuple[str, str]]:
    """Return look and text of the three lines above the plot."""
    if picture.kind == MEASURED:
        title, count = f"{picture.dimensions[0]} on {population_words(picture.parent)}", _shown(picture)
        return [("title", shortened(title, _TITLE_SIGNS)), ("text", count), ("text", "")]
    title = picture.title or population_words(picture.gates[0] if picture.gates else picture.parent)
    count = _shown(picture) if picture.kind == PROTOCOL or not gates else _counted(gates[0])
    lines = [("title", shortened(title, _TITLE_SIGNS)), ("text", shortened(count, _TEXT_SIGNS))]
    return [*lines, _status_line(gates)]


def _with_controls(lines: list[tuple[str, str]], controls: Sequence[Control]) -> list[tuple[str, str]]:
    """Name the controls in the last line."""
    names = ", ".join(control.name for control in controls if control.name)
    if not names:
        return lines
    look, text = lines[-1]
    broken = f"broken line: {names}"
    return [*lines[:-1], (look, shortened(f"{text}; {broken}" if text else broken, _TEXT_SIGNS))]


def _status_line(gates: Sequence[DrawnGate]) -> tuple[str, str]:
    if not gates:
        return "text", ""
    weakest = min(gates, key=lambda gate: WEAKEST_FIRST.index(gate.shown_status))
    _, sign = STATUS_MARKS[weakest.shown_status]
    text = f"{sign} {words(weakest.shown_status)}"
    if weakest.of_number:
        text += f" (this gate itself: {words(weakest.status)})"
    elif weakest.gate is not None and not weakest.error.known:
        text += ", uncertainty unknown"
    return f"status_{weakest.shown_status}", text


def _shown(picture: Picture) -> str:
    if picture.n_parent is None:
        return "not gated"
    of = "" if picture.parent == ROOT else f" of {words(picture.parent)}"
    return f"{picture.n_parent:,} events{of}"


def _counted(gate: DrawnGate) -> str:
    if gate.n_events is None or gate.n_parent is None:
        there = "not gated" if gate.n_parent is None else f"{gate.n_parent:,}"
        return f"no number; {population_words(gate.parent)}: {there}"
    pct = f" ({100 * gate.n_events / gate.n_parent:.3g} %)" if gate.n_parent else ""
    counts = f"{gate.n_events:,} of {gate.n_parent:,} "
    # a long name gives way, not the share
    return f"{counts}{shortened(population_words(gate.parent), _TEXT_SIGNS - len(counts) - len(pct))}{pct}"


def population_words(name: str) -> str:
    """Return the name of a population with spaces; all events for the root."""
    return "all events" if name == ROOT else words(name)


def shortened(text: str, signs: int) -> str:
    """Cut a text that is too long, with an ellipsis."""
    return text if len(text) <= signs else f"{text[: signs - 1]}…"


def _heading(lines: Sequence[tuple[str, str]]) -> Iterator[Mark]:
    for y, (look, text) in zip((13.0, 29.0, 45.0), lines, strict=True):
        if text:
            yield Words(look, 4, y, text)

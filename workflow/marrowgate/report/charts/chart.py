"""Small charts as SVG text: type of 12 px at a width of 360, a title for every mark, the same bytes for the same data.

Matplotlib draws the figures of `results/figures`; it has neither titles for marks nor links, and its type shrinks on a
narrow screen. These charts stand side by side where the screen is wide and below each other where it is not.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 360, 230
LEFT, RIGHT, TOP, BOTTOM = 50, 10, 14, 42
INK, QUIET, GRID = "#1c2733", "#5b6873", "#e3e7eb"
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
DIGITS = ((2.6, (1, 2, 5)), (4.5, (1, 3)))
"""Up to how many decades which digits of each are labelled; above only the powers of ten."""


@dataclass(frozen=True)
class Axis:
    """One axis of a chart.

    Parameters
    ----------
    low, high : float
        Values at its ends; above 0 where it is logarithmic.
    label : str
        What it shows, with its unit.
    is_log : bool
        Whether it is logarithmic.
    ticks : tuple of float
        Where it is labelled.
    names : tuple of str
        What stands at the ticks; empty: their values.
    """

    low: float
    high: float
    label: str = ""
    is_log: bool = False
    ticks: tuple[float, ...] = ()
    names: tuple[str, ...] = ()

    def share(self, value: float) -> float:
        """Return where a value lies, 0 at the lower and 1 at the upper end; values beyond an end lie on it."""
        low, high, at = self.low, self.high, min(max(value, self.low), self.high)
        if self.is_log:
            low, high, at = math.log(low), math.log(high), math.log(at)
        return (at - low) / (high - low) if high > low else 0.5


def linear_axis(values: Sequence[float], label: str = "", *, from_zero: bool = False, margin: float = 0.06) -> Axis:
    """Return a linear axis that holds all values, with at most seven round ticks.

    Parameters
    ----------
    values : sequence of float
        What is drawn; none give an axis from 0 to 1.
    label : str
        Its label.
    from_zero : bool
        Whether it begins at 0 or below.
    margin : float
        Share of its length that is left free at either end.
    """
    low, high = min(values, default=0.0), max(values, default=1.0)
    if from_zero:
        low = min(low, 0.0)
    if high <= low:
        # round numbers beside the one value, not its last digits
        half = 0.1 * abs(low) or 0.5
        low, high = low - half, high + half
    room = margin * (high - low)
    bottom = low if from_zero and low >= 0 else low - room
    top = high + room
    return Axis(bottom, top, label, ticks=_round_ticks(bottom, top, 6))


def log_axis(values: Sequence[float], label: str = "") -> Axis:
    """Return a logarithmic axis that holds all values above 0; zeros belong on its lower end."""
    above = [value for value in values if value > 0]
    low, high = min(above, default=0.1) / 1.6, max(above, default=10.0) * 1.4
    decades = math.log10(high / low)
    digits = next((digits for most, digits in DIGITS if decades <= most), (1,))
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [digit * 10.0**exponent for exponent in exponents for digit in digits]
    return Axis(low, high, label, is_log=True, ticks=tuple(tick for tick in ticks if low <= tick <= high))


def _round_ticks(low: float, high: float, wanted: int) -> tuple[float, ...]:
    raw = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(step * power for step in STEPS if step * power >= raw)
    return tuple(round(step * at, 12) for at in range(math.ceil(low / step), math.floor(high / step) + 1))


@dataclass(frozen=True)
class Frame:
    """A chart's area, its axes, and where values lie in it, in px from its upper left corner."""

    x: Axis
    y: Axis
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT

    def across(self, value: float) -> float:
        """Return the place of a value of the x axis."""
        return round(self.left + self.x.share(value) * (self.width - self.left - RIGHT), 1)

    def down(self, value: float) -> float:
        """Return the place of a value of the y axis."""
        return round(self.height - BOTTOM - self.y.share(value) * (self.height - BOTTOM - TOP), 1)

    def svg(self, title: str, marks: Sequence[str], *, has_links: bool = False) -> str:
        """Return the chart: axes, marks, and the title as its name for screen readers, which see links in no image."""
        body, role = "".join((*self._axes(), *marks)), "group" if has_links else "img"
        size = f'viewBox="0 0 {self.width} {self.height}" width="{self.width}" height="{self.height}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="{role}" aria-label="{escape(title)}" {size} '
            f'font-family="system-ui, sans-serif" font-size="12" fill="{INK}">{body}</svg>\n'
        )

    def _axes(self) -> list[str]:
        left, right, bottom = self.left, self.width - RIGHT, self.height - BOTTOM
        drawn = []
        for tick, name in zip(self.y.ticks, self.y.names or map(short_number, self.y.ticks), strict=True):
            at = self.down(tick)
            drawn.append(line((left, at), (right, at), GRID))
            # a number beside the name of the axis would run into it
            if at >= TOP + 10 or not self.y.label:
                drawn.append(text(left - 6, at + 4, name, "end"))
        for tick, name in zip(self.x.ticks, self.x.names or map(short_number, self.x.ticks), strict=True):
            at = self.across(tick)
            drawn.append(line((at, bottom), (at, bottom + 4), QUIET))
            drawn.append(text(at, bottom + 16, name, "middle"))
        drawn.append(line((left, bottom), (right, bottom), QUIET))
        drawn.append(text((left + right) / 2, self.height - 6, self.x.label, "middle", QUIET))
        drawn.append(text(2, TOP - 3, self.y.label, "start", QUIET))
        return drawn


def short_number(value: float) -> str:
    """Show the value of a tick in few signs."""
    if value == 0:
        return "0"
    if abs(value) >= 1e6:
        return f"{value / 1e6:g}M"
    if abs(value) >= 1e4:
        return f"{value / 1e3:g}k"
    return f"{value:.6g}"


def text(x: float, y: float, words: str, anchor: str = "start", colour: str = "", *, on_marks: bool = False) -> str:
    """Return words at a place, with a white edge where they may lie on marks; nothing where there are none."""
    if not words:
        return ""
    fill = f' fill="{colour}"' if colour else ""
    edge = ' stroke="#ffffff" stroke-width="3" paint-order="stroke"' if on_marks else ""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"{fill}{edge}>{escape(words)}</text>'


def line(start: tuple[float, float], end: tuple[float, float], colour: str, width: float = 1, dash: str = "") -> str:
    """Return a straight line."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{start[0]:g}" y1="{start[1]:g}" x2="{end[0]:g}" y2="{end[1]:g}" '
        f'stroke="{colour}" stroke-width="{width:g}"{dashes}/>'
    )


def path(points: Sequence[tuple[float, float]], colour: str, width: float = 1, dash: str = "", extra: str = "") -> str:
    """Return a line through points; nothing for less than two."""
    if len(points) < 2:
        return ""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    way = " ".join(f"{x:g},{y:g}" for x, y in points)
    return f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="{width:g}"{dashes}{extra}/>'


def dot(x: float, y: float, colour: str, title: str, *, is_open: bool = False, is_square: bool = False) -> str:
    """Return a mark with a title that a pointer shows; open for values that are weak, square after stopping."""
    fill = "#ffffff" if is_open else colour
    look = f'fill="{fill}" stroke="{colour}" stroke-width="1.3"'
    shape = (
        f'<rect x="{x - 3:g}" y="{y - 3:g}" width="6" height="6" {look}>'
        if is_square
        else f'<circle cx="{x:g}" cy="{y:g}" r="3" {look}>'
    )
    return f"{shape}<title>{escape(title)}</title></{'rect' if is_square else 'circle'}>"

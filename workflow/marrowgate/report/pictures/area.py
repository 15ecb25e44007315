"""The plot of a picture: where values of its axes lie, and what is cut off at its border."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marrowgate.measure.pictures.model import PictureAxis
from marrowgate.report.pictures.scene import Points

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PlotArea:
    """The plot and its axes; px are units of the scene, downwards.

    Parameters
    ----------
    left, top, side : float
        Upper left corner, and the length of each side, px.
    across : PictureAxis
        The horizontal axis.
    upwards : PictureAxis or None
        The vertical axis; None in a histogram, whose vertical places go from 0 to 1.
    """

    left: float
    top: float
    side: float
    across: PictureAxis
    upwards: PictureAxis | None

    @property
    def ends(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Ends of both axes, transformed scale."""
        upwards = (self.upwards.low, self.upwards.high) if self.upwards else (0.0, 1.0)
        return (self.across.low, self.across.high), upwards

    @property
    def px_per_unit(self) -> Floats:
        """How many px a move of one unit of the scale makes, across and downwards; shape (2,)."""
        (left, right), (bottom, top) = self.ends
        return np.array([self.side / (right - left), -self.side / (top - bottom)])

    def px(self, positions: Floats) -> Floats:
        """Return places on the scales as px; shape (k, 2)."""
        (left, _), (_, top) = self.ends
        corner = np.array([self.left, self.top])
        return np.asarray(corner + (positions - np.array([left, top])) * self.px_per_unit)

    def visible(self, start: Floats, end: Floats) -> tuple[float, float] | None:
        """Return which part of a straight line lies in the plot, as shares of its length (Liang and Barsky 1984)."""
        first, last = 0.0, 1.0
        # plain floats: arithmetic on single values of an array takes ten times as long
        for low, begin, move in zip((self.left, self.top), start.tolist(), (end - start).tolist(), strict=True):
            for distance, speed in ((low - begin, move), (begin - low - self.side, -move)):
                # inside where distance <= share * speed
                if speed == 0 and distance > 0:
                    return None
                if speed > 0:
                    first = max(first, distance / speed)
                elif speed < 0:
                    last = min(last, distance / speed)
        return (first, last) if first < last else None

    def cut(self, corners: Floats) -> Points:
        """Return the part of an area that lies in the plot (Sutherland and Hodgman 1974); less than 3 corners: none."""
        left = [tuple(corner) for corner in corners.tolist()]
        low = (self.left, self.top)
        for axis, end, sign in (
            (0, low[0], 1),
            (0, low[0] + self.side, -1),
            (1, low[1], 1),
            (1, low[1] + self.side, -1),
        ):
            left = _cut_side(left, axis, end, sign)
        return tuple((x, y) for x, y in left)


def _cut_side(corners: Sequence[tuple[float, ...]], axis: int, end: float, sign: int) -> list[tuple[float, ...]]:
    kept = []
    for before, corner in zip((*corners[-1:], *corners[:-1]), corners, strict=True):
        inner = [sign * (point[axis] - end) >= 0 for point in (before, corner)]
        if inner[0] != inner[1]:
            part = (end - before[axis]) / (corner[axis] - before[axis])
            kept.append(tuple(a + part * (b - a) for a, b in zip(before, corner, strict=True)))
        if inner[1]:
            kept.append(corner)
    return kept

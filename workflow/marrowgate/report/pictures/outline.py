"""The border of a gate in a plot, and how far its uncertainty reaches on either side of it."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.boundary_error import BoundaryError
from marrowgate.gating.geometry.gates import Boolean, Ellipsoid, Gate, Polygon, Rectangle
from marrowgate.report.pictures.area import PlotArea
from marrowgate.report.pictures.scene import Points

WIDE = 1.96
"""Standard deviations to either side of the border: 95 % of where it may lie."""
_ON_ELLIPSE = 48
_ALONG_EDGE = 7
_BEYOND = 0.3

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Border:
    """A run of points of a gate's border.

    Parameters
    ----------
    points : ndarray of float64, shape (k, 2)
        Px of the scene.
    sds : ndarray of float64, shape (k,)
        Standard deviation of the border at each point, across its direction, px.
    """

    points: Floats
    sds: Floats


def borders_of(gate: Gate | None, error: BoundaryError, area: PlotArea) -> list[Border]:
    """Return the parts of a gate's border that lie in a plot.

    Parameters
    ----------
    gate : Gate or None
        The gate; the sides of a rectangle are drawn in the dimensions that the plot has, other gates only where it has
        all that are needed to see them.
    error : BoundaryError
        Of its free numbers; an unknown one gives no band.
    area : PlotArea
        The plot.
    """
    if gate is None or isinstance(gate, Boolean):
        return []
    shown = [area.across.dimension] + ([area.upwards.dimension] if area.upwards else [])
    if isinstance(gate, Rectangle):
        return _sides(gate, error, area, shown)
    if not set(shown) <= set(gate.dimensions) or len(shown) != 2:
        return []
    which = [gate.dimensions.index(name) for name in shown]
    if isinstance(gate, Polygon):
        return _polygon(gate, error, area, which)
    return [_ellipse(gate, error, area, which)]


def band_of(border: Border, area: PlotArea) -> Points:
    """Return the area within `WIDE` standard deviations of a border, inside the plot; nothing without an error."""
    if not border.sds.any():
        return ()
    along = np.gradient(border.points, axis=0)
    across = np.column_stack([-along[:, 1], along[:, 0]])
    lengths = np.maximum(np.hypot(*across.T), 1e-9)
    reach = across * (WIDE * border.sds / lengths)[:, None]
    return area.cut(np.vstack([border.points + reach, (border.points - reach)[::-1]]))


def _sides(gate: Rectangle, error: BoundaryError, area: PlotArea, shown: Sequence[str]) -> list[Border]:
    """Return the sides of a rectangle; those without a bound are open."""
    given = [value is not None for value in (*gate.low, *gate.high)]
    sds = iter(error.sds or (0.0,) * sum(given))
    every = np.array([next(sds) if is_given else 0.0 for is_given in given]).reshape(2, -1)
    ends = area.ends
    reaches = [_reach(gate, name, ends[axis]) for axis, name in enumerate(shown)]
    reaches += ends[len(shown) :]
    borders = []
    for axis, name in enumerate(shown):
        if name not in gate.dimensions:
            continue
        k = gate.dimensions.index(name)
        for bound, sd in ((gate.low[k], every[0, k]), (gate.high[k], every[1, k])):
            if bound is None or not ends[axis][0] <= bound <= ends[axis][1]:
                continue
            line = np.array([[bound, end] if axis == 0 else [end, bound] for end in reaches[1 - axis]])
            borders.append(Border(area.px(line), np.full(2, sd * abs(area.px_per_unit[axis]))))
    return borders


def _reach(gate: Rectangle, dimension: str, ends: tuple[float, float]) -> tuple[float, float]:
    """Return how far a rectangle reaches along an axis of the plot: to its bounds, or to the plot's ends."""
    if dimension not in gate.dimensions:
        return ends
    low, high = (bounds[gate.dimensions.index(dimension)] for bounds in (gate.low, gate.high))
    return ends[0] if low is None else max(low, ends[0]), ends[1] if high is None else min(high, ends[1])


def _polygon(gate: Polygon, error: BoundaryError, area: PlotArea, which: Sequence[int]) -> list[Border]:
    corners = area.px(np.array(gate.vertices)[:, which])
    moves = [step.reshape(-1, 2)[:, which] * area.px_per_unit for step in error.steps]
    n = len(corners)
    return [border for i in range(n) for border in _edge(corners, moves, i, (i + 1) % n, area)]


def _edge(corners: Floats, moves: Sequence[Floats], i: int, k: int, area: PlotArea) -> Iterator[Border]:
    """Return the part of an edge that lies in the plot; its error changes along it where the edge can turn."""
    start, end = corners[i], corners[k]
    seen = area.visible(start, end)
    if seen is None:
        return
    # a little beyond the plot, so that the band is cut there and not across
    beyond = _BEYOND * (seen[1] - seen[0])
    shares = np.linspace(max(0.0, seen[0] - beyond), min(1.0, seen[1] + beyond), _ALONG_EDGE if moves else 2)
    direction = (end - start) / np.hypot(*(end - start))
    normal = np.array([-direction[1], direction[0]])
    across = [(move[i] * (1 - shares[:, None]) + move[k] * shares[:, None]) @ normal for move in moves]
    sds = np.sqrt(np.sum(np.square(across), axis=0)) if moves else np.zeros(shares.size)
    if np.ptp(sds) < 0.05:
        shares, sds = shares[[0, -1]], sds[[0, -1]]
    yield Border(start + shares[:, None] * (end - start), sds)


def _ellipse(gate: Ellipsoid, error: BoundaryError, area: PlotArea, which: Sequence[int]) -> Border:
    """Return the shadow of an ellipsoid on the plot, an ellipse; its error is that of its middle."""
    covariance = np.array(gate.covariance)[np.ix_(which, which)] * gate.distance_square
    angles = np.linspace(0.0, 2.0 * np.pi, _ON_ELLIPSE + 1)
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    points = area.px(np.array(gate.mean)[which] + circle @ np.linalg.cholesky(covariance).T)
    sds = np.array(error.sds)[which] * np.abs(area.px_per_unit) if error.sds else np.zeros(2)
    along = np.gradient(points, axis=0)
    lengths = np.maximum(np.hypot(*along.T), 1e-9)
    return Border(points, np.hypot(along[:, 1] * sds[0], along[:, 0] * sds[1]) / lengths)


def lines_of(border: Border, area: PlotArea) -> list[Points]:
    """Return the runs of a border that lie in the plot."""
    runs: list[list[tuple[float, float]]] = []
    for start, end in itertools.pairwise(border.points):
        seen = area.visible(start, end)
        if seen is None:
            continue
        first, last = (tuple(map(float, start + share * (end - start))) for share in seen)
        if runs and np.hypot(runs[-1][-1][0] - first[0], runs[-1][-1][1] - first[1]) < 1e-6:
            runs[-1].append((last[0], last[1]))
        else:
            runs.append([(first[0], first[1]), (last[0], last[1])])
    return [_straightened(run) for run in runs]


def _straightened(run: Sequence[tuple[float, float]]) -> Points:
    """Leave out points that lie on the line between their neighbours."""
    kept = [run[0]]
    for point, after in itertools.pairwise(run[1:]):
        (ax, ay), (bx, by), (cx, cy) = kept[-1], point, after
        if abs((bx - ax) * (cy - ay) - (by - ay) * (cx - ax)) > 1e-3:
            kept.append(point)
    return (*kept, run[-1])

"""A histogram of one dimension, with those of controls laid over it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.geometry.gates import Rectangle
from marrowgate.measure.pictures.density import Density, decoded
from marrowgate.measure.pictures.model import DrawnGate, PictureAxis
from marrowgate.report.pictures.area import PlotArea
from marrowgate.report.pictures.scene import Mark, Points, Shape, Words

_ENOUGH = 4.0
"""Events that a bar should hold in the mean; with fewer, bars are joined."""
_HEADROOM = 0.93
LEFT_OF_AXIS = 30.0
"""Where the words beside a histogram stand, px: it has no values there."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Control:
    """The same marker in a control of the sample.

    Parameters
    ----------
    axis : PictureAxis
        Its axis; on the scale of the sample's.
    density : Density
        A histogram.
    n_events : int
        Events of the population in the control.
    name : str
        Its kind and sample_id.
    """

    axis: PictureAxis
    density: Density
    n_events: int
    name: str = ""


def histogram_marks(
    density: Density, n_events: int, area: PlotArea, gates: Sequence[DrawnGate], controls: Sequence[Control]
) -> Iterator[Mark]:
    """Draw bars, the part inside the gate in another colour, and controls as lines of the same height.

    Parameters
    ----------
    density : Density
        Of one dimension.
    n_events : int
        Events in it.
    area : PlotArea
        The plot.
    gates : sequence of DrawnGate
        The first says which part is inside.
    controls : sequence of Control
        What to lay over it.
    """
    is_log = bool(gates)
    heights, edges = _bars(density, n_events, area.across, is_log)
    yield Shape("bars", (_stairs(heights, edges, area, is_closed=True),), is_closed=True)
    for low, high in _kept(gates, area):
        inside = np.clip(edges, low, high)
        yield Shape("kept", (_stairs(heights, inside, area, is_closed=True),), is_closed=True)
    for control in controls:
        heights, edges = _bars(control.density, control.n_events, control.axis, is_log)
        yield Shape("control", (_stairs(heights, np.clip(edges, *area.ends[0]), area, is_closed=False),))
    title = "events, log scale" if is_log else "events"
    yield Words("text", LEFT_OF_AXIS, area.top + area.side / 2, title, "middle", upwards=True)


def _bars(density: Density, n_events: int, axis: PictureAxis, is_log: bool) -> tuple[Floats, Floats]:
    """Return heights as parts of the highest bar, and the edges on the transformed scale.

    With a logarithmic height a rare population is seen beside a frequent one; a bar of one event has a height.
    """
    counts = decoded(density.codes)
    joined = 1
    while joined < counts.size // 16 and n_events < _ENOUGH * counts.size / joined:
        joined *= 2
    counts = counts.reshape(-1, joined).sum(axis=1)
    heights = np.log2(1.0 + counts) if is_log else counts
    return heights / max(heights.max(), 1e-9), np.linspace(axis.low, axis.high, counts.size + 1)


def _kept(gates: Sequence[DrawnGate], area: PlotArea) -> Iterator[tuple[float, float]]:
    left, right = area.ends[0]
    for gate in gates[:1]:
        if isinstance(gate.gate, Rectangle) and area.across.dimension in gate.gate.dimensions:
            k = gate.gate.dimensions.index(area.across.dimension)
            low, high = gate.gate.low[k], gate.gate.high[k]
            yield (left if low is None else max(low, left)), (right if high is None else min(high, right))


def _stairs(heights: Floats, edges: Floats, area: PlotArea, *, is_closed: bool) -> Points:
    across, upwards = np.repeat(edges, 2), np.concatenate([[0.0], np.repeat(heights, 2), [0.0]]) * _HEADROOM
    width = np.diff(edges)
    if is_closed:
        # bars of no width, outside a gate, are left out
        upwards[1:-1] *= np.repeat(width > 0, 2)
    points = area.px(np.column_stack([across, upwards]))
    return tuple((float(x), float(y)) for x, y in points)

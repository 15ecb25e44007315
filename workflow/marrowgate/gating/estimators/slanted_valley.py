"""The valley along a slanted line in two dimensions: positives that are dimmer where the other marker is dimmer too."""

from collections.abc import Iterable, Sequence
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from marrowgate.frozen import Frozen
from marrowgate.gating.densities.density import BINS, Counts, bandwidth, binned, bins_of
from marrowgate.gating.doubts.estimate_doubts import MOST_NEAR_MEASURED, crowded
from marrowgate.gating.estimators.valley import (
    DepthArguments,
    needs,
    valley_doubts,
    valleys_between,
    widened,
)
from marrowgate.gating.geometry.gates import LEFT, RIGHT, beside_line
from marrowgate.gating.geometry.line_spread import spread_of_line
from marrowgate.gating.methods import FittedGate, Method, View, fitted_gate, never, no_gate, on_scale
from marrowgate.gating.reasons import Reasons
from marrowgate.gating.stated_boundaries import Boundary, boundaries_on_scale, boundary_words
from marrowgate.settings.section import Limit
from marrowgate.stats.order_statistics import median_of

_DRAWS = 40
_FEWEST_DRAWS = 2
_WIDTH = 0.012


class SlantedValleyArguments(DepthArguments):
    """Where to look, and which slopes to try."""

    between: tuple[Boundary, Boundary]
    """Lowest and highest place of the boundary in the second dimension at `pivot`: numbers on the linear compensated
    scale, quantiles of a population that stands before this one, such as {of: lymphocytes, quantile: 0.95}, or parts of
    the scale, such as {part: 0.3}."""
    pivot: float
    """Point in the first dimension around which the line is turned, linear compensated scale."""
    slopes: tuple[float, float, int] = (0.0, 1.25, 6)
    """Lowest and highest slope to try, and how many; full scale of one dimension over full scale of the other."""
    leeway: Annotated[float, Limit(ge=0, lt=0.1)] = 0.0
    """The boundary leaves the valley downwards until the population gains this share of events."""
    as_deep: Annotated[float, Limit(ge=0, lt=1)] = 0.0
    """Valleys whose ratios differ by no more are equally deep, and the middle slope of them is taken: where they are
    nearly empty a few events decide between them."""

    def __post_init__(self) -> None:
        """Refuse entries that do not go together."""
        low, high, number = self.slopes
        if low > high or not 1 <= number <= 50:
            msg = "slopes are lowest, highest, number (1 to 50); put them in this order"
            raise ValueError(msg)


class Line(Frozen):
    """A line in two dimensions: its slope, its height at the pivot, and how deep the valley along it is."""

    slope: float
    height: float
    ratio: float


def find(view: View, arguments: SlantedValleyArguments) -> FittedGate:
    """Try every slope and take the one whose valley is deepest; the population lies above the line.

    Where several are as deep as the deepest, within counting noise, the middle one of them is taken: nearly empty
    valleys are alike, and the first one of them would change with every few events.
    """
    first, second = view.dimensions
    x, y = (view.values(dimension, arguments.among or None) for dimension in view.dimensions)
    if x.size < arguments.min_events:
        where = arguments.among or "the parent"
        return no_gate("too_few_events", f"{x.size} events in {where}, {arguments.min_events} are needed")
    (pivot,) = on_scale(view, first, [arguments.pivot])
    low, high = boundaries_on_scale(view, second, arguments.between)
    if np.isnan([low, high]).any():
        return no_gate("too_few_events", f"too few events for {boundary_words(arguments.between)}")
    slopes = np.linspace(arguments.slopes[0], arguments.slopes[1], int(arguments.slopes[2]))
    heights = [y - slope * (x - pivot) for slope in slopes]
    counts = [binned(values) for values in heights]
    widths = [max(_WIDTH, bandwidth(count)) for count in counts]

    def lines_through(drawn: list[Counts]) -> list[Line | None]:
        of_slopes = [
            _lines(of_slope, width, float(slope), (low, high), arguments)
            for of_slope, width, slope in zip(drawn, widths, slopes, strict=True)
        ]
        return [_middle_of_deepest(lines, arguments.as_deep) for lines in zip(*of_slopes, strict=True)]

    (line,) = lines_through([count[np.newaxis] for count in counts])
    if line is None:
        return no_gate(
            "no_valley", f"no valley of {second} against {first} between {boundary_words(arguments.between)}"
        )
    again = [drawn_line for drawn_line in lines_through(_drawn(heights, view.seed)) if drawn_line is not None]
    error = spread_of_line([_ends(drawn_line, pivot) for drawn_line in again])
    chosen = int(np.argmin(np.abs(slopes - line.slope)))
    across = widths[chosen] * float(np.hypot(1.0, line.slope))
    doubts = (
        *valley_doubts(counts[chosen], across, (low, high), arguments),
        *crowded_line(x - pivot, y, line, again),
    )
    return fitted_gate(beside_line((first, second), _ends(line, pivot), "above"), error, doubts=doubts)


def stains(arguments: SlantedValleyArguments, dimensions: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001 - as declared
    """Declare the second dimension, whose upper side is kept."""
    return dimensions[1:]


def crowded_line(x: NDArray[np.float64], y: NDArray[np.float64], line: Line, again: Sequence[Line]) -> Reasons:
    """Doubt a line when so many events lie within its error that it moves the count much.

    Lines that turn are close together where they cross and far apart elsewhere, so the error is that at each event.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        Events, the first dimension from the pivot.
    line : Line
        The boundary.
    again : sequence of Line
        The boundary in other draws.
    """
    if len(again) < _FEWEST_DRAWS:
        return ()
    heights, slopes = np.array([(drawn.height, drawn.slope) for drawn in again]).T
    (of_height, both), (_, of_slope) = np.cov(heights, slopes)
    variance = of_height + 2 * both * x + of_slope * x**2
    off = y - line.slope * x - line.height
    near = off**2 < variance
    sd = float(np.sqrt(median_of(variance[near]))) if near.any() else 0.0
    return crowded(int(np.count_nonzero(near)), int(np.count_nonzero(off >= 0)), sd, MOST_NEAR_MEASURED)


def _middle_of_deepest(lines: Iterable[Line | None], as_deep: float) -> Line | None:
    there = [line for line in lines if line is not None]
    limit = min((line.ratio for line in there), default=0.0) + as_deep
    alike = sorted((line for line in there if line.ratio <= limit), key=lambda line: line.slope)
    return alike[(len(alike) - 1) // 2] if alike else None


def _lines(
    drawn: Counts, width: float, slope: float, bounds: tuple[float, float], arguments: SlantedValleyArguments
) -> list[Line | None]:
    """Return for each draw the line of one slope."""
    # a Gaussian kernel measured across the line has the same width for every slope
    valleys = valleys_between(drawn, width * float(np.hypot(1.0, slope)), bounds, arguments)
    heights = widened(drawn, [None if valley is None else valley.at for valley in valleys], "above", arguments.leeway)
    return [
        None if valley is None or height is None else Line(slope, height, valley.ratio)
        for valley, height in zip(valleys, heights, strict=True)
    ]


def _drawn(heights: list[NDArray[np.float64]], seed: int) -> list[Counts]:
    """Draw events again (Poisson bootstrap), the same ones for every slope; for each slope the counts of all draws."""
    generator = np.random.default_rng(seed)
    if len(heights) == 1:
        # of one slope the bins are drawn, which is the same and needs no memory for each event
        return [generator.poisson(binned(heights[0]), (_DRAWS, BINS)).astype(np.float64)]
    bins = [bins_of(values) for values in heights]
    made = [np.empty((_DRAWS, BINS)) for _ in heights]
    for draw in range(_DRAWS):
        weights = generator.poisson(1.0, heights[0].size).astype(np.float64)
        for own, counts in zip(bins, made, strict=True):
            counts[draw] = np.bincount(own, weights=weights, minlength=BINS)
    return made


def _ends(line: Line, pivot: float) -> tuple[float, float]:
    left, right = (line.height + line.slope * (x - pivot) for x in (LEFT, RIGHT))
    return left, right


METHOD = Method(
    SlantedValleyArguments,
    (2,),
    "Projection with the deepest gap (Friedman and Tukey 1974, IEEE Trans Comput C-23:881) of a kernel density",
    find,
    needs=needs,
    is_parallel=never,
    stains=stains,
)

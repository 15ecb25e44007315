"""The valley between two modes of one dimension."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.density import BINS, CENTRES, Counts, bandwidth, binned, quantile, resample, smoothed
from marrowgate.gating.doubts.estimate_doubts import MOST_NEAR_MEASURED, bin_of, crowded, second_valley
from marrowgate.gating.geometry.gates import threshold
from marrowgate.gating.methods import Arguments, FittedGate, Method, Needs, View, fitted_gate, kept_stain, no_gate
from marrowgate.gating.reasons import Reasons
from marrowgate.gating.stated_boundaries import Boundary, boundaries_on_scale, boundary_words, populations_in
from marrowgate.settings.section import Limit


class DepthArguments(Arguments):
    """In which events to look, and how deep a valley must be, along one dimension or along a line."""

    among: str = ""
    """A population that stands before this one, whose events show the valley; not given: the parent."""
    max_ratio: Annotated[float, Limit(gt=0, lt=1)] = 0.8
    """Density in the valley, as a share of the lower of the two modes beside it."""
    min_events: Annotated[int, Limit(ge=10)] = 100
    """Events that must be there to look at."""
    min_side: Annotated[int, Limit(ge=1)] = 10
    """Events that must lie on either side of the valley, so that a gap in a thin tail is none."""
    min_rise: Annotated[float, Limit(ge=0)] = 1.0
    """Standard errors by which the lower mode must hold more events than the valley; 0 takes any valley."""


class ValleyArguments(DepthArguments):
    """Where to look."""

    keep: Literal["above", "below"]
    """Which side of the valley is the population."""
    between: tuple[Boundary, Boundary]
    """Lowest and highest place of the valley: numbers on the linear compensated scale, quantiles of a population that
    stands before this one, such as {of: lymphocytes, quantile: 0.95}, or parts of the scale, such as {part: 0.3}."""
    leeway: Annotated[float, Limit(ge=0, lt=0.1)] = 0.0
    """The boundary leaves the valley for the other side until it gains this share of events, so that dim cells stay."""


@dataclass(frozen=True)
class Valley:
    """A valley: where it lies, and its density over the lower of the two modes beside it."""

    at: float
    ratio: float


def find(view: View, arguments: ValleyArguments) -> FittedGate:
    """Find the deepest valley of the smoothed density inside the given stretch."""
    (dimension,) = view.dimensions
    values = view.values(dimension, arguments.among or None)
    if values.size < arguments.min_events:
        where = arguments.among or "the parent"
        return no_gate("too_few_events", f"{values.size} events in {where}, {arguments.min_events} are needed")
    low, high = boundaries_on_scale(view, dimension, arguments.between)
    if np.isnan([low, high]).any():
        return no_gate("too_few_events", f"too few events for {boundary_words(arguments.between)}")
    counts = binned(values)
    width = bandwidth(counts)

    def border(drawn: Counts) -> float | None:
        first, last = sides(drawn, arguments.min_side)
        at = deepest(smoothed(drawn, width), max(low, first), min(high, last), arguments.max_ratio, arguments.min_rise)
        return at if at is None else widened(drawn, at, arguments.keep, arguments.leeway)

    at = border(counts)
    if at is None:
        return no_gate("no_valley", f"no valley of {dimension} between {boundary_words(arguments.between)}")
    drawn = resample(counts, border, view.seed)
    other = valley_doubts(counts, width, (low, high), arguments)
    doubts = (*other, *crowded_valley(counts, at, drawn.error.sds, arguments.keep))
    return fitted_gate(threshold(dimension, at, arguments.keep), drawn.error, doubts=doubts)


def valley_doubts(counts: Counts, width: float, between: tuple[float, float], arguments: DepthArguments) -> Reasons:
    """Look for another valley that parts the events as well.

    Parameters
    ----------
    counts : ndarray of float64, shape (BINS,)
        Events, along a dimension or across a line.
    width : float
        Standard deviation of the smoothing kernel, parts of full scale.
    between : tuple of float
        The stretch, parts of full scale.
    arguments : DepthArguments
        How deep a valley must be.
    """
    density = smoothed(counts, width)
    first, last = sides(counts, arguments.min_side)
    stretch = max(between[0], first), min(between[1], last)
    at = deepest(density, *stretch, arguments.max_ratio, arguments.min_rise)
    if at is None:
        return ()
    ratio = depth_ratios(density, *stretch, arguments.min_rise)
    return second_valley(counts, density, ratio, bin_of(at), arguments.max_ratio)


def crowded_valley(counts: Counts, at: float, sds: Sequence[float], keep: Literal["above", "below"]) -> Reasons:
    """Doubt a boundary when so many events lie within its error that it moves the count much.

    Parameters
    ----------
    counts : ndarray of float64, shape (BINS,)
        Events, along a dimension or across a line.
    at : float
        The boundary, parts of full scale.
    sds : sequence of float
        Its standard deviation; empty where it is not known.
    keep : str
        Which side is the population.
    """
    if not sds:
        return ()
    kept = counts[CENTRES >= at] if keep == "above" else counts[CENTRES < at]
    near = counts[np.abs(CENTRES - at) < sds[0]]
    return crowded(int(near.sum()), int(kept.sum()), sds[0], MOST_NEAR_MEASURED)


def needs(arguments: DepthArguments) -> Needs:
    """Declare the population among whose events the valley is sought, and those that tell where."""
    boundaries = populations_in(getattr(arguments, "between", ()))
    return Needs(references=(*((arguments.among,) if arguments.among else ()), *boundaries))


def sides(counts: Counts, least: int) -> tuple[float, float]:
    """Return the stretch that has at least `least` events on either side of each of its places."""
    below = np.cumsum(counts)
    above = counts.sum() - below
    enough = np.flatnonzero((below >= least) & (above >= least))
    return (float(CENTRES[enough[0]]), float(CENTRES[enough[-1]])) if enough.size else (1.0, 0.0)


def deepest(density: Counts, low: float, high: float, max_ratio: float, min_rise: float) -> float | None:
    """Return the place of the deepest valley, or None when there is none that is deep enough."""
    valley = depths(density, low, high, min_rise)
    return None if valley is None or valley.ratio > max_ratio else valley.at


def depths(density: Counts, low: float, high: float, min_rise: float) -> Valley | None:
    """Return the deepest valley between two places, or None when there is none.

    Depth is the density in the valley over the lower of the highest densities on its two sides. Where the density is
    the same over a stretch, for instance empty, the middle of the stretch is taken. A gap that counting noise makes in
    the tail of one mode is no valley, nor is the end of the stretch when the density goes on falling beyond it.

    Parameters
    ----------
    density : ndarray of float64, shape (BINS,)
        Smoothed counts.
    low, high : float
        The stretch, parts of full scale.
    min_rise : float
        Standard errors by which the lower mode must hold more events than the valley. At 1, a sample of one
        heavy-tailed mode shows a valley in 0 to 15 of 100 draws, at 0 in up to 92.
    """
    ratio = depth_ratios(density, low, high, min_rise)
    best = float(ratio.min())
    if best >= 1.0:
        return None
    stretch = np.flatnonzero(ratio <= best + 1e-4)
    start = int(np.argmin(ratio))
    run = stretch[np.abs(stretch - start) <= _run_length(stretch, start)]
    return Valley(float(CENTRES[run].mean()), best)


def depth_ratios(density: Counts, low: float, high: float, min_rise: float) -> Counts:
    """Return the depth of the valley at each place, 1 where there is none; arguments as in `depths`. Shape (BINS,)."""
    left = np.maximum.accumulate(density)
    right = np.maximum.accumulate(density[::-1])[::-1]
    lower = np.minimum(left, right)
    ratio = np.where(lower > 0, density / np.where(lower > 0, lower, 1.0), 1.0)
    if min_rise > 0:
        ratio[_rises(density, left, right) < min_rise] = 1.0
    ratio[~_between_slopes(density, low, high)] = 1.0
    return ratio


def _rises(density: Counts, left: Counts, right: Counts) -> Counts:
    """Return by how many standard errors the lower mode beside each place holds more events than the place itself.

    Both are counted in windows of the same width, a quarter of the way between them to either side.
    """
    bins = np.arange(BINS)
    top_left = np.maximum.accumulate(np.where(density >= left, bins, 0))
    top_right = np.minimum.accumulate(np.where(density >= right, bins, BINS - 1)[::-1])[::-1]
    mode = np.where(left <= right, top_left, top_right)
    reach = np.abs(mode - bins) // 4
    upto = np.concatenate([[0.0], np.cumsum(density)])

    def events(middle: NDArray[np.intp]) -> Counts:
        return np.asarray(upto[np.minimum(middle + reach + 1, BINS)] - upto[np.maximum(middle - reach, 0)])

    there, here = events(mode), events(bins)
    return np.asarray((there - here) / np.sqrt(np.maximum(there + here, 1e-9)))


def _between_slopes(density: Counts, low: float, high: float) -> NDArray[np.bool_]:
    """Mark the stretch without the slopes at its ends on which the density goes on falling out of the stretch."""
    inside = np.flatnonzero((low <= CENTRES) & (high >= CENTRES))
    mask = np.zeros(BINS, dtype=np.bool_)
    if not inside.size:
        return mask
    first, last = int(inside[0]), int(inside[-1])
    if first > 0 and density[first - 1] < density[first]:
        while first < last and density[first + 1] >= density[first]:
            first += 1
    if last < BINS - 1 and density[last + 1] < density[last]:
        while last > first and density[last - 1] >= density[last]:
            last -= 1
    mask[first : last + 1] = True
    return mask


def widened(counts: Counts, at: float, keep: Literal["above", "below"], leeway: float) -> float:
    """Move a boundary away from what it keeps until it has gained the share `leeway` of the kept events.

    It never takes more than a tenth of the events on the other side, so that few negatives are not swallowed whole.
    """
    total, below = float(counts.sum()), float(counts[at > CENTRES].sum())
    kept, other = (total - below, below) if keep == "above" else (below, total - below)
    gain = min(leeway * kept, 0.1 * other)
    if gain == 0:
        return at
    if keep == "above":
        return min(at, quantile(counts, (below - gain) / total))
    return max(at, quantile(counts, (below + gain) / total))


def _run_length(stretch: NDArray[np.intp], start: int) -> int:
    """Return how far the unbroken run of bins around `start` reaches to its right; argmin is its first bin."""
    beyond = stretch[stretch >= start]
    breaks = np.flatnonzero(np.diff(beyond) > 1)
    last = beyond[breaks[0]] if breaks.size else beyond[-1]
    return int(last - start)


METHOD = Method(
    ValleyArguments,
    (1,),
    "Minimum of a kernel density estimate between two modes, as flowDensity (Malek 2015, Bioinformatics 31:606)",
    find,
    needs=needs,
    stains=kept_stain,
)

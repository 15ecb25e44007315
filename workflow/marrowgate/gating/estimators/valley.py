"""The valley between two modes of one dimension."""

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np

from marrowgate.gating.densities.density import CENTRES, Counts, bandwidth, binned, quantiles, resample, smoothed
from marrowgate.gating.densities.valleys import Valley, deepest, deepest_valleys, depth_ratios, sides
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

    def borders(drawn: Counts) -> list[float | None]:
        valleys = valleys_between(drawn, width, (low, high), arguments)
        return widened(
            drawn, [None if valley is None else valley.at for valley in valleys], arguments.keep, arguments.leeway
        )

    (at,) = borders(counts[np.newaxis])
    if at is None:
        return no_gate("no_valley", f"no valley of {dimension} between {boundary_words(arguments.between)}")
    drawn = resample(counts, borders, view.seed)
    other = valley_doubts(counts, width, (low, high), arguments)
    doubts = (*other, *crowded_valley(counts, at, drawn.error.sds, arguments.keep))
    return fitted_gate(threshold(dimension, at, arguments.keep), drawn.error, doubts=doubts)


def valleys_between(
    counts: Counts, width: float, between: tuple[float, float], arguments: DepthArguments
) -> list[Valley | None]:
    """Return for each of several draws the deepest valley that is deep enough and has events on either side.

    Parameters
    ----------
    counts : ndarray of float64, shape (n_draws, BINS)
        Events, along a dimension or across a line.
    width : float
        Standard deviation of the smoothing kernel, parts of full scale.
    between : tuple of float
        The stretch, parts of full scale.
    arguments : DepthArguments
        How deep a valley must be.
    """
    first, last = sides(counts, arguments.min_side)
    low, high = np.maximum(between[0], first), np.minimum(between[1], last)
    valleys = deepest_valleys(smoothed(counts, width), low, high, arguments.min_rise)
    return [valley if valley is not None and valley.ratio <= arguments.max_ratio else None for valley in valleys]


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
    low, high = np.maximum(between[0], first), np.minimum(between[1], last)
    at = deepest(density, float(low), float(high), arguments.max_ratio, arguments.min_rise)
    if at is None:
        return ()
    ratio = depth_ratios(density, low, high, arguments.min_rise)
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


def widened(
    counts: Counts, borders: Sequence[float | None], keep: Literal["above", "below"], leeway: float
) -> list[float | None]:
    """Move boundaries away from what they keep until they have gained the share `leeway` of the kept events.

    They never take more than a tenth of the events on the other side, so that few negatives are not swallowed whole.

    Parameters
    ----------
    counts : ndarray of float64, shape (n_draws, BINS)
        Events of each draw, along a dimension or across a line.
    borders : sequence of float or None, length n_draws
        The boundary of each, parts of full scale; None stays.
    keep : str
        Which side is the population.
    leeway : float
        Share of the kept events.
    """
    there = [draw for draw, at in enumerate(borders) if at is not None]
    if leeway == 0 or not there:
        return list(borders)
    at, own = np.array([at for at in borders if at is not None]), counts[there]
    upto = np.cumsum(own, axis=1)
    total = upto[:, -1]
    before = np.searchsorted(CENTRES, at)
    below = np.where(before > 0, upto[np.arange(len(there)), before - 1], 0.0)
    kept, other = (total - below, below) if keep == "above" else (below, total - below)
    gain = np.minimum(leeway * kept, 0.1 * other)
    moved = quantiles(own, (below + (gain if keep == "below" else -gain)) / total)
    moved = np.where(gain > 0, np.maximum(at, moved) if keep == "below" else np.minimum(at, moved), at)
    border_of = dict(zip(there, moved.tolist(), strict=True))
    return [border_of.get(draw) for draw in range(len(borders))]


METHOD = Method(
    ValleyArguments,
    (1,),
    "Minimum of a kernel density estimate between two modes, as flowDensity (Malek 2015, Bioinformatics 31:606)",
    find,
    needs=needs,
    stains=kept_stain,
)

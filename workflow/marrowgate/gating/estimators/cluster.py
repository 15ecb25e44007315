"""The densest cluster inside a target box, as an ellipse."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.boundary_error import error_of
from marrowgate.gating.densities.cluster_modes import End, mode_towards, second_cluster
from marrowgate.gating.doubts.estimate_doubts import MOST_OUTSIDE, cut_by_box, hollow, share_outside
from marrowgate.gating.geometry.gates import Ellipsoid
from marrowgate.gating.geometry.mean_and_covariance import mean_and_covariance
from marrowgate.gating.geometry.squared_lengths import squared_lengths
from marrowgate.gating.methods import Arguments, FittedGate, Method, Needs, View, fitted_gate, never, no_gate
from marrowgate.gating.reasons import because
from marrowgate.gating.stated_boundaries import Boundary, boundaries_on_scale, is_above_zero, populations_in
from marrowgate.settings.section import Limit

_GRID = 48
_ROUNDS = 20
_STEP, _HALF_WINDOW = 0.1, 0.25
_LEAST_SHARE = 0.95
_RISE = 3.0
_LEAST_VARIANCE = 1e-12


class ClusterArguments(Arguments):
    """Where to look, and how much of the cluster to hold."""

    low: tuple[Boundary, Boundary]
    """Lower corner of the target box, one place per dimension: a number on the linear compensated scale, a quantile of
    a population that stands before this one, such as {of: lymphocytes, quantile: 0.95}, or a part of the scale, such as
    {part: 0.3}."""
    high: tuple[Boundary, Boundary]
    """Upper corner of the target box."""
    coverage: Annotated[float, Limit(gt=0.1, lt=1)] = 0.95
    """Share of a normal cluster that the ellipse holds; less, but at least 0.95, where a neighbour begins before."""
    towards: tuple[End, End] | None = None
    """Where the box holds several clusters, the corner that the right one is nearest to: `high` or `low` for each
    dimension. Not given: the densest."""
    min_events: Annotated[int, Limit(ge=10)] = 50
    """Events that the box must hold."""


def find(view: View, arguments: ClusterArguments) -> FittedGate:
    """Start at the densest place of the box and let a trimmed mean and covariance settle there."""
    points = np.column_stack([view.values(dimension) for dimension in view.dimensions])
    corners = [
        boundaries_on_scale(view, name, pair)
        for name, pair in zip(view.dimensions, zip(arguments.low, arguments.high, strict=True), strict=True)
    ]
    low, high = np.array(corners).T
    inside = points[_in_box(points, low, high)]
    if len(inside) < arguments.min_events:
        sentence = f"{len(inside)} events in the target box, {arguments.min_events} are needed"
        return no_gate("too_few_events", sentence)
    settled = settle(inside, *_start(inside, low, high, arguments))
    if settled is None:
        return no_gate("no_cluster", "the events in the target box make no cluster")
    mean, covariance, n = settled
    widest = -2.0 * float(np.log(1.0 - arguments.coverage))
    apart = distances(points, mean, covariance)
    edge = neighbour_begins(apart, widest)
    gate = Ellipsoid(
        view.dimensions,
        tuple(float(value) for value in mean),
        tuple(tuple(float(value) for value in row) for row in covariance),
        widest if edge is None else edge,
    )
    error = error_of(*np.sqrt(np.diag(covariance) / n).tolist())
    share = share_outside(mean, covariance, low, high)
    cut = cut_by_box(share, _shift_without_box(points, mean, covariance)) if share > MOST_OUTSIDE else ()
    doubts = (*cut, *hollow(apart), *second_cluster(points, mean, covariance, gate.distance_square))
    if edge is None:
        return fitted_gate(gate, error, doubts=doubts)
    sentence = f"ends at a neighbour, {100 * np.exp(-edge / 2):.1f} % of a normal cluster outside"
    return fitted_gate(gate, error, doubts=doubts, notes=(because("ends_at_neighbour", sentence),))


def _in_box(points: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.bool_]:
    inside = [(column >= a) & (column <= b) for column, a, b in zip(points.T, low, high, strict=True)]
    return np.asarray(np.logical_and.reduce(inside))


def _start(
    inside: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], arguments: ClusterArguments
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where the cluster is looked for first, and the spread to begin with."""
    spread = (high - low) / 8
    chosen = mode_towards(inside, low, high, arguments.towards, spread) if arguments.towards else None
    return (densest(inside, low, high), spread) if chosen is None else chosen


def _shift_without_box(
    points: NDArray[np.float64], mean: NDArray[np.float64], covariance: NDArray[np.float64]
) -> float:
    """Return how far the centre goes when the box no longer holds it, in standard deviations of the cluster."""
    free = settle(points, mean, np.sqrt(np.diag(covariance)))
    return float("inf") if free is None else float(np.sqrt(distances(free[0][None, :], mean, covariance)[0]))


def densest(points: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the centre of the fullest cell of a grid over the box, after smoothing over its neighbours. Shape (2,)."""
    counts, x_edges, y_edges = np.histogram2d(
        points[:, 0], points[:, 1], bins=_GRID, range=list(zip(low, high, strict=True))
    )
    for axis in (0, 1):
        padded = np.pad(counts, [(2, 2) if at == axis else (0, 0) for at in (0, 1)])
        counts = np.sum([np.roll(padded, shift, axis=axis) for shift in range(-2, 3)], axis=0)
        counts = counts.take(range(2, 2 + _GRID), axis=axis)
    x, y = np.unravel_index(int(np.argmax(counts)), counts.shape)
    return np.array([(x_edges[x] + x_edges[x + 1]) / 2, (y_edges[y] + y_edges[y + 1]) / 2])


def settle(
    points: NDArray[np.float64], start: NDArray[np.float64], spread: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], int] | None:
    """Iterate mean and covariance of the events within the 90 % ellipse until they stand still.

    The covariance of a trimmed normal cluster is too small by a known factor, which is put back in.

    Returns
    -------
    tuple of (ndarray of shape (2,), ndarray of shape (2, 2), int) or None
        Mean, covariance, and the events they rest on; None when the cluster vanishes.
    """
    trim = 0.9
    cut = -2.0 * np.log(1.0 - trim)
    # E[d2 | d2 <= cut] / 2 for a chi-squared distance with two degrees of freedom
    shrink = 1.0 - (1.0 - trim) * cut / (2.0 * trim)
    mean, covariance = start, np.diag(spread**2)
    x, y = np.ascontiguousarray(points.T)
    n_chosen, chosen = len(points), np.zeros(0, dtype=np.bool_)
    for _ in range(_ROUNDS):
        before, chosen = chosen, squared_lengths(x - mean[0], y - mean[1], np.linalg.inv(covariance)) <= cut
        if np.array_equal(before, chosen):
            # the same events again give the same numbers again
            break
        n_chosen = int(np.count_nonzero(chosen))
        if n_chosen < 10:
            return None
        mean, covariance = mean_and_covariance(x[chosen], y[chosen])
        covariance = covariance / shrink
        # a positive determinant is not enough: by rounding, that of a line of events may be one
        if not np.linalg.eigvalsh(covariance)[0] > _LEAST_VARIANCE:
            return None
    return mean, covariance, n_chosen


def distances(
    points: NDArray[np.float64], mean: NDArray[np.float64], covariance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the squared Mahalanobis distance of every point. Shape (n,)."""
    x, y = np.ascontiguousarray(points.T) - mean[:, np.newaxis]
    return squared_lengths(x, y, np.linalg.inv(covariance))


def neighbour_begins(distance_square: NDArray[np.float64], widest: float) -> float | None:
    """Return the squared distance at which the density around a cluster stops falling, because a neighbour begins.

    Events are counted in elliptical rings, and divided by the rings' area. The emptiest ring between the ellipse of
    95 % and the widest one is the edge, when a ring further out is denser by three standard errors.

    Parameters
    ----------
    distance_square : ndarray of float64, shape (n,)
        Squared Mahalanobis distances of all events, the neighbours' too.
    widest : float
        Squared distance of the widest ellipse.

    Returns
    -------
    float or None
        None when the density falls out to the widest ellipse.
    """
    first, last = np.sqrt(-2.0 * np.log(1.0 - _LEAST_SHARE)), np.sqrt(widest)
    middles = np.arange(first, 2 * last, _STEP)
    n_inner = np.count_nonzero(middles <= last)
    if n_inner < 2:
        return None
    ordered = np.sort(np.sqrt(distance_square[distance_square < (2 * last + 1) ** 2]))
    counts = np.diff(np.searchsorted(ordered, [middles - _HALF_WINDOW, middles + _HALF_WINDOW]), axis=0)[0]
    areas = 4 * _HALF_WINDOW * middles
    density, variance = counts / areas, np.maximum(counts, 1) / areas**2
    edge = int(np.flatnonzero(density[:n_inner] == density[:n_inner].min())[-1])
    rise = (density - density[edge]) / np.sqrt(variance + variance[edge])
    apart = middles > middles[edge] + 2 * _HALF_WINDOW
    is_valley = edge < n_inner - 1 and (rise[apart] >= _RISE).any()
    return float(middles[edge] ** 2) if is_valley else None


def needs(arguments: ClusterArguments) -> Needs:
    """Declare the populations that tell where the target box is."""
    return Needs(references=populations_in((*arguments.low, *arguments.high)))


def stains(arguments: ClusterArguments, dimensions: tuple[str, ...]) -> tuple[str, ...]:
    """Declare the dimensions in which the target box begins above 0."""
    return tuple(name for name, low in zip(dimensions, arguments.low, strict=True) if is_above_zero(low))


METHOD = Method(
    ClusterArguments,
    (2,),
    "Reweighted location and scatter around a mode; Rousseeuw and van Driessen 1999, Technometrics 41:212",
    find,
    needs=needs,
    is_parallel=never,
    stains=stains,
)

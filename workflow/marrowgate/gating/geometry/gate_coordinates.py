"""The free numbers that say where a gate lies, and the same gate elsewhere."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.boundary_error import NO_ERROR, STATED_SD, BoundaryError, error_of, error_of_shifts
from marrowgate.gating.geometry.gates import Ellipsoid, Gate, Polygon, Rectangle
from marrowgate.stats.robust import robust_sd

_STEPS_ON_SCALE = 101


def numbers(gate: Gate) -> NDArray[np.float64]:
    """Return the free numbers that say where a gate lies: bounds, corners or centre."""
    if isinstance(gate, Rectangle):
        return np.array([value for value in (*gate.low, *gate.high) if value is not None])
    if isinstance(gate, Polygon):
        return np.array(gate.vertices).ravel()
    if isinstance(gate, Ellipsoid):
        return np.array(gate.mean)
    return np.array([])


def moved(gate: Gate, coordinates: NDArray[np.float64]) -> Gate:
    """Return the same gate with other free numbers."""
    if isinstance(gate, Rectangle):
        rest = iter(float(value) for value in coordinates)
        low = tuple(None if value is None else next(rest) for value in gate.low)
        high = tuple(None if value is None else next(rest) for value in gate.high)
        return replace(gate, low=low, high=high)
    if isinstance(gate, Polygon):
        return replace(gate, vertices=tuple((float(x), float(y)) for x, y in coordinates.reshape(-1, 2)))
    if isinstance(gate, Ellipsoid):
        return replace(gate, mean=tuple(float(value) for value in coordinates))
    return gate


def reach(gate: Gate) -> NDArray[np.float64]:
    """Return the factor by which each free number may move more than a boundary on the scale.

    Corners of a polygon that lie beyond the scale move further than its edges do on the scale, in proportion to their
    distance.
    """
    if not isinstance(gate, Polygon):
        return np.ones(numbers(gate).size)
    corners = np.abs(np.array(gate.vertices)).max(axis=1)
    return np.repeat(np.maximum(corners, 1.0), 2)


def stated_error(gate: Gate, sd: float = STATED_SD) -> BoundaryError:
    """Return the error of a gate whose place nobody measured: each bound or centre by itself, a polygon as a whole.

    Parameters
    ----------
    gate : Gate
        The gate.
    sd : float
        Standard deviation, parts of full scale; 0 makes no error.
    """
    size = numbers(gate).size
    if isinstance(gate, Polygon):
        along = np.tile([sd, 0.0], size // 2)
        return error_of_shifts((along, along[::-1]))
    return error_of(*(sd,) * size) if sd else NO_ERROR


def spread_error(gates: Sequence[Gate], least: float) -> BoundaryError:
    """Return how far one sample's gate lies from the others', from the gates of several samples.

    Bounds and centres vary each by itself. A line moves where it varies least between the samples, and turns about that
    point: its ends by themselves would count its turning as a shift. The corners of any other polygon that vary move
    together, along the first dimension and along the second.

    Parameters
    ----------
    gates : sequence of Gate
        Of one kind, see `same_kind`; at least two.
    least : float
        Samples are never more alike than this, standard deviation in parts of full scale.
    """
    coordinates = np.array([numbers(gate) for gate in gates])
    varies = np.ptp(coordinates, axis=0) > 0
    if not isinstance(gates[0], Polygon):
        sds = [
            max(robust_sd(column), least) if moves else 0.0 for column, moves in zip(coordinates.T, varies, strict=True)
        ]
        return error_of(*sds) if any(sds) else NO_ERROR
    ends = _ends_of_line(coordinates, varies)
    if ends is not None:
        return _spread_of_line(coordinates, ends, least)
    shifts = []
    for axis in (0, 1):
        moving = varies & (np.arange(varies.size) % 2 == axis)
        sd = max(robust_sd(coordinates[:, moving].mean(axis=1)), least) if moving.any() else 0.0
        shifts.append(np.where(moving, sd, 0.0))
    return error_of_shifts(shifts)


def _ends_of_line(coordinates: NDArray[np.float64], varies: NDArray[np.bool_]) -> tuple[int, int] | None:
    """Return where the heights of the ends stand among the free numbers, when nothing else of a polygon varies."""
    moving = np.flatnonzero(varies)
    if moving.size != 2 or (moving % 2 == 0).any():
        return None
    first, last = (int(at) for at in moving)
    return None if coordinates[0, first - 1] == coordinates[0, last - 1] else (first, last)


def _spread_of_line(coordinates: NDArray[np.float64], ends: tuple[int, int], least: float) -> BoundaryError:
    """Return the spread of lines: a shift where they vary least on the scale, and a turn about that point."""
    first, last = ends
    x_first, x_last = coordinates[0, first - 1], coordinates[0, last - 1]
    slopes = (coordinates[:, last] - coordinates[:, first]) / (x_last - x_first)
    on_scale = np.linspace(0.0, 1.0, _STEPS_ON_SCALE)
    spreads = [robust_sd(coordinates[:, first] + slopes * (x - x_first)) for x in on_scale]
    calmest = int(np.argmin(spreads))
    shift, turn = np.zeros(coordinates.shape[1]), np.zeros(coordinates.shape[1])
    shift[[first, last]] = max(spreads[calmest], least)
    turn[[first, last]] = robust_sd(slopes) * (np.array([x_first, x_last]) - on_scale[calmest])
    return error_of_shifts((shift, turn))


def same_kind(gate: Gate | None, example: Gate | None) -> bool:
    """Say whether two gates are of one kind, in the same dimensions, with as many free numbers."""
    if gate is None or example is None or type(gate) is not type(example) or gate.dimensions != example.dimensions:
        return False
    return numbers(gate).shape == numbers(example).shape

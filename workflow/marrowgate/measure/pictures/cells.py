"""Which cell of a plot each event lies in, found on the linear scale: transforming every event would cost far more."""

from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from marrowgate.frozen import Frozen
from marrowgate.gating.sample_events import EventRows, SampleEvents
from marrowgate.measure.pictures.density import FINE, N_BARS, N_CELLS, Density, coded
from marrowgate.measure.pictures.model import PictureAxis
from marrowgate.signal.transforms import Transform

_LARGE_PART = 0.2
_SIDE = 256
_MANY = 50_000
"""With more events a table of cells is quicker than a search for each."""
_LEFT_OUT = 15
"""Bits of a 32-bit float that the table does without."""
_NOWHERE = 255
"""Cell of an event whose value is not a number."""

Cells = NDArray[np.uint8]


class CellFinder(Frozen):
    """Finds cells of a sample's events; what was found for all of them is kept.

    Parameters
    ----------
    sample_events : SampleEvents
        The events.
    """

    sample_events: SampleEvents
    _whole: dict[tuple[str, int], Cells] = field(default_factory=dict, repr=False, compare=False)

    def cells(self, axis: PictureAxis, rows: EventRows, n_cells: int) -> Cells:
        """Return the cell of each event along an axis, from 0; those beyond its ends lie in the end cells.

        Returns
        -------
        ndarray of uint8, shape of `rows`
            255 where the value is not a number.
        """
        key = (axis.dimension, n_cells)
        n_events = self.sample_events.file.n_events
        if key not in self._whole and rows.size > _LARGE_PART * n_events:
            self._whole[key] = self._cells_of(axis, np.arange(n_events, dtype=np.intp), n_cells)
        return self._whole[key][rows] if key in self._whole else self._cells_of(axis, rows, n_cells)

    def _cells_of(self, axis: PictureAxis, rows: EventRows, n_cells: int) -> Cells:
        values = self.sample_events.linear(axis.dimension, rows)
        if axis.scale.kind == "linear":
            cells = _of_equal_width(values, axis, n_cells)
        elif values.size > _MANY:
            cells = _by_leading_bits(values, inner_edges(axis, n_cells))
        else:
            cells = np.searchsorted(inner_edges(axis, n_cells), values, side="right").astype(np.uint8)
        cells[np.isnan(values)] = _NOWHERE
        return cells

    def dots(self, axes: tuple[PictureAxis, ...], rows: EventRows, owners: Cells) -> NDArray[np.uint16]:
        """Return single events for `Density.dots`; those without a value on an axis are left out."""
        linear = [self.sample_events.linear(axis.dimension, rows) for axis in axes]
        there = np.isfinite(linear).all(axis=0)
        positions = [
            _fine(axis.scale.forward(values[there]), axis.low, axis.high)
            for axis, values in zip(axes, linear, strict=True)
        ]
        return np.column_stack([*positions, owners[there]]).astype(np.uint16).reshape(-1, 3)


def inner_edges(axis: PictureAxis, n_cells: int) -> NDArray[np.float64]:
    """Return the borders between the cells of an axis, linear scale; shape (n_cells - 1,), not falling."""
    positions = np.linspace(axis.low, axis.high, n_cells + 1)[1:-1]
    return np.maximum.accumulate(linear_places(axis.scale, positions))


def _of_equal_width(values: NDArray[np.float64], axis: PictureAxis, n_cells: int) -> Cells:
    low, high = linear_places(axis.scale, np.array([axis.low, axis.high]))
    with np.errstate(invalid="ignore"):
        positions = np.clip((values - low) * (n_cells / (high - low)), 0, n_cells - 1)
        return np.asarray(positions, dtype=np.uint8)


def _by_leading_bits(values: NDArray[np.float64], edges: NDArray[np.float64]) -> Cells:
    """Look the cell up by sign, exponent and eight bits of the mantissa.

    Values within 0.2 % of an edge may lie in the neighbour; on a logarithmic scale a cell is far wider.
    """
    with np.errstate(over="ignore"):
        return np.asarray(_cell_of_reading(edges)[values.astype(np.float32).view(np.uint32) >> _LEFT_OUT])


def _cell_of_reading(edges: NDArray[np.float64]) -> Cells:
    """Return the cell of each of the leading bits: positive values from 0 upwards, then negative ones downwards."""
    n_positive = 1 << (31 - _LEFT_OUT)
    bits = np.arange(255 << (23 - _LEFT_OUT), dtype=np.uint32) << _LEFT_OUT | (1 << (_LEFT_OUT - 1))
    sizes = bits.view(np.float32).astype(np.float64)
    # bits beyond all numbers stand for none
    table = np.full(2 * n_positive, edges.size, dtype=np.uint8)
    table[: sizes.size] = _cells_of_ascending(sizes, edges)
    table[n_positive : n_positive + sizes.size] = _cells_of_ascending(-sizes[::-1], edges)[::-1]
    return table


def _cells_of_ascending(values: NDArray[np.float64], edges: NDArray[np.float64]) -> Cells:
    """Return how many edges do not lie above each value; quicker by looking for the edges than for the values."""
    first = np.searchsorted(values, edges)
    return np.repeat(np.arange(edges.size + 1, dtype=np.uint8), np.diff(first, prepend=0, append=values.size))


def linear_places(scale: Transform, positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return linear values of places on a scale, all finite."""
    with np.errstate(over="ignore"):
        return np.nan_to_num(scale.inverse(positions))


def density_of(
    finder: CellFinder,
    axes: tuple[PictureAxis, ...],
    rows: EventRows,
    owners: Cells,
    few: EventRows,
    n_few: int,
) -> Density:
    """Return the events of a plot.

    Parameters
    ----------
    finder : CellFinder
        Of the sample.
    axes : tuple of PictureAxis, length 1 or 2
        Across, and upwards.
    rows : ndarray of intp
        Events to show, ascending.
    owners : ndarray of uint8, shape (n_events,)
        Of every event of the file, the colour that it has; 0: none.
    few : ndarray of intp
        Events of a rare population that are kept one by one as well, ascending; at most `n_few`, evenly spaced.
    n_few : int
        Up to so many events of a plot of two dimensions are all kept one by one, and none of them by cell.
    """
    if len(axes) == 1:
        counts = np.bincount(finder.cells(axes[0], rows, N_BARS), minlength=_NOWHERE + 1)[:N_BARS]
        return Density(coded(counts), np.zeros(N_BARS, dtype=np.uint8), np.zeros((0, 3), dtype=np.uint16))
    if rows.size <= n_few:
        nothing = np.zeros((N_CELLS, N_CELLS), dtype=np.uint8)
        return Density(nothing, nothing, finder.dots(axes, rows, owners[rows]))
    across, upwards = (finder.cells(axis, rows, N_CELLS) for axis in axes)
    n_owners = int(owners.max()) + 1
    # cell 255 in one of them means nowhere: such an event is counted beyond the plot
    positions = (owners[rows].astype(np.int32) * _SIDE + upwards) * _SIDE + across
    counts = np.bincount(positions, minlength=n_owners * _SIDE**2).reshape(n_owners, _SIDE, _SIDE)
    by_owner = counts[:, :N_CELLS, :N_CELLS].reshape(n_owners, -1)
    shape = (N_CELLS, N_CELLS)
    codes, owner_of_cell = coded(by_owner.sum(axis=0)).reshape(shape), by_owner.argmax(axis=0).astype(np.uint8)
    kept = few if few.size <= n_few else few[np.linspace(0, few.size - 1, n_few).astype(np.intp)]
    return Density(codes, owner_of_cell.reshape(shape), finder.dots(axes, kept, owners[kept]))


def _fine(scaled: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    return np.rint(np.clip((scaled - low) / (high - low), 0.0, 1.0) * FINE)

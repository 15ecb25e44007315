"""One sample's events as the gates see them: compensated, on each dimension's scale, only where asked for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field, replace

import numpy as np
from numpy.typing import NDArray

from marrowgate.fcs.model import Channel, FcsFile
from marrowgate.frozen import Frozen
from marrowgate.settings.marker_names import canonical
from marrowgate.settings.strategies.scales import Scales
from marrowgate.signal.spillover.compensation import compensate, compensation_weights
from marrowgate.signal.transforms import Transform, asinh_with_cofactor

EventRows = NDArray[np.intp]
_LARGE_PART = 0.2
_STAND_IN = {"FSC-A": "FSC-H", "SSC-A": "SSC-H"}
NO_EVENT_ROWS: EventRows = np.array([], dtype=np.intp)


class SampleEvents(Frozen):
    """Events of an accepted file, and how each dimension is made from its columns.

    Parameters
    ----------
    file : FcsFile
        With its events.
    channels : mapping of str to Channel
        Marker or scatter name to channel.
    weights : mapping of int to mapping of int to float
        Compensation: for a column, the weight of each detector. A column that is not in it is used as it is.
    scales : mapping of str to Transform
        Dimension to scale, in the file's own units.
    factors : mapping of str to float
        Channel units of the file in one unit of the strategy's numbers; a dimension that is not in it has 1.
    unplaced : frozenset of str
        Dimensions in which the strategy's numbers mean nothing, because the batch shows no landmark.
    """

    file: FcsFile
    channels: Mapping[str, Channel]
    weights: Mapping[int, Mapping[int, float]]
    scales: Mapping[str, Transform] = field(default_factory=dict)
    factors: Mapping[str, float] = field(default_factory=dict)
    unplaced: frozenset[str] = frozenset()
    _columns: dict[int, NDArray[np.float64]] = field(default_factory=dict, repr=False, compare=False)

    def linear(self, dimension: str, rows: EventRows) -> NDArray[np.float64]:
        """Return compensated values of some events, linear channel units; shape of `rows`.

        When a large part of the events is asked for, the columns of all dimensions are made as a whole, once.
        """
        events, index = self._events(), self.channels[dimension].index
        if self._columns or rows.size > _LARGE_PART * events.shape[0]:
            column = self.whole(dimension)
            # all rows are the column itself, which is quicker than picking them one by one
            return column if rows.size == column.size else column.take(rows)
        if index not in self.weights:
            return np.asarray(events[rows, index], dtype=np.float64)
        return compensate(events[rows], {index: self.weights[index]})[index]

    def whole(self, dimension: str) -> NDArray[np.float64]:
        """Return compensated values of all events, linear channel units; shape (n_events,), not to be written to."""
        if not self._columns:
            as_read = sorted({channel.index for channel in self.channels.values()} - self.weights.keys())
            self._columns.update(compensate(self._events(), self.weights, as_read))
            for column in self._columns.values():
                column.setflags(write=False)
        return self._columns[self.channels[dimension].index]

    def scaled(self, dimension: str, rows: EventRows) -> NDArray[np.float64]:
        """Return compensated values on the dimension's scale; shape of `rows`."""
        return self.scales[dimension].forward(self.linear(dimension, rows))

    def _events(self) -> NDArray[np.floating]:
        if self.file.events is None:
            msg = "a rejected file has no events to gate"
            raise ValueError(msg)
        return self.file.events


def make_sample_events(file: FcsFile, dimensions: set[str], scales: Scales, *, compensate: bool) -> SampleEvents:
    """Prepare a file for the dimensions that a strategy uses.

    Parameters
    ----------
    file : FcsFile
        Accepted or repaired, with its events.
    dimensions : set of str
        Markers and scatter names; those that the file does not have are left out of `SampleEvents.channels`.
    scales : Scales
        Scales as the strategy says them.
    compensate : bool
        Whether to apply the file's spillover matrix.

    Raises
    ------
    SpilloverError
        The file's spillover matrix cannot be used.
    """
    channels = channels_of(file.channels, dimensions)
    wanted = [channel.index for channel in channels.values() if channel.role == "fluorescence"]
    weights: dict[int, dict[int, float]] = {}
    if compensate and file.spillover is not None:
        weights = compensation_weights(file.spillover, file.channels, wanted)
    transforms = {name: transform_of(name, channel, scales) for name, channel in channels.items()}
    factors = {name: factor for name, factor in scales.factors.items() if name in channels and factor}
    unplaced = frozenset(name for name, factor in scales.factors.items() if factor is None)
    return SampleEvents(file, channels, weights, transforms, factors, unplaced)


def channels_of(channels: Sequence[Channel], dimensions: Collection[str]) -> dict[str, Channel]:
    """Return the channel of each dimension that a file has, in the order of its channels.

    A marker may have another of its names in the file or panel (Syto 41 for DNA). The height of the pulse stands in for
    an area that was not recorded.
    """
    own = {name: channel for channel in reversed(channels) if (name := label_of(channel))}
    by_marker = {canonical(name): channel for name, channel in own.items()}
    of_dimensions = {
        name: channel
        for name in dimensions
        if (channel := own.get(name) or by_marker.get(canonical(name)) or own.get(_STAND_IN.get(name, "")))
    }
    return dict(sorted(of_dimensions.items(), key=lambda item: (item[1].index, item[0])))


def label_of(channel: Channel) -> str:
    """Return the name by which a strategy calls a channel: its marker, its scatter name, or nothing."""
    return channel.marker or channel.scatter


def transform_of(dimension: str, channel: Channel, scales: Scales) -> Transform:
    """Return the scale of a dimension: its own, or that of its kind; what is not given follows from the channel."""
    scale = scales.of(dimension, scatter=channel.role == "scatter")
    factor = scales.factors.get(dimension) or 1.0
    if scale.cofactor is not None:
        return in_units(asinh_with_cofactor(scale.cofactor), factor)
    top = _top(channel) / factor if scale.t is None else scale.t
    return in_units(Transform(scale.kind, top, scale.m, scale.width, scale.a), factor)


def in_units(scale: Transform, factor: float) -> Transform:
    """Return the same scale for values that are larger by a factor."""
    if factor == 1.0:
        return scale
    return replace(scale, t=scale.t * factor, a=scale.a * factor if scale.kind == "linear" else scale.a)


def _top(channel: Channel) -> float:
    decades, lowest = channel.amplification
    if decades > 0:
        return float(10.0**decades * (lowest or 1.0))
    return channel.range if channel.range > 0 else 262144.0

"""Make a sample's pictures while its events are at hand: gate steps, plots of the protocol, measured markers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.geometry.boxes import box_of
from marrowgate.gating.geometry.gates import Boolean, Gate
from marrowgate.gating.records import USABLE, GateRecord
from marrowgate.gating.sample_events import EventRows, SampleEvents
from marrowgate.measure.pictures.cells import CellFinder, density_of
from marrowgate.measure.pictures.density import FEW
from marrowgate.measure.pictures.dimensions import plot_dimensions
from marrowgate.measure.pictures.model import (
    MEASURED,
    PROTOCOL,
    STEP,
    DrawnGate,
    Picture,
    PictureAxis,
    SamplePictures,
)
from marrowgate.stats.order_statistics import quantiles_of

if TYPE_CHECKING:
    from marrowgate.settings.strategies.strategy import Population, Protocol, ProtocolPlot, Strategy

_SOUGHT = 3_000
"""Events, evenly spaced over the run, that say where an axis ends."""
_OUTER = 0.001
_LOWEST, _HIGHEST = -0.4, 1.1
_SHORTEST = 0.3
_TENTH = 0.1

Rows = Mapping[str, EventRows]


def make_pictures(
    sample_id: str,
    sample_events: SampleEvents,
    strategy: "Strategy",
    records: Sequence[GateRecord],
    rows: Rows,
    wanted: Sequence[tuple[str, str]] = (),
    machine_gates: Sequence[GateRecord] = (),
) -> SamplePictures:
    """Return the pictures of a gated sample.

    Parameters
    ----------
    sample_id : str
        Name of the sample.
    sample_events : SampleEvents
        The events.
    strategy : Strategy
        Says what a gate is drawn against, and which plots its protocol has.
    records : sequence of GateRecord
        Settled gates.
    rows : mapping of str to ndarray of intp
        Events of `root` and of each population that was gated.
    wanted : sequence of (str, str)
        Populations and markers that are measured.
    machine_gates : sequence of GateRecord
        The gates before a person's corrections, where there are some.

    Returns
    -------
    SamplePictures
        Boolean gates have no picture, and gates of a marker that the sample lacks neither.
    """
    corrected = {record.population for record in records if record.status == "overridden"}
    before = {record.population: record.gate for record in machine_gates if record.population in corrected}
    axes = _axes(sample_events, (*records, *machine_gates), rows)
    finder = CellFinder(sample_events)
    populations = {population.name: population for population in strategy.populations}
    steps = [_step(record, populations.get(record.population), axes, finder, rows) for record in records]
    protocol = [_protocol_plot(plot, strategy.protocol, axes, finder, rows) for plot in strategy.protocol.plots]
    measured = [_measured(population, marker, axes, finder, rows) for population, marker in wanted]
    return SamplePictures(
        sample_id,
        axes,
        {record.population: _drawn(record, rows, before) for record in records},
        tuple(picture for picture in (*steps, *protocol, *measured) if picture is not None),
        strategy.protocol.title,
    )


def _drawn(record: GateRecord, rows: Rows, before: Mapping[str, Gate | None]) -> DrawnGate:
    return DrawnGate(
        record.population,
        record.parent,
        record.method,
        record.gate,
        record.status,
        record.reason,
        record.error,
        int(rows[record.population].size) if record.population in rows else None,
        int(rows[record.parent].size) if record.parent in rows else None,
        before.get(record.population),
    )


def _axes(sample_events: SampleEvents, records: Sequence[GateRecord], rows: Rows) -> dict[str, PictureAxis]:
    """Return an axis for each dimension of the sample: what its events and its gates need, in tenths of full scale."""
    start = rows["root"]
    few = start[:: max(1, -(-start.size // _SOUGHT))]
    bounds: dict[str, list[float]] = {}
    for record in records:
        if record.gate is not None and not isinstance(record.gate, Boolean) and record.status in USABLE:
            for name, ends in zip(record.gate.dimensions, box_of(record.gate), strict=True):
                bounds.setdefault(name, []).extend(end for end in ends if end is not None)
    return {
        name: PictureAxis(
            name,
            sample_events.channels[name].fluorochrome,
            scale,
            *_ends(sample_events, name, few, bounds.get(name, ())),
        )
        for name, scale in sample_events.scales.items()
    }


def _ends(sample_events: SampleEvents, name: str, few: EventRows, bounds: Iterable[float]) -> tuple[float, float]:
    """Return both ends of an axis; coarse, so that the samples of a batch have the same."""
    scale = sample_events.scales[name]
    linear = sample_events.linear(name, few)
    scaled = scale.forward(linear[np.isfinite(linear)])
    scaled = scaled[np.isfinite(scaled)]
    on_axis = [value for value in bounds if _LOWEST <= value <= _HIGHEST]
    ends = [*quantiles_of(scaled, [_OUTER, 1 - _OUTER]), *on_axis] if scaled.size else [0.0, 1.0, *on_axis]
    low = max(_LOWEST, _TENTH * np.floor(min(ends) / _TENTH - 0.1))
    high = min(_HIGHEST, _TENTH * np.ceil(max(ends) / _TENTH + 0.1))
    if scale.kind == "linear":
        # it begins at 0, unless the events do not
        low = min(0.0, _TENTH * np.floor(min(ends) / _TENTH + 0.1))
    if scale.kind == "biexponential":
        low, high = max(low, 0.0), min(high, 1.0)
    return round(float(low), 3), round(float(max(high, low + _SHORTEST)), 3)


def _owners(colours: Sequence[str], rows: Rows, n_events: int) -> NDArray[np.uint8]:
    """Return the colour of every event of the file; of several the first."""
    owners = np.zeros(n_events, dtype=np.uint8)
    for owner, name in reversed(list(enumerate(colours, start=1))):
        if name in rows:
            owners[rows[name]] = owner
    return owners


def _step(
    record: GateRecord, population: "Population | None", axes: Mapping[str, PictureAxis], finder: CellFinder, rows: Rows
) -> Picture | None:
    """Return the picture of a gate; without a gate, of the events in which it was sought."""
    sought = population.dimensions if population else ()
    plot = (population.plot if population else None) or ""
    dimensions = plot_dimensions(record.gate.dimensions if record.gate else sought, axes, plot)
    names = (record.population,)
    return _picture(STEP, "", record.parent, dimensions, names, names, axes, finder, rows) if dimensions else None


def _protocol_plot(
    plot: "ProtocolPlot", protocol: "Protocol", axes: Mapping[str, PictureAxis], finder: CellFinder, rows: Rows
) -> Picture | None:
    dimensions = tuple(plot.dimensions)
    if not set(dimensions) <= set(axes):
        return None
    colours = plot.colours or protocol.colours
    rare = colours[0] if colours else ""
    return _picture(PROTOCOL, plot.title, plot.of, dimensions, plot.gates, colours, axes, finder, rows, rare)


def _measured(
    population: str, marker: str, axes: Mapping[str, PictureAxis], finder: CellFinder, rows: Rows
) -> Picture | None:
    if marker not in axes or population not in rows:
        return None
    return _picture(MEASURED, "", population, (marker,), (), (), axes, finder, rows)


def _picture(
    kind: str,
    title: str,
    parent: str,
    dimensions: tuple[str, ...],
    gates: tuple[str, ...],
    colours: tuple[str, ...],
    axes: Mapping[str, PictureAxis],
    finder: CellFinder,
    rows: Rows,
    rare: str = "",
) -> Picture:
    """Return a picture of the parent's events; `rare` is drawn one by one."""
    if parent not in rows:
        return Picture(kind, title, parent, dimensions, gates, colours, None, None)
    own = rows[parent]
    owners = _owners(colours, rows, finder.sample_events.file.n_events)
    few = _both(own, rows[rare], owners.size) if rare in rows else own[:0]
    on = tuple(axes[name] for name in dimensions)
    density = density_of(finder, on, own, owners, few, FEW) if own.size else None
    return Picture(kind, title, parent, dimensions, gates, colours, int(own.size), density)


def _both(first: EventRows, second: EventRows, n_events: int) -> EventRows:
    """Return the events of the second that are in the first, too."""
    mask = np.zeros(n_events, dtype=np.bool_)
    mask[first] = True
    return second[mask[second]]

"""What a method sees of a sample, and what it has looked at."""

from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from marrowgate.frozen import Frozen
from marrowgate.gating.boundary_error import BoundaryError, error_of
from marrowgate.gating.doubts.cross_checks import Stretch
from marrowgate.gating.geometry.gates import Gate, Rectangle
from marrowgate.gating.records import Evidence
from marrowgate.gating.sample_events import NO_EVENT_ROWS, EventRows, in_units
from marrowgate.gating.walk.walk import SampleToFit, Walk
from marrowgate.settings.strategies.strategy import Population
from marrowgate.signal.transforms import Transform

MOST_EVIDENCE = 10_000
"""Events that a sample gives at most to a gate of the whole batch."""


class SampleView(Frozen):
    """What a method sees, and what it has looked at; see `marrowgate.gating.methods.View`."""

    sample: SampleToFit
    population: str
    dimensions: tuple[str, ...]
    parent_rows: EventRows
    walk: Walk
    seed: int
    seen: dict[str, dict[str, NDArray[np.float64]]] = field(default_factory=dict)
    stretch: Stretch = field(default_factory=dict)

    def values(self, dimension: str, population: str | None = None) -> NDArray[np.float64]:
        """See `View.values`."""
        rows = self.parent_rows if population is None else self.walk.rows.get(self.walk.at(population), NO_EVENT_ROWS)
        values = self.walk.sample_events.scaled(dimension, rows)
        self.seen.setdefault(population or "", {})[dimension] = values
        return values

    def scale(self, dimension: str) -> Transform:
        """See `View.scale`."""
        sample_events = self.sample.sample_events
        factor = sample_events.factors.get(dimension, 1.0) * self.stretch.get(dimension, 1.0)
        return in_units(sample_events.scales[dimension], 1.0 / factor)

    def gate(self, population: str) -> tuple[Gate, BoundaryError] | None:
        """See `View.gate`."""
        of_population = (record for record in self.walk.records if record.population == population)
        return next(((record.gate, record.error) for record in of_population if record.gate is not None), None)

    def is_control(self, kind: str, marker: str) -> bool:
        """See `View.is_control`."""
        return self.sample.role.kind == kind and self.sample.role.marker in {"", marker}

    def control_value(self, kind: str) -> tuple[float, BoundaryError, str] | None:
        """See `View.control_value`."""
        control = self.sample.controls.get(kind)
        if control is None:
            return None
        records = {record.population: record for record in control.gates}
        record = records.get(self.population)
        if record is None or record.status != "ok" or not isinstance(record.gate, Rectangle):
            return None
        bounds = [value for value in (*record.gate.low, *record.gate.high) if value is not None]
        (dimension,) = record.gate.dimensions
        scales = control.scales[dimension], self.sample.sample_events.scales[dimension]
        bound = _on_scale(bounds[0], *scales)
        error = record.error
        if scales[0] != scales[1] and error.sds:
            error = error_of(_on_scale(bounds[0] + error.sds[0], *scales) - bound)
        return bound, error, control.sample_id


def evidence_of(view: SampleView, population: Population) -> Evidence:
    """Take what the method has looked at, in thousandths of full scale; of very many events evenly spread ones."""
    values = {}
    for name, columns in view.seen.items():
        step = max(1, -(-max(column.size for column in columns.values()) // MOST_EVIDENCE))
        values[name] = {
            dimension: tuple(np.rint(np.clip(column[::step], -1, 2) * 1000).astype(np.int64).tolist())
            for dimension, column in columns.items()
        }
    return Evidence(population.name, population.method, dict(population.arguments), population.dimensions, values)


def _on_scale(linear: float, of: Transform, to: Transform) -> float:
    """Bring a place from a control's scale to the sample's own, which is another one when they are of two batches."""
    return linear if of == to else float(to.forward(of.inverse(np.array([linear])))[0])

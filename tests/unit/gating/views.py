"""A view made of plain arrays, for tests of single methods."""

from dataclasses import dataclass, field

import numpy as np

from marrowgate.gating.boundary_error import NO_ERROR
from marrowgate.signal.transforms import Transform

LINEAR = Transform("linear", t=1.0)


@dataclass(frozen=True)
class ArrayView:
    """See `marrowgate.gating.methods.View`."""

    columns: dict
    population: str = "target"
    seed: int = 1
    references: dict = field(default_factory=dict)
    kind: str = "none"
    marker: str = ""
    control: tuple | None = None
    transform: Transform = LINEAR
    gates: dict = field(default_factory=dict)

    @property
    def dimensions(self):
        return tuple(self.columns)

    def values(self, dimension, population=None):
        columns = self.columns if population is None else self.references[population]
        return np.asarray(columns[dimension], dtype=np.float64)

    def scale(self, dimension):
        return self.transform

    def gate(self, population):
        gate = self.gates.get(population)
        return None if gate is None else (gate, NO_ERROR)

    def is_control(self, kind, marker):
        return self.kind == kind and self.marker in {"", marker}

    def control_value(self, kind):
        return self.control

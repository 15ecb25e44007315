"""Gates that are found in the events of a whole batch: for populations too rare to be seen in one sample."""

from collections.abc import Mapping, Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from marrowgate.frozen import Frozen
from marrowgate.gating.boundary_error import BoundaryError
from marrowgate.gating.geometry.gates import Gate
from marrowgate.gating.methods import FittedGate, get_method
from marrowgate.gating.records import Evidence
from marrowgate.signal.transforms import Transform


class _PooledView(Frozen):
    """The events of all samples, as a method sees those of one; see `marrowgate.gating.methods.View`."""

    population: str
    dimensions: tuple[str, ...]
    seed: int
    evidence: Sequence[Evidence]
    scales: Mapping[str, Transform]

    def values(self, dimension: str, population: str | None = None) -> NDArray[np.float64]:
        """See `View.values`."""
        parts = [
            sample_evidence.values.get(population or "", {}).get(dimension, ()) for sample_evidence in self.evidence
        ]
        return np.concatenate([np.asarray(part, dtype=np.float64) for part in parts]) / 1000.0

    def scale(self, dimension: str) -> Transform:
        """See `View.scale`."""
        return self.scales[dimension]

    def gate(self, population: str) -> tuple[Gate, BoundaryError] | None:  # noqa: ARG002 - the batch's gates are not known yet
        """See `View.gate`."""
        return None

    def is_control(self, kind: str, marker: str) -> bool:  # noqa: ARG002 - a batch is no control
        """See `View.is_control`."""
        return False

    def control_value(self, kind: str) -> tuple[float, BoundaryError, str] | None:  # noqa: ARG002 - a batch has no control
        """See `View.control_value`."""
        return None


def find_pooled(evidence: Sequence[Evidence], scales: Mapping[str, Transform]) -> FittedGate:
    """Find one gate in the events of several samples.

    Parameters
    ----------
    evidence : sequence of Evidence
        One per sample, all of the same population, method, arguments and dimensions; at least one.
    scales : mapping of str to Transform
        Scales of the dimensions.

    Returns
    -------
    FittedGate
        What the population's method answers; its draws depend on the name of the population alone.
    """
    first = evidence[0]
    method = get_method(first.method)
    seed = crc32(first.population.encode())
    view = _PooledView(first.population, first.dimensions, seed, evidence, scales)
    return method.find(view, method.arguments.from_checked(dict(first.arguments)))

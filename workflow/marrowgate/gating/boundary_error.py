"""How sure the boundaries of a gate are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class BoundaryError:
    """What is known of the error of a gate's free numbers (`marrowgate.gating.gate_coordinates.numbers`).

    Parameters
    ----------
    known : bool
        False: nothing can be said, and nothing may be made of it, above all no zero.
    sds : tuple of float
        Standard deviation of each free number, transformed scale; empty when the gate has no error or it is unknown.
    movements : tuple of tuple of float
        Where the free numbers do not vary by themselves: independent movements of all of them, each of one standard
        deviation. Empty where they do.

    Raises
    ------
    ValueError
        A number is negative or not finite, an unknown error has numbers, or a movement does not fit the numbers.
    """

    known: bool
    sds: tuple[float, ...] = ()
    movements: tuple[tuple[float, ...], ...] = ()

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if not self.known and (self.sds or self.movements):
            msg = "an unknown error has no numbers"
            raise ValueError(msg)
        if not all(math.isfinite(sd) and sd >= 0 for sd in self.sds):
            msg = f"standard deviations must be finite and not negative, got {self.sds}"
            raise ValueError(msg)
        if any(len(movement) != len(self.sds) or not np.isfinite(movement).all() for movement in self.movements):
            msg = f"each movement needs {len(self.sds)} finite numbers"
            raise ValueError(msg)

    @property
    def steps(self) -> list[NDArray[np.float64]]:
        """Return the independent movements of the free numbers, each of one standard deviation; without an error none.

        Returns
        -------
        list of ndarray of float64, shape (k,)
            Transformed scale.
        """
        if self.movements:
            return [np.array(movement) for movement in self.movements]
        return [row for row in np.diag(np.array(self.sds, dtype=np.float64)) if row.any()]

    def widened(self, spread: Sequence[float]) -> "BoundaryError":
        """Return the error with a further independent one of each free number, standard deviations of shape (k,)."""
        if not self.known or not any(spread):
            return self
        further = np.array(spread, dtype=np.float64)
        own = np.array(self.sds) if self.sds else np.zeros(further.size)
        sds = tuple(float(value) for value in np.hypot(own, further))
        if not self.movements:
            return BoundaryError(True, sds)
        rows = [tuple(float(value) for value in row) for row in np.diag(further) if row.any()]
        return BoundaryError(True, sds, (*self.movements, *rows))


UNKNOWN = BoundaryError(known=False)
NO_ERROR = BoundaryError(known=True)
"""Of gates without a free number, and of those whose numbers cannot be wrong."""


def error_of(*sds: float) -> BoundaryError:
    """Return the error with these standard deviations; one that is not finite makes it unknown."""
    return BoundaryError(True, tuple(map(float, sds))) if all(map(math.isfinite, sds)) else UNKNOWN

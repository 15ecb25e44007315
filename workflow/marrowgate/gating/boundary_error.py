"""How sure the boundaries of a gate are."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from marrowgate.frozen import Frozen


class BoundaryError(Frozen):
    """What is known of the error of a gate's free numbers (`marrowgate.gating.geometry.gate_coordinates.numbers`).

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

    def beside(self, other: "BoundaryError") -> "BoundaryError":
        """Return the error with a further one that is independent of it; unknown when one of them is."""
        if not (self.known and other.known):
            return BoundaryError(known=False)
        if not (self.sds and other.sds):
            return self if self.sds else other
        sds = tuple(float(value) for value in np.hypot(self.sds, other.sds))
        if not (self.movements or other.movements):
            return BoundaryError(True, sds)
        movements = tuple(tuple(float(value) for value in step) for step in (*self.steps, *other.steps))
        return BoundaryError(True, sds, movements)


STATED_SD = 0.02
"""Standard deviation of a boundary that nobody measured, parts of full scale: where one person draws it, and the next.
Half of what a sample may differ from its batch without being called shifted."""
UNKNOWN = BoundaryError(known=False)
NO_ERROR = BoundaryError(known=True)
"""Of gates without a free number, and of those whose numbers cannot be wrong."""


def error_of_shifts(shifts: Sequence[NDArray[np.float64]]) -> BoundaryError:
    """Return the error of numbers that move together: each shift has the moves of all numbers, one standard deviation.

    Parameters
    ----------
    shifts : sequence of ndarray of float64, shape (k,)
        Independent of each other, transformed scale; those without a move are left out.
    """
    moving = [shift for shift in shifts if shift.any()]
    if not moving:
        return NO_ERROR
    sds = np.sqrt(np.sum(np.square(moving), axis=0))
    return BoundaryError(True, tuple(map(float, sds)), tuple(tuple(map(float, shift)) for shift in moving))


def error_of(*sds: float) -> BoundaryError:
    """Return the error with these standard deviations; one that is not finite makes it unknown."""
    return BoundaryError(True, tuple(map(float, sds))) if all(map(math.isfinite, sds)) else UNKNOWN

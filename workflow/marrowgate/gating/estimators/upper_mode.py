"""The uppermost mode of one dimension: the mature cells of a series, however many immature ones there are."""

from typing import Annotated

import numpy as np

from marrowgate.gating.densities.density import CENTRES, Counts, bandwidth, binned, quantile, resample, smoothed
from marrowgate.gating.doubts.stained import stands_out
from marrowgate.gating.geometry.gates import threshold
from marrowgate.gating.methods import Arguments, FittedGate, Method, Needs, View, fitted_gate, no_gate
from marrowgate.gating.reasons import because
from marrowgate.settings.section import Limit

_HALF_WITHIN = 0.6745
_LEAST_SHARE = 0.1
"""Share of the parent's events that the mode must hold to be believed."""


class UpperModeArguments(Arguments):
    """How far below the mode the population reaches, and how high the mode must be."""

    spreads: Annotated[float, Limit(gt=0)] = 4.0
    """Distance of the boundary from the mode, in robust standard deviations of its upper half."""
    least_height: Annotated[float, Limit(gt=0, le=1)] = 0.25
    """Density of the mode, as a share of the highest one; what is lower and further up is no mode of the series."""
    min_events: Annotated[int, Limit(ge=10)] = 200
    """Events that the parent must have."""
    brighter_than: str = ""
    """A population that stands before this one and of which most cells lack the marker; a mode that hardly stands out
    of it is not stained, and there is no gate."""


def find(view: View, arguments: UpperModeArguments) -> FittedGate:
    """Put the boundary `spreads` standard deviations below the uppermost mode; the population lies above."""
    (dimension,) = view.dimensions
    values = view.values(dimension)
    if values.size < arguments.min_events:
        return no_gate("too_few_events", f"{values.size} events in the parent, {arguments.min_events} are needed")
    counts = binned(values)
    width = bandwidth(counts)

    def borders(drawn: Counts) -> list[float | None]:
        densities = smoothed(drawn, width)
        modes = [
            upper_mode(own, density, arguments.least_height) for own, density in zip(drawn, densities, strict=True)
        ]
        return [None if mode is None else mode[0] - arguments.spreads * mode[1] for mode in modes]

    (at,) = borders(counts[np.newaxis])
    if at is None:
        return no_gate("no_mode", f"no upper mode of {dimension}")
    if arguments.brighter_than and not stands_out(view, dimension, values[values >= at], arguments.brighter_than):
        return no_gate("no_mode", f"the upper mode of {dimension} hardly stands out of {arguments.brighter_than}")
    share = float(np.mean(values >= at))
    few = because("few_in_mode", f"the upper mode of {dimension} holds {100 * share:.1f} % of the events")
    doubts = (few,) if share < _LEAST_SHARE else ()
    return fitted_gate(threshold(dimension, at, "above"), resample(counts, borders, view.seed).error, doubts=doubts)


def upper_mode(counts: Counts, density: Counts, least_height: float) -> tuple[float, float] | None:
    """Return the uppermost mode of binned events and the robust standard deviation of the half above it.

    Parameters
    ----------
    counts, density : ndarray of float64, shape (BINS,)
        Events, and the same smoothed.
    least_height : float
        Density that a mode must have, as a share of the highest.

    Returns
    -------
    tuple of (float, float) or None
        Transformed scale; None with fewer than ten events above the mode.
    """
    rises, falls = np.diff(density[:-1]) > 0, np.diff(density[1:]) <= 0
    modes = np.flatnonzero(rises & falls) + 1
    modes = modes[density[modes] >= least_height * density.max()]
    if not modes.size:
        return None
    mode = CENTRES[modes[-1]]
    above = np.where(mode <= CENTRES, counts, 0.0)
    if above.sum() < 10:
        return None
    # half of a half normal lies within 0.6745 standard deviations; a few events far above do not matter
    return float(mode), (quantile(above, 0.5) - float(mode)) / _HALF_WITHIN


def needs(arguments: UpperModeArguments) -> Needs:
    """Declare the population that the mode is held against."""
    return Needs(references=(arguments.brighter_than,) if arguments.brighter_than else ())


def stains(arguments: UpperModeArguments, dimensions: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001 - as declared
    """Declare the dimension, whose upper side is kept."""
    return dimensions


METHOD = Method(
    UpperModeArguments,
    (1,),
    "Mirrored upper half of a mode, as openCyto's tailgate (Finak 2014, PLoS Comput Biol 10:e1003806)",
    find,
    needs=needs,
    stains=stains,
)

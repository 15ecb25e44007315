"""A multiple of another population's median, such as half the DNA of a lymphocyte."""

from typing import Annotated, Literal

import numpy as np

from marrowgate.gating.densities.density import Counts, binned, quantiles_if_any, resample
from marrowgate.gating.doubts.stained import stands_out
from marrowgate.gating.geometry.gates import threshold
from marrowgate.gating.methods import (
    Arguments,
    FittedGate,
    Method,
    Needs,
    View,
    fitted_gate,
    kept_stain,
    no_gate,
    on_scale,
)
from marrowgate.settings.section import Limit
from marrowgate.stats.order_statistics import median_of


class ReferenceRatioArguments(Arguments):
    """Which population, and which multiple of its median."""

    reference: str
    """A population that stands before this one."""
    ratio: Annotated[float, Limit(gt=0)]
    """The boundary is this multiple of the reference's median, on the linear compensated scale."""
    keep: Literal["above", "below"]
    """Which side of the boundary is the population."""
    min_events: Annotated[int, Limit(ge=10)] = 100
    """Events that the reference must have."""
    brighter_than: str = ""
    """A population that stands before this one and of which most cells lack the marker; where the reference hardly
    stands out of it a multiple of its median says nothing, and there is no gate."""


def find(view: View, arguments: ReferenceRatioArguments) -> FittedGate:
    """Put the boundary at a multiple of the reference's median."""
    (dimension,) = view.dimensions
    values = view.values(dimension, arguments.reference)
    if values.size < arguments.min_events:
        reason = f"{values.size} events in {arguments.reference}, {arguments.min_events} are needed"
        return no_gate("too_few_events", reason)
    scale = view.scale(dimension)

    def multiples(middles: list[float]) -> list[float]:
        return on_scale(view, dimension, (scale.inverse(np.array(middles)) * arguments.ratio).tolist())

    middle = median_of(values)
    linear = float(scale.inverse(np.array([middle]))[0])
    if not linear > 0:
        return no_gate("reference_not_positive", f"the median of {dimension} in {arguments.reference} is not above 0")

    negative = arguments.brighter_than
    if negative and not stands_out(view, dimension, values, negative):
        sentence = f"{dimension} of {arguments.reference} hardly stands out of {negative}: no stain, or no such cells"
        return no_gate("reference_not_stained", sentence)

    def borders(drawn: Counts) -> list[float]:
        return multiples([middle for middle in quantiles_if_any(drawn, 0.5) if middle is not None])

    drawn = resample(binned(values), borders, view.seed)
    (at,) = multiples([middle])
    return fitted_gate(threshold(dimension, at, arguments.keep), drawn.error)


def needs(arguments: ReferenceRatioArguments) -> Needs:
    """Declare the population that the gate refers to, and the one that it is held against."""
    negative = (arguments.brighter_than,) if arguments.brighter_than else ()
    return Needs(references=(arguments.reference, *negative), placed_by=(arguments.reference,))


METHOD = Method(
    ReferenceRatioArguments,
    (1,),
    "Reference cells of the same sample, as the DNA index is defined (Hiddemann et al. 1984, Cytometry 5:445)",
    find,
    needs=needs,
    stains=kept_stain,
)

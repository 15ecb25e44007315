"""A quantile of another population of the same sample, such as the smallest lymphocytes."""

from typing import Annotated, Literal

from pydantic import Field

from marrowgate.gating.density import Counts, binned, quantile, resample
from marrowgate.gating.gates import threshold
from marrowgate.gating.methods import Arguments, Found, Method, Needs, View, found_gate, kept_stain, no_gate


class ReferenceQuantileArguments(Arguments):
    """Which population and which quantile."""

    reference: str
    """A population that stands before this one."""
    quantile: Annotated[float, Field(gt=0, lt=1)]
    """Quantile of the reference at which the boundary lies."""
    keep: Literal["above", "below"]
    """Which side of the boundary is the population."""
    min_events: Annotated[int, Field(ge=10)] = 100
    """Events that the reference must have."""


def find(view: View, arguments: ReferenceQuantileArguments) -> Found:
    """Put the boundary at the reference's quantile."""
    (dimension,) = view.dimensions
    values = view.values(dimension, arguments.reference)
    if values.size < arguments.min_events:
        reason = f"{values.size} events in {arguments.reference}, {arguments.min_events} are needed"
        return no_gate("too_few_events", reason)
    counts = binned(values)

    def place(drawn: Counts) -> float | None:
        return quantile(drawn, arguments.quantile) if drawn.any() else None

    drawn = resample(counts, place, view.seed)
    return found_gate(threshold(dimension, quantile(counts, arguments.quantile), arguments.keep), drawn.error)


def needs(arguments: ReferenceQuantileArguments) -> Needs:
    """Declare the population that the gate refers to."""
    return Needs(references=(arguments.reference,))


METHOD = Method(
    ReferenceQuantileArguments,
    (1,),
    "ISHAGE: the lymphocytes place the scatter edges (Sutherland et al. 1996, J Hematother 5:213)",
    find,
    needs=needs,
    stains=kept_stain,
)

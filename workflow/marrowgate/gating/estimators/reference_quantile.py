"""A quantile of another population of the same sample, such as the smallest lymphocytes."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.densities.density import Counts, binned, quantile, quantiles_if_any, resample
from marrowgate.gating.geometry.gates import threshold
from marrowgate.gating.methods import Arguments, FittedGate, Method, Needs, View, fitted_gate, kept_stain, no_gate
from marrowgate.gating.reasons import Reasons, because
from marrowgate.settings.section import Limit

_NEAR = 0.015


class ReferenceQuantileArguments(Arguments):
    """Which population and which quantile."""

    reference: str
    """A population that stands before this one."""
    quantile: Annotated[float, Limit(gt=0, lt=1)]
    """Quantile of the reference at which the boundary lies."""
    keep: Literal["above", "below"]
    """Which side of the boundary is the population."""
    min_events: Annotated[int, Limit(ge=10)] = 100
    """Events that the reference must have."""
    most_at_border: Annotated[float, Limit(gt=0, lt=1)] | None = None
    """Share of the kept events that may lie within 0.015 of full scale of the boundary; more, and the gate is in doubt,
    because it cuts through other cells. Not given: not looked at."""


def find(view: View, arguments: ReferenceQuantileArguments) -> FittedGate:
    """Put the boundary at the reference's quantile."""
    (dimension,) = view.dimensions
    values = view.values(dimension, arguments.reference)
    if values.size < arguments.min_events:
        reason = f"{values.size} events in {arguments.reference}, {arguments.min_events} are needed"
        return no_gate("too_few_events", reason)
    counts = binned(values)

    def borders(drawn: Counts) -> list[float | None]:
        return quantiles_if_any(drawn, arguments.quantile)

    drawn = resample(counts, borders, view.seed)
    at = quantile(counts, arguments.quantile)
    doubts = _crowded(view.values(dimension), at, arguments)
    return fitted_gate(threshold(dimension, at, arguments.keep), drawn.error, doubts=doubts)


def _crowded(values: NDArray[np.float64], at: float, arguments: ReferenceQuantileArguments) -> Reasons:
    """Return the doubt that the boundary cuts through other cells, where the strategy wants it looked at."""
    if arguments.most_at_border is None:
        return ()
    kept = np.count_nonzero(values >= at if arguments.keep == "above" else values < at)
    near = np.count_nonzero(np.abs(values - at) < _NEAR)
    if near <= arguments.most_at_border * kept:
        return ()
    sentence = f"{near} events near the border, {100 * arguments.most_at_border:g} % of the {kept} kept are allowed"
    return (because("cuts_through", sentence),)


def needs(arguments: ReferenceQuantileArguments) -> Needs:
    """Declare the population that the gate refers to."""
    return Needs(references=(arguments.reference,), placed_by=(arguments.reference,))


METHOD = Method(
    ReferenceQuantileArguments,
    (1,),
    "ISHAGE: the lymphocytes place the scatter edges (Sutherland et al. 1996, J Hematother 5:213)",
    find,
    needs=needs,
    stains=kept_stain,
)

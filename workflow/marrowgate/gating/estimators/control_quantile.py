"""A quantile of a control: the sample without the marker says where positive begins."""

from typing import Annotated, Literal

from marrowgate.gating.densities.density import Counts, binned, quantile, quantiles_if_any, resample
from marrowgate.gating.geometry.gates import threshold
from marrowgate.gating.methods import Arguments, FittedGate, Method, Needs, View, fitted_gate, kept_stain, no_gate
from marrowgate.gating.reasons import because
from marrowgate.settings.section import Limit


class ControlQuantileArguments(Arguments):
    """Which control and which quantile."""

    control: Literal["fmo", "isotype", "unstained", "baseline"]
    """`baseline` is the patient's first sample, for series whose first sample is negative, such as cell culture."""
    quantile: Annotated[float, Limit(gt=0.5, lt=1)] = 0.999
    """Share of the control's events below the boundary."""
    keep: Literal["above", "below"] = "above"
    """Which side of the boundary is the population."""
    min_events: Annotated[int, Limit(ge=10)] = 100
    """Events that the control's parent population must have."""


def find(view: View, arguments: ControlQuantileArguments) -> FittedGate:
    """Find the quantile in a control, or take it over from the sample's control."""
    (dimension,) = view.dimensions
    if view.is_control(arguments.control, dimension):
        return _in_control(view, dimension, arguments)
    from_control = view.control_value(arguments.control)
    if from_control is None:
        return no_gate("no_control", f"no {arguments.control} control of {dimension} with a boundary")
    at, error, sample_id = from_control
    note = because("from_control", f"from {arguments.control} {sample_id}")
    return fitted_gate(threshold(dimension, at, arguments.keep), error, notes=(note,))


def _in_control(view: View, dimension: str, arguments: ControlQuantileArguments) -> FittedGate:
    values = view.values(dimension)
    if values.size < arguments.min_events:
        return no_gate("too_few_events", f"{values.size} events in the parent, {arguments.min_events} are needed")
    counts = binned(values)

    def borders(drawn: Counts) -> list[float | None]:
        return quantiles_if_any(drawn, arguments.quantile)

    drawn = resample(counts, borders, view.seed)
    return fitted_gate(threshold(dimension, quantile(counts, arguments.quantile), arguments.keep), drawn.error)


def needs(arguments: ControlQuantileArguments) -> Needs:
    """Declare the control whose boundary is taken over."""
    return Needs(control=arguments.control)


METHOD = Method(
    ControlQuantileArguments,
    (1,),
    "Roederer 2001, Cytometry 45:194 (fluorescence-minus-one gates)",
    find,
    needs=needs,
    stains=kept_stain,
)

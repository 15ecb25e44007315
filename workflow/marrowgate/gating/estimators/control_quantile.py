"""A quantile of a control: the sample without the marker says where positive begins."""

from typing import Annotated, Literal

from pydantic import Field

from marrowgate.gating.density import Counts, binned, quantile, resample
from marrowgate.gating.gates import threshold
from marrowgate.gating.methods import Arguments, Found, Method, View


class ControlQuantileArguments(Arguments):
    """Which control and which quantile."""

    control: Literal["fmo", "isotype", "unstained", "baseline"]
    """`baseline` is the patient's first sample, for series whose first sample is negative, such as cell culture."""
    quantile: Annotated[float, Field(gt=0.5, lt=1)] = 0.999
    """Share of the control's events below the boundary."""
    keep: Literal["above", "below"] = "above"
    """Which side of the boundary is the population."""
    min_events: Annotated[int, Field(ge=10)] = 100
    """Events that the control's parent population must have."""


def find(view: View, arguments: ControlQuantileArguments) -> Found:
    """Find the quantile in a control, or take it over from the sample's control."""
    (dimension,) = view.dimensions
    if view.is_control(arguments.control, dimension):
        return _in_control(view, dimension, arguments)
    from_control = view.control_value(arguments.control)
    if from_control is None:
        return Found(None, "failed", f"no {arguments.control} control of {dimension} with a boundary")
    at, sd, sample_id = from_control
    return Found(threshold(dimension, at, arguments.keep), "ok", f"from {arguments.control} {sample_id}", (sd,))


def _in_control(view: View, dimension: str, arguments: ControlQuantileArguments) -> Found:
    values = view.values(dimension)
    if values.size < arguments.min_events:
        return Found(None, "too_few_events", f"{values.size} events in the parent, {arguments.min_events} are needed")
    counts = binned(values)

    def place(drawn: Counts) -> float | None:
        return quantile(drawn, arguments.quantile) if drawn.any() else None

    drawn = resample(counts, place, view.seed)
    return Found(threshold(dimension, quantile(counts, arguments.quantile), arguments.keep), "ok", "", (drawn.sd,))


METHOD = Method(ControlQuantileArguments, (1,), "Roederer 2001, Cytometry 45:194 (fluorescence-minus-one gates)", find)

"""The tail of the negative peak: for rare positives that make no mode of their own."""

from typing import Annotated, Literal

import numpy as np

from marrowgate.gating.densities.density import CENTRES, HIGH, LOW, Counts, bandwidth, binned, resample, smoothed
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


class NegativeTailArguments(Arguments):
    """In which events to look, and how far beyond the negative peak."""

    among: str = ""
    """A population that stands before this one, whose events show the peak; not given: the parent."""
    keep: Literal["above", "below"] = "above"
    """Which side of the boundary is the population."""
    spreads: Annotated[float, Limit(gt=0)] = 4.0
    """Distance from the peak, in standard deviations of its lower half."""
    bounds: tuple[float, float] | None = None
    """Lowest and highest boundary that makes sense, linear compensated scale; not given: anywhere on the scale."""
    min_events: Annotated[int, Limit(ge=10)] = 200
    """Events that must be there to look at."""


def find(view: View, arguments: NegativeTailArguments) -> FittedGate:
    """Put the boundary `spreads` standard deviations above the highest mode below the upper bound."""
    (dimension,) = view.dimensions
    values = view.values(dimension, arguments.among or None)
    if values.size < arguments.min_events:
        where = arguments.among or "the parent"
        return no_gate("too_few_events", f"{values.size} events in {where}, {arguments.min_events} are needed")
    low, high = on_scale(view, dimension, arguments.bounds) if arguments.bounds else (LOW, HIGH)
    counts = binned(values)
    width = bandwidth(counts)

    def borders(drawn: Counts) -> list[float | None]:
        densities = smoothed(drawn, width)
        return [tail(own, density, high, arguments.spreads) for own, density in zip(drawn, densities, strict=True)]

    (at,) = borders(counts[np.newaxis])
    if at is None:
        where = f" below {arguments.bounds[1]:g}" if arguments.bounds else ""
        return no_gate("no_negative_peak", f"no negative peak of {dimension}{where}")
    if not low <= at <= high:
        linear = float(view.scale(dimension).inverse(np.array([at]))[0])
        where = " to ".join(f"{bound:g}" for bound in arguments.bounds) if arguments.bounds else "the scale"
        reason = f"boundary of {dimension} at {linear:.4g} is outside {where}"
        return no_gate("outside_bounds", reason)
    drawn = resample(counts, borders, view.seed)
    return fitted_gate(threshold(dimension, at, arguments.keep), drawn.error)


def tail(counts: Counts, density: Counts, high: float, spreads: float) -> float | None:
    """Return mode + `spreads` times the standard deviation of the half below the mode, or None without such a half."""
    mode = CENTRES[int(np.argmax(np.where(CENTRES < high, density, 0.0)))]
    below = np.where(CENTRES <= mode, counts, 0.0)
    n = below.sum()
    if n < 10:
        return None
    sd = np.sqrt((below * (CENTRES - mode) ** 2).sum() / n)
    return float(mode + spreads * sd)


def needs(arguments: NegativeTailArguments) -> Needs:
    """Declare the population whose events show the peak."""
    return Needs(references=(arguments.among,) if arguments.among else ())


METHOD = Method(
    NegativeTailArguments,
    (1,),
    "Mirrored lower half of the negative peak, as openCyto's tailgate (Finak 2014, PLoS Comput Biol 10:e1003806)",
    find,
    needs=needs,
    stains=kept_stain,
)

"""A population's median as if its strata always had the same shares: a shift between strata alone moves nothing."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from marrowgate.measure.intensity.medians import MIN_EVENTS, draw_mixed_medians, mixed_median, with_limits
from marrowgate.measure.intensity.sketch import Sketch


def standardised(
    sketches: Mapping[str, Sketch], shares: Mapping[str, float], few_events: int, generator: np.random.Generator
) -> dict[str, Any]:
    """Return the median of the strata mixed in fixed shares.

    Parameters
    ----------
    sketches : mapping of str to Sketch
        Values of the marker, by population; a stratum that was not gated is absent.
    shares : mapping of str to float
        Strata and the share that each is given; they sum to 1.
    few_events : int
        Strata with fewer events are told in the status.
    generator : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    dict
        Columns ``std_median_fi`` with limits, ``std_status`` (``ok``, ``few_events``, ``missing``) and ``std_reason``.
    """
    events = {name: sketches[name].n_events if name in sketches else None for name in shares}
    lacking = [f"{name} {_events(n)}" for name, n in events.items() if n is None or n < MIN_EVENTS]
    if lacking:
        return {"std_status": "missing", "std_reason": f"{'; '.join(lacking)}; {MIN_EVENTS} are needed"}
    strata, weights = [sketches[name] for name in shares], list(shares.values())
    value = float(mixed_median(strata, weights, np.array([0.5]))[0])
    row = with_limits("std_median_fi", value, draw_mixed_medians(strata, weights, generator))
    few = [f"{name} {_events(n)}" for name, n in events.items() if n is not None and n < few_events]
    if few:
        return {**row, "std_status": "few_events", "std_reason": f"{'; '.join(few)}; {few_events} are wanted"}
    return {**row, "std_status": "ok", "std_reason": ""}


def _events(n: int | None) -> str:
    return "is not gated" if n is None else f"has {n} events"

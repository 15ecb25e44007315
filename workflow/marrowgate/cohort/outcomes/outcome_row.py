"""One row of `tables/outcomes.tsv`, held to the unit of its measure."""

import math
from typing import Any

from marrowgate.endpoint_names import OUTCOME_UNITS, OutcomeMeasure


def outcome_row(
    measure: OutcomeMeasure,
    arm: str,
    n: int,
    n_events: int | None,
    estimate: float,
    *,
    low: float = math.nan,
    high: float = math.nan,
    method: str,
    note: str = "",
) -> dict[str, Any]:
    """Make a row, and refuse one that contradicts itself.

    Parameters
    ----------
    measure : OutcomeMeasure
        What is told of which outcome, in which unit.
    arm : str
        Arm, ``all``, or the two arms compared.
    n, n_events : int
        Patients, and those with the event.
    estimate, low, high : float
        Infinite for a time that is not reached; NaN where there is none, which the note explains.
    method, note : str
        How it was found, and what the reader must know.

    Raises
    ------
    ValueError
        There is no such unit, the estimate does not fit it, or the limits do not hold the estimate.
    """
    name, unit = measure.name, measure.unit
    if unit not in OUTCOME_UNITS:
        msg = f"{name}: {unit} is no unit: {', '.join(OUTCOME_UNITS)}"
        raise ValueError(msg)
    given = [value for value in (estimate, low, high) if math.isfinite(value)]
    if any(value < 0 for value in given) or (unit in {"proportion", "p_value"} and any(value > 1 for value in given)):
        msg = f"{name}: {estimate} ({low} to {high}) is no {unit.replace('_', ' ')}"
        raise ValueError(msg)
    slack = 1e-9 * max(1.0, *given, 1.0)
    if estimate < low - slack or estimate > high + slack:
        msg = f"{name}: the limits {low} to {high} do not hold the estimate {estimate}"
        raise ValueError(msg)
    if math.isnan(estimate) and not note:
        msg = f"{name}: a missing estimate needs a note"
        raise ValueError(msg)
    reached = {"estimate": estimate, "ci_low": low, "ci_high": high}
    numbers = {column: value if math.isfinite(value) else None for column, value in reached.items()}
    what = {"measure": name, "outcome": measure.outcome, "months": measure.months, "arm": arm}
    return {**what, "n": n, "n_events": n_events, **numbers, "method": method, "note": note}

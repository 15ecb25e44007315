"""One row of `tables/outcomes.tsv`, held to the unit that its measure's name states."""

import math
from typing import Any

UNITS = ("proportion", "months", "days", "patients", "p_value", "hazard_ratio")
"""A measure's name ends in its unit."""


def outcome_row(
    measure: str,
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
    measure : str
        Name that ends in one of `UNITS`, for example ``os_median_months``.
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
        The name states no unit, the estimate does not fit it, or the limits do not hold the estimate.
    """
    unit = next((unit for unit in UNITS if measure.endswith(f"_{unit}")), None)
    if unit is None:
        msg = f"{measure} does not end in a unit: {', '.join(UNITS)}"
        raise ValueError(msg)
    given = [value for value in (estimate, low, high) if math.isfinite(value)]
    if any(value < 0 for value in given) or (unit in {"proportion", "p_value"} and any(value > 1 for value in given)):
        msg = f"{measure}: {estimate} ({low} to {high}) is no {unit.replace('_', ' ')}"
        raise ValueError(msg)
    slack = 1e-9 * max(1.0, *given, 1.0)
    if estimate < low - slack or estimate > high + slack:
        msg = f"{measure}: the limits {low} to {high} do not hold the estimate {estimate}"
        raise ValueError(msg)
    if math.isnan(estimate) and not note:
        msg = f"{measure}: a missing estimate needs a note"
        raise ValueError(msg)
    reached = {"estimate": estimate, "ci_low": low, "ci_high": high}
    numbers = {name: value if math.isfinite(value) else None for name, value in reached.items()}
    return {"measure": measure, "arm": arm, "n": n, "n_events": n_events, **numbers, "method": method, "note": note}

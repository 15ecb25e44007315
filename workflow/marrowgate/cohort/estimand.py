"""What is estimated, in words: printed with the contrasts."""

from marrowgate.cohort.visits import Clock
from marrowgate.settings.config import Cohort


def describe_estimand(settings: Cohort, clock: Clock) -> str:
    """Say in plain words what the primary contrast estimates and what happens to its disturbances.

    The parts are those of ICH E9(R1): population, variable, intercurrent events, summary.
    """
    first, last = clock.window
    if clock.unit == "cycles":
        where = f"cycles {first + 1:g} to {last:g}, each patient's time counted in cycles of the patient's own length"
    elif clock.unit == "none":
        where = "the one time at which each patient was sampled"
    else:
        where = f"days {first:g} to {last:g} after the first dose"
    stopping = (
        "visits after the last dose do not count (while on treatment)"
        if settings.after_stopping == "leave_out"
        else "visits after the last dose count when they lie in the window (treatment policy)"
    )
    gcsf = "kept" if settings.recent_gcsf == "keep" else "left out"
    parts = (
        f"{settings.primary}: difference between the arms as treated, not randomised, over {where}",
        stopping,
        f"patients with recent G-CSF or plerixafor are {gcsf}",
        "visits after a transplant do not count",
        "after death or drop-out nothing is filled in: a patient counts with the visits that took place",
        "a patient without a baseline or without a visit in the window is left out of changes",
        clock.reason,
    )
    return "; ".join(part for part in parts if part)

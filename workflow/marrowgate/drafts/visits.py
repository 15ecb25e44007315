"""What the word for a visit says: cycle and day, days since the first dose, or baseline."""

import re
from dataclasses import dataclass

_CYCLE = re.compile(r"c(?:ycle)?[\s_-]*(\d{1,2})[\s_-]*d(?:ay)?[\s_-]*(\d{1,3})", re.IGNORECASE)
_DAY = re.compile(r"d(?:ay|ag|tag)?[\s_]*([+-]?\d{1,4})|t(?:ag)[\s_]*([+-]?\d{1,4})", re.IGNORECASE)
_WEEK = re.compile(r"w(?:eek|k|oche)?[\s_]*(\d{1,3})", re.IGNORECASE)
_BASELINE = re.compile(r"base-?line|bl|screening|scr|pre(?:-?(?:dose|treatment|tx))?|untreated", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:v|visit|visite|tp|time-?point)[\s_-]*\d{1,3}", re.IGNORECASE)


@dataclass(frozen=True)
class Visit:
    """Treatment time as the columns of the sample sheet have it; what the word does not say is None."""

    cycle: int | None = None
    cycle_day: int | None = None
    day: int | None = None


def read_visit(word: str, cycle_days: int | None = None) -> Visit | None:
    """Read the word for a visit.

    Parameters
    ----------
    word : str
        For example ``C1D8``, ``D10``, ``week2``, ``baseline``.
    cycle_days : int, optional
        Days of a cycle, which say the day of later cycles. Day 1 of cycle 1 is that of the first dose, so it is day 0.

    Returns
    -------
    Visit or None
        None for a word that says no time. A baseline is day 0: how long before the first dose it was is not said.
    """
    if match := _CYCLE.fullmatch(word):
        cycle, cycle_day = int(match[1]), int(match[2])
        before = 0 if cycle == 1 else None if cycle_days is None or cycle == 0 else (cycle - 1) * cycle_days
        return Visit(cycle, cycle_day, None if before is None else before + cycle_day - 1)
    if match := _DAY.fullmatch(word):
        return Visit(day=int(match[1] or match[2]))
    if match := _WEEK.fullmatch(word):
        return Visit(day=7 * int(match[1]))
    return Visit(day=0) if _BASELINE.fullmatch(word) else None


def is_visit(word: str) -> bool:
    """Say whether a word stands for a visit, be it one whose time it does not say (``V2``)."""
    return read_visit(word) is not None or bool(_NUMBERED.fullmatch(word))

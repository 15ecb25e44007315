"""One quality check: what was looked at, what was found, and what follows."""

from typing import Literal

from marrowgate.frozen import Frozen

Verdict = Literal["ok", "flagged", "not_checked"]


class Check(Frozen):
    """A row of `tables/quality.tsv` without its sample and batch.

    Parameters
    ----------
    check : str
        Name of the check; the unit stands in it.
    value, limit : float or None
        What was found and what it was held against; None when it could not be found.
    verdict : str
        ``ok``, ``flagged`` or ``not_checked``.
    reason : str
        Empty when ok.
    """

    check: str
    value: float | None
    limit: float | None
    verdict: Verdict
    reason: str = ""


def at_most(check: str, value: float, limit: float, reason: str) -> Check:
    """Judge a value that must not be above its limit; NaN is flagged."""
    return _judge(check, value, limit, good=value <= limit, reason=reason)


def at_least(check: str, value: float, limit: float, reason: str) -> Check:
    """Judge a value that must not be below its limit; NaN is flagged."""
    return _judge(check, value, limit, good=value >= limit, reason=reason)


def not_checked(check: str, reason: str, limit: float | None = None) -> Check:
    """Say that a check could not be made, and why."""
    return Check(check, None, limit, "not_checked", reason)


def _judge(check: str, value: float, limit: float, *, good: bool, reason: str) -> Check:
    return Check(check, value, limit, "ok" if good else "flagged", "" if good else reason)

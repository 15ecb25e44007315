"""Checks of a spillover matrix before it is used, and of what it leaves behind in the single stains."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marrowgate.errors import NotEstimableError
from marrowgate.fcs.model import FcsFile, Spillover
from marrowgate.signal.checks import Check, at_least, at_most, not_checked
from marrowgate.signal.spillover.compensation import SpilloverError
from marrowgate.signal.spillover.single_stains import CLEAR_SEPARATION, StainReport
from marrowgate.signal.spillover.stained_events import Events, StainSample, stained_events

_MOST_PAIRS_EVENTS = 5000

STAIN_CHECK = "stain_separation_"
"""Name of the check of a single stain, before its detector or marker; without a value the stain gave no spillover."""


@dataclass(frozen=True)
class SpilloverLimits:
    """What a matrix is held against.

    Parameters
    ----------
    allow_unusual : bool
        Entries below 0 or above 1 are not flagged.
    max_condition : float
        Largest condition number.
    max_residual_pct : float
        Largest signal that is left in another detector, in per cent of the stain's own.
    max_residual_correlation : float
        Largest rank correlation, without its sign, of a stain with another detector after compensation.
    """

    allow_unusual: bool
    max_condition: float
    max_residual_pct: float
    max_residual_correlation: float


def matrix_checks(spillover: Spillover, limits: SpilloverLimits) -> tuple[Check, ...]:
    """Check the entries and the condition of a matrix.

    Returns
    -------
    tuple of Check
        ``spillover_diagonal``, ``spillover_negative_entries``, ``spillover_entries_above_1``, ``spillover_condition``.

    Raises
    ------
    SpilloverError
        The matrix is singular; the message names its detectors.
    """
    matrix, labels = spillover.matrix, spillover.labels
    condition = float(np.linalg.cond(matrix))
    if not np.isfinite(condition) or condition > 1 / np.finfo(np.float64).eps:
        msg = f"the spillover matrix of {', '.join(labels)} is singular"
        raise SpilloverError(msg)
    off_diagonal = ~np.eye(len(labels), dtype=np.bool_)
    checks = [
        at_most(
            "spillover_diagonal_deviation",
            float(np.abs(np.diag(matrix) - 1).max()),
            1e-6,
            "the diagonal is not 1",
        )
    ]
    for name, unusual in (
        ("spillover_negative_entries", (matrix < 0) & off_diagonal),
        ("spillover_entries_above_1", (matrix > 1) & off_diagonal),
    ):
        count = float(np.count_nonzero(unusual))
        if limits.allow_unusual:
            checks.append(Check(name, count, None, "ok"))
        else:
            checks.append(at_most(name, count, 0.0, _pairs(unusual, labels)))
    why = f"noise is amplified up to {condition:.1f} fold"
    return (*checks, at_most("spillover_condition", condition, limits.max_condition, why))


def stain_checks(report: StainReport) -> tuple[Check, ...]:
    """Tell how good a single stain is as rows of the quality table."""
    detector = report.detector
    if report.status == "missing":
        reason = f"no spillover could be computed: {report.reason}"
        return (Check(f"{STAIN_CHECK}{detector}", None, CLEAR_SEPARATION, "flagged", reason),)
    check = at_least(f"{STAIN_CHECK}{detector}", report.separation, CLEAR_SEPARATION, report.reason)
    if report.status == "weak" and check.verdict == "ok":
        check = Check(check.check, check.value, check.limit, "flagged", report.reason)
    return (check,)


def residual_checks(
    spillover: Spillover, stains: Sequence[StainSample], unstained: FcsFile | None, limits: SpilloverLimits
) -> tuple[Check, ...]:
    """Check what is left of each stain in the other detectors after compensation.

    Parameters
    ----------
    spillover : Spillover
        The matrix, from wherever it comes.
    stains : sequence of StainSample
        Single stains of the batch.
    unstained : FcsFile or None
        The unstained sample.
    limits : SpilloverLimits
        What the values are held against.

    Returns
    -------
    tuple of Check
        For each stain and other detector ``residual_pct_<own>_<other>``: median of the stained events above their
        background, in per cent of the stain's own signal; and ``residual_correlation_<own>_<other>``: Spearman's rank
        correlation of the two compensated signals among the stained events.
    """
    inverse = np.linalg.inv(spillover.matrix)
    checks: list[Check] = []
    for stain in stains:
        try:
            picked = stained_events(stain, unstained, spillover.labels)
        except NotEstimableError as error:
            checks.append(not_checked(f"residual_pct_{stain.detector}", str(error), limits.max_residual_pct))
            continue
        own = spillover.labels.index(stain.detector)
        stained, background = picked.stained @ inverse, picked.background @ inverse
        checks += _residuals(stained, background, own, spillover.labels, limits)
    return tuple(checks)


def _residuals(
    stained: Events, background: Events, own: int, labels: Sequence[str], limits: SpilloverLimits
) -> list[Check]:
    excess = np.median(stained, axis=0) - np.median(background, axis=0)
    part = stained[:: max(1, stained.shape[0] // _MOST_PAIRS_EVENTS)]
    ranks = part.argsort(axis=0).argsort(axis=0).astype(np.float64)
    correlation = np.atleast_2d(np.corrcoef(ranks, rowvar=False))[own]
    checks = []
    for other, label in enumerate(labels):
        if other == own:
            continue
        pair = f"{labels[own]}_{label}"
        pct = 100.0 * float(excess[other] / excess[own])
        sign = "too little" if pct > 0 else "too much"
        why = f"{sign} of {labels[own]} is taken from {label}: {pct:.2f} % of its signal is left"
        checks.append(_two_sided(f"residual_pct_{pair}", pct, limits.max_residual_pct, why))
        value = float(correlation[other])
        why = f"{labels[own]} and {label} are still correlated ({value:.2f}) in the single stain"
        checks.append(_two_sided(f"residual_correlation_{pair}", value, limits.max_residual_correlation, why))
    return checks


def _two_sided(check: str, value: float, limit: float, why: str) -> Check:
    judged = at_most(check, abs(value), limit, why)
    return Check(check, value, limit, judged.verdict, judged.reason)


def _pairs(where: NDArray[np.bool_], labels: Sequence[str]) -> str:
    named = [f"{labels[row]} in {labels[column]}" for row, column in np.argwhere(where)]
    return ", ".join(named[:10]) + (f" and {len(named) - 10} more" if len(named) > 10 else "")

"""Spillover from single stains: one robust slope for each pair of fluorochrome and detector."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from marrowgate.errors import NotEstimableError
from marrowgate.fcs.model import FcsFile, Spillover
from marrowgate.signal.spillover.slopes import STEPS, slopes_within, spillover_slopes
from marrowgate.signal.spillover.stained_events import Events, StainedEvents, StainSample, stained_events
from marrowgate.stats.robust import robust_sd

FEWEST_EVENTS = 100
"""With fewer stained or background events a control is weak."""
CLEAR_SEPARATION = 10.0
"""With stained events less than this many standard deviations above the background a control is weak."""
FITTING_BACKGROUND = 0.03
"""Largest difference between the slope among the stained events and that through the background of a sound control."""
_FOLDS, _SURE = 5, 3.0


@dataclass(frozen=True)
class StainReport:
    """How good one single stain is.

    Parameters
    ----------
    sample_id, detector : str
        As in `StainSample`.
    background : str
        As `StainedEvents.source`; empty when no row could be computed.
    n_stained, n_background : int
        Events that the slopes and the background rest on.
    separation : float
        Median of the stained events above the background, in robust standard deviations of the background.
    status : str
        ``ok``; ``weak``: the row is given and not to be trusted; ``missing``: there is no row.
    reason : str
        Empty when ok.
    """

    sample_id: str
    detector: str
    background: str
    n_stained: int
    n_background: int
    separation: float
    status: Literal["ok", "weak", "missing"]
    reason: str


def spillover_from_stains(
    stains: Sequence[StainSample], unstained: FcsFile | None, detectors: Sequence[str]
) -> tuple[Spillover, tuple[StainReport, ...]]:
    """Compute the spillover matrix of a batch.

    Parameters
    ----------
    stains : sequence of StainSample
        At most one for each detector.
    unstained : FcsFile or None
        The same cells without any stain.
    detectors : sequence of str, length k
        Channels of the matrix, `$PnN`, in its order. A detector without a usable stain gets a row without spillover.

    Returns
    -------
    tuple of (Spillover, tuple of StainReport)
        Rows are fluorochromes, columns are detectors; one report for each stain.

    Raises
    ------
    ValueError
        Two stains have the same detector, or a stain's detector is not in `detectors`.
    """
    own = [stain.detector for stain in stains]
    strange = sorted({name for name in own if own.count(name) > 1 or name not in detectors})
    if strange:
        msg = f"each stain needs a detector of its own among those of the matrix; look at {', '.join(strange)}"
        raise ValueError(msg)
    matrix = np.eye(len(detectors))
    reports = []
    for stain in stains:
        try:
            picked = stained_events(stain, unstained, detectors)
        except NotEstimableError as error:
            reports.append(StainReport(stain.sample_id, stain.detector, "", 0, 0, 0.0, "missing", str(error)))
            continue
        own_index = list(detectors).index(stain.detector)
        matrix[own_index] = spillover_slopes(picked, own_index)
        reports.append(_report(stain, picked, matrix[own_index], detectors))
    matrix.setflags(write=False)
    return Spillover(tuple(detectors), matrix), tuple(reports)


def _report(stain: StainSample, picked: StainedEvents, row: Events, detectors: Sequence[str]) -> StainReport:
    own = list(detectors).index(stain.detector)
    background = picked.background[:, own]
    centre = float(np.median(background))
    spread = robust_sd(background)
    separation = (float(np.median(picked.stained[:, own])) - centre) / max(spread, float(np.finfo(np.float32).tiny))
    counts = {"stained": picked.stained.shape[0], "background": picked.background.shape[0]}
    faults = [f"{n} {kind} events, {FEWEST_EVENTS} are wanted" for kind, n in counts.items() if n < FEWEST_EVENTS]
    if separation < CLEAR_SEPARATION:
        faults.append(f"stained events are {separation:.1f} SD above the background, {CLEAR_SEPARATION:g} are wanted")
    faults += _background_fault(picked, own, row, detectors)
    status: Literal["ok", "weak"] = "weak" if faults else "ok"
    numbers = counts["stained"], counts["background"], separation
    return StainReport(stain.sample_id, stain.detector, picked.source, *numbers, status, "; ".join(faults))


def _background_fault(picked: StainedEvents, own: int, row: Events, detectors: Sequence[str]) -> list[str]:
    """Say when stained events have another background than the one that was used, such as dead among live cells.

    The slope among the stained events alone does not depend on their background. It is taken in parts of the events,
    which show how sure it is.
    """
    if picked.stained.shape[0] < _FOLDS * STEPS * 10:
        return []
    slopes = np.array([slopes_within(picked.stained[part::_FOLDS], own) for part in range(_FOLDS)])
    error = slopes.std(axis=0, ddof=1) / np.sqrt(_FOLDS)
    difference = np.abs(np.median(slopes, axis=0) - row)
    difference[difference < _SURE * error] = 0.0
    worst = int(np.argmax(difference))
    if difference[worst] <= FITTING_BACKGROUND:
        return []
    within = float(np.median(slopes[:, worst]))
    numbers = f"the slope into {detectors[worst]} is {row[worst]:.3f} through the background and {within:.3f}"
    return [f"{numbers} among the stained events: their autofluorescence seems to differ"]

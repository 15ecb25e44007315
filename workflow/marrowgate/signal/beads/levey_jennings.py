"""Bead peaks from batch to batch, which show whether the instrument is where it was.

Sources: Levey and Jennings 1950, Am J Clin Pathol 20:1059; Westgard et al. 1981, Clin Chem 27:493 (rules 1-2s and
1-3s); Kalina et al. 2012, Leukemia 26:1986 (bead targets for a run of batches).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from marrowgate.signal.checks import Check, at_most, not_checked

FEWEST_OTHERS = 5
"""A standard deviation from fewer other batches says little."""
_NOISE_PCT = 100.0 / 3.0
"""Spread of a peak, per cent of its median, from which it lies within three standard deviations of 0."""

Rule = Literal["in", "1-2s", "1-3s", "not_judged"]


@dataclass(frozen=True)
class BeadPoint:
    """One batch in the series of a channel.

    Parameters
    ----------
    batch : str
        Name of the batch.
    median_fi : float
        Median of the bead peak, channel units.
    fold : float
        Over the geometric mean of the other batches.
    z : float or None
        Standard deviations (log) from that mean; None with fewer than five other batches.
    rule : str
        ``in`` (within 2 SD), ``1-2s`` (a warning), ``1-3s`` (out), ``not_judged``.
    """

    batch: str
    median_fi: float
    fold: float
    z: float | None
    rule: Rule


def bead_series(peaks: Mapping[str, float]) -> tuple[BeadPoint, ...]:
    """Return the Levey-Jennings series of one channel and peak.

    Each batch is held against mean and standard deviation of the others, so that a batch that is out does not widen its
    own limits. The standard deviation of the logarithms is used, as gains act as factors; a prediction for one more
    batch has its factor sqrt(1 + 1/n).

    Parameters
    ----------
    peaks : mapping of str to float
        Batch to median of the peak, above 0, in the order of the batches.
    """
    points = []
    for batch, median in peaks.items():
        others = np.log([value for name, value in peaks.items() if name != batch])
        if others.size == 0:
            points.append(BeadPoint(batch, median, 1.0, None, "not_judged"))
            continue
        away = math.log(median) - float(others.mean())
        z = None
        rule: Rule = "not_judged"
        if others.size >= FEWEST_OTHERS:
            spread = float(others.std(ddof=1)) * math.sqrt(1 + 1 / others.size)
            z = away / spread if spread > 0 else 0.0 if away == 0 else math.copysign(math.inf, away)
            rule = "1-3s" if abs(z) > 3 else "1-2s" if abs(z) > 2 else "in"
        points.append(BeadPoint(batch, median, math.exp(away), z, rule))
    return tuple(points)


def peak_of_batches(rows: Sequence[Mapping[str, Any]], channel: str) -> dict[str, float]:
    """Return the brightest peak that every batch has in a channel, from rows of tables `calibration`.

    The brightest peak whose `median_fi` is known in every batch is taken: it is the least noisy one. A peak that lies
    within three of its own standard deviations of 0 is noise: the beads carry nothing for that channel.
    """
    by_batch: dict[str, dict[int, float]] = {}
    for row in rows:
        if row["channel"] == channel and row["peak"] is not None and _stands_out(row):
            by_batch.setdefault(row["batch"], {})[row["peak"]] = row["median_fi"]
    shared = set.intersection(*(set(peaks) for peaks in by_batch.values())) if by_batch else set()
    return {batch: peaks[max(shared)] for batch, peaks in by_batch.items()} if shared else {}


def _stands_out(row: Mapping[str, Any]) -> bool:
    spread_pct = row.get("spread_pct")
    return bool(row["median_fi"] > 0 and (spread_pct is None or spread_pct < _NOISE_PCT))


def bead_checks(channel: str, series: Sequence[BeadPoint], max_fold: float) -> dict[str, tuple[Check, ...]]:
    """Return the checks of every batch: ``bead_sd_<channel>`` (2 SD warns, 3 SD is out) and ``bead_fold_<channel>``.

    A batch whose beads moved by more than `max_fold` moved its intensities as much, unless they are calibrated: its
    contrasts carry the flag.
    """
    checks: dict[str, tuple[Check, ...]] = {}
    for point in series:
        if point.z is None:
            reason = f"{len(series) - 1} other batches, {FEWEST_OTHERS} are needed"
            by_sd = not_checked(f"bead_sd_{channel}", reason, 2.0)
        else:
            word = "out (rule 1-3s)" if point.rule == "1-3s" else "a warning (rule 1-2s)"
            by_sd = at_most(f"bead_sd_{channel}", abs(point.z), 2.0, f"{abs(point.z):.1f} SD from the others is {word}")
        fold = max(point.fold, 1 / point.fold)
        why = f"the bead peak is {point.fold:.2f} times that of the other batches"
        checks[point.batch] = (by_sd, at_most(f"bead_fold_{channel}", fold, max_fold, why))
    return checks

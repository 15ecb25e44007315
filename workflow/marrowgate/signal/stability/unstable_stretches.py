"""Quality over time: which stretches of a run are unstable, and what follows for its events and for the file.

Sources: Monaco et al. 2016, Bioinformatics 32:2473 (flowAI: flow rate and signal over time); Emmaneel et al. 2022,
Cytometry A 101:325 (PeacoQC: change of signals in bins of equal numbers of events).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marrowgate.fcs.model import Channel, FcsFile
from marrowgate.frozen import Frozen
from marrowgate.signal.checks import Check, at_most, not_checked
from marrowgate.signal.signal_channels import signal_channels
from marrowgate.signal.stability.acquisition_time import acquisition_time
from marrowgate.signal.stability.drift import signal_drift
from marrowgate.signal.stability.rate_stretches import unusual_rate
from marrowgate.signal.stability.signal_stretches import unusual_signal

CHECKS = ("unstable_pct", "rate_change_fold", "mix_change_sd", "signal_shift_sd", "signal_drift_pct")
FEWEST_EVENTS = 2000
"""With fewer events changes over time cannot be told from chance."""


class StabilityLimits(Frozen):
    """What is stable.

    Parameters
    ----------
    max_rate_fold : float
        Largest factor between the event rate of a stretch and the usual one.
    max_signal_shift : float
        Largest shift of a channel in a stretch, in standard deviations of its events.
    max_drift_pct : float
        Largest drift of a fluorescence channel from the first to the last event, per cent.
    max_unstable_pct : float
        Largest share of the events in unstable stretches of a file that is ok.
    """

    max_rate_fold: float
    max_signal_shift: float
    max_drift_pct: float
    max_unstable_pct: float


class Stretch(Frozen):
    """An unstable part of a run.

    Parameters
    ----------
    start, end : float
        Acquisition time, the end not included, in the unit of the file.
    cause : str
        The channel whose signal is shifted; ``rate`` for a change of the event rate.
    size : float
        Shift in standard deviations, or rate over the usual rate.
    """

    start: float
    end: float
    cause: str
    size: float


class Stability(Frozen):
    """What was found in a file.

    Parameters
    ----------
    stretches : tuple of Stretch
        Those with a shifted signal, by their start; they may overlap. Their events are not gated.
    drift : mapping of str to float
        For each fluorescence channel that could be judged, the factor from the first to the last event.
    checks : tuple of Check
        For the quality table.
    rate_stretches : tuple of Stretch
        Those with an unusual event rate; their events stay.
    mix_stretches : tuple of Stretch
        Those in which cells come in other shares; their events stay.
    """

    stretches: tuple[Stretch, ...]
    drift: Mapping[str, float]
    checks: tuple[Check, ...]
    rate_stretches: tuple[Stretch, ...] = ()
    mix_stretches: tuple[Stretch, ...] = ()


def find_unstable(file: FcsFile, limits: StabilityLimits) -> Stability:
    """Find the unstable stretches of a file.

    Parameters
    ----------
    file : FcsFile
        With its events, as stored: time need not be in seconds, signals need not be compensated.
    limits : StabilityLimits
        What is stable.

    Returns
    -------
    Stability
        Stretches are those with a shifted signal; a change of the event rate or of the mix of cells alone is a check
        and takes no event out. Checks ``unstable_pct`` (share of events in any stretch), ``rate_change_fold``,
        ``mix_change_sd`` and ``signal_shift_sd`` (largest of any stretch), and ``signal_drift_pct`` (largest of any
        fluorescence channel); all `not_checked` when the file has no time channel or too few events. A drift is a
        verdict on the file: it has no stretch that is right.
    """
    times = acquisition_time(file)
    if times is None or file.events is None or file.n_events < FEWEST_EVENTS:
        reason = "no time channel that runs" if times is None else f"{file.n_events} events, {FEWEST_EVENTS} are needed"
        return Stability((), {}, tuple(not_checked(name, reason) for name in CHECKS))
    order = np.argsort(times, kind="stable")
    ordered = times[order]
    slow_or_fast = tuple(
        Stretch(start, end, "rate", fold)
        for start, end, fold in unusual_rate(ordered, limits.max_rate_fold)
        if np.searchsorted(ordered, start) < np.searchsorted(ordered, end)  # a pause holds no events
    )
    usual = stable_events(ordered, slow_or_fast)
    signals = signal_channels(file)
    # an instrument writes events in the order of time, and then nothing need be sorted
    in_time = file.events if (ordered == times).all() else file.events[order]
    found = unusual_signal(in_time, usual, signals, limits.max_signal_shift)
    shifted, mixed = (
        tuple(
            Stretch(float(times[order[one.first]]), _end(times, order, one.last), one.channel, one.shift)
            for one in found
            if one.of_mix == of_mix
        )
        for of_mix in (False, True)
    )
    stretches = tuple(sorted(shifted, key=lambda stretch: (stretch.start, stretch.cause)))
    drift = _drift(in_time, signals, stable_events(ordered, shifted))
    checks = (*_checks(times, slow_or_fast, mixed, shifted, limits), _drift_check(drift, limits))
    return Stability(stretches, drift, checks, slow_or_fast, mixed)


def stable_events(times: NDArray[np.float64], stretches: Sequence[Stretch]) -> NDArray[np.bool_]:
    """Tell which events lie in no unstable stretch: the column `qc_ok`.

    Parameters
    ----------
    times : ndarray of float64, shape (n,)
        Acquisition time, from `acquisition_time`.
    stretches : sequence of Stretch
        From `find_unstable`.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    stable = np.ones(times.size, dtype=np.bool_)
    for stretch in stretches:
        stable &= (times < stretch.start) | (times >= stretch.end)
    return stable


def _drift(events: NDArray[np.floating], channels: Sequence[Channel], steady: NDArray[np.bool_]) -> dict[str, float]:
    drifts = {
        channel.name: signal_drift(events[:, channel.index] if steady.all() else events[steady, channel.index])
        for channel in channels
        if channel.role == "fluorescence"
    }
    return {name: drift for name, drift in drifts.items() if drift is not None}


def _drift_check(drift: Mapping[str, float], limits: StabilityLimits) -> Check:
    if not drift:
        return not_checked("signal_drift_pct", "no channel has enough bright events", limits.max_drift_pct)
    worst = max(drift, key=lambda name: abs(np.log(drift[name])))
    pct = 100.0 * (drift[worst] - 1.0)
    usual = 100.0 * (float(np.median(list(drift.values()))) - 1.0)
    why = f"{worst} drifts by {pct:+.0f} % over the run, the median of {len(drift)} channels by {usual:+.0f} %"
    judged = at_most("signal_drift_pct", abs(pct), limits.max_drift_pct, why)
    return Check(judged.check, pct, judged.limit, judged.verdict, judged.reason)


def stretches_to_plain(stretches: Sequence[Stretch]) -> list[dict[str, Any]]:
    """Return stretches as plain values for JSON; a stretch that lasts to the end of the run has no end."""
    return [vars(stretch) | {"end": stretch.end if np.isfinite(stretch.end) else None} for stretch in stretches]


def stretches_from_plain(plain: Sequence[Mapping[str, Any]]) -> tuple[Stretch, ...]:
    """Read what `stretches_to_plain` gave."""
    return tuple(
        Stretch(entry["start"], float("inf") if entry["end"] is None else entry["end"], entry["cause"], entry["size"])
        for entry in plain
    )


def _end(times: NDArray[np.float64], order: NDArray[np.intp], last: int) -> float:
    return float(times[order[last]]) if last < order.size else float(np.inf)


def _checks(
    times: NDArray[np.float64],
    rate: Sequence[Stretch],
    mix: Sequence[Stretch],
    signal: Sequence[Stretch],
    limits: StabilityLimits,
) -> tuple[Check, ...]:
    lost = 100.0 * float(np.mean(~stable_events(times, signal)))
    names = ", ".join(dict.fromkeys(stretch.cause for stretch in signal))
    touched, mixed = (100.0 * float(np.mean(~stable_events(times, which))) for which in (rate, mix))
    largest = max((max(stretch.size, 1 / max(stretch.size, 1e-3)) for stretch in rate), default=1.0)
    worst = max(signal, key=lambda stretch: abs(stretch.size), default=None)
    shift = abs(worst.size) if worst else 0.0
    other = max(mix, key=lambda stretch: abs(stretch.size), default=None)
    whose = f"cells come in other shares in {mixed:.1f} % of the events, which are kept: {other.cause if other else ''}"
    why = f"the event rate changes {largest:.1f} fold for {touched:.1f} % of the events, which are kept"
    return (
        at_most("unstable_pct", lost, limits.max_unstable_pct, f"{lost:.1f} % of the events are unstable: {names}"),
        at_most("rate_change_fold", largest, limits.max_rate_fold, why),
        at_most("mix_change_sd", abs(other.size) if other else 0.0, limits.max_signal_shift, whose),
        at_most("signal_shift_sd", shift, limits.max_signal_shift, f"{worst.cause if worst else ''} is shifted"),
    )

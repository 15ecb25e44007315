"""When events pass: a steady flow, or on request one with clogs, bursts and drifting signals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

TICKS_PER_SECOND = 100.0  # $TIMESTEP 0.01


@dataclass(frozen=True)
class Anomalies:
    """What goes wrong while a sample is measured.

    Parameters
    ----------
    clog : bool
        For a tenth of the time hardly any event passes, and what passes is seen dimly.
    burst : bool
        For a hundredth of the time five times as many events pass.
    signal_drift : float
        Relative change of all fluorescence from the first event to the last.
    carry_over : float
        Share of events that come from the sample before, most of them in the first tenth of the time.
    """

    clog: bool = False
    burst: bool = False
    signal_drift: float = 0.0
    carry_over: float = 0.0


STEADY = Anomalies()
CLOG = (0.45, 0.55)
BURST = (0.70, 0.71)
CLOG_RATE, BURST_RATE, CLOG_SIGNAL = 0.05, 5.0, 0.6


def event_times(rng: np.random.Generator, n: int, rate: float, anomalies: Anomalies) -> FloatArray:
    """Draw the time of each event.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the waiting times.
    n : int
        Number of events.
    rate : float
        Events per second of a steady flow.
    anomalies : Anomalies
        Clogs and bursts change the rate.

    Returns
    -------
    ndarray of float32, shape (n,)
        Ascending, in hundredths of a second.
    """
    share = np.sort(rng.random(n))
    if anomalies.clog or anomalies.burst:
        edges = np.array([0.0, *CLOG, *BURST, 1.0])
        rates = np.array([1.0, CLOG_RATE if anomalies.clog else 1.0, 1.0, BURST_RATE if anomalies.burst else 1.0, 1.0])
        passed = np.concatenate([[0.0], np.cumsum(rates * np.diff(edges))])
        share = np.interp(share * passed[-1], passed, edges)
    ticks = share * (n / rate) * TICKS_PER_SECOND
    return np.round(ticks, 1).astype(np.float32)


def signal_factor(times: FloatArray, anomalies: Anomalies) -> FloatArray | None:
    """Return the factor on every event's fluorescence, or None when nothing changes it."""
    if not anomalies.clog and not anomalies.signal_drift:
        return None
    share = times / max(float(times[-1]), 1.0) if times.size else times
    factor = 1 + np.float32(anomalies.signal_drift) * share
    if anomalies.clog:
        factor[(share > CLOG[0]) & (share < CLOG[1])] *= np.float32(CLOG_SIGNAL)
    return factor.astype(np.float32)

"""Margin events: events at the top of a channel, whose true value is not known.

They are counted and flagged, not taken out: counting beads and granulocytes lie near the top of side scatter, and a
count without them would be wrong.
"""

import numpy as np
from numpy.typing import NDArray

from marrowgate.fcs.model import Channel, FcsFile
from marrowgate.signal.checks import Check, at_most, not_checked
from marrowgate.signal.signal_channels import signal_channels

_TOP = 0.999


def margin_pct(file: FcsFile, channel: Channel) -> float | None:
    """Return the share of events at the top of a channel, per cent; None without events or a stated range."""
    top = _top(channel)
    if file.events is None or file.n_events == 0 or top <= 0:
        return None
    return 100.0 * float(np.mean(file.events[:, channel.index] >= _TOP * top))


def share_at_top(file: FcsFile, channel: Channel, rows: NDArray[np.intp]) -> float | None:
    """Return the share of some events at the top of a channel; None without events or a stated range."""
    top = _top(channel)
    if file.events is None or rows.size == 0 or top <= 0:
        return None
    return float(np.mean(file.events[rows, channel.index] >= _TOP * top))


def margin_check(file: FcsFile, limit: float) -> Check:
    """Check the fluorescence channel with the most margin events: ``margin_pct_fluorescence``."""
    shares = {
        channel.name: share
        for channel in signal_channels(file)
        if channel.role == "fluorescence" and (share := margin_pct(file, channel)) is not None
    }
    if not shares:
        return not_checked("margin_pct_fluorescence", "no fluorescence channel with a range, or no events", limit)
    worst = max(shares, key=lambda name: shares[name])
    why = f"{shares[worst]:.2f} % of the events are at the top of {worst}"
    return at_most("margin_pct_fluorescence", shares[worst], limit, why)


def _top(channel: Channel) -> float:
    """Return largest value of a channel: logarithmic channels end below 10^decades by one step of their converter."""
    decades, lowest = channel.amplification
    if decades > 0 and channel.range > 0:
        return float((lowest or 1.0) * 10.0 ** (decades * (channel.range - 1) / channel.range))
    return channel.range - 1 if channel.range > 1 else 0.0

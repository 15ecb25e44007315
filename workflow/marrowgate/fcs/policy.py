"""One policy for turning stored values into linear ones: `$PnE`, `$PnG` and `$TIMESTEP`.

Integers that were amplified logarithmically become linear, 10^(decades * value / range) * lowest, as the
standard says and as FlowJo and flowCore do. The gain is not applied unless asked for. Time stays as stored, so
that a file of floats need not be copied; `seconds` gives it in seconds.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from marrowgate.fcs.data import Events
from marrowgate.fcs.layout import Layout
from marrowgate.fcs.model import Channel, FcsFile, Gain, Note
from marrowgate.fcs.verdict import repair


def is_logarithmic(channel: Channel, layout: Layout) -> bool:
    """Tell whether the stored integers of a channel are logarithms."""
    return layout.types[channel.index] in {"I", "A"} and channel.amplification[0] > 0 and channel.range > 0


def check_amplification(channels: Sequence[Channel], layout: Layout, repairs: list[Note]) -> None:
    """Note channels of floats that claim to be logarithmic, which the standard forbids."""
    claimed = [
        channel.index + 1
        for channel in channels
        if layout.types[channel.index] in {"F", "D"} and channel.amplification[0] > 0
    ]
    if claimed:
        sentence = f"$PnE of {len(claimed)} floating-point channels is logarithmic; their values are linear already"
        repairs.append(repair("amplification_ignored", sentence))


def linearize(events: Events, channels: Sequence[Channel], layout: Layout, gain: Gain) -> Events:
    """Apply the policy to stored values.

    Parameters
    ----------
    events : ndarray, shape (n_events, n_channels)
        Stored values; changed in place where they can be, so do not use them afterwards.
    channels : sequence of Channel
        The columns.
    layout : Layout
        How they are stored.
    gain : str
        ``apply`` divides linear channels other than time by `$PnG`.

    Returns
    -------
    ndarray, shape (n_events, n_channels)
        Linear values; `events` itself when nothing had to be done.

    References
    ----------
    Spidlen et al. 2010, Cytometry A 77:97, data file standard FCS 3.1, `$PnE` and `$PnG`.
    """
    gains = gains_to_apply(channels, layout) if gain == "apply" else {}
    logarithmic = [channel for channel in channels if is_logarithmic(channel, layout)]
    if not gains and not logarithmic:
        return events
    if gains and not (events.flags.writeable and events.dtype == np.float64):
        events = events.astype(np.float64)
    for channel in logarithmic:
        decades, lowest = channel.amplification
        column = events[:, channel.index]  # a view: every step is in place, so that nothing is copied
        column *= decades
        column /= channel.range
        np.power(10.0, column, out=column)
        column *= lowest
    for index, divisor in gains.items():
        events[:, index] /= divisor
    return events


def gains_to_apply(channels: Sequence[Channel], layout: Layout) -> dict[int, float]:
    """Return the column and gain of every channel whose values a gain would change."""
    return {
        channel.index: channel.gain
        for channel in channels
        if channel.gain is not None and channel.gain > 0 and channel.gain != 1
        if channel.role != "time" and not is_logarithmic(channel, layout)
    }


def describe(channels: Sequence[Channel], layout: Layout, gain: Gain, timestep: float | None) -> Mapping[str, str]:
    """Say what was applied, for each channel by its number in the file."""
    logarithmic = [
        f"{channel.index + 1}={channel.amplification[0]:g},{channel.amplification[1]:g}"
        for channel in channels
        if is_logarithmic(channel, layout)
    ]
    gains = gains_to_apply(channels, layout) if gain == "apply" else {}
    applied = [f"{index + 1}={value:g}" for index, value in gains.items()]
    compensated = [str(channel.index + 1) for channel in channels if channel.compensated]
    known = {"compensation": f"in the file (channels {' '.join(compensated)})"} if compensated else {}
    return {
        **known,
        "amplification": " ".join(logarithmic) or "none",
        "gain": "ignored" if gain == "ignore" else " ".join(applied) or "none",
        "timestep": "none" if timestep is None else f"not applied ({timestep:g} s)",
    }


def seconds(file: FcsFile) -> NDArray[np.float64] | None:
    """Return the time of each event in seconds.

    Returns
    -------
    ndarray of float64, shape (n_events,), or None
        None when the file has no events, no single time channel or no `$TIMESTEP`.
    """
    time = [channel for channel in file.channels if channel.role == "time"]
    step = file.facts.get("$TIMESTEP")
    if file.events is None or len(time) != 1 or step is None:
        return None
    return file.events[:, time[0].index].astype(np.float64) * float(step)

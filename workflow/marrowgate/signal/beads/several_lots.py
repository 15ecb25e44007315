"""Several bead samples in one batch: each calibrates the channels that it can, and none contradicts another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from marrowgate.signal.beads.calibration import ChannelCalibration, calibration_rows
from marrowgate.signal.beads.lots import BeadLot
from marrowgate.signal.beads.molecule_line import Calibration


@dataclass(frozen=True)
class BeadSample:
    """What one bead sample gave.

    Parameters
    ----------
    sample_id : str
        Name of the sample.
    lot : BeadLot
        Lot of its beads.
    channels : tuple of ChannelCalibration
        What is known of each channel.
    """

    sample_id: str
    lot: BeadLot
    channels: tuple[ChannelCalibration, ...]


def settle_samples(samples: Sequence[BeadSample], max_difference_pct: float) -> tuple[BeadSample, ...]:
    """Refuse the lines of a channel that several samples calibrate differently.

    Lines of one unit must agree wherever both have beads; the first sample's is then used. Lines of different units are
    refused, since nothing says which one is wanted.

    Parameters
    ----------
    samples : sequence of BeadSample
        The samples of a batch, in the order of the sheet.
    max_difference_pct : float
        Largest difference of two lines, per cent of the smaller value.

    Returns
    -------
    tuple of BeadSample
        The same samples; refused lines carry the reason.
    """
    reasons: dict[str, str] = {}
    for name in dict.fromkeys(channel.channel for sample in samples for channel in sample.channels):
        lines = [
            (sample, channel.line)
            for sample in samples
            for channel in sample.channels
            if channel.channel == name and channel.status in {"ok", "flagged"} and channel.line is not None
        ]
        wrong = [_disagreement(lines[0], other, max_difference_pct) for other in lines[1:]]
        if any(wrong):
            reasons[name] = "; ".join(filter(None, wrong))
    return tuple(
        replace(sample, channels=tuple(_refused(calibration, reasons) for calibration in sample.channels))
        for sample in samples
    )


def batch_rows(batch: str, samples: Sequence[BeadSample]) -> list[dict[str, Any]]:
    """Return the rows of the table `calibration` for all bead samples of a batch, sample by sample."""
    return [
        {**row, "sample_id": sample.sample_id}
        for sample in samples
        for row in calibration_rows(batch, sample.lot, sample.channels)
    ]


def _disagreement(
    calibrated: tuple[BeadSample, Calibration], other: tuple[BeadSample, Calibration], max_pct: float
) -> str:
    """Say why two lines of a channel cannot both be right; empty when they agree."""
    lots, lines = (calibrated[0].lot, other[0].lot), (calibrated[1], other[1])
    if lots[0].unit != lots[1].unit:
        named = " and ".join(f"lot {lot.lot} ({lot.unit})" for lot in lots)
        return f"{named} both calibrate it, in different units: keep the values of one of them"
    # where the ranges do not meet, the gap between them is where both are asked to be right
    ends = np.array([max(line.low for line in lines), min(line.high for line in lines)])
    first, second = (line.molecules(ends) for line in lines)
    off = 100.0 * float(np.max(np.maximum(first / second, second / first)) - 1.0)
    if off <= max_pct:
        return ""
    samples = f"samples {calibrated[0].sample_id} (lot {lots[0].lot}) and {other[0].sample_id} (lot {lots[1].lot})"
    return f"{samples} differ by {off:.0f} %, {max_pct:g} % is allowed"


def _refused(channel: ChannelCalibration, reasons: Mapping[str, str]) -> ChannelCalibration:
    if channel.channel not in reasons or channel.line is None:
        return channel
    return replace(channel, line=None, status="refused", reason=reasons[channel.channel])

"""Calibration of a batch: peaks of its bead sample, the line of each channel, and whether it may be used."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from marrowgate.fcs.model import Channel, FcsFile
from marrowgate.signal.beads.lots import BeadLot, Level, levels_of
from marrowgate.signal.beads.molecule_line import Calibration, FitError, fit_line, left_out, usable_peaks
from marrowgate.signal.beads.peaks import BeadError, BeadPeaks, find_peaks

Status = Literal["ok", "flagged", "refused", "no_table"]
STATUSES: Mapping[Status, str] = {
    "ok": "the line may be used",
    "flagged": "the line may be used; the reason says what is unusual",
    "refused": "there is no line, or it must not be used",
    "no_table": "the lot has no values for this channel; its peaks serve to watch the instrument",
}


@dataclass(frozen=True)
class CalibrationLimits:
    """What a line is held against.

    Parameters
    ----------
    slope_tolerance : float
        Largest difference of the slope from 1.
    min_r_squared : float
        Smallest share of the variance explained.
    max_left_out_pct : float
        Largest difference of a peak from the line through the other peaks; above it the line is flagged.
    """

    slope_tolerance: float
    min_r_squared: float
    max_left_out_pct: float


@dataclass(frozen=True)
class Peak:
    """One kind of bead in one channel: its events, median and robust coefficient of variation (%)."""

    n_events: int
    median_fi: float
    spread_pct: float
    assigned: Level
    left_out: float | None


@dataclass(frozen=True)
class ChannelCalibration:
    """What is known of one channel.

    Parameters
    ----------
    channel : str
        `$PnN`.
    peaks : tuple of Peak
        From dim to bright; empty when they could not be found.
    line : Calibration or None
        None when refused or without a table.
    status, reason : str
        See `STATUSES`.
    """

    channel: str
    peaks: tuple[Peak, ...]
    line: Calibration | None
    status: Status
    reason: str = ""


def calibrate(file: FcsFile, lot: BeadLot, limits: CalibrationLimits) -> tuple[ChannelCalibration, ...]:
    """Calibrate the fluorescence channels of a batch.

    Parameters
    ----------
    file : FcsFile
        The bead sample, with its events, measured with the settings of the cells.
    lot : BeadLot
        What the beads carry.
    limits : CalibrationLimits
        What the lines are held against.

    Returns
    -------
    tuple of ChannelCalibration
        One for each fluorescence channel. When the peaks cannot be found, one for each channel that the lot has values
        for, refused.
    """
    fluorescence = tuple(channel for channel in file.channels if channel.role == "fluorescence")
    levels = levels_of(lot, fluorescence)
    try:
        peaks = find_peaks(file, lot.kinds)
    except BeadError as error:
        names = list(levels) or list(lot.values)
        return tuple(ChannelCalibration(name, (), None, "refused", str(error)) for name in names)
    calibrated = [_one_channel(peaks, index, levels, limits) for index in range(len(peaks.channels))]
    absent = [name for name in lot.values if not levels]
    reason = f"no channel has this name, marker or fluorochrome, for which lot {lot.lot} has values"
    return (*calibrated, *(ChannelCalibration(name, (), None, "refused", reason) for name in absent))


def calibration_rows(batch: str, lot: BeadLot, channels: Sequence[ChannelCalibration]) -> list[dict[str, Any]]:
    """Return the rows of the table `calibration`: one for each channel and peak, one for a channel without any."""
    rows = []
    for channel in channels:
        about: dict[str, Any] = {"batch": batch, "bead_lot": lot.lot, "channel": channel.channel, "unit": lot.unit}
        about |= {"status": channel.status, "reason": channel.reason, **_line_columns(channel.line)}
        rows += [about | _peak_columns(number, peak) for number, peak in enumerate(channel.peaks, start=1)] or [about]
    return rows


def lines_from_rows(rows: Sequence[Mapping[str, Any]]) -> dict[str, Calibration]:
    """Return the lines that may be used from the rows of a table `calibration`, by the channel's name.

    The line is fitted again to the peaks it rested on. Of several samples that calibrate a channel the first counts.
    """
    first = {row["channel"]: row["sample_id"] for row in reversed(rows) if row["status"] in {"ok", "flagged"}}
    lines = {}
    for name, sample in first.items():
        used = [
            row
            for row in rows
            if (row["channel"], row["sample_id"]) == (name, sample)
            and row["assigned"] is not None
            and 0 < row["median_fi"] <= row["range_high"]
        ]
        signal = np.array([row["median_fi"] for row in used], dtype=np.float64)
        molecules = np.array([row["assigned"] for row in used], dtype=np.float64)
        line = fit_line(signal, molecules, with_bead=used[0]["bead_shine"] > 0)
        lines[name] = replace(line, unit=used[0]["unit"] or "")
    return lines


def _one_channel(
    peaks: BeadPeaks, index: int, levels: Mapping[str, Sequence[Level]], limits: CalibrationLimits
) -> ChannelCalibration:
    channel = peaks.channels[index]
    kinds = int(peaks.kind.max()) + 1
    parts = [peaks.values[peaks.kind == kind, index] for kind in range(kinds)]
    table = levels.get(channel.name, (None,) * kinds)
    medians = [float(np.median(part)) for part in parts]
    usable = usable_peaks(medians, table, _top(channel))
    signal = np.array(medians)[usable]
    molecules = np.array([level for level, used in zip(table, usable, strict=True) if used], dtype=np.float64)
    with_bead = 0 in table
    predicted = np.full(kinds, np.nan)
    line: Calibration | None = None
    status: Status = "no_table"
    reason = "the lot has no values for this channel"
    if channel.name in levels:
        predicted[usable] = left_out(signal, molecules, with_bead=with_bead)
        try:
            line = fit_line(signal, molecules, with_bead=with_bead)
            status, reason = _judge(line, predicted[usable], molecules, limits)
        except FitError as error:
            status, reason = "refused", str(error)
    matched = tuple(
        Peak(part.size, median, _spread_pct(part), level, None if math.isnan(value) else float(value))
        for part, median, level, value in zip(parts, medians, table, predicted, strict=True)
    )
    return ChannelCalibration(channel.name, matched, None if status == "refused" else line, status, reason)


def _judge(
    line: Calibration, predicted: NDArray[np.float64], molecules: NDArray[np.float64], limits: CalibrationLimits
) -> tuple[Status, str]:
    faults = []
    if abs(line.slope - 1.0) > limits.slope_tolerance:
        faults.append(f"the slope is {line.slope:.3f}, 1 within {limits.slope_tolerance:g} is wanted")
    if line.r_squared < limits.min_r_squared:
        faults.append(f"r squared is {line.r_squared:.4f}, {limits.min_r_squared:g} is wanted")
    if faults:
        return "refused", "; ".join(faults)
    carrying = molecules > 0
    off = 100.0 * (predicted[carrying] / molecules[carrying] - 1.0)
    if np.isfinite(off).any() and np.nanmax(np.abs(off)) > limits.max_left_out_pct:
        worst = int(np.nanargmax(np.abs(off)))
        value = molecules[carrying][worst]
        return "flagged", f"the line through the other peaks misses {value:g} by {off[worst]:+.0f} %; is the lot right?"
    return "ok", ""


def _top(channel: Channel) -> float:
    decades, lowest = channel.amplification
    if decades > 0:
        return float(10.0**decades * (lowest or 1.0))
    return channel.range if channel.range > 0 else math.inf


def _spread_pct(values: NDArray[np.float64]) -> float:
    median = float(np.median(values))
    return 148.26 * float(np.median(np.abs(values - median))) / abs(median) if median else math.nan


def _peak_columns(number: int, peak: Peak) -> dict[str, Any]:
    row = {"peak": number, **vars(peak)}
    if peak.left_out is not None and peak.assigned:
        row["left_out_pct"] = 100.0 * (peak.left_out / peak.assigned - 1.0)
    return row


def _line_columns(line: Calibration | None) -> dict[str, float]:
    if line is None:
        return {}
    return {
        "slope": line.slope,
        "intercept": line.intercept,
        "bead_shine": line.bead,
        "r_squared": line.r_squared,
        "residual_sd": line.residual_sd,
        "range_low": line.low,
        "range_high": line.high,
    }

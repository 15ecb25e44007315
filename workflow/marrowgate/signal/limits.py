"""The limits of the checks of this room, from the settings."""

from typing import TYPE_CHECKING

from marrowgate.settings.quality import Quality
from marrowgate.signal.stability.unstable_stretches import StabilityLimits

if TYPE_CHECKING:
    from marrowgate.settings.config import Signal
    from marrowgate.signal.beads.calibration import CalibrationLimits
    from marrowgate.signal.spillover.matrix_checks import SpilloverLimits


def stability_limits(quality: Quality) -> StabilityLimits:
    """Return the limits of quality over time."""
    return StabilityLimits(
        quality.max_rate_fold, quality.max_signal_shift_sd, quality.max_drift_pct, quality.max_unstable_pct
    )


def spillover_limits(signal: "Signal", quality: Quality) -> "SpilloverLimits":
    """Return the limits of the checks of a spillover matrix."""
    # fit asks for the limits above alone
    from marrowgate.signal.spillover.matrix_checks import SpilloverLimits

    return SpilloverLimits(
        signal.allow_unusual_spillover,
        quality.max_condition_number,
        quality.max_residual_pct,
        quality.max_residual_correlation,
    )


def calibration_limits(quality: Quality) -> "CalibrationLimits":
    """Return the limits of calibration lines."""
    from marrowgate.signal.beads.calibration import CalibrationLimits

    return CalibrationLimits(quality.bead_slope_tolerance, quality.min_bead_r_squared, quality.max_bead_left_out_pct)

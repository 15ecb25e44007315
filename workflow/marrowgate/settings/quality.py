"""Limits of the quality checks: a section of `config/config.yaml` that every sample's step reads."""

from typing import Annotated

from marrowgate.settings.section import Limit, Section


class Quality(Section):
    """Limits of the quality checks. A check flags, it never removes a sample."""

    max_margin_pct: Annotated[float, Limit(ge=0, le=100)] = 5.0
    """Share of events at the top of a scatter channel's range."""
    max_doublet_pct: Annotated[float, Limit(ge=0, le=100)] = 20.0
    """Share of events outside the singlet gate."""
    min_viable_pct: Annotated[float, Limit(ge=0, le=100)] = 70.0
    """Share of singlets inside the viable gate."""
    max_rate_fold: Annotated[float, Limit(gt=1)] = 1.5
    """Factor between the event rate of a stretch and the rate common to most events above which the sample is
    flagged; the events stay."""
    max_signal_shift_sd: Annotated[float, Limit(gt=0)] = 0.3
    """Shift of a channel in a stretch, in standard deviations of its events, above which the stretch is unstable; where
    cells come in other shares and their signal stays, the sample is flagged and the events stay."""
    max_drift_pct: Annotated[float, Limit(gt=0)] = 20.0
    """Drift of a fluorescence channel from the first to the last event of a file, per cent."""
    max_unstable_pct: Annotated[float, Limit(ge=0, le=100)] = 10.0
    """Share of a file's events in unstable stretches."""
    max_other_labels_pct: Annotated[float, Limit(ge=0, le=100)] = 50.0
    """Share of a file's channel labels that name another marker than the panel; more means another panel's sample."""
    max_setting_change_pct: Annotated[float, Limit(ge=0)] = 0.5
    """Difference of a detector's voltage or gain from its batch and from the patient's other visits, per cent."""
    max_spillover_difference: Annotated[float, Limit(gt=0)] = 0.01
    """Difference of an entry of a sample's spillover matrix from its batch's, as a share of the stain's own signal."""
    max_condition_number: Annotated[float, Limit(ge=1)] = 20.0
    """Condition number of a spillover matrix: how many fold it can amplify noise."""
    max_residual_pct: Annotated[float, Limit(gt=0)] = 1.0
    """Signal of a single stain that compensation leaves in another detector, per cent of the stain's own."""
    max_residual_correlation: Annotated[float, Limit(gt=0, le=1)] = 0.4
    """Rank correlation of a single stain with another detector after compensation."""
    bead_slope_tolerance: Annotated[float, Limit(gt=0, lt=1)] = 0.1
    """Difference of the slope of a calibration line from 1 above which the line is refused."""
    min_bead_r_squared: Annotated[float, Limit(gt=0, le=1)] = 0.99
    """Share of the variance that a calibration line must explain."""
    max_bead_left_out_pct: Annotated[float, Limit(gt=0)] = 15.0
    """Miss of a bead peak by the line through the other peaks, per cent, above which the line is flagged; also the
    difference of two bead samples' lines of one channel above which both are refused."""
    max_bead_fold: Annotated[float, Limit(gt=1)] = 1.25
    """Factor between a batch's bead peak and that of the other batches above which the batch's intensities have moved:
    contrasts of `median_fi` and `ratio_fi` that use the batch are flagged."""

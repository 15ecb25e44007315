"""Settings of this room: every entry reaches the check that it is the limit of."""

import pytest
from pydantic import ValidationError

from marrowgate.settings.config import Signal
from marrowgate.settings.quality import Quality
from marrowgate.signal.limits import calibration_limits, spillover_limits, stability_limits


def test_limits__every_entry_arrives_where_it_is_used():
    quality = Quality(
        max_rate_fold=2,
        max_signal_shift_sd=0.7,
        max_drift_pct=31,
        max_unstable_pct=41,
        max_condition_number=51,
        max_residual_pct=6,
        max_residual_correlation=0.71,
        bead_slope_tolerance=0.08,
        min_bead_r_squared=0.9,
        max_bead_left_out_pct=10,
    )
    stability = stability_limits(quality)
    assert (stability.max_rate_fold, stability.max_signal_shift) == (2, 0.7)
    assert (stability.max_drift_pct, stability.max_unstable_pct) == (31, 41)
    spillover = spillover_limits(Signal(allow_unusual_spillover=True), quality)
    assert spillover.allow_unusual
    assert (spillover.max_condition, spillover.max_residual_pct, spillover.max_residual_correlation) == (51, 6, 0.71)
    calibration = calibration_limits(quality)
    assert (calibration.slope_tolerance, calibration.min_r_squared, calibration.max_left_out_pct) == (0.08, 0.9, 10)


def test_signal__source_of_a_batch():
    signal = Signal(spillover="stains", spillover_of_batch={"B2": "file", "B3": "config/old.csv", "B4": "none"})
    sources = [signal.spillover_source(batch) for batch in ("B1", "B2", "B3", "B4")]
    assert sources == ["stains", "file", "config/old.csv", "none"]


@pytest.mark.parametrize("entries", [{"spillover": "stain"}, {"spillover_of_batch": {"B1": "stain"}}])
def test_signal__unknown_source_is_refused(entries):
    with pytest.raises(ValidationError, match=r"spillover 'stain' is no source; write file, none, stains or a path"):
        Signal(**entries)

"""Quality over time on real files whose runs were looked at by eye."""

import numpy as np
import pytest

from marrowgate.fcs.read import read_fcs
from marrowgate.signal.stability.acquisition_time import acquisition_time
from marrowgate.signal.stability.unstable_stretches import StabilityLimits, find_unstable, stable_events

LIMITS = StabilityLimits(max_rate_fold=1.5, max_signal_shift=0.3, max_drift_pct=20, max_unstable_pct=10)


def judged(path):
    file = read_fcs(path)
    found = find_unstable(file, LIMITS)
    times = acquisition_time(file)
    share = (times - times.min()) / (times.max() - times.min())
    return share, ~stable_events(times, found.stretches), {check.check: check for check in found.checks}


def told_and_kept(path):
    """Return which events came at an unusual rate or in another mix; none of the two takes events out."""
    file = read_fcs(path)
    found = find_unstable(file, LIMITS)
    return ~stable_events(acquisition_time(file), (*found.rate_stretches, *found.mix_stretches))


def test_find_unstable__run_that_stalls_is_flagged_from_there_on(real_data):
    share, flagged, checks = judged(real_data / "qc" / "Bcells_1_Bcells1.fcs")
    assert flagged[share > 0.6].all()
    assert flagged[share < 0.4].mean() < 0.05
    assert checks["unstable_pct"].verdict == "flagged"


def test_find_unstable__surge_with_fewer_debris_is_flagged_and_kept_and_what_has_another_signal_is_lost(real_data):
    path = real_data / "qc" / "Bcells_1_Bcells2.fcs"
    share, lost, checks = judged(path)
    told = told_and_kept(path)
    in_time = np.argsort(share, kind="stable")
    # up to seven times the rate, and less debris: the peaks of all channels stay where they were
    assert (told | lost)[share > 0.75].mean() > 0.95
    assert told[share < 0.5].mean() < 0.05
    assert checks["rate_change_fold"].verdict == checks["mix_change_sd"].verdict == "flagged"
    # the last events are those of a run that collapses
    assert lost[in_time[-1100:]].all()
    assert not lost[in_time[:-1500]].any()
    assert checks["signal_shift_sd"].verdict == "flagged"


def test_find_unstable__steady_run_loses_little(real_data):
    _, flagged, checks = judged(real_data / "qc" / "Bcells_1_Bcells3.fcs")
    assert flagged.mean() < 0.05
    assert checks["unstable_pct"].verdict == "ok"


@pytest.mark.parametrize("name", ["diva_cd45_cd34_marrow.fcs"])
def test_find_unstable__full_file_of_a_clinical_instrument_loses_little(real_data, name):
    _, flagged, checks = judged(real_data / "cd34" / name)
    assert np.mean(flagged) < 0.05
    assert checks["signal_drift_pct"].verdict == "ok"

"""Quality over time on the simulator's faulty tubes, against the truth of every event."""

import numpy as np
import pytest

from marrowgate.fcs.read import read_fcs
from marrowgate.signal.acquisition_time import acquisition_time
from marrowgate.signal.stability import StabilityLimits, find_unstable, stable_events
from marrowgate.simulate.cohort import make_plan
from marrowgate.simulate.fcs_file import FileKind
from marrowgate.simulate.project import write_sample
from marrowgate.simulate.timing import BURST, CLOG

LIMITS = StabilityLimits(max_rate_fold=1.5, max_signal_shift=0.3, max_drift_pct=20, max_unstable_pct=10)
FAULTS = ("clog", "burst", "signal_drift", "carry_over")


@pytest.fixture(scope="module")
def tubes(repository, tmp_path_factory):
    """Every CD34 tube that goes wrong while it is measured, and ten that do not: trouble, file."""
    folder = tmp_path_factory.mktemp("dirty")
    plan = make_plan("dirty", 21)
    stained = [sample for sample in plan.samples if sample.panel == "hspc" and sample.control_type == "none"]
    wanted = [sample for sample in stained if sample.trouble.name in FAULTS]
    wanted += [sample for sample in stained if not sample.trouble.name][:10]
    files = []
    for sample in wanted:
        path = folder / f"{sample.sample_id}.fcs"
        write_sample(
            plan, sample, repository / "config" / "panels", path, None, n_events=sample.n_events, kind=FileKind()
        )
        files.append((sample.trouble.name, read_fcs(path)))
    return files


def flagged_and_share(file):
    times = acquisition_time(file)
    return ~stable_events(times, find_unstable(file, LIMITS).stretches), times / times.max()


def test_find_unstable__clogs_and_bursts_are_flagged_and_nothing_else(tubes):
    caught, missed, lost, kept = 0, 0, 0, 0
    for trouble, file in tubes:
        flagged, share = flagged_and_share(file)
        first, last = {"clog": CLOG, "burst": BURST}.get(trouble, (2.0, 2.0))
        odd = (share > first) & (share < last)
        caught += np.count_nonzero(flagged & odd)
        missed += np.count_nonzero(~flagged & odd)
        lost += np.count_nonzero(flagged & ~odd)
        kept += np.count_nonzero(~flagged & ~odd)
    assert caught + missed > 2000
    assert caught / (caught + missed) >= 0.95
    assert lost / (lost + kept) <= 0.02


def test_find_unstable__drifting_tubes_are_flagged_as_a_whole_and_no_other(tubes):
    for trouble, file in tubes:
        check = next(c for c in find_unstable(file, LIMITS).checks if c.check == "signal_drift_pct")
        assert (check.verdict == "flagged") == (trouble == "signal_drift")
        if trouble == "signal_drift":
            assert check.value == pytest.approx(-50, abs=5)

"""Quality over time on the simulator's faulty samples, against the truth of every event."""

import pytest

from accuracy.signal_stability import faulty_and_sound, watch
from marrowgate.simulate.cohorts.cohort import make_plan


@pytest.fixture(scope="module")
def tubes():
    """Every CD34 sample that goes wrong while it is measured, and ten that do not."""
    wanted = faulty_and_sound(make_plan("dirty", 21))
    faulty = [tube for tube in wanted if tube.trouble.name]
    sound = [tube for tube in wanted if not tube.trouble.name][:10]
    return [watch(21, tube.sample_id) for tube in (*faulty, *sound)]


def test_find_unstable__clogs_and_bursts_are_flagged_and_nothing_else(tubes):
    odd = sum(tube.n_odd for tube in tubes)
    other = sum(tube.n_other + tube.n_carried for tube in tubes)
    assert odd > 2000
    assert sum(tube.n_odd_flagged for tube in tubes) / odd >= 0.95
    assert sum(tube.n_other_flagged + tube.n_carried_flagged for tube in tubes) / other <= 0.02


def test_find_unstable__drifting_tubes_are_flagged_as_a_whole_and_no_other(tubes):
    for tube in tubes:
        assert ("signal_drift_pct" in tube.checks) == (tube.trouble == "signal_drift")
        if tube.trouble == "signal_drift":
            assert tube.drift_pct == pytest.approx(-50, abs=5)


def test_find_unstable__sound_tubes_are_not_flagged(tubes):
    assert [tube.checks for tube in tubes if not tube.trouble] == [()] * 10

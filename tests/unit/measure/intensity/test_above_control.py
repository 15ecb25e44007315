"""Share of events above the control: by quantile and by Overton's subtraction, against histograms worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marrowgate.measure.intensity.above_control import pct_above_quantile, pct_overton

VALUES = st.lists(st.integers(-5, 5), min_size=1, max_size=30).map(lambda values: np.array(values, dtype=np.float64))


def events(*counts):
    """Return events whose histogram over the channels 1, 2, ... has these counts."""
    return np.repeat(np.arange(1.0, len(counts) + 1), counts)


def by_channels(stained, control):
    """Subtract channel by channel from the brightest down; a negative difference goes to the next dimmer channel."""
    positive, carried = 0.0, 0.0
    for channel in sorted({*stained, *control}, reverse=True):
        left = np.mean(stained == channel) - np.mean(control == channel) + carried
        positive, carried = positive + max(left, 0.0), min(left, 0.0)
    return 100 * positive


def test_overton__hand_worked_histogram():
    # channel 5: 4 - 0; channel 4: 5 - 1; channel 3: 3 - 3; channels 2 and 1 are negative: 8 of 20 remain
    assert pct_overton(events(4, 4, 3, 5, 4), events(10, 6, 3, 1, 0)) == pytest.approx(40.0)


def test_overton__negative_difference_is_carried_to_dimmer_channels():
    # +2, then -1 is carried, then 4 - 1; plain subtraction would give 6 of 20, that is 30 %
    assert pct_overton(events(4, 3, 6, 4, 3), events(8, 4, 2, 5, 1)) == pytest.approx(25.0)


def test_overton__sizes_of_the_tubes_do_not_matter():
    assert pct_overton(events(4, 4, 3, 5, 4), events(100, 60, 30, 10, 0)) == pytest.approx(40.0)


def test_overton__dim_positives_are_found_where_the_quantile_finds_few():
    rng = np.random.default_rng(2)
    control, stained = rng.normal(0, 1, 20_000), np.concatenate([rng.normal(0, 1, 10_000), rng.normal(2, 1, 10_000)])
    # the largest excess of a half shifted by 2 is (2 Phi(1) - 1) / 2
    assert pct_overton(stained, control) == pytest.approx(34.1, abs=1.0)
    assert pct_above_quantile(stained, control, 0.99) == pytest.approx(19.1, abs=1.0)


def test_overton__without_a_difference_the_mean_is_that_of_chance():
    rng = np.random.default_rng(3)
    found = [pct_overton(rng.normal(size=100), rng.normal(size=50)) for _ in range(1500)]
    assert np.mean(found) == pytest.approx(62.7 * np.sqrt(1 / 100 + 1 / 50), rel=0.1)


@given(VALUES, VALUES)
def test_overton__is_the_carried_subtraction_of_any_histograms(stained, control):
    assert pct_overton(stained, control) == pytest.approx(by_channels(stained, control), abs=1e-9)


def test_quantile__share_above_the_control_s_99_percent():
    assert pct_above_quantile(events(50, 50), np.linspace(0, 1.5, 1001), 0.99) == 50.0

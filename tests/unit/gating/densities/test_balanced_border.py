"""Borders between cells that run into each other: counts that cells crossing by chance leave right."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from marrowgate.gating.densities.balanced_border import (
    MIN_EVENTS,
    MOST_SPREADS,
    balanced_border,
    crossing_by_chance,
    reach,
    slopes_at,
)

SPREAD = 0.5


def exponential(generator, slope, n, low=-2.5, high=2.0):
    """Draw from a density that rises as exp(slope x) between two ends, by its inverse distribution."""
    part = generator.random(n)
    if slope == 0:
        return low + part * (high - low)
    first, last = np.exp(slope * np.array([low, high]))
    return np.log(first + part * (last - first)) / slope


@pytest.mark.parametrize("slope", [-2.5, -1.0, 0.0, 0.5, 1.5, 2.5])
def test_balanced_border__count_is_that_without_chance_errors(slope):
    generator = np.random.default_rng(5)
    true = exponential(generator, abs(slope), 1_000_000)
    true = -true if slope < 0 else true
    found = true + generator.normal(0, SPREAD, true.size)
    place = -0.5 if slope >= 0 else 0.5
    border = balanced_border(found, place, SPREAD)
    few = np.less if slope >= 0 else np.greater
    wanted = np.count_nonzero(few(true, place))
    assert np.count_nonzero(few(found, border)) == pytest.approx(wanted, rel=0.06)
    if abs(slope) > 1:
        assert abs(np.count_nonzero(few(found, place)) / wanted - 1) > 0.15


@pytest.mark.parametrize("n_few", [2_000, 20_000, 200_000])
def test_balanced_border__few_or_many_cells_beyond_the_border_are_counted_rightly(n_few):
    """Maturity from 0 to 3; many mature cells around 3; those below 1 are to be counted."""
    generator = np.random.default_rng(7)
    young = generator.uniform(0, 1, n_few)
    between = 1 + 2 * np.sqrt(generator.random(40_000))
    true = np.concatenate([young, between, generator.normal(3, 0.2, 400_000)])
    found = true + generator.normal(0, 0.35, true.size)
    border = balanced_border(found, 1.0, 0.35)
    error = np.count_nonzero(found < border) / n_few - 1
    assert abs(error) < 0.12
    assert abs(error) < 0.6 * abs(np.count_nonzero(found < 1.0) / n_few - 1) or n_few == 20_000


def test_balanced_border__even_density_leaves_it_where_it_is():
    assert balanced_border(np.linspace(-5, 5, 100_001), 0.3, SPREAD) == pytest.approx(0.3, abs=1e-4)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.05, 3))
def test_balanced_border__is_mirrored_with_the_events_and_stays_near(seed, spread):
    places = np.random.default_rng(seed).gamma(2.0, 1.0, 300)
    found = balanced_border(places, 1.0, spread)
    mirrored = balanced_border(-places, -1.0, spread)
    assert mirrored == pytest.approx(-found, abs=0.02 * spread)
    assert abs(found - 1.0) <= MOST_SPREADS * spread * (1 + 1e-9)


def test_balanced_border__few_events_in_all_leave_it_where_it_is():
    beside = 0.1 + np.linspace(0.0, 0.3, MIN_EVENTS)
    assert balanced_border(beside[1:], 0.0, SPREAD) == 0.0
    assert balanced_border(beside, 0.0, SPREAD) < -0.1


@pytest.mark.parametrize("side", [1, -1])
def test_balanced_border__with_few_events_near_the_stretch_reaches_to_those_that_are_there(side):
    """All lie two spreads off and more, on one side: the border goes away from them, as far as it may."""
    far = side * (2 * SPREAD + np.random.default_rng(2).exponential(0.2 * SPREAD, 500))
    assert balanced_border(far, 0.0, SPREAD) == pytest.approx(-side * MOST_SPREADS * SPREAD)


def test_balanced_border__hardly_one_mature_cell_is_called_young_where_there_are_no_young_ones():
    """Maturity from 1 on: 300 cells that thin out towards the border; some of them are found beyond it."""
    called, unmoved = [], []
    for seed in range(20):
        generator = np.random.default_rng(seed)
        true = np.concatenate([1 + 2 * np.sqrt(generator.random(300)), generator.normal(3, 0.2, 5000)])
        found = true + generator.normal(0, 0.35, true.size)
        called.append(np.count_nonzero(found < balanced_border(found, 1.0, 0.35)))
        unmoved.append(np.count_nonzero(found < 1.0))
    assert np.mean(called) < 2
    assert np.mean(unmoved) > 3


@pytest.mark.parametrize("slope", [-3.0, 1.5, 3.0])
def test_crossing_by_chance__is_what_is_found_where_nothing_belongs(slope):
    """An exponential density from the border on: the border, moved for its slope, holds that many by chance."""
    generator, side = np.random.default_rng(6), np.sign(slope)
    true = exponential(generator, abs(slope), 2_000_000, 0.0, 3.0)
    found = side * (true + generator.normal(0, SPREAD, true.size))
    border = -slope * SPREAD**2 / 2
    beyond = np.count_nonzero(side * found < side * border)
    expected, rests_on = crossing_by_chance(found, border, SPREAD)
    assert expected == pytest.approx(beyond, rel=0.25)
    assert rests_on == np.count_nonzero(np.abs(found - border) <= SPREAD)


def test_crossing_by_chance__of_an_even_density_is_that_of_a_normal_tail():
    """n events on 2 w are n / 2w for each unit of length, of which s phi(0) cross."""
    expected, rests_on = crossing_by_chance(np.linspace(-5, 5, 100_001), 0.0, SPREAD)
    assert (expected, rests_on) == (pytest.approx(10_001 * 0.39894 / 2 / 0.5, rel=1e-3), 10_001)


def test_crossing_by_chance__of_hardly_an_event_nothing_is_known():
    assert crossing_by_chance(np.linspace(-1, 1, MIN_EVENTS - 1), 0.0, SPREAD) == (0.0, 0)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=MIN_EVENTS, max_size=60), st.floats(-7, 7))
def test_reach__is_the_distance_of_the_last_of_the_nearest_events(values, place):
    (found,) = reach(np.sort(values), np.array([place]))
    assert found == pytest.approx(np.sort(np.abs(np.array(values) - place))[MIN_EVENTS - 1], abs=1e-12)


@pytest.mark.parametrize("slope", [-3.0, -0.2, 0.0, 1.0, 6.0])
def test_slopes_at__is_the_most_likely_one(slope):
    width = 0.8
    places = np.sort(exponential(np.random.default_rng(3), slope, 3000, -width, width))

    def minus_log_likelihood(k):
        norm = 2 * width if abs(k) < 1e-9 else 2 * np.sinh(k * width) / k
        return places.size * np.log(norm) - k * places.sum()

    best = minimize_scalar(minus_log_likelihood, bounds=(-20, 20), method="bounded").x
    (found,) = slopes_at(places, np.array([0.0]), width)
    assert found == pytest.approx(best, abs=1e-3)
    assert found == pytest.approx(slope, abs=0.3)


def test_slopes_at__nothing_there_has_none():
    assert slopes_at(np.array([]), np.array([0.0]), 1.0).tolist() == [0.0]

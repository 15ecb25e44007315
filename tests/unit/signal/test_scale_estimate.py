"""The width of a logicle scale from values below 0."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marrowgate.signal.scale_estimate import batch_width, sample_width
from marrowgate.signal.transforms import Transform

TOP = 262144.0


@pytest.mark.parametrize("spread", [30, 100, 1000])
def test_tube_width__negative_values_are_on_the_scale_and_use_it(spread):
    values = np.random.default_rng(3).normal(0, spread, 15_000)
    width = sample_width(values, TOP, 4.5)
    reference = np.quantile(values[values < 0], 0.05)
    # by hand: W = (M - log10(T / |r|)) / 2 (Parks 2006)
    assert width == pytest.approx((4.5 - np.log10(TOP / -reference)) / 2, abs=1e-12)
    lowest = Transform("logicle", TOP, w=width).inverse(np.array([0.0]))[0]
    assert 2 * reference < lowest < reference


def test_tube_width__49_negative_values_say_nothing():
    assert sample_width(np.arange(-49.0, 1000.0), TOP, 4.5) is None
    assert sample_width(np.arange(-50.0, 1000.0), TOP, 4.5) is not None


def test_tube_width__stays_within_the_scale():
    assert sample_width(np.full(100, -TOP), TOP, 4.5) == 2.25
    assert sample_width(np.full(100, -1e-4), TOP, 4.5) == 0.0


def test_batch_width__one_odd_tube_does_not_change_the_scale():
    rng = np.random.default_rng(4)
    tubes = [sample_width(rng.normal(0, 100, 5000), TOP, 4.5) for _ in range(4)]
    odd = sample_width(rng.normal(0, 5000, 5000), TOP, 4.5)
    assert batch_width([*tubes, odd]) == pytest.approx(batch_width(tubes), abs=0.01)


@given(st.lists(st.floats(0, 2.25), min_size=1, max_size=9), st.randoms(use_true_random=False))
def test_batch_width__order_of_the_tubes_does_not_matter(widths, random):
    shuffled = random.sample(widths, len(widths))
    assert batch_width(shuffled) == batch_width(widths)


def test_batch_width__of_no_tube_is_not_known():
    assert batch_width([]) is None

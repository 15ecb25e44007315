"""Places of populations in an odd stretch, where shares and shifts are known."""

import numpy as np
import pytest

from marrowgate.signal.stability.population_shift import population_shift

CENTRES = np.array([[0.0, 0.0, 0.0], [3.0, 0.5, 0.0], [3.0, 3.0, 1.0]])


def drawn(seed, *n_of_each, shift=(0.0, 0.0, 0.0)):
    rng = np.random.default_rng(seed)
    parts = [centre + rng.normal(0, 0.3, (n, 3)) for centre, n in zip(CENTRES, n_of_each, strict=True)]
    return rng.permutation(np.concatenate(parts)) + np.array(shift)


USUAL = drawn(1, 2000, 1000, 500)


@pytest.mark.parametrize("n_of_each", [(800, 400, 200), (200, 400, 800), (0, 1000, 400), (1400, 0, 0)])
def test_population_shift__other_shares_are_no_shift(n_of_each):
    found = population_shift(USUAL, drawn(2, *n_of_each))
    assert found.shifts == pytest.approx(np.zeros(3), abs=0.04)
    assert found.covered > 0.8


@pytest.mark.parametrize("shift", [(0.5, 0.0, 0.0), (0.0, -0.4, 0.0), (-0.4, -0.4, -0.4), (0.0, 0.0, 1.5)])
@pytest.mark.parametrize("n_of_each", [(800, 400, 200), (300, 300, 800)])
def test_population_shift__a_shift_is_measured_whatever_the_shares(shift, n_of_each):
    found = population_shift(USUAL, drawn(2, *n_of_each, shift=shift))
    assert found.shifts == pytest.approx(shift, abs=0.08)


def test_population_shift__what_moves_in_one_population_counts_with_its_share_in_the_stretch():
    odd = np.concatenate([drawn(2, 750, 0, 0), drawn(3, 0, 250, 0, shift=(0.0, 0.0, 0.6))])
    assert population_shift(USUAL, odd).shifts == pytest.approx([0.0, 0.0, 0.15], abs=0.08)


@pytest.mark.parametrize(("n_foreign", "covered"), [(250, 0.75), (750, 0.25), (1000, 0.0)])
def test_population_shift__events_of_no_usual_population_are_not_covered(n_foreign, covered):
    foreign = np.random.default_rng(4).normal(9.0, 0.3, (n_foreign, 3))
    found = population_shift(USUAL, np.concatenate([drawn(2, 1000 - n_foreign, 0, 0), foreign]))
    assert found.covered == pytest.approx(covered, abs=0.15)
    assert found.shifts == pytest.approx(np.zeros(3), abs=0.1)


def test_population_shift__a_channel_that_stands_still_says_nothing():
    usual, odd = (np.column_stack([points, np.zeros(len(points))]) for points in (USUAL, drawn(2, 200, 400, 800)))
    assert population_shift(usual, odd).shifts == pytest.approx(np.zeros(4), abs=0.1)


def test_population_shift__few_distinct_values_warn_of_nothing():
    usual = np.repeat(np.eye(3), 500, axis=0)
    assert population_shift(usual, usual[:600]).shifts == pytest.approx(np.zeros(3))


@pytest.mark.parametrize(("n_dim", "n_bright"), [(1000, 0), (0, 1000)])
def test_population_shift__a_missing_population_is_not_mistaken_for_its_neighbour(n_dim, n_bright):
    """Two of ten channels part the two, so that each lies within reach of the other's place."""

    def two(rng, first, second):
        cells = rng.normal(0, 0.3, (first + second, 10))
        cells[first:, :2] += 3.0
        return rng.permutation(cells)

    usual, odd = two(np.random.default_rng(5), 1500, 1500), two(np.random.default_rng(6), n_dim, n_bright)
    # what little the neighbour draws is a tenth of the way to it
    assert population_shift(usual, odd).shifts == pytest.approx(np.zeros(10), abs=0.3)

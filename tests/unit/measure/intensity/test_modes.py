"""One mode or several."""

import numpy as np
import pytest
from scipy.optimize import linprog

from marrowgate.measure.intensity.intensities import intensity_rows
from marrowgate.measure.intensity.modes import dip_of, find_modes
from marrowgate.measure.intensity.sketch import make_sketch
from marrowgate.settings.config import Measure
from unit.measure.samples import record, sample

RNG = np.random.default_rng(2)


def two_kinds(n, share, fold=12.0):
    bright = RNG.random(n) < share
    return np.where(bright, fold, 1.0) * RNG.lognormal(5, 0.5, n)


@pytest.mark.parametrize(
    ("values", "dip"),
    [
        # two atoms of half the events: half a step remains wherever the mode is put
        ([0.0] * 5 + [1.0] * 5, 0.25),
        ([0.0] * 8 + [1.0] * 2, 0.1),
        ([1.0] * 5, 0.1),
    ],
)
def test_dip__of_atoms(values, dip):
    assert dip_of(np.array(values)) == pytest.approx(dip)


def nearest_unimodal(x):
    """Return the smallest distance of a distribution with a mode at a value, by linear programs; an independent way."""
    n = x.size
    above, below = np.arange(1, n + 1) / n, np.arange(n) / n
    found = []
    for mode in range(n):
        # unknowns: left limits l and right values r of the wanted distribution (equal but at the mode), distance d
        left, right, d = np.eye(2 * n + 1)[:n], np.eye(2 * n + 1)[n : 2 * n], np.eye(2 * n + 1)[-1]
        rows, limits = [*(left - d), *(-right - d), *(right - d), *(-left - d)], [*below, *-above, *above, *-below]
        rows += [left[i] - right[i] for i in range(n)] + [right[i] - left[i + 1] for i in range(n - 1)]
        limits += [0.0] * (2 * n - 1)
        slopes = [(left[i + 1] - right[i]) / (x[i + 1] - x[i]) for i in range(n - 1)]
        for i in range(n - 2):
            # convex before the mode, concave after it
            if i + 1 != mode:
                rows.append((slopes[i] - slopes[i + 1]) * (1 if i + 1 < mode else -1))
                limits.append(0.0)
        same = np.array([left[i] - right[i] for i in range(n) if i != mode])
        solved = linprog(d, np.array(rows), limits, same, np.zeros(len(same)), bounds=(-1, 2))
        found.append(solved.fun)
    return min(found)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_dip__is_the_distance_from_the_nearest_distribution_with_one_mode(seed):
    rng = np.random.default_rng(seed)
    values = np.sort(np.concatenate([rng.normal(0, 1, 6), rng.normal(3 * seed, 1, 6)]))
    assert dip_of(values) == pytest.approx(nearest_unimodal(values), abs=1e-6)


def test_dip__does_not_change_with_the_unit_or_the_sign():
    values = np.sort(two_kinds(300, 0.4))
    assert dip_of(3 * values + 7) == pytest.approx(dip_of(values))
    assert dip_of(-values[::-1]) == pytest.approx(dip_of(values))


@pytest.mark.parametrize("n", [60, 600, 20_000])
def test_modes__of_one_kind_of_cell_is_one(n):
    for values in (RNG.lognormal(5, 0.7, n), RNG.normal(20, 100, n), 100 * RNG.standard_t(3, n)):
        assert not find_modes(make_sketch("a", "b", values)).several


@pytest.mark.parametrize(("n", "share"), [(600, 0.5), (3000, 0.3), (20_000, 0.2)])
def test_modes__of_two_kinds_of_cells_are_several(n, share):
    assert find_modes(make_sketch("a", "b", two_kinds(n, share))).several


def test_modes__few_or_equal_values_say_nothing():
    assert find_modes(make_sketch("a", "b", two_kinds(49, 0.5))) is None
    assert find_modes(make_sketch("a", "b", np.full(100, 3.0))) is None


def test_intensity__of_several_modes_is_doubtful_and_says_so():
    (row,) = intensity_rows(record("S1", two_kinds(800, 0.45)), sample("S1"), None, {}, Measure(), 1)
    assert row["status"] == "doubtful"
    assert "several_modes" in row["reason_code"]
    assert "the values have more than one mode (dip 0." in row["reason"]

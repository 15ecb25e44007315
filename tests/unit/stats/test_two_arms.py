"""Two arms: checks against scipy, statsmodels and enumeration."""

import math
from itertools import combinations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, ttest_ind

from marrowgate.errors import NotEstimableError
from marrowgate.stats.two_arms import _rank_cut, hodges_lehmann, permutation_p, regression, welch

RNG = np.random.default_rng(5)
TRIPLET, DOUBLET = RNG.normal(0.8, 1.5, 9), RNG.normal(0, 0.7, 12)


def test_welch__as_scipy() -> None:
    found, wanted = welch(TRIPLET, DOUBLET), ttest_ind(TRIPLET, DOUBLET, equal_var=False)
    interval = wanted.confidence_interval()
    assert (found.low, found.high, found.p) == pytest.approx((interval.low, interval.high, wanted.pvalue))


def test_welch__one_patient_in_an_arm() -> None:
    with pytest.raises(NotEstimableError, match="1 and 12 patients: each arm needs two"):
        welch(TRIPLET[:1], DOUBLET)


def test_welch__equal_values_have_no_interval() -> None:
    found = welch(np.array([1.0, 1.0]), np.array([2.0, 2.0]))
    assert found.value == -1
    assert math.isnan(found.p)
    assert found.note == "all values within an arm are equal"


def test_regression__as_statsmodels() -> None:
    y = np.concatenate([TRIPLET, DOUBLET])
    baseline, arm = RNG.normal(size=(21, 2)), np.arange(21) < 9
    wanted = sm.OLS(y, np.column_stack([np.ones(21), arm, baseline])).fit()
    found = regression(y, arm, baseline)
    assert (found.value, found.p) == pytest.approx((wanted.params[1], wanted.pvalues[1]))
    assert [found.low, found.high] == pytest.approx(wanted.conf_int()[1].tolist())


def test_regression__covariate_that_is_the_arm() -> None:
    arm = np.arange(21) < 9
    with pytest.raises(NotEstimableError, match="21 patients do not identify 3 coefficients"):
        regression(RNG.normal(size=21), arm, arm[:, None].astype(float))


def test_permutation_p__exact_is_the_share_of_all_exchanges() -> None:
    triplet, doublet = TRIPLET[:4], DOUBLET[:5]
    values = np.concatenate([triplet, doublet])
    seen = abs(ttest_ind(triplet, doublet, equal_var=False).statistic)
    more = 0
    for chosen in combinations(range(9), 4):
        mask = np.isin(np.arange(9), chosen)
        more += abs(ttest_ind(values[mask], values[~mask], equal_var=False).statistic) >= seen - 1e-9
    p, how = permutation_p(triplet, doublet, 1000, 1)
    assert p == pytest.approx(more / 126)
    assert how == "exact, 126 exchanges"


def test_permutation_p__drawn_is_near_the_exact_one_and_repeats_with_its_seed() -> None:
    p, how = permutation_p(TRIPLET, DOUBLET, 20_000, 7)
    assert how == "20000 draws"
    assert p == pytest.approx(ttest_ind(TRIPLET, DOUBLET, equal_var=False).pvalue, abs=0.02)
    assert permutation_p(TRIPLET, DOUBLET, 20_000, 7)[0] == p


def test_permutation_p__drawn_is_never_zero() -> None:
    apart = np.arange(30.0)
    assert permutation_p(apart + 1000, apart, 1000, 3)[0] == pytest.approx(1 / 1001)


def test_permutation_p__few_draws_make_all_exchanges_too_many() -> None:
    assert permutation_p(TRIPLET[:4], DOUBLET[:5], 126, 1)[1] == "exact, 126 exchanges"
    assert permutation_p(TRIPLET[:4], DOUBLET[:5], 125, 1)[1] == "125 draws"


def test_permutation_p__arms_with_the_same_mean_are_not_told_apart() -> None:
    assert permutation_p(np.array([1.0, 2.0, 3.0]) + 0.1, np.array([3.0, 2.0, 1.0]) + 0.1, 1000, 1)[0] == 1


def test_permutation_p__ties_count_as_extreme() -> None:
    # only the two exchanges that part low from high are as far apart, whatever the rounding
    p, _ = permutation_p(np.array([0.1, 0.1, 0.1]), np.array([0.3, 0.3, 0.3]), 1000, 1)
    assert p == pytest.approx(2 / 20)


@given(st.integers(0, 1000), st.sampled_from([-1e6, 0.1, 1e6]))
def test_permutation_p__does_not_hang_on_where_zero_is(seed: int, shift: float) -> None:
    generator = np.random.default_rng(seed)
    triplet, doublet = generator.integers(0, 4, 4).astype(float), generator.integers(0, 4, 4).astype(float)
    assert permutation_p(triplet, doublet, 1000, 1) == permutation_p(triplet + shift, doublet + shift, 1000, 1)


@pytest.mark.parametrize(("n1", "n2"), [(2, 3), (4, 4), (5, 9), (22, 25)])
def test_rank_cut__is_the_quantile_of_the_rank_sum(n1: int, n2: int) -> None:
    cut = _rank_cut(n1, n2)

    def below(u: int) -> float:
        # the rank test of values arranged so that U is u
        first = np.zeros(n1)
        second = np.arange(1, n2 + 1, dtype=float)
        rest = u
        for place in range(n1):
            passed = min(rest, n2)
            first[place] = passed + 0.5 - 1e-3 * place
            rest -= passed
        return float(mannwhitneyu(first, second, alternative="less", method="exact").pvalue)

    assert cut == 0 or below(cut - 1) <= 0.025
    assert below(cut) > 0.025


def test_hodges_lehmann__is_the_median_difference_and_agrees_with_the_rank_test() -> None:
    found = hodges_lehmann(TRIPLET, DOUBLET)
    assert found.value == np.median(np.subtract.outer(TRIPLET, DOUBLET))
    assert found.p == mannwhitneyu(TRIPLET, DOUBLET).pvalue
    assert (found.p < 0.05) == (found.low > 0 or found.high < 0)


def test_hodges_lehmann__too_few_patients_have_no_interval() -> None:
    found = hodges_lehmann(TRIPLET[:3], DOUBLET[:3])
    assert math.isnan(found.low)
    assert found.note == "too few patients for a 95 % interval"


@given(st.floats(-5, 5), st.integers(0, 1000))
def test_hodges_lehmann__moves_with_the_values(shift: float, seed: int) -> None:
    generator = np.random.default_rng(seed)
    triplet, doublet = generator.normal(size=8), generator.normal(size=9)
    still, moved = hodges_lehmann(triplet, doublet), hodges_lehmann(triplet + shift, doublet)
    parts = (moved.value - still.value, moved.low - still.low, moved.high - still.high)
    assert parts == pytest.approx((shift,) * 3, abs=1e-9)

"""Regression to the mean taken back from a difference of changes, as far as the arms' gap may be chance."""

import numpy as np
import pytest
from numpy.typing import NDArray
from statsmodels.regression.linear_model import WLS

from marrowgate.stats.baseline_gap import GapAdjustment, adjust_for_gap
from marrowgate.stats.two_arms import regression

N = (22, 25)
Floats = NDArray[np.float64]
IN_FIRST = np.arange(sum(N)) < N[0]


def influence_of(change: Floats, in_first: NDArray[np.bool_] = IN_FIRST) -> Floats:
    found = np.zeros(change.size)
    for arm, sign in ((in_first, 1.0), (~in_first, -1.0)):
        found[arm] = sign * (change[arm] - change[arm].mean()) / arm.sum()
    return found


def drawn(seed: int | list[int], gap: float = 0.0, spread: tuple[float, float] = (0.4, 0.4)) -> tuple[Floats, Floats]:
    """Return baselines and changes of patients whose baselines vary by chance; the changes of the arms are alike."""
    rng = np.random.default_rng(seed)
    level = 0.6 * rng.standard_normal(sum(N)) + gap * IN_FIRST
    noise = 0.5 * rng.standard_normal(sum(N))
    return level + noise, np.where(IN_FIRST, *spread) * rng.standard_normal(sum(N)) - noise


def without_gap(baseline: Floats) -> Floats:
    return baseline - np.where(IN_FIRST, baseline[IN_FIRST].mean(), baseline[~IN_FIRST].mean())


def adjusted(baseline: Floats, change: Floats) -> GapAdjustment:
    return adjust_for_gap(influence_of(change), baseline, IN_FIRST)


def test_adjust_for_gap__without_a_gap_the_error_is_that_of_the_analysis_of_covariance() -> None:
    baseline, change = drawn(1)
    baseline = without_gap(baseline)
    found = adjusted(baseline, change)
    assert found.shift == pytest.approx(0, abs=1e-12)
    arms = change[IN_FIRST], change[~IN_FIRST]
    before = sum(arm.var(ddof=1) / arm.size for arm in arms)
    wanted = regression(change, IN_FIRST, baseline[:, None])
    half = (wanted.high - wanted.low) / 2 / 2.015
    # the analysis of covariance pools the arms' variances, which are alike here
    assert found.width * np.sqrt(before) == pytest.approx(half, rel=0.03)
    assert found.width < 0.97


def test_adjust_for_gap__slope_and_its_error_are_those_of_weighted_least_squares() -> None:
    baseline, change = drawn(4, spread=(1.2, 0.3))
    found = adjusted(baseline, change)
    spreads = [change[arm].var(ddof=1) for arm in (IN_FIRST, ~IN_FIRST)]
    x = np.column_stack([IN_FIRST, ~IN_FIRST, baseline]).astype(float)
    fitted = WLS(change, x, weights=1 / np.where(IN_FIRST, *spreads)).fit()
    slope, variance = -fitted.params[2], fitted.get_robustcov_results("HC0").cov_params()[2, 2]
    gap = baseline[IN_FIRST].mean() - baseline[~IN_FIRST].mean()
    chance = sum(baseline[arm].var(ddof=1) / arm.sum() for arm in (IN_FIRST, ~IN_FIRST))
    share = chance / (chance + gap**2)
    assert found.gap == pytest.approx(gap)
    assert found.shift == pytest.approx(share * slope * gap)
    before = sum(spread / n for spread, n in zip(spreads, N, strict=True))
    left = change + slope * baseline
    after = sum(left[arm].var(ddof=1) / arm.sum() for arm in (IN_FIRST, ~IN_FIRST)) * 45 / 44
    wanted = before - share * (before - after) + (share * gap) ** 2 * variance
    assert found.width**2 * before == pytest.approx(wanted)


def test_adjust_for_gap__a_gap_beyond_chance_is_left_to_the_change() -> None:
    baseline, change = drawn(2)
    shifts = [adjusted(without_gap(baseline) + gap * IN_FIRST, change).shift for gap in (0.1, 0.2, 1.0, 5.0)]
    assert shifts[0] < shifts[1]
    assert shifts[1] > shifts[2] > shifts[3] > 0
    assert adjusted(without_gap(baseline) + 5.0 * IN_FIRST, change).width == pytest.approx(1, abs=0.01)


def test_adjust_for_gap__exchanged_arms_change_the_sign_alone() -> None:
    baseline, change = drawn(3, 0.3)
    found = adjusted(baseline, change)
    turned = adjust_for_gap(influence_of(change, ~IN_FIRST), baseline, ~IN_FIRST)
    assert (turned.shift, turned.gap) == pytest.approx((-found.shift, -found.gap))
    assert turned.width == pytest.approx(found.width)
    assert turned.influence == pytest.approx(-found.influence)


def test_adjust_for_gap__influences_are_smaller_and_still_add_up_to_nothing() -> None:
    baseline, change = drawn(5, 0.1)
    found = adjusted(baseline, change)
    assert float(np.sum(found.influence)) == pytest.approx(0, abs=1e-12)
    assert float(np.sum(found.influence**2)) < float(np.sum(influence_of(change) ** 2))


@pytest.mark.parametrize("case", ["rising with the baseline", "four patients in an arm", "equal baselines"])
def test_adjust_for_gap__nothing_is_taken_back(case: str) -> None:
    baseline, change = drawn(6)
    in_first = IN_FIRST
    if case == "rising with the baseline":
        change = 0.5 * baseline + change * 0.01
    elif case == "four patients in an arm":
        in_first = np.arange(sum(N)) < 4
    else:
        baseline = np.zeros(sum(N))
    found = adjust_for_gap(influence_of(change, in_first), baseline, in_first)
    assert found.shift == 0
    assert found.width == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(("gap", "most"), [(0.0, 0.09), (0.6, 0.12)])
def test_adjust_for_gap__arms_that_change_alike_are_seldom_told_apart(gap: float, most: float) -> None:
    hits = covariance = 0
    for seed in range(400):
        baseline, change = drawn([5, seed], gap)
        found = adjusted(baseline, change)
        arms = change[IN_FIRST], change[~IN_FIRST]
        error = np.sqrt(sum(arm.var(ddof=1) / arm.size for arm in arms)) * found.width
        hits += abs(arms[0].mean() - arms[1].mean() + found.shift) > 2.014 * error
        covariance += regression(change + baseline, IN_FIRST, baseline[:, None]).p < 0.05
    assert 0.025 < hits / 400 < most
    # the analysis of covariance takes a true gap for a difference of the changes
    assert covariance / 400 > (0.25 if gap == 0.6 else 0.0)

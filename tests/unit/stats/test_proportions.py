"""Golden values of the published responder contrast, and checks against independent code."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import fisher_exact, nchypergeom_fisher
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from marrowgate.stats.proportions import (
    TwoByTwo,
    _constrained_p2,
    fisher_p,
    miettinen_nurminen_interval,
    newcombe_interval,
    odds_ratio_interval,
    wilson_interval,
)

PUBLISHED = TwoByTwo(16, 22, 0, 25)


@st.composite
def tables(draw: st.DrawFn) -> TwoByTwo:
    n1, n2 = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    return TwoByTwo(draw(st.integers(0, n1)), n1, draw(st.integers(0, n2)), n2)


def test_fisher_p__published_contrast() -> None:
    assert f"{fisher_p(PUBLISHED):.4e}" == "4.9635e-08"
    assert f"{fisher_p(PUBLISHED, mid=True):.2e}" == "2.48e-08"


def test_newcombe_interval__published_contrast() -> None:
    assert np.round(newcombe_interval(PUBLISHED), 4).tolist() == [0.4796, 0.8685]


def test_miettinen_nurminen_interval__published_contrast() -> None:
    assert np.round(miettinen_nurminen_interval(PUBLISHED), 4).tolist() == [0.5162, 0.8695]


def test_odds_ratio_interval__published_contrast() -> None:
    estimate, low, high = odds_ratio_interval(PUBLISHED)
    assert math.isinf(estimate)
    assert math.isinf(high)
    assert f"{low:.1f}" == "11.0"


def test_odds_ratio_interval__cuts_off_a_fortieth_on_either_side() -> None:
    # Fisher's tea taster, 3 of 4 and 1 of 4: the likeliest odds ratio is 6.408
    estimate, low, high = odds_ratio_interval(TwoByTwo(3, 4, 1, 4))
    assert estimate == pytest.approx(6.4083, rel=1e-4)
    assert nchypergeom_fisher(8, 4, 4, low).sf(2) == pytest.approx(0.025, rel=1e-4)
    assert nchypergeom_fisher(8, 4, 4, high).cdf(3) == pytest.approx(0.025, rel=1e-4)


def test_odds_ratio_interval__is_unknown_where_nobody_or_everybody_responds() -> None:
    assert all(
        math.isnan(value)
        for table in (TwoByTwo(0, 4, 0, 6), TwoByTwo(4, 4, 6, 6))
        for value in odds_ratio_interval(table)
    )


def test_wilson_interval__published_arms() -> None:
    assert np.round(wilson_interval(16, 22), 4).tolist() == [0.5185, 0.8685]
    assert np.round(wilson_interval(0, 25), 4).tolist() == [0.0, 0.1332]


@given(tables())
def test_fisher_p__as_scipy(table: TwoByTwo) -> None:
    cells = [[table.x1, table.n1 - table.x1], [table.x2, table.n2 - table.x2]]
    assert fisher_p(table) == pytest.approx(fisher_exact(cells).pvalue, rel=1e-6)
    assert 0 <= fisher_p(table, mid=True) <= fisher_p(table)


@given(tables())
def test_newcombe_interval__as_statsmodels(table: TwoByTwo) -> None:
    wanted = confint_proportions_2indep(table.x1, table.n1, table.x2, table.n2, compare="diff", method="newcomb")
    assert newcombe_interval(table) == pytest.approx(wanted, abs=1e-9)


@given(st.integers(0, 30), st.integers(1, 30))
def test_wilson_interval__as_statsmodels(x: int, more: int) -> None:
    assert wilson_interval(x, x + more) == pytest.approx(proportion_confint(x, x + more, method="wilson"), abs=1e-9)


@given(tables(), st.floats(-0.95, 0.95))
def test_constrained_p2__is_the_most_likely(table: TwoByTwo, difference: float) -> None:
    def minus_log_likelihood(p2: float) -> float:
        parts = ((table.x1, table.n1, p2 + difference), (table.x2, table.n2, p2))
        return -sum((x * math.log(p) if x else 0) + ((n - x) * math.log(1 - p) if n - x else 0) for x, n, p in parts)

    low, high = max(0.0, -difference) + 1e-9, min(1.0, 1.0 - difference) - 1e-9
    found = minimize_scalar(minus_log_likelihood, bounds=(low, high), method="bounded", options={"xatol": 1e-10})
    ours = min(max(_constrained_p2(table, difference), low), high)
    # statsmodels' own root is off on one side of the estimate, so the likelihood itself is the judge
    assert minus_log_likelihood(ours) <= found.fun + 1e-6


@given(tables())
def test_miettinen_nurminen_interval__mirrors_when_the_arms_are_exchanged(table: TwoByTwo) -> None:
    low, high = miettinen_nurminen_interval(table)
    other_low, other_high = miettinen_nurminen_interval(TwoByTwo(table.x2, table.n2, table.x1, table.n1))
    assert (low, high) == pytest.approx((-other_high, -other_low), abs=1e-7)
    assert low - 1e-9 <= table.difference <= high + 1e-9


def test_odds_ratio_interval__nobody_responds_is_not_defined() -> None:
    assert all(math.isnan(value) for value in odds_ratio_interval(TwoByTwo(0, 5, 0, 6)))


def test_two_by_two__more_responders_than_patients() -> None:
    with pytest.raises(ValueError, match="7 of 5 and 0 of 6 are no two proportions"):
        TwoByTwo(7, 5, 0, 6)

"""The negative binomial contrast."""

import math

import numpy as np
import pytest
import statsmodels.api as sm

from marrowgate.errors import NotEstimableError
from marrowgate.stats.negative_binomial import PatientCounts, negative_binomial

RNG = np.random.default_rng(2)
ARM = np.arange(40) < 18
EXPECTED = RNG.uniform(50, 400, 40)


def test_negative_binomial__as_statsmodels_at_the_same_dispersion() -> None:
    events = RNG.poisson(EXPECTED * np.where(ARM, 2.0, 1.0) * RNG.gamma(4, 1 / 4, 40)).astype(float)
    found = negative_binomial(PatientCounts(events, EXPECTED, ARM))
    dispersion = float(found.note.removeprefix("over-dispersion "))
    family = sm.families.NegativeBinomial(alpha=dispersion)
    x = np.column_stack([np.ones(40), ARM])
    wanted = sm.GLM(events, x, family=family, offset=np.log(EXPECTED)).fit()
    assert found.value == pytest.approx(wanted.params[1] / math.log(2), rel=1e-2)
    assert (found.high - found.low) / 2 / 2.0244 == pytest.approx(wanted.bse[1] / math.log(2), rel=1e-2)
    assert float(np.sum(wanted.resid_pearson**2)) == pytest.approx(38, rel=5e-3)


def test_negative_binomial__degrees_of_freedom_are_those_of_two_ratios() -> None:
    """Two arms of three: 4 degrees of freedom for the dispersion and the t distribution, by hand."""
    arm = np.arange(6) < 3
    events = np.array([60.0, 100.0, 140.0, 20.0, 50.0, 80.0])
    found = negative_binomial(PatientCounts(events, np.full(6, 50.0), arm))
    # with equal expectations the fitted means are the arms' means, and Pearson's statistic is 4 at this dispersion
    means = np.where(arm, 100.0, 50.0)
    dispersion = float(found.note.removeprefix("over-dispersion "))
    assert np.sum((events - means) ** 2 / (means + dispersion * means**2)) == pytest.approx(4, rel=2e-3)
    se = math.sqrt(sum((1 + dispersion * mean) / (3 * mean) for mean in (100.0, 50.0))) / math.log(2)
    assert found.value == pytest.approx(1.0)
    assert (found.high - found.low) / 2 == pytest.approx(2.7764 * se, rel=2e-3)


def test_negative_binomial__equal_counts_have_no_over_dispersion() -> None:
    found = negative_binomial(PatientCounts(np.round(EXPECTED), EXPECTED, ARM))
    assert found.note == "over-dispersion 0"
    assert abs(found.value) < 0.01


def test_negative_binomial__arm_without_events() -> None:
    with pytest.raises(NotEstimableError, match="fewer than two patients or no events"):
        negative_binomial(PatientCounts(np.where(ARM, 0.0, 5.0), EXPECTED, ARM))

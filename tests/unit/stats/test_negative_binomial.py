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
    assert float(np.sum(wanted.resid_pearson**2)) == pytest.approx(38, rel=0.05)


def test_negative_binomial__equal_counts_have_no_over_dispersion() -> None:
    found = negative_binomial(PatientCounts(np.round(EXPECTED), EXPECTED, ARM))
    assert found.note == "over-dispersion 0"
    assert abs(found.value) < 0.01


def test_negative_binomial__arm_without_events() -> None:
    with pytest.raises(NotEstimableError, match="fewer than two patients or no events"):
        negative_binomial(PatientCounts(np.where(ARM, 0.0, 5.0), EXPECTED, ARM))

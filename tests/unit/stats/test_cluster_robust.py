"""Contrasts of the mixed model against closed forms of balanced data."""

import math

import numpy as np
import pytest
from scipy.stats import t, ttest_ind
from statsmodels.regression.linear_model import OLS

from marrowgate.stats.cluster_robust import contrast, model_contrast, robust_variance
from marrowgate.stats.mixed import LongData, fit_mixed, pad

ARM = np.array([0.0, 1.0])


def balanced(seed: int, spread: tuple[float, float] = (1.0, 1.0)) -> tuple[LongData, np.ndarray, np.ndarray]:
    """Return 9 and 11 patients with three readings each, their means and their arm."""
    rng = np.random.default_rng(seed)
    triplet = np.arange(20) < 9
    level = rng.normal(0, np.where(triplet, *spread))
    y = np.repeat(level, 3) + rng.normal(0, 0.2, 60)
    patients = [str(n // 3) for n in range(60)]
    x = np.column_stack([np.ones(60), np.repeat(triplet, 3).astype(float)])
    return pad(patients, y.tolist(), x, [0.0] * 60, [0.0] * 60), y.reshape(20, 3).mean(axis=1), triplet


def test_model_contrast__balanced_intercepts_are_a_t_test_of_the_means() -> None:
    data, means, triplet = balanced(8)
    fitted = fit_mixed(data)
    found = model_contrast(data, fitted, ARM)
    assert fitted.structure == "intercept"
    assert found.p == pytest.approx(ttest_ind(means[triplet], means[~triplet]).pvalue, rel=1e-3)
    assert found.note == "18 degrees of freedom"


@pytest.mark.parametrize("spread", [(1.0, 1.0), (0.2, 2.0)])
def test_robust_variance__balanced_data_have_the_error_of_welch(spread: tuple[float, float]) -> None:
    data, means, triplet = balanced(8, spread)
    variance, df = robust_variance(data, fit_mixed(data), ARM)
    arms = means[triplet], means[~triplet]
    assert variance == pytest.approx(sum(arm.var(ddof=1) / arm.size for arm in arms), rel=1e-6)
    assert variance == pytest.approx(OLS(means, np.column_stack([np.ones(20), triplet])).fit().HC2_se[1] ** 2, rel=1e-6)
    # Satterthwaite's degrees of freedom of the sum of both arms' variances when they are equal
    assert df == pytest.approx((1 / 9 + 1 / 11) ** 2 / (1 / (81 * 8) + 1 / (121 * 10)), rel=1e-6)


def test_contrast__is_the_estimate_over_its_robust_error() -> None:
    data, means, triplet = balanced(3, (0.2, 2.0))
    fitted = fit_mixed(data)
    found = contrast(data, fitted, ARM)
    variance, df = robust_variance(data, fitted, ARM)
    assert found.value == pytest.approx(means[triplet].mean() - means[~triplet].mean(), abs=1e-6)
    assert found.high - found.value == pytest.approx(t.ppf(0.975, df) * math.sqrt(variance))
    own = model_contrast(data, fitted, ARM)
    assert found.note == (
        "17 degrees of freedom (Satterthwaite, of the patients' residuals); "
        f"by the model's own error p = {own.p:.3g}, 18 degrees of freedom"
    )


def test_contrast__one_patient_in_an_arm_has_no_error() -> None:
    y = np.array([1.0, 1.2, 0.1, 0.3, -0.2, 0.1, 0.5, 0.2])
    x = np.column_stack([np.ones(8), np.arange(8) < 2]).astype(float)
    data = pad([str(n // 2) for n in range(8)], y.tolist(), x, [0.0] * 8, [0.0] * 8)
    fitted = fit_mixed(data)
    assert fitted.beta[1] == pytest.approx(1.1 - 1 / 6, abs=1e-3)
    found = contrast(data, fitted, ARM)
    assert math.isnan(found.p)
    assert found.note.startswith("too few patients for an error of this contrast; by the model's own error p = ")

"""The mixed model against statsmodels."""

import warnings

import numpy as np
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM

from marrowgate.errors import NotEstimableError
from marrowgate.stats import mixed_bootstrap
from marrowgate.stats.cluster_robust import model_contrast
from marrowgate.stats.mixed import LongData, fit_mixed, pad
from marrowgate.stats.mixed_bootstrap import bootstrap_p


def cohort(
    seed: int, intercept_sd: float = 0.6, slope_sd: float = 0.4, effect: float = 0.0
) -> tuple[LongData, list[str], np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    patients, y, time, x = [], [], [], []
    for number in range(47):
        triplet = float(number < 22)
        start, slope = rng.normal(0, intercept_sd), rng.normal(0, slope_sd)
        for visit in range(int(rng.integers(2, 6))):
            at = 0.7 * visit + 0.3
            patients.append(str(number))
            time.append(at)
            y.append(start + slope * at + effect * triplet + rng.normal(0, 0.35))
            x.append([1, triplet, at - 1.5, triplet * (at - 1.5)])
    data = pad(patients, y, np.array(x), time, [0.0] * len(y))
    return data, patients, np.array(y), np.array(time), np.array(x)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_fit_mixed__as_statsmodels(seed: int) -> None:
    data, patients, y, time, x = cohort(seed)
    found = fit_mixed(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = MixedLM(y, x, groups=patients, exog_re=np.column_stack([np.ones(time.size), time])).fit(reml=True)
    assert found.converged
    assert found.structure == "correlated"
    assert found.beta == pytest.approx(wanted.fe_params, abs=2e-4)
    assert np.exp(2 * found.theta[0]) == pytest.approx(wanted.scale, rel=2e-3)
    root = np.array([[np.exp(found.theta[1]), 0], [found.theta[3], np.exp(found.theta[2])]])
    assert (root @ root.T).ravel() == pytest.approx(np.asarray(wanted.cov_re).ravel(), abs=2e-3)
    # statsmodels takes the errors from the whole Hessian, variances included: a little wider
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(wanted.bse_fe, rel=2e-2)


def test_fit_mixed__no_slope_in_the_data_drops_the_slope() -> None:
    kept = {fit_mixed(cohort(seed, slope_sd=0.0)[0]).structure for seed in range(8)}
    assert kept & {"independent", "intercept"}


def test_pad__known_measurement_error_weighs_readings() -> None:
    rng = np.random.default_rng(4)
    error = np.where(np.arange(60) % 2, 2.0, 0.01)
    y = np.repeat(rng.normal(0, 0.1, 20), 3) + error * rng.standard_normal(60)
    patients = [str(n // 3) for n in range(60)]
    x = np.column_stack([np.ones(60), np.repeat(np.arange(20) < 9, 3)])
    se = {}
    for name, sds in (("known", error), ("unknown", np.zeros(60))):
        data = pad(patients, y.tolist(), x, [0.0] * 60, sds.tolist())
        se[name] = np.sqrt(fit_mixed(data).covariance[1, 1])
    assert se["known"] < 0.3 * se["unknown"]


def test_bootstrap_p__near_the_model_and_repeats_with_its_seed() -> None:
    data = cohort(3, effect=0.45)[0]
    weights = np.array([0.0, 1.0, 0.0, 0.0])
    p, done = bootstrap_p(data, weights, 99, 1)
    assert done == 99
    assert p == pytest.approx(model_contrast(data, fit_mixed(data), weights).p, abs=0.12)
    assert bootstrap_p(data, weights, 99, 1) == (p, done)


def test_bootstrap_p__does_not_depend_on_the_number_of_processes(caplog: pytest.LogCaptureFixture) -> None:
    data = cohort(3, effect=0.45)[0]
    weights = np.array([0.0, 1.0, 0.0, 0.0])
    with caplog.at_level("INFO"):
        assert bootstrap_p(data, weights, 250, 1, jobs=2) == bootstrap_p(data, weights, 250, 1)
    said = [f"bootstrap of the contrast: {done} of 250 draws" for done in (100, 200, 250)]
    assert caplog.messages == [*said, *said]


def test_bootstrap_p__statistic_has_the_error_of_the_contrast(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a CR2 error that is the same everywhere the bootstrap is one of the estimate itself."""
    data, weights = cohort(3, effect=0.45)[0], np.array([0.0, 1.0, 0.0, 0.0])
    asked: list[float] = []

    def same(*arguments: object) -> tuple[float, float]:
        asked.append(float(arguments[1].beta[1]))  # type: ignore[attr-defined]
        return 1.0, 40.0

    monkeypatch.setattr(mixed_bootstrap, "robust_variance", same)
    p = bootstrap_p(data, weights, 99, 1)[0]
    seen, *drawn = (abs(value) for value in asked)
    assert p == pytest.approx((sum(value >= seen for value in drawn) + 1) / 100)


def test_fit_mixed__arm_that_is_a_batch_is_not_identified() -> None:
    patients = [str(n // 3) for n in range(30)]
    arm = np.repeat(np.arange(10) < 5, 3).astype(float)
    data = pad(patients, list(range(30)), np.column_stack([np.ones(30), arm, arm]), [0.0] * 30, [0.0] * 30)
    with pytest.raises(NotEstimableError, match="30 readings do not identify 3 coefficients"):
        fit_mixed(data)

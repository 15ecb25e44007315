"""The restricted likelihood against matrices written out, and its derivatives against differences."""

import math

import numpy as np
import pytest

from marrowgate.stats.mixed import LongData, fit_mixed, fit_outcomes, pad, variance_matrices
from marrowgate.stats.restricted_likelihood import FLOOR, evaluate, make_layout

SPREADS = np.array([[0.5, 0.4, 0.3, 0.6], [0.2, -0.7, 0.5, -1.2]])


def readings(seed: int = 1, slope_sd: float = 0.4, intercept_sd: float = 0.6) -> LongData:
    rng = np.random.default_rng(seed)
    patients, y, time, x = [], [], [], []
    for number in range(14):
        start, slope = rng.normal(0, intercept_sd), rng.normal(0, slope_sd)
        for visit in range(2 + number % 4):
            at = 0.7 * visit + 0.3
            patients.append(str(number))
            time.append(at)
            y.append(start + slope * at + rng.normal(0, 0.3))
            x.append([1.0, float(number < 6), at])
    return pad(patients, y, np.array(x), time, rng.uniform(0.05, 0.4, len(y)).tolist())


def by_matrices(data: LongData, spreads: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the criterion and the fixed effects from the covariance of all readings of each patient."""
    residual, intercept, slope, angle = spreads
    log_det, cross, right, square = 0.0, np.zeros((3, 3)), np.zeros(3), 0.0
    shared = intercept * slope * math.sin(angle)
    g = np.array([[intercept**2, shared], [shared, slope**2]])
    for y, x, time, error, there in zip(data.y, data.x, data.time, data.error_variance, data.present, strict=True):
        z = np.column_stack([np.ones(there.sum()), time[there]])
        v = z @ g @ z.T + np.diag(residual**2 + FLOOR + error[there])
        log_det += math.log(np.linalg.det(v))
        cross += x[there].T @ np.linalg.solve(v, x[there])
        right += x[there].T @ np.linalg.solve(v, y[there])
        square += y[there] @ np.linalg.solve(v, y[there])
    beta = np.linalg.solve(cross, right)
    return float(log_det + math.log(np.linalg.det(cross)) + square - beta @ right), beta


def evaluated(data: LongData, spreads: np.ndarray):  # type: ignore[no-untyped-def]
    layout = make_layout(data.x, data.time, data.error_variance, data.present)
    return evaluate(layout, np.repeat(data.y[:, None, :], len(spreads), axis=1), spreads)


def test_evaluate__is_the_likelihood_of_the_whole_matrices() -> None:
    data = readings()
    found = evaluated(data, SPREADS)
    for number, spreads in enumerate(SPREADS):
        value, beta = by_matrices(data, spreads)
        assert found.value[number] == pytest.approx(value, abs=1e-9)
        assert found.beta[number] == pytest.approx(beta, abs=1e-9)


@pytest.mark.parametrize("place", range(4))
def test_evaluate__gradient_is_the_slope_of_the_criterion(place: int) -> None:
    data, step = readings(), np.eye(4)[place] * 1e-5
    slope = (evaluated(data, SPREADS + step).value - evaluated(data, SPREADS - step).value) / 2e-5
    assert evaluated(data, SPREADS).gradient[:, place] == pytest.approx(slope, rel=1e-6, abs=1e-6)


def test_evaluate__curvature_is_the_mean_one_over_outcomes_of_the_model() -> None:
    """At the true spreads the mean Hessian of many outcomes is near the expected one."""
    data, spreads = readings(), SPREADS[:1]
    residual, intercept, slope, angle = spreads[0]
    theta = np.array(
        [math.log(residual), math.log(intercept), math.log(slope * math.cos(angle)), slope * math.sin(angle)]
    )
    root = np.linalg.cholesky(variance_matrices(data, theta, "correlated"))
    normal = np.random.default_rng(3).standard_normal((4000, *data.y.shape))
    y = np.where(data.present, np.einsum("pij,npj->npi", root, normal), 0.0).transpose(1, 0, 2)
    layout = make_layout(data.x, data.time, data.error_variance, data.present)
    at = np.repeat(spreads, 4000, axis=0)
    ahead = [
        evaluate(layout, y, at + step).gradient - evaluate(layout, y, at - step).gradient for step in np.eye(4) * 1e-4
    ]
    mean = np.stack(ahead, axis=1).mean(axis=0) / 2e-4
    expected = evaluate(layout, y, at).curvature.mean(axis=0)
    # the expected curvature leaves out what the fixed effects take, 3 of 14 patients
    assert np.diag(expected) == pytest.approx(np.diag(mean), rel=0.35)


def test_fit_outcomes__each_as_if_it_stood_alone() -> None:
    data = readings()
    others = np.stack([data.y, readings(2).y * data.present, 2 * data.y])
    together = fit_outcomes(data, others)
    for y, found in zip(others, together, strict=True):
        alone = fit_mixed(LongData(y, data.x, data.time, data.error_variance, data.present))
        assert found.structure == alone.structure
        assert found.beta == pytest.approx(alone.beta, abs=1e-5)


def test_fit_mixed__patients_who_differ_in_their_slopes_alone_keep_the_slope() -> None:
    """Without a spread of intercepts the slope is not dropped with it."""
    kept = {fit_mixed(readings(seed, slope_sd=1.5, intercept_sd=0.0)).structure for seed in range(4)}
    assert "intercept" not in kept

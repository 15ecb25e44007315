"""Printed results of other programs on public data: lme4 and lmerTest, clubSandwich's algorithm, survfit."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.linalg import block_diag, cholesky

from marrowgate.stats.cluster_robust import model_contrast, robust_variance
from marrowgate.stats.mixed import LongData, fit_mixed, pad, variance_matrices
from marrowgate.stats.survival import FollowUp, cumulative_incidence, median_survival, survival_at

# reaction times of 18 persons on days 0 to 9 without sleep (Belenky 2003, J Sleep Res 12:1; `sleepstudy` of lme4)
SLEEP = """
249.5600 258.7047 250.8006 321.4398 356.8519 414.6901 382.2038 290.1486 430.5853 466.3535
222.7339 205.2658 202.9778 204.7070 207.7161 215.9618 213.6303 217.7272 224.2957 237.3142
199.0539 194.3322 234.3200 232.8416 229.3074 220.4579 235.4208 255.7511 261.0125 247.5153
321.5426 300.4002 283.8565 285.1330 285.7973 297.5855 280.2396 318.2613 305.3495 354.0487
287.6079 285.0000 301.8206 320.1153 316.2773 293.3187 290.0750 334.8177 293.7469 371.5811
234.8606 242.8118 272.9613 309.7688 317.4629 309.9976 454.1619 346.8311 330.3003 253.8644
283.8424 289.5550 276.7693 299.8097 297.1710 338.1665 332.0265 348.8399 333.3600 362.0428
265.4731 276.2012 243.3647 254.6723 279.0244 284.1912 305.5248 331.5229 335.7469 377.2990
241.6083 273.9472 254.4907 270.8021 251.4519 254.6362 245.4523 235.3110 235.7541 237.2466
312.3666 313.8058 291.6112 346.1222 365.7324 391.8385 404.2601 416.6923 455.8643 458.9167
236.1032 230.3167 238.9256 254.9220 250.7103 269.7744 281.5648 308.1020 336.2806 351.6451
256.2968 243.4543 256.2046 255.5271 268.9165 329.7247 379.4445 362.9184 394.4872 389.0527
250.5265 300.0576 269.8939 280.5891 271.8274 304.6336 287.7466 266.5955 321.5418 347.5655
221.6771 298.1939 326.8785 346.8555 348.7402 352.8287 354.4266 360.4326 375.6406 388.5417
271.9235 268.4369 257.2424 277.6566 314.8222 317.2135 298.1353 348.1229 340.2800 366.5131
225.2640 234.5235 238.9008 240.4730 267.5373 344.1937 281.1481 347.5855 365.1630 372.2288
269.8804 272.4428 277.8989 281.7895 279.1705 284.5120 259.2658 304.6306 350.7807 369.4692
269.4117 273.4740 297.5968 310.6316 287.1726 329.6076 334.4818 343.2199 369.1417 364.1236
"""
DAY = np.array([0.0, 1.0])


def sleep() -> LongData:
    y = np.array(SLEEP.split(), dtype=np.float64)
    days = np.tile(np.arange(10.0), 18)
    persons = [str(n // 10) for n in range(180)]
    return pad(persons, y.tolist(), np.column_stack([np.ones(180), days]), days.tolist(), [0.0] * 180)


def test_fit_mixed__as_lme4_prints_it() -> None:
    # Bates, Maechler, Bolker and Walker 2015, J Stat Softw 67(1), summary of Reaction ~ Days + (Days | Subject) by REML
    found = fit_mixed(sleep())
    assert found.structure == "correlated"
    assert found.beta == pytest.approx([251.405, 10.467], abs=6e-4)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx([6.825, 1.546], abs=2e-3)
    root = np.array([[np.exp(found.theta[1]), 0], [found.theta[3], np.exp(found.theta[2])]])
    spread = root @ root.T
    assert np.sqrt(np.diag(spread)) == pytest.approx([24.741, 5.922], rel=2e-3)
    assert spread[0, 1] / np.sqrt(spread[0, 0] * spread[1, 1]) == pytest.approx(0.066, abs=0.003)
    assert np.exp(found.theta[0]) == pytest.approx(25.592, rel=1e-3)


def test_model_contrast__as_lmertest_prints_it() -> None:
    # Kuznetsova, Brockhoff and Christensen 2017, J Stat Softw 82(13): Days 10.467, 17 degrees of freedom, t 6.771
    data = sleep()
    found = model_contrast(data, fit_mixed(data), DAY)
    assert found.note == "17 degrees of freedom"
    assert found.p == pytest.approx(3.26e-06, rel=0.02)


def test_robust_variance__as_clubsandwich_s_algorithm() -> None:
    """Compare with CR2 and its degrees of freedom, written out with full matrices (Pustejovsky and Tipton 2018)."""
    data = sleep()
    fitted = fit_mixed(data)
    phi = list(variance_matrices(data, fitted.theta, fitted.structure))
    x, y = data.x.reshape(-1, 2), data.y.ravel()
    weight = np.linalg.inv(block_diag(*phi))
    bread = np.linalg.inv(x.T @ weight @ x)
    keep = np.eye(180) - x @ bread @ x.T @ weight
    parts = []
    for n, own in enumerate(phi):
        rows = slice(10 * n, 10 * n + 10)
        upper = cholesky(own)
        values, vectors = np.linalg.eigh(upper @ keep[rows] @ block_diag(*phi) @ keep[rows].T @ upper.T)
        adjust = upper.T @ (vectors / np.sqrt(values)) @ vectors.T @ upper
        parts.append(keep[rows].T @ adjust.T @ weight[rows, rows] @ x[rows] @ bread @ DAY)
    p = np.array(parts)
    omega = p @ block_diag(*phi) @ p.T
    variance, df = robust_variance(data, fitted, DAY)
    # the two take another square root of the same matrix: the same expectation, not the same last digits
    assert variance == pytest.approx(np.sum((p @ y) ** 2), rel=0.01)
    assert df == pytest.approx(np.trace(omega) ** 2 / np.sum(omega**2), rel=0.01)


def test_survival__as_survfit_prints_the_leukaemia_series() -> None:
    # survfit with conf.type = "log-log" of `aml` in R's survival, maintained arm (Miller 1997, Survival Analysis)
    months = ((9, 1), (13, 1), (13, 0), (18, 1), (23, 1), (28, 0), (31, 1), (34, 1), (45, 0), (48, 1), (161, 0))
    patients = [FollowUp(str(n), float(at), event) for n, (at, event) in enumerate(months)]
    found = survival_at(patients, [9, 13, 18, 23, 31, 34, 48])
    assert [round(at.survival.value, 3) for at in found] == [0.909, 0.818, 0.716, 0.614, 0.491, 0.368, 0.184]
    assert [at.at_risk for at in found] == [11, 10, 8, 7, 5, 4, 2]
    assert [round(at.survival.low, 3) for at in found] == [0.508, 0.447, 0.350, 0.266, 0.167, 0.093, 0.012]
    assert [round(at.survival.high, 3) for at in found] == [0.987, 0.951, 0.899, 0.835, 0.753, 0.657, 0.525]
    assert median_survival(patients).value == 31


def test_cumulative_incidence__as_the_worked_table_of_breast_cancer() -> None:
    """Satagopan et al. 2004, Br J Cancer 91:1229, table 2: the first nine of 305 patients; death of another cause."""
    first = ((7, 0), (10, 1), (14, 0), (16, 1), (18, 2), (23, 1), (24, 0), (26, 2), (27, 1))
    later = [(28 + n, 0) for n in range(296)]
    patients = [FollowUp(str(n), float(at), event) for n, (at, event) in enumerate((*first, *later))]
    found = cumulative_incidence(patients, [9, 10, 16, 18, 23, 26, 27])
    assert [round(100 * at.value, 1) for at in found] == [0.0, 0.3, 0.7, 0.7, 1.0, 1.0, 1.3]
    # the printed column adds increments that were rounded to 0.3 before: 0.3, 0.6, 0.9, 1.2
    rises = [round(100 * (after.value - before.value), 1) for before, after in pairwise(found)]
    assert rises == [0.3, 0.3, 0.0, 0.3, 0.0, 0.3]
    alive = survival_at([FollowUp(p.patient_id, p.months, min(p.event, 1)) for p in patients], [10, 16, 18, 23, 26, 27])
    assert [round(100 * at.survival.value, 1) for at in alive] == [99.7, 99.3, 99.0, 98.7, 98.3, 98.0]

"""Checks of a spillover matrix."""

import numpy as np
import pytest

from marrowgate.fcs.model import Spillover
from marrowgate.signal.spillover.compensation import SpilloverError
from marrowgate.signal.spillover.matrix_checks import (
    SpilloverLimits,
    matrix_checks,
    residual_checks,
    stain_checks,
)
from marrowgate.signal.spillover.single_stains import StainReport
from marrowgate.signal.spillover.stained_events import StainSample

LIMITS = SpilloverLimits(allow_unusual=False, max_condition=20, max_residual_pct=1.0, max_residual_correlation=0.4)
DETECTORS = ("FITC-A", "PE-A")


def matrix(*rows):
    return Spillover(DETECTORS, np.array(rows, dtype=np.float64))


def by_name(checks):
    return {check.check: check for check in checks}


def test_matrix_checks__sound_matrix_is_ok():
    checks = matrix_checks(matrix([1, 0.2], [0.03, 1]), LIMITS)
    assert {check.verdict for check in checks} == {"ok"}
    condition = by_name(checks)["spillover_condition"]
    assert condition.value == pytest.approx(np.linalg.cond([[1, 0.2], [0.03, 1]]))
    assert condition.limit == 20


def test_matrix_checks__unusual_entries_are_named():
    checks = by_name(matrix_checks(matrix([1, -0.1], [1.5, 1]), LIMITS))
    assert checks["spillover_negative_entries"].verdict == "flagged"
    assert checks["spillover_negative_entries"].reason == "FITC-A in PE-A"
    assert checks["spillover_entries_above_1"].reason == "PE-A in FITC-A"


def test_matrix_checks__unusual_entries_may_be_allowed():
    allowed = SpilloverLimits(allow_unusual=True, max_condition=20, max_residual_pct=1, max_residual_correlation=1)
    assert {check.verdict for check in matrix_checks(matrix([1, -0.1], [1.5, 1]), allowed)} == {"ok"}


def test_matrix_checks__diagonal_and_condition_are_flagged():
    checks = by_name(matrix_checks(matrix([2, 0.0], [0.0, 1]), LIMITS))
    assert checks["spillover_diagonal_deviation"].verdict == "flagged"
    checks = by_name(matrix_checks(matrix([1, 0.99], [0.99, 1]), LIMITS))
    assert checks["spillover_condition"].verdict == "flagged"
    assert "noise is amplified up to 199.0 fold" in checks["spillover_condition"].reason


def test_matrix_checks__singular_matrix_names_its_detectors():
    with pytest.raises(SpilloverError, match=r"^the spillover matrix of FITC-A, PE-A is singular$"):
        matrix_checks(matrix([1, 1], [1, 1]), LIMITS)


@pytest.mark.parametrize(
    ("status", "separation", "verdict"), [("ok", 50.0, "ok"), ("weak", 5.0, "flagged"), ("weak", 50.0, "flagged")]
)
def test_stain_checks__a_weak_stain_is_flagged_with_its_reason(status, separation, verdict):
    reason = "" if status == "ok" else "why"
    (check,) = stain_checks(StainReport("s", "PE-A", "unstained", 500, 500, separation, status, reason))
    assert (check.check, check.value, check.verdict, check.reason) == (
        "stain_separation_PE-A",
        separation,
        verdict,
        reason,
    )


def test_stain_checks__missing_stain_has_no_value():
    (check,) = stain_checks(StainReport("s", "PE-A", "", 0, 0, 0.0, "missing", "nothing there"))
    assert check.value is None
    assert check.verdict == "flagged"
    assert check.reason == "no spillover could be computed: nothing there"


def fitc_stain(make_file):
    rng = np.random.default_rng(1)
    fitc = np.where(rng.random(6000) < 0.5, rng.lognormal(9.5, 0.5, 6000), 0) + rng.normal(100, 20, 6000)
    pe = 0.2 * (fitc - 100) + rng.normal(50, 30, 6000) + np.sqrt(np.maximum(fitc, 0)) * rng.normal(size=6000)
    return StainSample("s", "FITC-A", make_file({"FITC-A": fitc, "PE-A": pe}))


def test_residual_checks__right_matrix_leaves_nothing(make_file):
    checks = by_name(residual_checks(matrix([1, 0.2], [0, 1]), [fitc_stain(make_file)], None, LIMITS))
    assert set(checks) == {"residual_pct_FITC-A_PE-A", "residual_correlation_FITC-A_PE-A"}
    assert {check.verdict for check in checks.values()} == {"ok"}
    assert abs(checks["residual_pct_FITC-A_PE-A"].value) < 0.2


@pytest.mark.parametrize(("entry", "sign", "left"), [(0.15, "too little", 5.0), (0.25, "too much", -5.0)])
def test_residual_checks__wrong_matrix_is_flagged_with_its_direction(make_file, entry, sign, left):
    checks = by_name(residual_checks(matrix([1, entry], [0, 1]), [fitc_stain(make_file)], None, LIMITS))
    pct, correlation = checks["residual_pct_FITC-A_PE-A"], checks["residual_correlation_FITC-A_PE-A"]
    assert pct.value == pytest.approx(left, abs=0.2)
    assert pct.verdict == correlation.verdict == "flagged"
    assert pct.reason.startswith(f"{sign} of FITC-A is taken from PE-A")
    assert np.sign(correlation.value) == np.sign(left)


def test_residual_checks__stain_that_cannot_be_used_is_not_checked(make_file):
    empty = StainSample("s", "FITC-A", make_file({"FITC-A": np.arange(10.0), "PE-A": np.arange(10.0)}))
    (check,) = residual_checks(matrix([1, 0], [0, 1]), [empty], None, LIMITS)
    assert check.verdict == "not_checked"
    assert check.reason

"""A sample's spillover matrix against its batch."""

import numpy as np
import pytest

from marrowgate.fcs.model import Spillover
from marrowgate.signal.spillover.agreement import spillover_check

LABELS = ("PE-A", "APC-A")


def matrix(spill, labels=LABELS):
    return Spillover(labels, np.array([[1.0, spill], [0.0, 1.0]]))


def test_spillover_check__the_same_matrix_is_ok():
    check = spillover_check(matrix(0.1), [matrix(0.1)] * 3, 0.01)
    assert (check.check, check.verdict, check.value, check.reason) == ("spillover_against_batch", "ok", 0.0, "")


def test_spillover_check__another_matrix_is_flagged_with_stain_and_detector():
    check = spillover_check(matrix(0.15), [matrix(0.1), matrix(0.1), matrix(0.3), matrix(0.1)], 0.01)
    assert (check.verdict, check.value) == ("flagged", pytest.approx(0.05))
    assert check.reason == "PE-A in APC-A: 0.15, in the batch 0.1"


def test_spillover_check__a_wrong_matrix_among_the_others_does_not_count():
    assert spillover_check(matrix(0.1), [matrix(0.9), matrix(0.1)], 0.01).verdict == "ok"


@pytest.mark.parametrize(
    ("own", "batch", "reason"),
    [
        (None, [matrix(0.1)] * 3, "not compensated"),
        (
            matrix(0.1),
            [matrix(0.1), matrix(0.1, ("PE-A", "FITC-A")), None],
            "fewer than 3 samples of the batch have a matrix of these detectors",
        ),
    ],
)
def test_spillover_check__what_cannot_be_compared_is_not_checked(own, batch, reason):
    check = spillover_check(own, batch, 0.01)
    assert (check.verdict, check.value, check.reason) == ("not_checked", None, reason)

"""What is known of a boundary's error: unknown is never zero."""

import math

import numpy as np
import pytest

from marrowgate.gating.boundary_error import NO_ERROR, UNKNOWN, BoundaryError, error_of
from marrowgate.gating.gates import threshold
from marrowgate.gating.records import GateRecord


def test_error_of__a_number_that_is_not_finite_makes_it_unknown():
    assert error_of(0.01, math.nan) is UNKNOWN
    assert error_of(0.01, 0.02).sds == (0.01, 0.02)


@pytest.mark.parametrize(
    ("known", "sds", "movements"),
    [
        (False, (0.1,), ()),
        (True, (-0.1,), ()),
        (True, (math.inf,), ()),
        (True, (0.1, 0.1), ((0.1,),)),
        (True, (0.1,), ((math.nan,),)),
    ],
)
def test_boundary_error__what_contradicts_itself_is_refused(known, sds, movements):
    with pytest.raises(ValueError, match=r"error|deviations|movement"):
        BoundaryError(known, sds, movements)


def test_steps__are_one_for_each_number_that_varies_or_the_given_movements():
    assert [step.tolist() for step in error_of(0.1, 0.0, 0.2).steps] == [[0.1, 0, 0], [0, 0, 0.2]]
    assert [step.tolist() for step in BoundaryError(True, (0.1, 0.1), ((0.1, 0.1),)).steps] == [[0.1, 0.1]]
    assert UNKNOWN.steps == NO_ERROR.steps == []


def test_widened__variances_add_and_an_unknown_error_stays_unknown():
    assert error_of(0.03, 0.0).widened((0.04, 0.1)).sds == pytest.approx((0.05, 0.1))
    assert NO_ERROR.widened((0.04,)).sds == (0.04,)
    assert UNKNOWN.widened((0.04,)) == UNKNOWN
    turned = BoundaryError(True, (0.1, 0.1), ((0.1, -0.1),)).widened((0.2, 0.0))
    total = np.sum([np.outer(step, step) for step in turned.steps], axis=0)
    assert total == pytest.approx(np.array([[0.05, -0.01], [-0.01, 0.01]]))


def test_gate_record__refuses_an_error_of_another_gate():
    with pytest.raises(ValueError, match="p: 2 errors for 1 free numbers"):
        GateRecord("p", "root", "valley", threshold("X", 0.5, "above"), "ok", (), error_of(0.1, 0.1))

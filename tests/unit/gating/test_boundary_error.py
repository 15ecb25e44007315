"""What is known of a boundary's error: unknown is never zero."""

import math

import numpy as np
import pytest

from marrowgate.gating.boundary_error import NO_ERROR, UNKNOWN, BoundaryError, error_of
from marrowgate.gating.geometry.gate_coordinates import spread_error, stated_error
from marrowgate.gating.geometry.gates import Polygon, Rectangle, beside_line, threshold
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


def test_beside__variances_add_and_an_unknown_error_stays_unknown():
    assert error_of(0.03, 0.0).beside(error_of(0.04, 0.1)).sds == pytest.approx((0.05, 0.1))
    assert NO_ERROR.beside(error_of(0.04)).sds == (0.04,)
    assert UNKNOWN.beside(error_of(0.04)) == error_of(0.04).beside(UNKNOWN) == UNKNOWN
    turned = BoundaryError(True, (0.1, 0.1), ((0.1, -0.1),)).beside(error_of(0.2, 0.0))
    total = np.sum([np.outer(step, step) for step in turned.steps], axis=0)
    assert total == pytest.approx(np.array([[0.05, -0.01], [-0.01, 0.01]]))


@pytest.mark.parametrize("pivot", [0.25, 0.6])
def test_spread_error__of_a_line_that_turns_is_small_at_the_point_that_it_turns_about(pivot):
    slopes = (-0.3, -0.1, 0.0, 0.1, 0.3)
    ends = [(0.5 + slope * (-1.0 - pivot), 0.5 + slope * (1.5 - pivot)) for slope in slopes]
    shift, turn = spread_error([beside_line(("X", "Y"), pair, "above") for pair in ends], 0.005).steps
    assert shift.tolist() == [0, 0.005, 0, 0.005, 0, 0, 0, 0]
    assert turn[[1, 3]] == pytest.approx(1.4826 * 0.1 * np.array([-1.0 - pivot, 1.5 - pivot]))


def test_spread_error__of_lines_that_shift_and_do_not_turn_is_the_shift():
    shifted = [beside_line(("X", "Y"), (0.5 + up, 0.5 + up), "above") for up in (-0.02, -0.01, 0.0, 0.01, 0.02)]
    assert spread_error(shifted, 0.005).sds[1] == pytest.approx(1.4826 * 0.01)


def test_spread_error__of_bounds_is_each_one_s_own_and_never_none():
    boxes = [Rectangle(("X", "Y"), (0.4 + up, 0.2), (None, 0.8)) for up in (-0.02, -0.01, 0.0, 0.01, 0.02)]
    assert spread_error(boxes, 0.005).sds == pytest.approx((1.4826 * 0.01, 0.0, 0.0))
    alike = [Rectangle(("X",), (0.4 + up,), (None,)) for up in (0.0, 0.0, 0.0, 0.0, 0.1)]
    assert spread_error(alike, 0.005).sds == (0.005,)


def test_stated_error__moves_bounds_by_themselves_and_polygons_as_a_whole():
    box = Rectangle(("X", "Y"), (0.4, None), (None, 0.8))
    assert stated_error(box, 0.02).sds == (0.02, 0.02)
    assert stated_error(box, 0.0) == NO_ERROR
    corners = stated_error(Polygon(("X", "Y"), ((0.1, 0.1), (0.9, 0.1), (0.5, 0.9))), 0.02)
    assert [step.tolist() for step in corners.steps] == [[0.02, 0] * 3, [0, 0.02] * 3]


def test_gate_record__refuses_an_error_of_another_gate():
    with pytest.raises(ValueError, match="p: 2 errors for 1 free numbers"):
        GateRecord("p", "root", "valley", threshold("X", 0.5, "above"), "ok", (), error_of(0.1, 0.1))

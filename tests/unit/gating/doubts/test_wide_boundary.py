"""A boundary that may lie almost anywhere puts its gate in doubt."""

import numpy as np
import pytest

from marrowgate.gating.boundary_error import NO_ERROR, UNKNOWN, BoundaryError, error_of, error_of_shifts
from marrowgate.gating.consensus import AgreedGate, Consensus
from marrowgate.gating.doubts.wide_boundary import wide_boundary
from marrowgate.gating.final_gates import settle
from marrowgate.gating.geometry.gate_coordinates import stated_error
from marrowgate.gating.geometry.gates import LEFT, RIGHT, Polygon, Rectangle, beside_line, threshold
from marrowgate.gating.records import ControlRole, Fit, GateRecord

LINE = beside_line(("X", "Y"), (0.5, 0.5), "above")


def turning_about(x, slope_sd, shift_sd=0.0):
    turn, shift = np.zeros(8), np.zeros(8)
    turn[[1, 3]] = slope_sd * (np.array([LEFT, RIGHT]) - x)
    shift[[1, 3]] = shift_sd
    return error_of_shifts((turn, shift))


@pytest.mark.parametrize(("sd", "n"), [(0.099, 0), (0.1, 1)])
def test_wide_boundary__of_a_bound_or_a_line_begins_at_a_tenth_of_full_scale(sd, n):
    assert len(wide_boundary(threshold("X", 0.4, "above"), error_of(sd))) == n
    assert len(wide_boundary(Rectangle(("X", "Y"), (0.4, 0.1), (None, None)), error_of(0.01, sd))) == n
    assert len(wide_boundary(LINE, turning_about(0.5, 0.0, sd))) == n


def test_wide_boundary__a_line_that_turns_counts_where_it_is_surest_on_the_scale():
    assert not wide_boundary(LINE, turning_about(0.5, 0.3, 0.02))
    # one that turns beyond the scale is sure nowhere on it: 0.3 x 0.5 at the nearer end of the scale
    (reason,) = wide_boundary(LINE, turning_about(1.5, 0.3))
    assert (reason.code, reason.sentence) == (
        "wide_boundary", "the boundary is known to 0.15 of full scale only, less than 0.1 is needed"
    )  # fmt: skip


def test_wide_boundary__nothing_is_said_of_an_error_that_is_none_or_not_known():
    assert wide_boundary(LINE, UNKNOWN) == wide_boundary(LINE, NO_ERROR) == wide_boundary(None, UNKNOWN) == ()


def test_wide_boundary__of_a_polygon_that_moves_as_a_whole_is_its_move():
    polygon = Polygon(("X", "Y"), ((0.1, 0.1), (0.9, 0.1), (0.5, 0.9)))
    assert not wide_boundary(polygon, stated_error(polygon, 0.05))
    assert wide_boundary(polygon, stated_error(polygon, 0.08))


@pytest.mark.parametrize(("sd", "status"), [(0.02, "borrowed"), (0.2, "doubtful")])
def test_settle__a_gate_of_the_batch_with_a_wide_boundary_is_doubtful(sd, status):
    gate = threshold("X", 0.4, "above")
    agreed = AgreedGate("it", "root", "valley", "fits", gate, (0.04,), error_of(sd), 5)
    fit = Fit("s", ControlRole(), (GateRecord("it", "root", "valley", None, "no_valley"),), {})
    (record,) = settle(fit, Consensus("p", "b", (agreed,), {}))
    assert record.status == status
    assert (record.reasons[0].code == "wide_boundary") == (status == "doubtful")


def test_settle__a_gate_that_a_sample_found_itself_is_no_better():
    gate = threshold("X", 0.4, "above")
    agreed = AgreedGate("it", "root", "valley", "none", None, (), error_of(0.02), 1)
    fit = Fit(
        "s", ControlRole(), (GateRecord("it", "root", "valley", gate, "ok", (), BoundaryError(True, (0.3,))),), {}
    )
    assert settle(fit, Consensus("p", "b", (agreed,), {}))[0].status == "doubtful"

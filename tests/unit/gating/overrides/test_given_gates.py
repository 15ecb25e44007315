"""Gates that a person gave: to the scales and back, outside them, beyond their ends, and in place of the found ones."""

from dataclasses import replace

import numpy as np
import pytest

from marrowgate.errors import UserError
from marrowgate.gating.boundary_error import STATED_SD, error_of
from marrowgate.gating.consensus import agree
from marrowgate.gating.engine import inside
from marrowgate.gating.final_gates import settle
from marrowgate.gating.geometry.gates import Boolean, Ellipsoid, Polygon, Rectangle, beside_line
from marrowgate.gating.overrides.given_gates import GivenGate, beyond_ends, given_gates, plain_boundary
from marrowgate.gating.records import ControlRole, Fit, GateRecord
from marrowgate.settings.override_entries import GateOverride
from marrowgate.settings.overrides import Overrides
from marrowgate.signal.transforms import Transform

SCALES = {
    "CD45": Transform("logicle", 262144.0),
    "CD34": Transform("logicle", 262144.0, w=1.0),
    "SSC-A": Transform("linear", 262144.0),
}
BY_WHOM = {"reviewer": "R. Viewer", "reason": "too high", "date": "2026-03-31"}


def overrides(tmp_path, *boundaries):
    gates = tuple(GateOverride(population=f"p{n}", **BY_WHOM, **boundary) for n, boundary in enumerate(boundaries))
    return Overrides(
        tmp_path / "A1.yaml", gates, {("gates", n): n + 2 for n in range(len(gates))}, dict(enumerate(gates))
    )


def given(tmp_path, boundary):
    return given_gates(overrides(tmp_path, boundary), SCALES)["p0"].gate


def members(gate, n=40_000):
    rng = np.random.default_rng(1)
    values = {name: rng.uniform(-0.1, 1.1, n) for name in SCALES}
    return inside(gate, values.__getitem__)


@pytest.mark.parametrize(
    "gate",
    [
        Rectangle(("CD45",), (0.4,), (None,)),
        Rectangle(("CD45", "SSC-A"), (0.4, None), (0.7, 0.3)),
        Polygon(("CD45", "SSC-A"), ((0.2, 0.1), (0.8, 0.2), (0.6, 0.9))),
        Ellipsoid(("CD45", "CD34"), (0.5, 0.4), ((0.02, 0.005), (0.005, 0.01)), 2.5),
        Ellipsoid(("CD45",), (0.5,), ((0.02,),), 1.5),
        Ellipsoid(
            ("CD45", "CD34", "SSC-A"), (0.5, 0.4, 0.5), ((0.04, 0.01, 0), (0.01, 0.03, 0.01), (0, 0.01, 0.05)), 2.0
        ),
    ],
)
def test_given_gates__what_the_program_wrote_is_the_gate_that_it_found(tmp_path, gate):
    found = members(gate)
    assert 100 < found.sum() < 39_000
    np.testing.assert_array_equal(members(given(tmp_path, plain_boundary(gate, SCALES))), found)


def test_given_gates__the_boundary_is_linear(tmp_path):
    gate = given(tmp_path, {"rectangle": {"CD45": {"low": 900.0}}})
    assert gate == Rectangle(("CD45",), (float(SCALES["CD45"].forward(np.array([900.0]))[0]),), (None,))


def test_given_gates__a_bound_beyond_the_scale_is_written_as_open():
    gate = Rectangle(("CD45", "SSC-A"), (-0.2, 0.3), (0.6, 1.4))
    assert [list(bounds) for bounds in plain_boundary(gate, SCALES)["rectangle"].values()] == [["high"], ["low"]]
    assert plain_boundary(Boolean("or", ("a", "b")), SCALES) == {}


@pytest.mark.parametrize("keep", ["above", "below"])
def test_given_gates__a_half_plane_written_and_read_holds_the_same_events_on_the_scale(tmp_path, keep):
    gate = beside_line(("CD45", "SSC-A"), (0.1, 0.9), keep)
    again = given(tmp_path, plain_boundary(gate, SCALES))
    rng = np.random.default_rng(2)
    values = {"CD45": rng.uniform(0, 1, 20_000), "SSC-A": rng.uniform(0, 1, 20_000)}
    values["CD45"][:4], values["SSC-A"][:4] = [0.5, 0.5, -0.3, 1.2], [1.3, -0.4, 0.95, 0.05]
    np.testing.assert_array_equal(inside(again, values.__getitem__), inside(gate, values.__getitem__))


def test_beyond_ends__edges_along_an_end_move_out_and_the_others_stay():
    # the upper right corner of the plane, cut off by a slanted edge
    assert beyond_ends([(0.5, 1.0), (1.0, 0.5), (1.0, 1.0)]) == [
        (0.5, 5.0),
        (0.5, 1.0),
        (1.0, 0.5),
        (1.5, 0.5),
        (1.5, 5.0),
    ]
    inner = [(0.2, 0.2), (0.8, 0.2), (0.5, 1.0)]
    assert beyond_ends(inner) == inner


@pytest.mark.parametrize(
    ("boundary", "fault"),
    [
        (
            {"rectangle": {"CD45": {"low": 900000}}},
            (
                "CD45 of 900000 lies outside the scale, which goes from -110.875 to 262144; "
                "correct the value, or leave that end open"
            ),
        ),
        (
            {"polygon": {"dimensions": ["CD45", "SSC-A"], "vertices": [[1, 1], [100, -7], [1, 90]]}},
            "SSC-A of -7 lies outside the scale, which goes from 0 to 262144; correct the value",
        ),
        (
            {"polygon": {"dimensions": ["CD45", "SSC-A"], "vertices": [[1, 1], [9000, 90000], [9000, 1], [1, 90000]]}},
            "the edges of the polygon cross, or its corners lie on one line; give the corners in their order",
        ),
        (
            {"ellipse": {"dimensions": ["CD45", "SSC-A"], "center": [900, 900], "ends": [[1000, 900], [1100, 900]]}},
            "the ends of the ellipse lie on one line with its center; give an end of each half-axis",
        ),
        (
            {"rectangle": {"CD19": {"low": 9}}},
            "the sample has no CD19; gate the population in what the sample has",
        ),
    ],
)
def test_given_gates__that_cannot_be_are_one_line(tmp_path, boundary, fault):
    with pytest.raises(UserError) as caught:
        given_gates(overrides(tmp_path, boundary), SCALES)
    assert [str(line) for line in caught.value.faults] == [f"{tmp_path}/A1.yaml line 2, population p0: {fault}"]


def record(population, parent="root", gate=None, status="ok"):
    gate = gate or Rectangle(("CD45",), (0.5,), (None,))
    return GateRecord(population, parent, "valley", gate, status, (), error_of(0.01), 100)


def settled(records, given):
    fits = [Fit(f"S{n}", ControlRole(), tuple(records), SCALES) for n in range(3)]
    return settle(fits[0], agree("hspc", "B1", fits), given)


def test_settle__a_given_gate_takes_the_place_of_the_found_one_with_who_when_and_why():
    gate = Rectangle(("CD45",), (0.3,), (None,))
    outer, inner = settled([record("a"), record("b", "a")], {"a": GivenGate(gate, **BY_WHOM)})
    assert (outer.gate, outer.status, outer.reason_code) == (gate, "overridden", "given")
    assert outer.reason == "given by R. Viewer on 2026-03-31: too high"
    assert outer.error == error_of(STATED_SD)
    assert (inner.gate, inner.status) == (record("b").gate, "ok")


def test_settle__a_given_gate_brings_back_what_had_no_parent():
    lost = replace(record("a", status="failed"), gate=None, error=error_of())
    assert [one.status for one in settled([lost, record("b", "a")], {})] == ["failed", "not_gated"]
    given = {"a": GivenGate(Rectangle(("CD45",), (0.3,), (None,)), **BY_WHOM)}
    assert [one.status for one in settled([lost, record("b", "a")], given)] == ["overridden", "ok"]


def test_settle__a_given_gate_of_an_unknown_population_is_never_passed_over():
    with pytest.raises(ValueError, match="the consensus has no z"):
        settled([record("a")], {"z": GivenGate(Rectangle(("CD45",), (0.3,), (None,)), **BY_WHOM)})

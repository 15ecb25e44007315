"""Own gates against FlowKit's, event by event."""

import flowkit as fk
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marrowgate.gating.engine import inside, join
from marrowgate.gating.geometry.gates import Boolean, Ellipsoid, Polygon, Rectangle, from_plain, to_plain

EVENTS = np.random.default_rng(3).normal(0.5, 0.3, size=(4000, 2))
VALUES = {"X": EVENTS[:, 0], "Y": EVENTS[:, 1]}
FRAME = pd.DataFrame(VALUES)
coordinate = st.floats(-0.2, 1.2, allow_nan=False)


def flowkit_dimension(name, low=None, high=None):
    return fk.Dimension(name, range_min=low, range_max=high)


@given(low=coordinate, high=coordinate)
def test_rectangle__equals_flowkit(low, high):
    ours = inside(Rectangle(("X", "Y"), (low, None), (None, high)), VALUES.__getitem__)
    theirs = fk.gates.RectangleGate("g", [flowkit_dimension("X", low), flowkit_dimension("Y", None, high)])
    np.testing.assert_array_equal(ours, theirs.apply(FRAME))


@given(corners=st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=9))
@settings(max_examples=60)
def test_polygon__equals_flowkit(corners):
    ours = inside(Polygon(("X", "Y"), tuple(corners)), VALUES.__getitem__)
    theirs = fk.gates.PolygonGate("g", [flowkit_dimension("X"), flowkit_dimension("Y")], corners)
    np.testing.assert_array_equal(ours, theirs.apply(FRAME))


@given(
    mean=st.tuples(coordinate, coordinate),
    spread=st.tuples(st.floats(0.02, 0.5), st.floats(0.02, 0.5)),
    correlation=st.floats(-0.9, 0.9),
    distance=st.floats(0.1, 12),
)
@settings(max_examples=60)
def test_ellipsoid__equals_flowkit(mean, spread, correlation, distance):
    between = correlation * spread[0] * spread[1]
    covariance = ((spread[0] ** 2, between), (between, spread[1] ** 2))
    ours = inside(Ellipsoid(("X", "Y"), mean, covariance, distance), VALUES.__getitem__)
    dimensions = [flowkit_dimension("X"), flowkit_dimension("Y")]
    theirs = fk.gates.EllipsoidGate("g", dimensions, list(mean), [list(row) for row in covariance], distance)
    np.testing.assert_array_equal(ours, theirs.apply(FRAME))


def test_rectangle__lower_bound_belongs_to_it_and_upper_does_not():
    values = {"X": np.array([0.2, 0.5, 0.7])}
    assert inside(Rectangle(("X",), (0.2,), (0.7,)), values.__getitem__).tolist() == [True, True, False]


def test_polygon__edges_belong_to_it():
    square = Polygon(("X", "Y"), ((0, 0), (1, 0), (1, 1), (0, 1)))
    values = {"X": np.array([0.0, 0.5, 1.5]), "Y": np.array([0.5, 0.0, 0.5])}
    assert inside(square, values.__getitem__).tolist() == [True, True, False]


@pytest.mark.parametrize(
    "gate",
    [
        Rectangle(("X",), (None,), (0.5,)),
        Polygon(("X", "Y"), ((-9, -9), (9, -9), (9, 9), (-9, 9))),
        Ellipsoid(("X", "Y"), (0.0, 0.0), ((1.0, 0.0), (0.0, 1.0)), 1e9),
    ],
)
def test_nan__is_inside_nothing(gate):
    values = {"X": np.array([np.nan, 0.1]), "Y": np.array([0.1, 0.1])}
    assert inside(gate, values.__getitem__).tolist() == [False, True]


def test_boolean__joins_memberships():
    members = {"a": np.array([True, True, False]), "b": np.array([True, False, False])}
    assert join(Boolean("and", ("a", "b")), members).tolist() == [True, False, False]
    assert join(Boolean("or", ("a", "b")), members).tolist() == [True, True, False]
    assert join(Boolean("not", ("b",)), members).tolist() == [False, True, True]


@pytest.mark.parametrize(
    "gate",
    [
        Rectangle(("X", "Y"), (None, 0.1), (0.3, None)),
        Polygon(("X", "Y"), ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))),
        Ellipsoid(("X", "Y"), (0.1, 0.2), ((1.0, 0.1), (0.1, 2.0)), 3.0),
        Boolean("or", ("a", "b")),
    ],
)
def test_gate__survives_plain_data(gate):
    assert from_plain(to_plain(gate)) == gate

"""Transforms: equality with FlowUtils and FlowKit, round trips, refusals."""

import numpy as np
import pytest
from flowkit import transforms as flowkit_transforms
from flowutils import transforms as flowutils_transforms
from hypothesis import given
from hypothesis import strategies as st

from marrowgate.signal.transforms import NotFiniteError, Transform, asinh_with_cofactor

TOP = 262144.0
GRID = np.concatenate([np.linspace(-3000, 3000, 2001), np.geomspace(3000, TOP, 2000)])
SCALES = (
    Transform("linear", TOP, a=1000),
    Transform("asinh", TOP, m=4.0, a=1.0),
    Transform("log", TOP, m=4.5),
    Transform("logicle", TOP, m=4.5, w=0.5, a=0.5),
    Transform("hyperlog", TOP, m=4.5, w=0.5, a=0.5),
    Transform("biexponential", TOP, m=4.418540, w=-100, a=0.0),
)


@pytest.mark.parametrize(
    ("kind", "m", "w", "a"),
    [("logicle", 4.5, 0.5, 0), ("logicle", 5, 1.2, 0.7), ("hyperlog", 4.5, 0.5, 0), ("hyperlog", 5, 1.0, 1.0)],
)
def test_forward__logicle_and_hyperlog_equal_flowutils(kind, m, w, a):
    reference = getattr(flowutils_transforms, kind)(GRID.reshape(-1, 1), [0], t=TOP, m=m, w=w, a=a)[:, 0]
    assert np.abs(Transform(kind, TOP, m=m, w=w, a=a).forward(GRID) - reference).max() < 1e-6


@pytest.mark.parametrize(("m", "a"), [(4.0, 0.0), (4.5, 1.0)])
def test_forward__asinh_equals_flowutils(m, a):
    reference = flowutils_transforms.asinh(GRID.reshape(-1, 1), [0], t=TOP, m=m, a=a)[:, 0]
    assert np.abs(Transform("asinh", TOP, m=m, a=a).forward(GRID) - reference).max() < 1e-6


def test_forward__log_equals_flowutils_above_zero():
    above = GRID[GRID > 0]
    reference = flowutils_transforms.log(above.reshape(-1, 1), [0], t=TOP, m=4.5)[:, 0]
    assert np.abs(Transform("log", TOP, m=4.5).forward(above) - reference).max() < 1e-6


@pytest.mark.parametrize(
    ("width", "negative", "positive"), [(-10, 0, 4.418540), (-100, 0, 4.5), (-1000, 0.5, 4.418540)]
)
def test_forward__biexponential_equals_flowkit(width, negative, positive):
    reference = flowkit_transforms.WSPBiexTransform(negative, width, positive, TOP)
    ours = Transform("biexponential", TOP, m=positive, w=width, a=negative)
    assert np.abs(ours.forward(GRID) - reference.apply(GRID) / 4096).max() < 1e-6
    channels = np.linspace(0, 1, 500)
    assert np.allclose(ours.inverse(channels), reference.inverse(channels * 4096), rtol=1e-9, atol=1e-6)


def test_forward__biexponential_ends_where_flowjo_ends():
    scale = Transform("biexponential", TOP, m=4.418540, w=-10)
    assert scale.forward(np.array([-1e9, 1e9])).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: scale.kind)
def test_inverse__gives_the_value_back(scale):
    values = np.array([0.5, 3.0, 100.0, 4567.8, 200_000.0])
    assert np.allclose(scale.inverse(scale.forward(values)), values, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: scale.kind)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_forward__value_that_is_not_finite_is_refused(scale, bad):
    with pytest.raises(NotFiniteError, match=f"^{scale.kind} scale: 1 of 3 values are not finite$"):
        scale.forward(np.array([1.0, bad, 2.0]))
    with pytest.raises(NotFiniteError, match="1 of 1 values"):
        scale.inverse(np.array([bad]))


@given(st.lists(st.floats(-1e5, 2.6e5), min_size=2, max_size=30))
@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: scale.kind)
def test_forward__keeps_the_order(scale, values):
    ordered = scale.forward(np.sort(np.array(values)))
    assert (np.diff(ordered[np.isfinite(ordered)]) >= -1e-12).all()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"kind": "logicle", "t": 0.0}, "logicle scale: the top t must be above 0, it is 0"),
        ({"kind": "logicle", "t": TOP, "w": 2.5}, "the linear decades w must be between 0 and m / 2 = 2.25"),
        ({"kind": "logicle", "t": TOP, "a": 4.0}, "the negative decades a must be between -w and m - 2 w"),
        ({"kind": "hyperlog", "t": TOP, "w": 0.0}, "the linear decades w must be above 0"),
        ({"kind": "log", "t": TOP, "m": 0.0}, "the decades m must be above 0"),
        ({"kind": "biexponential", "t": TOP, "w": 0.5}, "the width basis w must be -1 or less, it is 0.5"),
        ({"kind": "asinh", "t": TOP, "a": -1.0}, "a must not be negative"),
        ({"kind": "asinh", "t": np.nan}, "a parameter is not finite"),
    ],
)
def test_transform__parameters_that_make_no_scale_are_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        Transform(**arguments)


def test_asinh_with_cofactor__is_asinh_of_the_quotient():
    scaled = asinh_with_cofactor(5.0).forward(np.array([0.0, 5.0, 50.0]))
    assert np.allclose(scaled / scaled[1], np.arcsinh([0.0, 1.0, 10.0]) / np.arcsinh(1.0), rtol=1e-6)


@pytest.mark.parametrize("bound", [0.001, 0.25, 0.5, 1.0])
@pytest.mark.parametrize("scale", [Transform("biexponential", TOP, 4.5, -100.0), Transform("logicle", TOP)])
def test_linear_bound__is_the_boundary_on_the_linear_scale(scale, bound):
    assert scale.forward(np.array([scale.linear_bound(bound)]))[0] == pytest.approx(bound, abs=1e-9)


def test_linear_bound__all_values_are_on_the_biexponential_and_none_beyond_it():
    scale = Transform("biexponential", TOP, 4.5, -100.0)
    values = np.array([-1e9, -100.0, 0.0, 1e9])
    for bound in (-0.2, 0.0, 1.0, 1.1):
        np.testing.assert_array_equal(values >= scale.linear_bound(bound), scale.forward(values) >= bound)

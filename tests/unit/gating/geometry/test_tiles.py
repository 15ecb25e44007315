"""Slanted gates decided by tiles, against looking at every event."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marrowgate.gating.engine import inside
from marrowgate.gating.geometry.boxes import at_least, box_around
from marrowgate.gating.geometry.gates import Ellipsoid, Polygon
from marrowgate.gating.geometry.tiles import INSIDE, UNDECIDED, decide_by_tiles, may_differ
from marrowgate.signal.transforms import Transform

SCALES = {
    "logicle": Transform("logicle", 262144.0, 4.5, 0.5, 0.0),
    "asinh": Transform("asinh", 262144.0, 4.0, 0.0, 0.0),
    "hyperlog": Transform("hyperlog", 262144.0, 4.5, 0.5, 0.0),
    "linear": Transform("linear", 262144.0),
    "biexponential": Transform("biexponential", 262144.0, 4.4, -100.0, 0.5),
}
GENERATOR = np.random.default_rng(5)
LINEAR = [
    np.concatenate([GENERATOR.normal(0, 900, 4000), GENERATOR.lognormal(8, 1.6, 4000), [0.0, -2000.0, 262144.0, 4e5]])
    for _ in range(2)
]
corner = st.tuples(st.floats(-3, 4), st.floats(-3, 4)) | st.tuples(st.floats(0, 1), st.floats(0, 1))
polygons = st.builds(Polygon, st.just(("X", "Y")), st.lists(corner, min_size=3, max_size=8).map(tuple))


@st.composite
def ellipsoids(draw):
    a, b = draw(st.floats(0.005, 0.6)), draw(st.floats(0.005, 0.6))
    between = draw(st.floats(-0.95, 0.95)) * a * b
    mean = (draw(st.floats(-0.2, 1.2)), draw(st.floats(-0.2, 1.2)))
    return Ellipsoid(("X", "Y"), mean, ((a * a, between), (between, b * b)), draw(st.floats(0.1, 30)))


@given(gate=polygons | ellipsoids(), kinds=st.tuples(st.sampled_from(sorted(SCALES)), st.sampled_from(sorted(SCALES))))
@settings(max_examples=150)
def test_tiles__what_they_decide_is_what_the_engine_says_of_every_event(gate, kinds):
    scales = [SCALES[kind] for kind in kinds]
    decided = decide_by_tiles(gate, box_around(gate), LINEAR, scales)
    scaled = {name: scale.forward(values) for name, scale, values in zip("XY", scales, LINEAR, strict=True)}
    expected = inside(gate, scaled.__getitem__)
    certain = decided != UNDECIDED
    np.testing.assert_array_equal(decided[certain] == INSIDE, expected[certain])


@given(
    gate=polygons | ellipsoids(),
    move=st.tuples(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3)),
    kinds=st.tuples(st.sampled_from(sorted(SCALES)), st.sampled_from(sorted(SCALES))),
)
@settings(max_examples=100)
def test_tiles__gates_differ_only_in_events_that_are_marked(gate, move, kinds):
    scales = [SCALES[kind] for kind in kinds]
    if isinstance(gate, Polygon):
        other = replace(gate, vertices=tuple((x + move[0], y + move[1]) for x, y in gate.vertices))
    else:
        other = replace(gate, mean=(gate.mean[0] + move[0], gate.mean[1] + move[1]))
    boxes = np.array([box_around(gate), box_around(other)])
    box = list(zip(boxes[:, :, 0].min(axis=0), boxes[:, :, 1].max(axis=0), strict=True))
    marked = may_differ([gate, other], box, LINEAR, scales)
    scaled = {name: scale.forward(values) for name, scale, values in zip("XY", scales, LINEAR, strict=True)}
    first, second = (inside(one, scaled.__getitem__) for one in (gate, other))
    assert not (first != second)[~marked].any()


def test_tiles__gates_that_lie_close_together_differ_in_few_events():
    gate = Polygon(("X", "Y"), ((-3.0, -2.5), (3.0, 3.5), (-3.0, 3.5)))
    other = Polygon(("X", "Y"), ((-3.0, -2.49), (3.0, 3.51), (-3.0, 3.5)))
    plane = [GENERATOR.uniform(0, 262144, 20_000) for _ in range(2)]
    box = [(-3.1, 3.1), (-2.6, 3.6)]
    assert 0 < may_differ([gate, other], box, plane, [SCALES["linear"], SCALES["linear"]]).mean() < 0.1


def test_tiles__a_slanted_border_leaves_few_events_undecided():
    gate = Polygon(("X", "Y"), ((-3.0, -2.5), (3.0, 3.5), (-3.0, 3.5)))
    plane = [GENERATOR.uniform(0, 262144, 20_000) for _ in range(2)]
    decided = decide_by_tiles(gate, box_around(gate), plane, [SCALES["linear"], SCALES["linear"]])
    assert 0 < (decided == UNDECIDED).mean() < 0.05


def test_tiles__a_small_gate_leaves_no_event_beside_its_box_undecided():
    gate = Ellipsoid(("X", "Y"), (0.5, 0.5), ((1e-4, 0.0), (0.0, 1e-4)), 4.0)
    decided = decide_by_tiles(gate, box_around(gate), LINEAR, [SCALES["logicle"], SCALES["logicle"]])
    beside = np.zeros(LINEAR[0].size, dtype=bool)
    for values, (low, high) in zip(LINEAR, box_around(gate), strict=True):
        scaled = SCALES["logicle"].forward(values)
        beside |= (scaled < low - 0.1 * (high - low)) | (scaled > high + 0.1 * (high - low))
    assert beside.mean() > 0.9
    assert not (decided[beside] == UNDECIDED).any()


def test_tiles__events_that_are_all_equal_are_decided_or_left_open():
    same = [np.full(10, 5000.0), np.full(10, 5000.0)]
    gate = Polygon(("X", "Y"), ((-1.0, -1.0), (2.0, -1.0), (2.0, 2.0), (-1.0, 2.0)))
    decided = decide_by_tiles(gate, box_around(gate), same, [SCALES["logicle"], SCALES["logicle"]])
    assert np.isin(decided, (INSIDE, UNDECIDED)).all()


def test_tiles__events_that_all_lie_beyond_the_box_are_outside():
    gate = Ellipsoid(("X", "Y"), (0.2, 0.2), ((1e-4, 0.0), (0.0, 1e-4)), 1.0)
    far = [np.full(10, 90000.0), np.full(10, -5000.0)]
    assert not decide_by_tiles(gate, box_around(gate), far, [SCALES["logicle"], SCALES["logicle"]]).any()


@pytest.mark.parametrize("kind", sorted(SCALES))
@pytest.mark.parametrize("bound", [-100.0, -3.0, -0.1, 0.0, 0.4, 1.0, 1.3, 100.0])
def test_at_least__boundaries_beyond_the_end_of_a_scale(kind, bound):
    scale = SCALES[kind]
    np.testing.assert_array_equal(at_least(LINEAR[0], bound, scale), scale.forward(LINEAR[0]) >= bound)

"""Doubts about a gate that change nothing in a population below it."""

import numpy as np
import pytest

from marrowgate.fcs.model import Channel, FcsFile, Verdict
from marrowgate.gating.apply import apply_gates
from marrowgate.gating.boundary_error import error_of
from marrowgate.gating.doubts.consequences import populations_resting_on, said_of, without_consequence
from marrowgate.gating.geometry.gates import Boolean, Ellipsoid, Polygon, Rectangle, threshold
from marrowgate.gating.reasons import because
from marrowgate.gating.records import GateRecord
from marrowgate.gating.sample_events import SampleEvents
from marrowgate.signal.transforms import Transform


def sample_of(**columns):
    values = np.column_stack([np.array(column, dtype=np.float64) for column in columns.values()])
    channels = {
        name: Channel(index, name, "", name, "", "fluorescence", "", 32, 1.0, (0.0, 0.0), None, None)
        for index, name in enumerate(columns)
    }
    file = FcsFile(1, Verdict("accepted"), "3.1", len(values), tuple(channels.values()), None, "", {}, {}, values)
    return SampleEvents(file, channels, {}, dict.fromkeys(columns, Transform("linear", t=1.0)))


def spared(events, *records):
    rows = apply_gates(events, records, np.arange(events.file.n_events))
    return without_consequence(events, records, rows)


def in_doubt(name, gate, code, parent="root", status="doubtful", **more):
    return GateRecord(name, parent, "valley", gate, status, (because(code, "why"),), **more)


def sure(name, gate, parent="root"):
    return GateRecord(name, parent, "valley", gate, "ok")


def shifted(n_between, n_inside=100):
    """Return what is spared of a shifted gate at 0.5 that the sample's own events put at 0.6."""
    events = sample_of(X=[0.55] * n_between + [0.9] * (n_inside - n_between) + [0.1] * 50)
    own = threshold("X", 0.6, "above")
    gate = threshold("X", 0.5, "above")
    return spared(events, in_doubt("it", gate, "far_from_batch", status="shifted", own_gate=own))


@pytest.mark.parametrize(("n_between", "is_spared"), [(0, True), (5, True), (6, False)])
def test_without_consequence__a_shift_that_takes_a_twentieth_of_the_events_along_is_none(n_between, is_spared):
    assert shifted(n_between) == ({"it": {"it": n_between / 100}} if is_spared else {})


@pytest.mark.parametrize(("n_between", "is_spared"), [(2, True), (3, False)])
def test_without_consequence__of_few_cells_two_may_come_or_go(n_between, is_spared):
    assert bool(shifted(n_between, n_inside=8)) == is_spared


def test_without_consequence__a_shift_counts_for_each_population_by_itself():
    events = sample_of(X=[0.55] * 10 + [0.9] * 40 + [0.1] * 50, Y=[0.9] * 10 + [0.1] * 40 + [0.1] * 50)
    own, gate = threshold("X", 0.6, "above"), threshold("X", 0.5, "above")
    outer = in_doubt("outer", gate, "far_from_batch", status="shifted", own_gate=own)
    dim, bright = (sure(side, threshold("Y", 0.5, side), "outer") for side in ("below", "above"))
    assert spared(events, outer, dim, bright) == {"below": {"outer": 0.0}}


@pytest.mark.parametrize(("n_between", "is_spared"), [(2, True), (3, False)])
def test_without_consequence__gates_that_change_little_each_are_in_doubt_when_they_change_much_together(
    n_between, is_spared
):
    """Two shifted gates, each of which takes at most 3 of 100 cells along: 4 together are little, 6 are not."""
    n_sure = 100 - 2 * n_between
    x = [0.55] * n_between + [0.9] * n_between + [0.9] * n_sure + [0.1] * 50
    y = [0.9] * n_between + [0.55] * n_between + [0.9] * n_sure + [0.1] * 50
    outer, inner = (
        in_doubt(
            name,
            threshold(channel, 0.5, "above"),
            "far_from_batch",
            parent,
            "shifted",
            own_gate=threshold(channel, 0.6, "above"),
        )
        for name, channel, parent in (("outer", "X", "root"), ("inner", "Y", "outer"))
    )
    found = spared(sample_of(X=x, Y=y), outer, inner)
    assert found["outer"] == {"outer": n_between / 100}
    assert ("inner" in found) == is_spared
    if is_spared:
        assert (
            said_of(found["inner"])[0].sentence
            == "what speaks against outer, inner changes 4.0 % of the events at most"
        )


def test_without_consequence__a_parent_that_hardly_changes_is_in_doubt_for_a_small_child_that_does():
    """A border moved by its error: 4 of 1,000 cells of the parent come along, 4 of the 24 of a rare child."""
    x = [0.51] * 4 + [0.9] * 996 + [0.1] * 500
    y = [0.9] * 24 + [0.1] * 1476
    parent = in_doubt("parent", threshold("X", 0.5, "above"), "crowded_border", error=error_of(0.02))
    rare, common = (sure(side, threshold("Y", 0.5, side), "parent") for side in ("above", "below"))
    assert set(spared(sample_of(X=x, Y=y), parent, rare, common)) == {"parent", "below"}


def test_without_consequence__what_else_speaks_against_a_shifted_gate_still_does():
    events = sample_of(X=[0.9] * 100 + [0.1] * 50)
    own, gate = threshold("X", 0.6, "above"), threshold("X", 0.5, "above")
    reasons = (because("far_from_batch", "why"), because("hollow", "why"))
    assert spared(events, GateRecord("it", "root", "valley", gate, "doubtful", reasons, own_gate=own)) == {}
    noted = (because("far_from_batch", "why"), because("ends_at_neighbour", "where"))
    assert spared(events, GateRecord("it", "root", "valley", gate, "shifted", noted, own_gate=own)) == {
        "it": {"it": 0.0}
    }


def test_without_consequence__a_crowded_border_is_moved_by_its_own_error_both_ways():
    at = {"above": [0.51] * 6, "below": [0.49] * 6, "far": [0.53] * 6}
    found = {}
    for name, near in at.items():
        events = sample_of(X=near + [0.9] * 94 + [0.1] * 500)
        record = in_doubt("it", threshold("X", 0.5, "above"), "crowded_border", error=error_of(0.02))
        found[name] = bool(spared(events, record))
    assert found == {"above": False, "below": False, "far": True}


def test_without_consequence__a_border_that_cuts_through_cells_may_lie_anywhere():
    events = sample_of(X=[0.9] * 100 + [0.1] * 50)
    record = in_doubt("it", threshold("X", 0.5, "above"), "cuts_through", error=error_of(0.001))
    assert spared(events, record) == {}


ELLIPSE = Ellipsoid(("X", "Y"), (0.3, 0.3), ((0.01, 0.0), (0.0, 0.01)), 1.0)
LINE = Polygon(("X", "Y"), ((-1.0, 0.4), (1.5, 0.4), (1.5, -5.0), (-1.0, -5.0)))


@pytest.mark.parametrize(
    ("gate", "beyond", "far"),
    [
        (threshold("X", 0.4, "below"), (0.45, 0.3), (0.55, 0.3)),
        (Rectangle(("X",), (0.2,), (0.4,)), (0.15, 0.3), (0.05, 0.3)),
        (ELLIPSE, (0.3, 0.45), (0.3, 0.55)),
        (LINE, (0.3, 0.45), (0.3, 0.55)),
    ],
)
def test_without_consequence__a_gate_whose_events_are_left_out_may_be_empty_or_much_wider(gate, beyond, far):
    def is_spared(inside, close, distant):
        points = [(0.3, 0.3)] * inside + [beyond] * close + [far] * distant + [(0.9, 0.9)] * (100 - close - distant)
        x, y = zip(*points, strict=True)
        out, rest = in_doubt("out", gate, "hollow"), sure("rest", Boolean("not", ("out",)))
        found = spared(sample_of(X=x, Y=y), out, rest)
        assert set(found) <= {"rest"}
        return "rest" in found

    assert is_spared(5, 0, 50)
    assert not is_spared(6, 0, 50)
    assert is_spared(0, 5, 50)
    assert not is_spared(0, 6, 50)


def test_without_consequence__events_that_come_count_beside_those_that_go():
    """The sample's own gate holds as many events as the one that is used, but six others."""
    for n_moving, is_spared in ((2, True), (3, False)):
        events = sample_of(X=[0.25] * n_moving + [0.35] * 95 + [0.45] * n_moving)
        gate, own = Rectangle(("X",), (0.2,), (0.4,)), Rectangle(("X",), (0.3,), (0.5,))
        found = spared(events, in_doubt("it", gate, "far_from_batch", status="shifted", own_gate=own))
        assert bool(found) == is_spared


def test_without_consequence__a_left_out_gate_of_which_only_the_place_is_in_doubt_is_not_taken_away():
    events = sample_of(X=[0.9] * 50 + [0.1] * 100)
    gate, own = threshold("X", 0.5, "above"), threshold("X", 0.6, "above")
    out = in_doubt("out", gate, "far_from_batch", status="shifted", own_gate=own)
    assert spared(events, out, sure("rest", Boolean("not", ("out",)))) == {"out": {"out": 0.0}, "rest": {"out": 0.0}}


def test_without_consequence__a_left_out_polygon_may_lie_higher_or_lower():
    box = Polygon(("X", "Y"), ((0.2, 0.4), (0.4, 0.4), (0.4, 0.6), (0.2, 0.6)))
    for near, is_spared in ((0.65, False), (0.35, False), (0.75, True), (0.25, True)):
        events = sample_of(X=[0.3] * 106, Y=[near] * 6 + [0.9] * 100)
        found = spared(events, in_doubt("out", box, "hollow"), sure("rest", Boolean("not", ("out",))))
        assert ("rest" in found) == is_spared


def test_without_consequence__what_an_empty_gate_ought_to_leave_out_may_lie_anywhere():
    """A gate without a stain leaves nothing out, wherever it lies: its cells are among the others."""
    events = sample_of(X=[0.1] * 200, Y=[0.9] * 100 + [0.1] * 100)
    out, rest = threshold("X", 0.5, "above"), sure("rest", Boolean("not", ("out",)))
    assert spared(events, in_doubt("out", out, "crowded_border"), rest) == {"rest": {"out": 0.0}}
    assert spared(events, in_doubt("out", out, "nothing_stained"), rest) == {}
    both = (because("nothing_stained", "why"), because("crowded_border", "why"))
    assert spared(events, GateRecord("out", "root", "fixed", out, "doubtful", both), rest) == {}


def test_without_consequence__a_gate_that_a_reference_places_is_tried_where_its_halves_have_it():
    events = sample_of(X=[0.45] * 6 + [0.55] + [0.9] * 99 + [0.1] * 50)
    gate = threshold("X", 0.5, "above")
    near, far = threshold("X", 0.6, "above"), threshold("X", 0.4, "above")
    assert spared(events, in_doubt("it", gate, "reference_in_doubt")) == {}
    assert spared(events, in_doubt("it", gate, "reference_in_doubt", other_gates=(near,))) == {"it": {"it": 0.01}}
    assert spared(events, in_doubt("it", gate, "reference_in_doubt", other_gates=(near, far))) == {}
    assert spared(events, in_doubt("it", gate, "reference_in_doubt", other_gates=(far, near))) == {}
    drawn_in = (because("reference_in_doubt", "why"), because("far_from_batch", "why"))
    assert spared(events, GateRecord("it", "root", "valley", gate, "doubtful", drawn_in, own_gate=near)) == {}
    cut = (because("reference_in_doubt", "why"), because("cuts_through", "why"))
    assert spared(events, GateRecord("it", "root", "valley", gate, "doubtful", cut, other_gates=(near,))) == {}


def test_populations_resting_on__parts_lie_in_it_and_what_is_left_with_only_leave_it_out():
    records = [
        sure("a", threshold("X", 0.5, "above")),
        sure("in_a", threshold("X", 0.6, "above"), "a"),
        sure("not_a", Boolean("not", ("a",))),
        sure("in_not_a", threshold("Y", 0.6, "above"), "not_a"),
        sure("both", Boolean("or", ("in_a", "in_not_a"))),
        sure("aside", threshold("Y", 0.6, "above")),
    ]
    assert populations_resting_on("a", records) == ({"a", "in_a", "both"}, {"not_a", "in_not_a"})

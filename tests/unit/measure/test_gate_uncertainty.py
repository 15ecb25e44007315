"""What moving the boundaries does to the counts, against counting again and against the normal distribution."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from marrowgate.fcs.model import Channel, FcsFile, Verdict
from marrowgate.gating.apply import apply_elsewhere, apply_gates
from marrowgate.gating.boundary_error import UNKNOWN, BoundaryError
from marrowgate.gating.estimators.slanted_valley import METHOD
from marrowgate.gating.geometry.gate_coordinates import moved, numbers
from marrowgate.gating.geometry.gates import Boolean, Ellipsoid, Polygon, Rectangle, threshold
from marrowgate.gating.records import GateRecord
from marrowgate.gating.sample_events import SampleEvents
from marrowgate.measure.gate_uncertainty import gate_cvs, movements_of
from marrowgate.signal.transforms import Transform
from unit.gating.views import ArrayView

LINEAR = Transform("linear", t=1.0)


def tube(**columns):
    events = np.column_stack([np.asarray(values, dtype=np.float64) for values in columns.values()])
    channels = {
        name: Channel(index, name, "", name, "", "fluorescence", "", 32, 1.0, (0.0, 0.0), None, None)
        for index, name in enumerate(columns)
    }
    file = FcsFile(1, Verdict("accepted"), "3.1", len(events), tuple(channels.values()), None, "", {}, {}, events)
    return SampleEvents(file, channels, {}, dict.fromkeys(columns, LINEAR))


def gate(name, parent, shape, *sd, status="ok", movements=()):
    error = BoundaryError(True, sd, movements) if np.isfinite(sd).all() else UNKNOWN
    return GateRecord(name, parent, "valley", shape, status, (), error)


def cvs(sample, *records):
    return gate_cvs(sample, records, apply_gates(sample, records, np.arange(sample.file.n_events)), "cd45_pos")


GENERATOR = np.random.default_rng(8)
N = 200_000
X, Y = GENERATOR.normal(0.5, 0.1, (2, N))
CD45 = gate("cd45_pos", "root", threshold("X", 0.4, "above"), 0.01)


def test_gate_cv__is_the_density_at_the_boundary_times_its_standard_deviation():
    found = cvs(tube(X=X, Y=Y), CD45)["cd45_pos"]
    density = norm.pdf(0.4, 0.5, 0.1) / norm.sf(0.4, 0.5, 0.1)
    assert found.count == pytest.approx(density * 0.01, rel=0.03)
    assert found.of_cd45 == 0


def test_gate_cv__of_a_child_holds_both_boundaries_and_its_share_only_its_own():
    # X and Y are independent, so moving the parent moves the child by the same share
    child = gate("child", "cd45_pos", threshold("Y", 0.55, "above"), 0.02)
    found = cvs(tube(X=X, Y=Y), CD45, child)
    own = norm.pdf(0.55, 0.5, 0.1) / norm.sf(0.55, 0.5, 0.1) * 0.02
    assert found["child"].count == pytest.approx(np.hypot(own, found["cd45_pos"].count), rel=0.03)
    assert found["child"].of_parent == pytest.approx(own, rel=0.03)
    assert found["child"].of_cd45 == pytest.approx(own, rel=0.03)


SHAPES = {
    "box": (Rectangle(("X", "Y"), (0.4, 0.45), (0.6, None)), (0.01, 0.02, 0.015)),
    "ellipse": (Ellipsoid(("X", "Y"), (0.5, 0.45), ((0.01, 0.004), (0.004, 0.02)), 3.0), (0.02, 0.01)),
    "wedge": (Polygon(("X", "Y"), ((0.0, 0.0), (1.5, 1.2), (1.5, 1.8))), (0.0, 0.0, 0.0, 0.03, 0.0, 0.0)),
    "corners": (Polygon(("X", "Y"), ((0.3, 0.3), (0.7, 0.4), (0.6, 0.8))), (0.01, 0.01, 0.02, 0.0, 0.01, 0.03)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_gate_cv__equals_gating_all_events_again(name):
    shape, sd = SHAPES[name]
    sample = tube(X=X[:20_000], Y=Y[:20_000])
    records = (
        gate("cells", "root", shape, *sd),
        gate("bright", "cells", threshold("X", 0.5, "above")),
        gate("others", "root", Boolean("not", ("bright",))),
    )
    start = np.arange(20_000)
    rows = apply_gates(sample, records, start)
    variance = dict.fromkeys(rows, 0.0)
    for movement in movements_of(records[0]):
        sizes = []
        for sign in (1, -1):
            other = moved(shape, numbers(shape) + sign * movement)
            again = apply_gates(sample, (replace(records[0], gate=other), *records[1:]), start)
            sizes.append({population: events.size for population, events in again.items()})
        for population in variance:
            variance[population] += ((sizes[0][population] - sizes[1][population]) / 2 / rows[population].size) ** 2
    found = gate_cvs(sample, records, rows, "cd45_pos")
    assert movements_of(records[0])
    for record in records:
        assert found[record.population].count == pytest.approx(np.sqrt(variance[record.population]), abs=1e-12)
    assert found["cells"].count > 0.001


def test_gate_cv__a_boundary_of_unknown_error_leaves_all_that_rests_on_it_unknown():
    records = (
        CD45,
        gate("dim", "cd45_pos", threshold("Y", 0.5, "below"), float("nan")),
        gate("inner", "dim", threshold("X", 0.5, "above"), 0.01),
        gate("rest", "cd45_pos", Boolean("not", ("dim",))),
    )
    assert set(cvs(tube(X=X, Y=Y), *records)) == {"cd45_pos"}


def test_gate_cv__geometry_of_the_strategy_has_no_error_and_no_events_have_none():
    records = (
        gate("fixed", "root", threshold("X", 0.4, "above"), status="fixed"),
        gate("empty", "root", threshold("X", 9.0, "above"), 0.01),
        gate("not_found", "root", None, status="failed"),
    )
    found = cvs(tube(X=X, Y=Y), *records)
    assert set(found) == {"fixed"}
    assert found["fixed"].count == 0


def test_slanted_valley__its_line_turns_and_shifts_so_that_the_count_varies_as_the_draws_do():
    """The two ends of the line vary by far more than the line does where the cells are."""
    generator = np.random.default_rng(5)
    x = np.concatenate([generator.normal(0.5, 0.05, 6000), generator.normal(0.5, 0.05, 600)])
    y = np.concatenate([generator.normal(0.3, 0.05, 6000), generator.normal(0.7, 0.06, 600)])
    arguments = METHOD.arguments(between=(0.35, 0.65), pivot=0.5, slopes=(-0.5, 0.5, 11))
    found = METHOD.find(ArrayView({"X": x, "Y": y}), arguments)
    moves, sd = np.array(found.error.movements), np.array(found.error.sds)
    assert np.sqrt((moves**2).sum(axis=0)) == pytest.approx(sd)
    at_cells = np.sqrt(((moves[:, 1] + 1.5 * (moves[:, 3] - moves[:, 1]) / 2.5) ** 2).sum())
    assert at_cells < 0.3 * max(sd)
    together = gate("high", "root", found.gate, *found.error.sds, movements=found.error.movements)
    alone = replace(together, error=replace(together.error, movements=()))
    sample = tube(X=x, Y=y)
    assert cvs(sample, together)["high"].count < cvs(sample, alone)["high"].count


@pytest.mark.parametrize(("at", "n_inside"), [(0.45, 3), (0.35, 2)])
def test_gate_cv__a_movement_that_meets_events_on_one_side_alone_counts_half_of_them(at, n_inside):
    # up by 0.1 the gate loses an event at 0.45 and down by 0.1 gains none; with one at 0.35 it is the other way round
    sample = tube(X=[0.1, at, 0.8, 0.8], Y=[0.0, 0.0, 0.0, 0.0])
    found = cvs(sample, gate("high", "root", threshold("X", 0.4, "above"), 0.1))
    assert found["high"].count == pytest.approx(0.5 / n_inside)


def test_apply_elsewhere__events_are_those_of_gating_all_again():
    sample = tube(X=X[:5000], Y=Y[:5000])
    records = [
        CD45,
        gate("child", "cd45_pos", threshold("Y", 0.55, "above"), 0.02),
        gate("beside", "root", threshold("Y", 0.3, "below"), 0.02),
        gate("joined", "root", Boolean("or", ("child", "beside"))),
        gate("left_out", "root", Boolean("not", ("joined",))),
        gate("grandchild", "joined", threshold("X", 0.6, "below"), 0.02),
        gate("none", "root", None, status="no_valley"),
    ]
    everything = np.arange(5000)
    rows = apply_gates(sample, records, everything)
    there = threshold("X", 0.45, "above")
    touched = np.setxor1d(rows["cd45_pos"], apply_gates(sample, [replace(CD45, gate=there)], everything)["cd45_pos"])
    again = apply_gates(sample, [replace(CD45, gate=there), *records[1:]], everything)
    found = apply_elsewhere(sample, records, rows, (CD45, there), touched)
    assert set(found) == {"cd45_pos", "child", "joined", "left_out", "grandchild"}
    for name, (before, after) in found.items():
        assert np.array_equal(before, np.intersect1d(rows[name], touched))
        assert np.array_equal(after, np.intersect1d(again[name], touched))
    assert any(before.size != after.size for before, after in found.values())
